"""Lines that simply hold something: bills that earn the riskless rate, and the index itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..ledger import Floats, Ledger
from ..markets.state import World


@dataclass(kw_only=True)
class Bills:
    """Interest at ``rate`` (continuous, a year) on everything the account is worth."""

    rate: float
    name: str = "bills"

    def begin(self, world: World, ledger: Ledger) -> None:
        self.nothing = np.zeros(world.paths)

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        if day > 0:
            growth = np.expm1(self.rate * (world.years[day] - world.years[day - 1]))
            ledger.trade(day, self.name, growth * np.maximum(ledger.now(), 0.0))
        ledger.mark(day, self.name, self.nothing)


@dataclass(kw_only=True)
class Index:
    """The index with dividends reinvested; all cash goes into it on the days ``rebalances``.

    Stands after the lines that may leave or take cash on such a day.
    """

    rebalances: Floats
    dividend_yield: float
    name: str = "index"

    def begin(self, world: World, ledger: Ledger) -> None:
        self.shares = np.zeros(world.paths)

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        if day > 0:
            elapsed = world.years[day] - world.years[day - 1]
            self.shares = self.shares * np.exp(self.dividend_yield * elapsed)
        if self.rebalances[day]:
            cash = ledger.cash.copy()
            self.shares = self.shares + cash / world.spx[day]
            ledger.trade(day, self.name, -cash)
        ledger.mark(day, self.name, self.shares * world.spx[day])
