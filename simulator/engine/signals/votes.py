"""Several signals govern together: k of n must say yes."""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ParameterError


def agreed(*, votes: ArrayLike, k: int) -> NDArray[np.bool_]:
    """Where at least ``k`` of the signals on the first axis are true.

    A signal that is not known yet (nan) votes no.
    """
    v = np.nan_to_num(np.asarray(votes, dtype=np.float64), nan=0.0) > 0.0
    if not 1 <= k <= v.shape[0]:
        raise ParameterError("k", "must be 1 to the number of signals", 1, v.shape[0])
    return np.asarray(v.sum(axis=0) >= k, dtype=np.bool_)


def chance_if_independent(*, k: int, chances: ArrayLike) -> float:
    """Chance that at least ``k`` of independent signals, true with ``chances``, agree."""
    counts = np.array([1.0])
    for p in np.asarray(chances, dtype=np.float64):
        counts = np.convolve(counts, [1.0 - p, p])
    return float(counts[k:].sum())


def binomial_chance(*, k: int, n: int, p: float) -> float:
    """The same for n signals that are all true with chance ``p``."""
    return sum(comb(n, j) * p**j * (1.0 - p) ** (n - j) for j in range(k, n + 1))
