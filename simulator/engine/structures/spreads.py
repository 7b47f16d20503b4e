"""Two-legged spreads as legs: verticals and calendars of one right, per contract.

From the buyer's side; a credit spread is the same legs with the signs turned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..instruments import Leg, Option
from ..markets.surface import Smile
from ..numerics.arrays import FloatLike, Floats, floats, signs


@dataclass(frozen=True, kw_only=True)
class Vertical:
    """Bought ``long`` against sold ``short``, two strikes of one right and one expiry."""

    long: Any
    short: Any
    call: bool

    def legs(self, *, expiry: FloatLike) -> tuple[Leg, Leg]:
        return (
            Leg(option=Option(strike=self.long, expiry=expiry, call=self.call), quantity=1.0),
            Leg(option=Option(strike=self.short, expiry=expiry, call=self.call), quantity=-1.0),
        )

    @property
    def width(self) -> Floats:
        result: Floats = np.abs(floats(self.short) - floats(self.long))
        return result


def cost(spread: Vertical, smile: Smile) -> Floats:
    """What the buyer pays at the marks; negative for a credit spread."""
    long = smile.price(spread.long, call=spread.call)
    return long - smile.price(spread.short, call=spread.call)


def payoff(spread: Vertical, *, spot: FloatLike) -> Floats:
    """What the two options pay at expiry, in [-width, width]."""
    f, S = signs(spread.call), floats(spot)
    long = np.maximum(f * (S - floats(spread.long)), 0.0)
    return long - np.maximum(f * (S - floats(spread.short)), 0.0)


def break_even(spread: Vertical, *, cost: FloatLike) -> Floats:
    """Where cost and payoff cancel; nan if the cost is outside what the payoff can reach.

    A bought spread needs a cost in (0, width), a sold one (written with the bought strike
    further out, so with a negative cost) a credit in (0, width).
    """
    paid, f = floats(cost), signs(spread.call)
    outer = f * (floats(spread.long) - floats(spread.short)) > 0
    level = np.where(outer, floats(spread.short) - f * paid, floats(spread.long) + f * paid)
    reachable = (np.abs(paid) < spread.width) & (np.where(outer, -paid, paid) > 0)
    result: Floats = np.where(reachable, level, np.nan)
    return result


def calendar(*, strike: FloatLike, near: FloatLike, far: FloatLike, call: bool) -> tuple[Leg, Leg]:
    """Sell the near expiry, buy the far one at the same strike: what a roll forward trades."""
    return (
        Leg(option=Option(strike=strike, expiry=near, call=call), quantity=-1.0),
        Leg(option=Option(strike=strike, expiry=far, call=call), quantity=1.0),
    )
