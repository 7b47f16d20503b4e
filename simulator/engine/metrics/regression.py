"""Betas and alphas with errors that survive autocorrelation.

Notation: ``y = X b + e`` by least squares; Newey–West covariance
``(X'X)⁻¹ (Γ0 + Σ w_j (Γj + Γj')) (X'X)⁻¹`` with Bartlett weights ``w_j = 1 − j/(L+1)``
and no small-sample factor. Sources: Newey–West 1987 and 1994 (L = ⌊4 (n/100)^(2/9)⌋);
Dimson 1979 (sum of lagged betas for a stale price).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from .returns import YEAR

Array = NDArray[np.float64]
LEVEL = 0.95


@dataclass(frozen=True)
class Fit:
    """Coefficients (constant first), their covariance, R² and the days used."""

    coefficients: Array
    covariance: Array
    r_squared: float
    n: int
    lags: int

    @property
    def errors(self) -> Array:
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


@dataclass(frozen=True)
class Coefficient:
    """One figure with its standard error and interval; all nan when it does not exist."""

    value: float
    error: float
    low: float
    high: float
    n: int

    @property
    def t(self) -> float:
        """Value over error; nan for an error of zero."""
        return self.value / self.error if self.error > 0.0 else float("nan")


def newey_west_lags(n: int) -> int:
    """The usual number of lags for n observations."""
    return int(4.0 * (n / 100.0) ** (2.0 / 9.0))


def ols(*, y: ArrayLike, x: ArrayLike, lags: int | None = None) -> Fit | None:
    """Least squares of y (n,) on a constant and x (n,) or (n, k), Newey–West errors.

    None when there are too few days or the regressors do not vary independently.
    """
    Y = np.asarray(y, dtype=np.float64)
    if not Y.size:
        return None
    columns = np.asarray(x, dtype=np.float64).reshape(Y.size, -1)
    X = np.column_stack([np.ones(Y.size), columns])
    n, k = X.shape
    scale = np.linalg.norm(X, axis=0)
    if n <= k or np.any(scale == 0.0) or np.linalg.cond(X / scale) > 1e10:
        return None
    L = min(newey_west_lags(n) if lags is None else lags, n - 1)
    inverse = np.linalg.inv(X.T @ X)
    b = inverse @ (X.T @ Y)
    e = Y - X @ b
    covariance = inverse @ _long_run(X * e[:, None], L) @ inverse
    spread = float(np.sum((Y - Y.mean()) ** 2))
    r_squared = 1.0 - float(e @ e) / spread if spread > 0.0 else float("nan")
    return Fit(b, covariance, r_squared, n, L)


def _long_run(scores: Array, lags: int) -> Array:
    total = scores.T @ scores
    for j in range(1, lags + 1):
        gamma = scores[j:].T @ scores[:-j]
        total += (1.0 - j / (lags + 1.0)) * (gamma + gamma.T)
    return np.asarray(total, dtype=np.float64)


def paired(*, returns: ArrayLike, benchmark: ArrayLike) -> tuple[Array, Array]:
    """Both series on the days where both are present."""
    r, b = np.asarray(returns, dtype=np.float64), np.asarray(benchmark, dtype=np.float64)
    if r.shape != b.shape:
        raise ValueError("returns and benchmark must cover the same days")
    both = np.isfinite(r) & np.isfinite(b)
    return r[both], b[both]


def beta(*, returns: ArrayLike, benchmark: ArrayLike, lags: int | None = None) -> Coefficient:
    """Slope of returns on the benchmark's; excess returns are the caller's business."""
    r, b = paired(returns=returns, benchmark=benchmark)
    return _sum_of(ols(y=r, x=b, lags=lags), [1])


def dimson_beta(
    *, returns: ArrayLike, benchmark: ArrayLike, behind: int = 2, ahead: int = 0
) -> Coefficient:
    """Sum of the slopes on the benchmark of today, ``behind`` days before and ``ahead`` after.

    For a price that moves only when somebody trades; days must be consecutive, so a
    missing day drops every row that would need it.
    """
    r, b = np.asarray(returns, dtype=np.float64), np.asarray(benchmark, dtype=np.float64)
    if r.size <= behind + ahead:
        return _nothing(0)
    t = np.arange(behind, r.size - ahead)
    x = np.column_stack([b[t - j] for j in range(-ahead, behind + 1)])
    whole = np.isfinite(r[t]) & np.all(np.isfinite(x), axis=1)
    return _sum_of(ols(y=r[t][whole], x=x[whole]), range(1, behind + ahead + 2))


def down_market_beta(*, returns: ArrayLike, benchmark: ArrayLike) -> Coefficient:
    """Slope on the days when the benchmark fell."""
    r, b = paired(returns=returns, benchmark=benchmark)
    return _sum_of(ols(y=r[b < 0.0], x=b[b < 0.0]), [1])


def alpha(
    *,
    returns: ArrayLike,
    benchmark: ArrayLike,
    periods_per_year: float = YEAR,
    lags: int | None = None,
) -> Coefficient:
    """Constant of the regression compounded to a year, ``(1 + a)^m − 1``, as empyrical does.

    The interval's ends are compounded likewise; the error is by the delta method.
    """
    r, b = paired(returns=returns, benchmark=benchmark)
    daily = _sum_of(ols(y=r, x=b, lags=lags), [0])
    if not np.isfinite(daily.value):
        return daily
    value, low, high = (_yearly(a, periods_per_year) for a in (daily.value, daily.low, daily.high))
    slope = periods_per_year * (1.0 + _yearly(daily.value, periods_per_year - 1.0))
    return Coefficient(value, slope * daily.error, low, high, daily.n)


def _yearly(a: float, m: float) -> float:
    with np.errstate(over="ignore"):
        return float(np.power(max(1.0 + a, 0.0), m) - 1.0)


def _sum_of(fit: Fit | None, places: range | list[int]) -> Coefficient:
    if fit is None:
        return _nothing(0)
    at = list(places)
    value = float(fit.coefficients[at].sum())
    error = float(np.sqrt(max(fit.covariance[np.ix_(at, at)].sum(), 0.0)))
    half = float(ndtri(0.5 + LEVEL / 2.0)) * error
    return Coefficient(value, error, value - half, value + half, fit.n)


def _nothing(n: int) -> Coefficient:
    nan = float("nan")
    return Coefficient(nan, nan, nan, nan, n)
