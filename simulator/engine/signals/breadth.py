"""Breadth: how many shares take part in a move."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def advance_decline_line(*, advances: ArrayLike, declines: ArrayLike) -> Array:
    """Running sum of advances less declines along the last axis, starting from zero."""
    net = np.asarray(advances, dtype=np.float64) - np.asarray(declines, dtype=np.float64)
    return np.asarray(np.cumsum(net, axis=-1), dtype=np.float64)


def slope(*, line: ArrayLike, days: int = 20) -> Array:
    """Change of a line over ``days`` days, a day; nan on the first ``days`` days."""
    x = np.asarray(line, dtype=np.float64)
    out = np.full(x.shape, np.nan)
    out[..., days:] = (x[..., days:] - x[..., :-days]) / days
    return out
