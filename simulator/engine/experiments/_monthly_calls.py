"""VIX calls bought every month and held to their end: what each month paid for its premium.

Month i buys at close t_i = 21 i the call of a chosen delta that expires at t_{i+1}, on the
future of that expiry, and is settled at the VIX close of t_{i+1} (the true settlement is a
special opening quotation). Nothing overlaps, so months are the observations of a regression.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..ledger import Floats
from ..markets.state import World
from ..overlays.costs import VixCosts
from ..overlays.vix_marks import Pricing
from ..units import VIX_MULTIPLIER

MONTH = 21


@dataclass(frozen=True)
class MonthlyCalls:
    """One call a month; arrays are months by paths, money in index points per call.

    ``marks`` (months + 1) are the positions of the closes at which one call ends and the
    next is bought; ``paid`` is premium and cost of trading together.
    """

    marks: NDArray[np.int_]
    premium: Floats
    paid: Floats
    payoff: Floats

    @property
    def ratio(self) -> Floats:
        """Payoff over what was paid: 0 for a call that lapsed, 1 for one that came out even."""
        return np.asarray(self.payoff / self.paid)


def buy(
    world: World, *, delta: float, pricing: Pricing, costs: VixCosts, month: int = MONTH
) -> MonthlyCalls:
    """Price and settle every month's call on every path at once."""
    marks = np.arange(0, world.days + 1, month)
    premium = np.empty((len(marks) - 1, world.paths))
    payoff = np.empty_like(premium)
    for i, (start, end) in enumerate(pairwise(marks)):
        years = float(world.years[end] - world.years[start])
        marks_of_day = pricing.on(world, int(start), years)
        future = world.curve.future(int(start), years)
        strike = marks_of_day.moneyness(delta) * future
        premium[i] = marks_of_day.price(future, strike, world.rate)
        payoff[i] = np.maximum(world.vix[end] - strike, 0.0)
    cost = costs.of(np.ones_like(premium), premium) / VIX_MULTIPLIER
    return MonthlyCalls(marks, premium, np.asarray(premium + cost), payoff)
