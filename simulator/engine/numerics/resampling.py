"""Resampling of dependent days: stationary bootstrap and how long its blocks should be.

Notation: ``n`` days, ``b`` mean block, ``p = 1/b`` the chance that a block ends,
``R(k)`` sample autocovariance at lag k, ``λ`` the flat-top window.

Sources: Politis–Romano 1994 (the bootstrap); Politis–White 2004 with the correction of
Patton–Politis–White 2009 (the block length).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]
BATCH_CELLS = 2_000_000


class BlockLength(NamedTuple):
    """Optimal mean block of the stationary, and block of the circular, bootstrap."""

    stationary: float
    circular: float


def stationary_indices(
    *, n: int, draws: int, mean_block: float, rng: np.random.Generator, length: int | None = None
) -> Indices:
    """Positions of resampled days, shape (draws, length); blocks wrap round the sample's end.

    Block lengths are geometric with mean ``mean_block`` (at least 1; 1 is i.i.d.).
    """
    size = (draws, n if length is None else length)
    chances = rng.random(size)
    starts = rng.integers(0, n, size=size)
    if mean_block <= 1.0:  # every day begins a block: as drawn
        return starts
    ends = chances < 1.0 / mean_block
    ends[:, 0] = True
    t = np.arange(size[1])
    begun = np.maximum.accumulate(np.where(ends, t, 0), axis=1)
    return (np.take_along_axis(starts, begun, axis=1) + t - begun) % n


def batches(
    *, n: int, draws: int, mean_block: float, rng: np.random.Generator
) -> Iterator[Indices]:
    """The same indices in slices of bounded memory, in an order that the seed fixes."""
    step = max(1, BATCH_CELLS // max(n, 1))
    for done in range(0, draws, step):
        yield stationary_indices(n=n, draws=min(step, draws - done), mean_block=mean_block, rng=rng)


def block_length(*, values: ArrayLike) -> BlockLength:
    """Automatic block lengths for one series of shape (n,), n ≥ 10; a flat series gives 1.

    For returns of a hedged book pass *squared* returns: returns themselves hardly
    correlate and would be resampled day by day, losing every cluster of volatility.
    """
    x = np.asarray(values, dtype=np.float64)
    n = x.size
    e = x - x.mean()
    if n < 10 or not np.any(np.abs(e) > 1e-14 * np.max(np.abs(x), initial=1e-300)):
        return BlockLength(1.0, 1.0)
    quiet = max(5, int(np.log10(n)))
    lags = min(int(np.ceil(np.sqrt(n))) + quiet, n - 2)
    R = np.array([e[k:] @ e[: n - k] / n for k in range(lags + 1)])
    m = _bandwidth(e, R, quiet, lags)
    k = np.arange(1, m + 1)
    lam = np.minimum(1.0, 2.0 * (1.0 - k / m))
    G = 2.0 * np.sum(lam * k * R[1 : m + 1])
    long_run = R[0] + 2.0 * np.sum(lam * R[1 : m + 1])
    longest = float(np.ceil(min(3.0 * np.sqrt(n), n / 3.0)))
    if long_run <= 0.0:
        return BlockLength(longest, longest)
    stationary = (G**2 / long_run**2 * n) ** (1.0 / 3.0)
    circular = (1.5 * G**2 / long_run**2 * n) ** (1.0 / 3.0)
    return BlockLength(
        float(min(max(stationary, 1.0), longest)), float(min(max(circular, 1.0), longest))
    )


def _bandwidth(e: Array, R: Array, quiet: int, lags: int) -> int:
    """Twice the last lag before ``quiet`` insignificant autocorrelations in a row."""
    n = e.size
    threshold = 2.0 * np.sqrt(np.log10(n) / n)
    squares = np.concatenate([[0.0], np.cumsum(e**2)])
    k = np.arange(lags + 1)
    late, early = squares[n] - squares[k + 1], squares[n - k - 1]
    rho = np.abs(R) * n / np.sqrt(np.maximum(late * early, 1e-300))
    calm = rho < threshold
    for first in range(lags + 1 - quiet):
        if np.all(calm[first : first + quiet]):
            return min(2 * max(first, 1), lags)
    return lags
