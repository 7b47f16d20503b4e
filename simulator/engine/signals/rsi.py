"""Relative strength index after Wilder (1978): share of gains in the recent movement.

Notation: ``G`` and ``L`` Wilder averages of daily gains and losses over ``n`` days,
seeded by their simple mean over the first n changes; ``RSI = 100 G / (G + L)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .averages import wilder

Array = NDArray[np.float64]
DAYS = 14


def rsi(*, closes: ArrayLike, days: int = DAYS) -> Array:
    """RSI in [0, 100] on every day, last axis time; nan on the first ``days`` days.

    Prices that have not moved at all have no RSI (nan): there is nothing to share.
    """
    change = np.diff(np.asarray(closes, dtype=np.float64), axis=-1)
    G = wilder(values=np.maximum(change, 0.0), n=days)
    L = wilder(values=np.maximum(-change, 0.0), n=days)
    moved = G + L
    with np.errstate(invalid="ignore", divide="ignore"):
        index = np.where(moved > 0.0, 100.0 * (G / moved), np.nan)  # never above 100
    first = np.full((*index.shape[:-1], 1), np.nan)
    return np.concatenate([first, index], axis=-1)
