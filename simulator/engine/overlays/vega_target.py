"""A hedge sized by vega: calls that gain a share of what the condors lose for a point of VIX.

Notation: V what one condor owes; its vega is [V(VIX + 1/2) - V(VIX - 1/2)] with index and
strikes where they are, on the condor that is on sale at that close. A call of delta D and T
years gains D b(T) for a point of spot VIX, b the share of a move that reaches its future
(``vix_curve``). The layers keep their proportions n_i; all are scaled by

    share * condors * V' / sum_i n_i D b(T_i).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..ledger import Floats
from ..markets import vix_curve
from ..markets.state import World
from ..units import SPX_MULTIPLIER, VIX_MULTIPLIER
from .condor_book import Sheet, owed_for, unpriced
from .layered import Trigger
from .strikes import DAY, Choice, leg_prices

HALF_POINT = 0.5


@dataclass(kw_only=True)
class CondorVega:
    """USD that ``condors`` condors, spread evenly over ``choices``, lose for a point of VIX."""

    choices: tuple[Choice, ...]
    dte: int
    condors: float
    vols: str = "vix"
    _sheets: tuple[Sheet, ...] = field(init=False, default=())
    _known: dict[int, Floats] = field(init=False, default_factory=dict)
    _world: World | None = field(init=False, default=None)

    def begin(self, world: World) -> None:
        if world is not self._world:
            self._world, self._known = world, {}
            self._sheets = tuple(
                unpriced(world, choice, dte=self.dte, vols=self.vols) for choice in self.choices
            )

    def at(self, day: int) -> Floats:
        """At a close, one number a path; nought where nothing can be sold."""
        assert self._world is not None
        if day not in self._known:
            each = [_vega(sheet, day, self._world) for sheet in self._sheets]
            self._known[day] = self.condors * SPX_MULTIPLIER * np.mean(each, axis=0)
        return self._known[day]


def _vega(sheet: Sheet, day: int, world: World) -> Floats:
    """Points that one condor owes more for a point of VIX."""
    years = sheet.dte * DAY
    offer = sheet.offer(day, world, years)
    owed = [
        owed_for(leg_prices(smile, offer.strikes))
        for smile in (
            sheet.smile(day, world, years, world.spx[day], more=more)
            for more in (HALF_POINT, -HALF_POINT)
        )
    ]
    return np.where(offer.possible, np.maximum(owed[0] - owed[1], 0.0), 0.0)


def gain_of_layers(*, contracts: tuple[float, ...], dtes: tuple[float, ...], delta: float) -> float:
    """USD that calls of these counts and days gain for a point of spot VIX."""
    betas = vix_curve.future_beta(expiry=np.asarray(dtes) / 365.0)
    return float(VIX_MULTIPLIER * delta * (np.asarray(contracts) * betas).sum())


@dataclass
class VegaShare:
    """What a layer's size is multiplied by, and the trigger that tells it the market.

    ``share`` of the condors' vega is wanted; ``gain`` is what all layers at their usual sizes
    gain for a point of VIX, USD.
    """

    inner: Trigger
    share: float
    vega: CondorVega
    gain: float

    def begin(self, world: World) -> None:
        self.inner.begin(world)
        self.vega.begin(world)

    def allows(self, day: int) -> Floats:
        return self.inner.allows(day)

    def factor(self, day: int) -> Floats:
        """At a close, one number a path."""
        return np.asarray(self.share * self.vega.at(day) / self.gain)
