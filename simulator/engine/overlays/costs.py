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
    """Costs of opening (or closing) a condor: slippage in points, commission in USD a leg."""

    slippage: float = 0.10
    commission: float = 1.0
    share_of_premium: float = 0.0
    per_leg: float = 0.0

    def of(self, condors: Floats, premiums: Floats | float = 0.0, legs: int = 4) -> Floats:
        """USD for ``condors``; ``premiums`` is the sum of leg prices (points) where it counts.

        ``per_leg`` points and ``share_of_premium`` of each leg's price describe the index
        rule "the larger of the two", which the caller resolves leg by leg into ``premiums``.
        """
        points = self.slippage + np.asarray(premiums, dtype=float)
        return np.asarray(condors * (points * SPX_MULTIPLIER + legs * self.commission))


FREE_VIX = VixCosts(half_spread=0.0, share=0.0, commission=0.0)
FREE_CONDOR = CondorCosts(slippage=0.0, commission=0.0)
