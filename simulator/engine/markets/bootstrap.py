"""New histories from an old one: blocks of days, all columns together.

Notation: ``X`` the (T, k) matrix of daily changes, ``V`` the VIX,
``ln V_t = c + φ ln V_{t−1} + e_t`` fitted by least squares.

Rows are drawn by the stationary bootstrap with one set of block starts for every column,
so a day's crash keeps its own volatility. The VIX itself is rebuilt from the residuals
``e``: cumulating changes of ln V instead would let it wander off without mean reversion.
Sources: Politis–Romano 1994; block length by Patton–Politis–White 2009 on *squared*
changes (on the changes themselves it comes out near one, which is no block at all).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataMissing
from ..numerics.resampling import block_length, stationary_indices

Array = NDArray[np.float64]
FEWEST_DAYS = 252


@dataclass(frozen=True)
class LogAutoregression:
    """``ln V_t = constant + phi ln V_{t−1} + e_t`` and its residuals, one a change."""

    constant: float
    phi: float
    residuals: Array

    @property
    def half_life(self) -> float:
        """Days until half of a shock is gone; infinite without mean reversion."""
        return float(np.log(0.5) / np.log(self.phi)) if 0.0 < self.phi < 1.0 else float("inf")

    def rebuild(self, *, start: float, residuals: Array) -> Array:
        """Levels from ``start`` under residuals (paths, days): shape (paths, days + 1)."""
        x = np.empty((residuals.shape[0], residuals.shape[1] + 1))
        x[:, 0] = np.log(start)
        for t in range(residuals.shape[1]):
            x[:, t + 1] = self.constant + self.phi * x[:, t] + residuals[:, t]
        return np.exp(x)


def log_autoregression(levels: ArrayLike) -> LogAutoregression:
    """Fit the first-order autoregression of the log of positive levels (T + 1,)."""
    y = np.log(np.asarray(levels, dtype=np.float64))
    before, after = y[:-1], y[1:]
    centred = before - before.mean()
    spread = float(centred @ centred)
    if spread <= 0.0:
        raise DataMissing("the volatility index does not move in this history")
    phi = float(centred @ after) / spread
    constant = float(after.mean() - phi * before.mean())
    return LogAutoregression(constant, phi, after - constant - phi * before)


@dataclass(frozen=True)
class Resampled:
    """``changes`` (paths, days, k); ``vix`` (paths, days + 1); ``rows`` which day each one was."""

    changes: Array
    vix: Array
    rows: NDArray[np.int64]
    mean_block: float


def resample(
    *,
    changes: ArrayLike,
    vix: ArrayLike,
    paths: int,
    days: int,
    rng: np.random.Generator,
    start_vix: float | None = None,
    mean_block: float | None = None,
) -> Resampled:
    """Joint stationary blocks of ``changes`` (T, k) with the VIX (T + 1,) of the same days.

    ``vix[i + 1]`` is the close of the day of ``changes[i]``. ``start_vix`` defaults to the
    last VIX, ``mean_block`` to the longest automatic block of any squared column.
    """
    X = np.asarray(changes, dtype=np.float64)
    V = np.asarray(vix, dtype=np.float64)
    if X.ndim != 2 or V.shape != (X.shape[0] + 1,):
        raise ValueError("changes must be (T, k) and vix (T + 1,)")
    if X.shape[0] < FEWEST_DAYS:
        raise DataMissing(f"a bootstrap needs {FEWEST_DAYS} days of history, here {X.shape[0]}")
    model = log_autoregression(V)
    length = automatic_block(np.column_stack([X, model.residuals])) if mean_block is None else (
        mean_block
    )  # fmt: skip
    rows = stationary_indices(n=X.shape[0], draws=paths, mean_block=length, rng=rng, length=days)
    first = float(V[-1]) if start_vix is None else start_vix
    rebuilt = model.rebuild(start=first, residuals=model.residuals[rows])
    return Resampled(X[rows], rebuilt, rows, length)


def automatic_block(changes: ArrayLike) -> float:
    """The longest optimal mean block among the squared columns of (T, k)."""
    X = np.asarray(changes, dtype=np.float64)
    return max(block_length(values=X[:, j] ** 2).stationary for j in range(X.shape[1]))
