"""Recursive averages with a stated seed: the simple mean of the first ``n`` values.

Notation: ``A_t = A_{t−1} + a (x_t − A_{t−1})`` from the seed on; before it, nan. The seed
matters for a long time: with a = 1/14 a tenth of it is left after 31 days.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ParameterError

Array = NDArray[np.float64]


def recursive(*, values: ArrayLike, n: int, weight: float) -> Array:
    """Seeded recursive average along the last axis; nan before the seed's day ``n − 1``."""
    x = np.asarray(values, dtype=np.float64)
    if n < 1:
        raise ParameterError("n", "an average needs at least one day", minimum=1)
    out = np.full(x.shape, np.nan)
    if x.shape[-1] < n:
        return out
    out[..., n - 1] = x[..., :n].mean(axis=-1)
    if x.ndim == 1:
        steps = accumulate(x[n:].tolist(), _step(weight), initial=float(out[n - 1]))
        out[n - 1 :] = np.fromiter(steps, np.float64, x.size - n + 1)
        return out
    for t in range(n, x.shape[-1]):
        out[..., t] = out[..., t - 1] + weight * (x[..., t] - out[..., t - 1])
    return out


def _step(weight: float) -> Callable[[float, float], float]:
    return lambda average, value: average + weight * (value - average)


def exponential(*, values: ArrayLike, n: int) -> Array:
    """Exponential moving average of span ``n``: weight 2/(n + 1)."""
    return recursive(values=values, n=n, weight=2.0 / (n + 1.0))


def wilder(*, values: ArrayLike, n: int) -> Array:
    """Wilder's average of ``n`` days: weight 1/n (Wilder 1978)."""
    return recursive(values=values, n=n, weight=1.0 / n)
