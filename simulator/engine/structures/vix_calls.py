"""Bought VIX calls: the one instrument of a volatility hedge, by delta, per contract.

Strikes and marks come from the quick curve (``markets.vix_curve``): Black-76 on the
future of the option's own expiry, never on spot VIX. Elementwise over days or paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..instruments import Leg, Option
from ..markets import vix_curve
from ..numerics.arrays import FloatLike, Floats, floats
from ..pricing.greeks import Greeks
from ..units import VIX_MULTIPLIER


@dataclass(frozen=True, kw_only=True)
class VixCall:
    """A VIX call: ``strike`` in index points, numbers or arrays."""

    strike: Any

    def leg(self, *, expiry: FloatLike, quantity: float = 1.0) -> Leg:
        option = Option(strike=self.strike, expiry=expiry, call=True, multiplier=VIX_MULTIPLIER)
        return Leg(option=option, quantity=quantity)


def by_delta(
    *,
    future: FloatLike,
    expiry: FloatLike,
    delta: FloatLike,
    vol_of_vix: FloatLike = vix_curve.VOL_OF_VIX,
    skew: FloatLike = vix_curve.SKEW,
    step: float = 0.0,
) -> VixCall:
    """The call of that (undiscounted) delta to the future; ``step`` rounds to listed strikes."""
    strike = vix_curve.call_strike_for_delta(
        future=future, expiry=expiry, delta=delta, vol_of_vix=vol_of_vix, skew=skew
    )
    if step > 0.0:
        strike = np.maximum(np.round(strike / step), 1.0) * step
    return VixCall(strike=strike)


def price(
    call: VixCall,
    *,
    future: FloatLike,
    expiry: FloatLike,
    rate: FloatLike = 0.0,
    vol_of_vix: FloatLike = vix_curve.VOL_OF_VIX,
    skew: FloatLike = vix_curve.SKEW,
) -> Floats:
    """Mark in index points; ``expiry`` is the time left."""
    return vix_curve.option_price(
        future=future,
        strike=call.strike,
        expiry=expiry,
        rate=rate,
        vol_of_vix=vol_of_vix,
        skew=skew,
    )


def greeks(
    call: VixCall,
    *,
    future: FloatLike,
    expiry: FloatLike,
    rate: FloatLike = 0.0,
    vol_of_vix: FloatLike = vix_curve.VOL_OF_VIX,
    skew: FloatLike = vix_curve.SKEW,
) -> Greeks:
    """Sensitivities to the future (not to spot VIX)."""
    return vix_curve.option_greeks(
        future=future,
        strike=call.strike,
        expiry=expiry,
        rate=rate,
        vol_of_vix=vol_of_vix,
        skew=skew,
    )


def payoff(call: VixCall, *, settlement: FloatLike) -> Floats:
    """max(settlement - K, 0) in index points, on the final settlement value."""
    result: Floats = np.maximum(floats(settlement) - floats(call.strike), 0.0)
    return result
