"""What trading costs: half a spread and a commission."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..ledger import Floats
from ..units import SPX_MULTIPLIER, VIX_MULTIPLIER


@dataclass(frozen=True, kw_only=True)
class VixCosts:
    """Costs of a VIX option: half-spread in points or as a share of premium, and commission.

    The larger of ``half_spread`` (index points) and ``share`` of the premium is paid per
    contract, plus ``commission`` in USD. All zero: free trading.
    """

    half_spread: float = 0.03
    share: float = 0.03
    commission: float = 1.0

    def of(self, contracts: Floats, price: Floats) -> Floats:
        """USD for trading ``contracts`` (not negative) at ``price`` index points."""
        spread = np.maximum(self.half_spread, self.share * price) * VIX_MULTIPLIER
        return np.asarray(contracts * (spread + self.commission))


@dataclass(frozen=True, kw_only=True)
class CondorCosts:
    """Costs of opening (or closing) a condor: slippage in points, commission in USD a leg.

    On top, each leg pays the larger of ``leg_floor`` points and ``leg_share`` of its price.
    """

    slippage: float = 0.10
    commission: float = 1.0
    leg_floor: float = 0.0
    leg_share: float = 0.0

    def of(self, condors: Floats, legs: Floats) -> Floats:
        """USD for ``condors`` whose four ``legs`` (rows) are priced in index points."""
        points = self.slippage + np.maximum(self.leg_floor, self.leg_share * legs).sum(axis=0)
        return np.asarray(condors * (points * SPX_MULTIPLIER + 4.0 * self.commission))


FREE_VIX = VixCosts(half_spread=0.0, share=0.0, commission=0.0)
FREE_CONDOR = CondorCosts(slippage=0.0, commission=0.0)
