"""The bad end of a sample: historical value at risk and what lies beyond it.

Both are returns, so a loss is negative. The quantile is linear between order
statistics (Hyndman–Fan type 7, numpy's default).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

TAIL = 0.05


def value_at_risk(*, returns: ArrayLike, tail: float = TAIL) -> Any:
    """The ``tail`` quantile of one sample (shape (n,)); missing periods are left out."""
    r = _present(returns)
    return float(np.quantile(r, tail)) if r.size else float("nan")


def expected_shortfall(*, returns: ArrayLike, tail: float = TAIL) -> Any:
    """Mean of the returns at or below the value at risk (historical CVaR)."""
    r = _present(returns)
    if not r.size:
        return float("nan")
    return float(np.mean(r[r <= np.quantile(r, tail) + 1e-15]))


def _present(returns: ArrayLike) -> Any:
    r = np.asarray(returns, dtype=np.float64)
    return r[np.isfinite(r)]
