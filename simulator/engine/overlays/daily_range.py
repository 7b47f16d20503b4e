"""The expected daily range (EDR): how far the index is said to move in a day, by two formulas.

Fractions of the index, at the close of every day:

    vix_sqrt        b VIX / sqrt(252)
    glossary_blend  m (w VIX9D + u HV20) / sqrt(252)

b is a bias; VIX9D the vol to nine days ahead, from the market's own curve (where a market is
known by its VIX alone, that VIX); HV20 the realised vol of the last twenty days, its mean taken
for nought. Days before the first close count as moves of the size that VIX9D expects there.
The weights 0.1 and 0.5 of the glossary do not add up to one, and its page names no scale: the
division by sqrt(252) and the scope of m are choices of ours. Codes D73 and G1 of the vendor's
pages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..ledger import Floats
from ..markets.state import World
from .gate import before, trailing_mean

MODES = ("vix_sqrt", "glossary_blend")
DAYS_A_YEAR = 252.0
NINE_DAYS = 9.0 / 365.0
REALISED_DAYS = 20


@dataclass(frozen=True, kw_only=True)
class DailyRange:
    """One reading of the range; the weights and ``multiplier`` belong to the blend alone."""

    mode: str = "vix_sqrt"
    bias: float = 1.025
    implied_weight: float = 0.1
    realised_weight: float = 0.5
    multiplier: float = 1.0

    @property
    def is_blend(self) -> bool:
        return self.mode == "glossary_blend"

    def at_close(self, world: World) -> Floats:
        """The range as it stands at each close, for what is sold there."""
        if not self.is_blend:
            return np.asarray(self.bias * world.vix / 100.0 / np.sqrt(DAYS_A_YEAR))
        near = nine_day_vol(world)
        blend = self.implied_weight * near + self.realised_weight * realised(world, near[0])
        return np.asarray(self.multiplier * blend / 100.0 / np.sqrt(DAYS_A_YEAR))

    def before(self, world: World) -> Floats:
        """The range as the close before knew it, for what is decided."""
        return before(self.at_close(world))


def nine_day_vol(world: World) -> Floats:
    """VIX9D in index points: the curve's own horizon of nine days."""
    return np.stack([world.curve.horizon_vol(day, NINE_DAYS) for day in range(world.days + 1)])


def realised(world: World, first: Floats) -> Floats:
    """HV20 in index points; ``first`` stands for the days before the first close."""
    squares = np.empty((world.days + REALISED_DAYS, world.paths))
    squares[:REALISED_DAYS] = (first / 100.0) ** 2 / DAYS_A_YEAR
    squares[REALISED_DAYS:] = world.log_returns() ** 2
    mean = trailing_mean(squares, REALISED_DAYS)[REALISED_DAYS - 1 :]
    return np.asarray(100.0 * np.sqrt(DAYS_A_YEAR * mean))
