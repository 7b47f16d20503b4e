"""Falls from the highest level so far: how deep, how long, how long until made good.

Notation: ``V`` levels with time on the last axis; ``D = V / max(V so far) − 1`` lies
in [−1, 0] for levels that are never negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import returns as growth

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Drawdown:
    """The deepest fall of one path, in positions and periods of its levels.

    ``peak`` is the last day at the old high, ``trough`` the lowest day, ``recovered``
    the first day back at the high or None; ``length`` runs from peak to trough,
    ``recovery`` from trough to recovered (None while it lasts) and ``under_water`` is
    the longest stretch of the whole path below a former high.
    """

    depth: float
    peak: int
    trough: int
    recovered: int | None
    length: int
    recovery: int | None
    under_water: int


def path(*, levels: ArrayLike) -> Array:
    """Drawdown on every day, zero at a new high. Levels must be positive at the start."""
    v = np.asarray(levels, dtype=np.float64)
    high = np.maximum.accumulate(v, axis=-1)
    return v / high - 1.0


def max_drawdown(*, levels: ArrayLike) -> Any:
    """The deepest drawdown, at most zero; one figure a path."""
    v = np.asarray(levels, dtype=np.float64)
    kept = np.maximum.accumulate(v, axis=-1)
    np.divide(v, kept, out=kept)  # ten years of a thousand paths: no third array of that size
    return np.min(kept, axis=-1) - 1.0


def path_of_returns(*, returns: ArrayLike) -> Array:
    """Drawdown of compounded returns, the starting level included (one entry more)."""
    return path(levels=growth.levels(returns=returns))


def max_drawdown_of_returns(*, returns: ArrayLike) -> Any:
    """The deepest drawdown of compounded returns; a first loss counts from the start."""
    return max_drawdown(levels=growth.levels(returns=returns))


def under_water(*, levels: ArrayLike) -> Any:
    """Longest number of consecutive periods below a former high, one figure a path."""
    below = path(levels=levels) < 0.0
    t = np.arange(below.shape[-1])
    last_high = np.maximum.accumulate(np.where(below, -1, t), axis=-1)
    return np.max(t - last_high, axis=-1)


def deepest(*, levels: ArrayLike) -> Drawdown:
    """Where the deepest drawdown of one path (shape (n,)) began, ended and was made good."""
    v = np.asarray(levels, dtype=np.float64)
    d = path(levels=v)
    trough = int(np.argmin(d))
    peak = int(np.flatnonzero(d[: trough + 1] == 0.0)[-1])
    back = np.flatnonzero(v[trough:] >= v[peak])
    recovered = int(trough + back[0]) if d[trough] < 0.0 and back.size else None
    return Drawdown(
        depth=float(d[trough]),
        peak=peak,
        trough=trough,
        recovered=recovered,
        length=trough - peak,
        recovery=None if recovered is None else recovered - trough,
        under_water=int(under_water(levels=v)),
    )
