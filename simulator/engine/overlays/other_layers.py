"""Layers that are not bought VIX calls: futures, index puts, and sold VIX calls.

They exist because some readings of the layered hedge name them. All are renewed every
``MONTH`` trading days and marked at every close, futures and puts a month of closes at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..ledger import Ledger
from ..markets import surface
from ..markets.state import World
from ..units import SPX_MULTIPLIER, VIX_MULTIPLIER
from .costs import VixCosts
from .layered import Always, Trigger
from .vix_marks import Pricing

MONTH = 21
FUTURE_MULTIPLIER = 1000.0


@dataclass(kw_only=True)
class FutureLayer:
    """Long VIX futures of ``years`` to expiry, marked to market and renewed monthly."""

    name: str
    contracts: float
    years: float = 30.0 / 365.0
    cost_points: float = 0.03
    trigger: Trigger = field(default_factory=Always)

    def begin(self, world: World, ledger: Ledger) -> None:
        self.size, self.price = np.zeros(world.paths), np.zeros(world.paths)
        self.coming = np.zeros((0, world.paths))
        self.trigger.begin(world)

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        if day > 0:
            now = self.coming[(day - 1) % MONTH]
            ledger.trade(day, self.name, self.size * (now - self.price) * FUTURE_MULTIPLIER)
            self.price = now
        if day % MONTH == 0 and day < world.days:
            wanted = self.contracts * self.trigger.allows(day) * np.ones(world.paths)
            traded = wanted + self.size
            ledger.charge(day, self.name, traded * self.cost_points * FUTURE_MULTIPLIER)
            self.size, self.price = wanted, world.curve.future(day, self.years)
            month = slice(day + 1, day + 1 + MONTH)
            left = np.maximum(world.years[day] + self.years - world.years[month], 0.0)
            self.coming = world.curve.future(month, left[:, None])
        ledger.mark(day, self.name, np.zeros(world.paths))


@dataclass(kw_only=True)
class PutLayer:
    """Bought index puts of ``dte`` trading days and ``delta``, renewed monthly."""

    name: str
    contracts: float
    dte: int = 42
    delta: float = 0.10
    cost_share: float = 0.05
    trigger: Trigger = field(default_factory=Always)

    def begin(self, world: World, ledger: Ledger) -> None:
        n = world.paths
        self.size, self.value = np.zeros(n), np.zeros(n)
        self.coming = np.zeros((0, n))
        self.trigger.begin(world)

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        if day > 0:
            self.value = self.coming[(day - 1) % MONTH]
        if day % MONTH == 0 and day < world.days:
            sold = self.size * self.value * SPX_MULTIPLIER
            ledger.trade(day, self.name, sold)
            ledger.charge(day, self.name, self.cost_share * sold)
            self.size = self.contracts * self.trigger.allows(day) * np.ones(world.paths)
            expiry = day + self.dte
            offered = self._smile(day, expiry, world)
            strike = offered.strike_for_delta(self.delta, call=False)
            self.value = offered.price(strike, call=False)
            month = slice(day + 1, day + 1 + MONTH)
            self.coming = self._smile(month, expiry, world).price(strike, call=False)
            paid = self.size * self.value * SPX_MULTIPLIER
            ledger.trade(day, self.name, -paid)
            ledger.charge(day, self.name, self.cost_share * paid)
        ledger.mark(day, self.name, self.size * self.value * SPX_MULTIPLIER)

    def _smile(self, days: int | slice, expiry: int, world: World) -> surface.Smile:
        """The smile of one expiry at a close, or at several."""
        left = np.maximum(expiry - np.arange(world.days + 1)[days], 0) / 252.0
        return surface.smile(
            vix=world.vix[days],
            spot=world.spx[days],
            expiry=left[..., None],
            rate=world.rate,
            dividend_yield=world.dividend_yield,
        )


@dataclass(kw_only=True)
class ShortCallLayer:
    """Sold VIX calls of 30 days, held to expiry: a layer that loses in a spike."""

    name: str
    contracts: float
    delta: float = 0.30
    costs: VixCosts = field(default_factory=VixCosts)
    pricing: Pricing = field(default_factory=Pricing)
    trigger: Trigger = field(default_factory=Always)

    def begin(self, world: World, ledger: Ledger) -> None:
        n = world.paths
        self.size, self.strike, self.value = np.zeros(n), np.full(n, 20.0), np.zeros(n)
        self.expires = 0.0
        self.years = MONTH / 252.0
        self.trigger.begin(world)

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        now = float(world.years[day])
        if self.size.any():
            left = max(self.expires - now, 0.0)
            future = world.curve.future(day, left)
            marks = self.pricing.on(world, day, left)
            self.value = marks.price(future, self.strike, world.rate)
        if day % MONTH == 0 and day < world.days:
            ledger.trade(day, self.name, -self.size * self.value * VIX_MULTIPLIER)
            self.size = self.contracts * self.trigger.allows(day) * np.ones(world.paths)
            self.expires = now + self.years
            future = world.curve.future(day, self.years)
            marks = self.pricing.on(world, day, self.years)
            self.strike = np.asarray(marks.moneyness(self.delta) * future)
            self.value = marks.price(future, self.strike, world.rate)
            ledger.trade(day, self.name, self.size * self.value * VIX_MULTIPLIER)
            ledger.charge(day, self.name, self.costs.of(self.size, self.value))
        ledger.mark(day, self.name, -self.size * self.value * VIX_MULTIPLIER)
