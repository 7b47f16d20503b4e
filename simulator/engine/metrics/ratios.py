"""Reward over risk: Sharpe, Sortino, Calmar, and the downside risk between them.

Notation as in ``returns``. The Sharpe ratio takes a risk-free rate of zero; downside
risk is the root of the mean squared shortfall below the required return, over all
periods present (Sortino–Price 1994), annualised by the root of periods per year. The
conventions are empyrical's, whose published cases are the tests. A ratio over a risk of
zero does not exist and is nan.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import drawdown
from .returns import YEAR, annual_return, deviation, mean


def sharpe(*, returns: ArrayLike, periods_per_year: float = YEAR) -> Any:
    """Mean over standard deviation of a period, times the root of periods per year."""
    return _over(mean(returns=returns), deviation(returns=returns)) * np.sqrt(periods_per_year)


def downside_risk(
    *, returns: ArrayLike, required_return: float = 0.0, periods_per_year: float = YEAR
) -> Any:
    """Annualised root mean square of the shortfall below ``required_return`` a period."""
    shortfall = np.minimum(np.asarray(returns, dtype=np.float64) - required_return, 0.0)
    return np.sqrt(mean(returns=shortfall**2)) * np.sqrt(periods_per_year)


def sortino(
    *, returns: ArrayLike, required_return: float = 0.0, periods_per_year: float = YEAR
) -> Any:
    """Yearly mean excess over the required return, over the downside risk."""
    excess = np.asarray(returns, dtype=np.float64) - required_return
    risk = downside_risk(
        returns=returns, required_return=required_return, periods_per_year=periods_per_year
    )
    return _over(mean(returns=excess) * periods_per_year, risk)


def calmar(*, returns: ArrayLike, periods_per_year: float = YEAR) -> Any:
    """Annual return over the depth of the deepest drawdown."""
    depth = -drawdown.max_drawdown_of_returns(returns=returns)
    return _over(annual_return(returns=returns, periods_per_year=periods_per_year), depth)


def _over(reward: Any, risk: Any) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(np.asarray(risk) > 0.0, np.divide(reward, risk), np.nan)
    return ratio[()] if ratio.ndim == 0 else ratio
