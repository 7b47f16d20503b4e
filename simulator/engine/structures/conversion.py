"""Conversions, reversals and boxes: what put-call parity is worth when it fails.

Notation: S spot, K strike, T years, r and q continuous, C and P quotes of one strike.
Parity is C - P = S e^{-qT} - K e^{-rT}. A conversion buys the stock and the put and sells
the call; a reversal is the opposite. Both need the stock to be borrowed or lent freely,
and listed options: without them there is no bound. Profits are present values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..instruments import Leg, Option


@dataclass(frozen=True, kw_only=True)
class Market:
    """One strike's call and put beside their stock."""

    spot: float
    strike: float
    expiry: float
    rate: float
    dividend_yield: float
    call: float
    put: float


def gap(market: Market) -> float:
    """C - P - (S e^{-qT} - K e^{-rT}): positive when the call is dear against the put."""
    m = market
    stock = m.spot * math.exp(-m.dividend_yield * m.expiry)
    return m.call - m.put - (stock - m.strike * math.exp(-m.rate * m.expiry))


def conversion_profit(market: Market, *, cost: float = 0.0) -> float:
    """Present value of buying stock and put and selling the call, after ``cost`` paid now."""
    return gap(market) - cost


def reversal_profit(market: Market, *, cost: float = 0.0) -> float:
    """Present value of selling the stock short and the put and buying the call, after ``cost``."""
    return -gap(market) - cost


def at_expiry(market: Market, present_value: float) -> float:
    """A present value carried to expiry at the rate."""
    return present_value * math.exp(market.rate * market.expiry)


def implied_rate(market: Market) -> float | None:
    """The rate at which parity holds: -ln((S e^{-qT} - C + P) / K) / T; None if there is none."""
    m = market
    bond = m.spot * math.exp(-m.dividend_yield * m.expiry) - m.call + m.put
    if m.expiry == 0.0 or bond <= 0.0:
        return None
    return -math.log(bond / m.strike) / m.expiry


def box_value(*, low: float, high: float, expiry: float, rate: float) -> float:
    """(K2 - K1) e^{-rT}: what a long box, certain to pay the width, is worth."""
    return (high - low) * math.exp(-rate * expiry)


def conversion_legs(market: Market) -> tuple[Leg, Leg]:
    """The option legs of a conversion (the third holding is one unit of the stock)."""
    call = Option(strike=market.strike, expiry=market.expiry, call=True)
    put = Option(strike=market.strike, expiry=market.expiry, call=False)
    return Leg(option=call, quantity=-1.0), Leg(option=put, quantity=1.0)


def box_legs(*, low: float, high: float, expiry: float) -> tuple[Leg, Leg, Leg, Leg]:
    """Bull call spread plus bear put spread of the same two strikes."""

    def leg(strike: float, call: bool, quantity: float) -> Leg:
        return Leg(option=Option(strike=strike, expiry=expiry, call=call), quantity=quantity)

    return leg(low, True, 1.0), leg(high, True, -1.0), leg(high, False, 1.0), leg(low, False, -1.0)
