"""From levels to returns and back, and what a year of them amounts to.

Notation: ``r`` simple returns, time on the last axis, leading axes are paths; nan is
a missing period and is left out; ``m`` periods per year (252 trading days).
Figures that do not exist are nan; callers publish them as null with a note.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
YEAR = 252.0
RELATIVE_ZERO = 1e-12
"""A deviation smaller than this share of the largest return is rounding, not risk."""


def simple_returns(*, levels: ArrayLike) -> Array:
    """Returns between consecutive levels, one fewer than levels; fractions."""
    v = np.asarray(levels, dtype=np.float64)
    return np.asarray(v[..., 1:] / v[..., :-1] - 1.0, dtype=np.float64)


def log_returns(*, levels: ArrayLike) -> Array:
    """Log changes between consecutive positive levels, one fewer than levels."""
    return np.asarray(np.diff(np.log(np.asarray(levels, dtype=np.float64)), axis=-1), np.float64)


def cumulative(*, returns: ArrayLike) -> Array:
    """Compounded return after each period; a missing period repeats the one before."""
    r = np.nan_to_num(np.asarray(returns, dtype=np.float64), nan=0.0)
    return np.asarray(np.cumprod(1.0 + r, axis=-1) - 1.0, dtype=np.float64)


def levels(*, returns: ArrayLike, start: float = 1.0) -> Array:
    """Wealth that begins at ``start`` and compounds: one more entry than returns."""
    grown = start * (1.0 + cumulative(returns=returns))
    first = np.full((*grown.shape[:-1], 1), start)
    return np.concatenate([first, grown], axis=-1)


def total_return(*, returns: ArrayLike) -> Any:
    """Compounded return of the whole span."""
    r = np.nan_to_num(np.asarray(returns, dtype=np.float64), nan=0.0)
    return np.prod(1.0 + r, axis=-1) - 1.0


def periods(*, returns: ArrayLike) -> Any:
    """How many periods are present."""
    return np.sum(np.isfinite(np.asarray(returns, dtype=np.float64)), axis=-1)


def annual_return(*, returns: ArrayLike, periods_per_year: float = YEAR) -> Any:
    """Constant yearly rate with the same total; nan where that overflows or nothing is there."""
    n = periods(returns=returns)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        years = n / periods_per_year
        rate = np.power(1.0 + total_return(returns=returns), 1.0 / years) - 1.0
    return _scalar(np.where((n > 0) & np.isfinite(rate), rate, np.nan))


def mean(*, returns: ArrayLike) -> Any:
    """Arithmetic mean of the periods present; nan of none."""
    r = np.asarray(returns, dtype=np.float64)
    n = periods(returns=r)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nansum(r, axis=-1) / n


def deviation(*, returns: ArrayLike) -> Any:
    """Standard deviation of a period, divisor n − 1; nan under two periods, exact zero if flat."""
    r = np.asarray(returns, dtype=np.float64)
    n = periods(returns=r)
    centred = r - np.expand_dims(mean(returns=r), -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        s = np.sqrt(np.nansum(centred**2, axis=-1) / (n - 1.0))
    largest = np.max(np.abs(np.nan_to_num(r)), axis=-1, initial=0.0)
    s = np.where(s <= RELATIVE_ZERO * largest, 0.0, s)
    return _scalar(np.where(n > 1, s, np.nan))


def annual_volatility(*, returns: ArrayLike, periods_per_year: float = YEAR) -> Any:
    """Standard deviation of a period times the root of periods per year."""
    return deviation(returns=returns) * np.sqrt(periods_per_year)


def _scalar(value: Any) -> Any:
    return value[()] if np.ndim(value) == 0 else value
