"""Moving-average convergence–divergence (Appel): the gap of two averages and its average.

Notation: ``MACD = E_fast − E_slow``; the signal line is the exponential average of
MACD; the histogram is their difference. Every average is seeded by its simple mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .averages import exponential

Array = NDArray[np.float64]
FAST, SLOW, SIGNAL = 12, 26, 9


class Macd(NamedTuple):
    """All five lines, in the unit of the closes, nan before each has its seed."""

    macd: Array
    signal: Array
    histogram: Array
    fast: Array
    slow: Array


def macd(*, closes: ArrayLike, fast: int = FAST, slow: int = SLOW, signal: int = SIGNAL) -> Macd:
    """MACD and its signal line; last axis is time. ``fast`` must be below ``slow``."""
    x = np.asarray(closes, dtype=np.float64)
    quick, lazy = exponential(values=x, n=fast), exponential(values=x, n=slow)
    line = quick - lazy
    start = min(slow - 1, x.shape[-1])
    averaged = np.full(x.shape, np.nan)
    averaged[..., start:] = exponential(values=line[..., start:], n=signal)
    return Macd(line, averaged, line - averaged, quick, lazy)
