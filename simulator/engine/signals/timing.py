"""What was known when: a decision at a close uses the close before it.

Every signal module returns the value *of* a day, computed from closes up to and
including that day. Acting on it at the same close would be look-ahead, so a policy
reads ``lagged(signal)``: the entry of day t is the signal of day t − 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def lagged(values: ArrayLike, *, days: int = 1) -> Array:
    """Values shifted ``days`` later on the last axis; what was not yet known is nan."""
    x = np.asarray(values, dtype=np.float64)
    out = np.full(x.shape, np.nan)
    if days < x.shape[-1]:
        out[..., days:] = x[..., : x.shape[-1] - days]
    return out


def released(*, release_dates: ArrayLike, dates: ArrayLike) -> NDArray[np.int64]:
    """Position in ``dates`` of the first day that may act on each release; −1 if none.

    A figure is known at the close of its release date, never of its reference month, so
    the first decision that may use it is taken on the next date.
    """
    known = np.asarray(release_dates, dtype="datetime64[D]")
    days = np.asarray(dates, dtype="datetime64[D]")
    after = np.searchsorted(days, known, side="right")
    return np.asarray(np.where(after < days.size, after, -1), dtype=np.int64)
