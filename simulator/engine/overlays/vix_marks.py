"""How VIX calls are marked: by the market's rule, or by the model's own law.

A pricing says how; marks are what it says of some paths at one close.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from ..ledger import Floats
from ..markets import vix_curve
from ..markets.state import Indices, World
from ..markets.two_factor import FactorCurve
from ..markets.vix_law import LawMarks
from ..numerics.arrays import TINY
from ..numerics.times import Times
from ..pricing import black76

NO_WIDTH = TINY / vix_curve.LOWEST_FACTOR


class Marks(Protocol):
    """Calls of some paths at one close: all of one time to go, or each of its own."""

    def price(self, F: Floats, K: Floats, rate: float) -> Floats:
        """Calls struck at ``K`` on the futures ``F``, present values in index points."""
        ...

    def width(self, k: Floats) -> Floats:
        """Black's width of calls at ln(K/F) = ``k``."""
        ...

    def moneyness(self, delta: Any) -> float | Floats:
        """K/F of the calls of this (undiscounted) delta, of one for all or of each path's own."""
        ...


@dataclass(frozen=True, kw_only=True)
class Pricing:
    """How VIX calls are marked: one-month at-the-money vol and its rise in ln(K/F).

    ``by_law``: by the model's own law instead, in a market that has one.
    """

    vol_of_vix: float = vix_curve.VOL_OF_VIX
    skew: float = vix_curve.SKEW
    by_law: bool = False

    def on(self, world: World, day: int, years: Any, at: Indices | None = None) -> Marks:
        """Marks at the close of ``day``, with ``years`` to go, of the paths ``at`` if given."""
        if self.is_by_law(world):
            return LawMarks.of(world.curve, day, years, at)
        return RuleMarks(self, Times.of(years))

    def is_by_law(self, world: World) -> bool:
        """Whether the model's own law prices; a market known by its VIX alone has none."""
        return self.by_law and isinstance(world.curve, FactorCurve)

    def price(self, F: Floats, K: Floats, years: Any, rate: float) -> Floats:
        """Calls struck at ``K`` with ``years`` (a number, an array or ``Times``) to go."""
        times = Times.of(years)
        k = np.log(K / F)
        return black76.of_width(
            forward=F,
            strike=K,
            log_moneyness=k,
            width=self.width(times) * vix_curve.skewed(k, self.skew),
            discount=times.spread(np.exp(-rate * times.distinct)),
        )

    def width(self, times: Times) -> Any:
        """vv(T) sqrt(T), one a path, and hardly anything where there is no time."""
        level = vix_curve.level(self.vol_of_vix, times.distinct)
        return times.spread(np.maximum(level * np.sqrt(times.distinct), NO_WIDTH))

    def moneyness(self, years: float, delta: float) -> float:
        """K/F of the call of this delta: the vol depends on K/F alone, so one number serves."""
        return _moneyness(self, float(years), float(delta))


@dataclass(frozen=True)
class RuleMarks:
    """Marks by the rule of ``Pricing``, which are the same on every day."""

    pricing: Pricing
    times: Times

    def price(self, F: Floats, K: Floats, rate: float) -> Floats:
        return self.pricing.price(F, K, self.times, rate)

    def width(self, k: Floats) -> Floats:
        return np.asarray(self.pricing.width(self.times) * vix_curve.skewed(k, self.pricing.skew))

    def moneyness(self, delta: Any) -> float:
        return self.pricing.moneyness(float(self.times.distinct), float(delta))


@lru_cache(maxsize=4096)
def _moneyness(pricing: Pricing, years: float, delta: float) -> float:
    """Kept: a ladder asks for the same few calls at every renewal of every account."""
    ratio = vix_curve.call_strike_for_delta(
        future=1.0, expiry=years, delta=delta, vol_of_vix=pricing.vol_of_vix, skew=pricing.skew
    )
    return float(ratio)
