"""Realised volatility by horizon, and the cone of what it has been.

Notation: ``x`` log returns, ``T`` of them, ``h`` a horizon in days, ``n = T − h + 1``
overlapping windows. Windows that share days resemble each other, so their variances lie
closer together than those of separate windows would. Hodges–Tompkins 2002 show that
the sample variance *of the window variances* has to be multiplied by

    m = 1 / (1 − h/n + (h² − 1)/(3 n²)).

The level needs no correction, the width does: each quantile of variance is moved away
from the mean by √m. (Multiplying volatility itself by m, as is often seen, would lift
the whole cone instead of widening it.) Annual figures use 252 days.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ParameterError

Array = NDArray[np.float64]
YEAR = 252.0


def realised_vol(*, log_returns: ArrayLike, days: int, periods_per_year: float = YEAR) -> Array:
    """Annual standard deviation (divisor h − 1) of every window of ``days`` returns.

    Shape (…, T) → (…, T − days + 1): entry i covers returns i to i + days − 1.
    """
    x = np.asarray(log_returns, dtype=np.float64)
    if days < 2 or x.shape[-1] < days:
        raise ParameterError(
            "days", f"needs 2 to {x.shape[-1]} days", minimum=2, maximum=x.shape[-1]
        )
    windows = np.lib.stride_tricks.sliding_window_view(x, days, axis=-1)
    return np.asarray(windows.std(axis=-1, ddof=1) * np.sqrt(periods_per_year), dtype=np.float64)


def overlap_factor(*, observations: int, days: int) -> float:
    """Hodges–Tompkins factor m of the variance of window variances.

    ``observations`` is the number of returns T, ``days`` the horizon h; T must be 2 h.
    """
    n = observations - days + 1
    if n < 1 or days < 1:
        raise ParameterError("days", "the horizon is longer than the history")
    share = 1.0 - days / n + (days**2 - 1.0) / (3.0 * n**2)
    if share <= 0.0 or days >= n:
        raise ParameterError(
            "days",
            f"a horizon of {days} days needs at least {2 * days} returns to be corrected",
            maximum=observations // 2,
        )
    return 1.0 / share


def cone(
    *,
    log_returns: ArrayLike,
    days: int,
    quantiles: ArrayLike,
    periods_per_year: float = YEAR,
    corrected: bool = True,
) -> Array:
    """Quantiles of realised volatility over all windows of ``days`` of one history (T,).

    ``corrected`` widens them around the mean variance for the overlap, never below zero.
    """
    x = np.asarray(log_returns, dtype=np.float64)
    vols = realised_vol(log_returns=x, days=days, periods_per_year=periods_per_year)
    found = np.quantile(vols, np.asarray(quantiles, dtype=np.float64))
    if not corrected:
        return np.asarray(found, dtype=np.float64)
    level = float(np.mean(vols**2))
    widening = np.sqrt(overlap_factor(observations=x.size, days=days))
    widened = level + widening * (found**2 - level)
    return np.asarray(np.sqrt(np.maximum(widened, 0.0)), dtype=np.float64)


def break_even_z(*, break_even: float, spot: float, vol: float, years: float) -> float:
    """How many standard deviations a break-even is away, ``ln(BE/S)/(σ√T)``; nan without vol."""
    width = vol * np.sqrt(years)
    return float(np.log(break_even / spot) / width) if width > 0.0 else float("nan")
