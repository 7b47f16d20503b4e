"""A financed reserve: money borrowed for more VIX calls when the hedge does not suffice.

It is drawn when the VIX closed above a level the day before, the account is below its high,
and the hedge has so far covered less than a share of that fall. Each draw buys calls of
``dte`` days; the loan costs interest until they end, and the lender may recall it any day,
which forces a sale at a discount.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..ledger import Ledger
from ..markets.state import World
from ..units import VIX_MULTIPLIER
from .costs import VixCosts
from .desk import EXPIRED
from .vix_marks import Pricing

CENT = 0.01  # less is rounding, which differs from processor to processor


@dataclass(kw_only=True)
class SecondEngine:
    """``draw`` in USD a time; ``cover`` the share below which it is drawn; rates per year.

    ``hedge_lines`` name the layers whose profit counts as cover; the line stands after them.
    """

    draw: float
    cover: float
    hedge_lines: tuple[str, ...]
    vix_level: float = 28.0
    borrow_rate: float = 0.10
    recall_rate: float = 0.25
    recall_discount: float = 0.30
    dte: float = 60.0
    delta: float = 0.30
    costs: VixCosts = field(default_factory=VixCosts)
    pricing: Pricing = field(default_factory=Pricing)
    seed: int = 1
    name: str = "second engine"

    def begin(self, world: World, ledger: Ledger) -> None:
        n = world.paths
        self.contracts, self.strike, self.expires = np.zeros(n), np.full(n, 20.0), np.zeros(n)
        self.loan, self.value = np.zeros(n), np.zeros(n)
        self.high = ledger.capital.copy()
        self.hedge_at_high = np.zeros(n)
        self.hedge_so_far = np.zeros(n)
        self.earned = np.zeros(n)
        self.draws, self.interest, self.recalls = np.zeros(n), np.zeros(n), np.zeros(n)
        self.most_drawn = np.zeros(n)
        self.rng = np.random.default_rng([self.seed, 0x2E])

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        self._carry(day, world, ledger)
        self._end(day, world, ledger)
        self._follow(day, ledger)
        if 0 < day < world.days and self.draw > 0.0:
            self._draw(day, world, ledger)
        ledger.mark(day, self.name, self.contracts * self.value * VIX_MULTIPLIER)

    def _carry(self, day: int, world: World, ledger: Ledger) -> None:
        """Interest on the loan, and today's mark."""
        if day == 0 or not self.loan.any():
            return
        elapsed = float(world.years[day] - world.years[day - 1])
        interest = self.loan * np.expm1(self.borrow_rate * elapsed)
        ledger.charge(day, self.name, interest)
        self.interest += interest
        left = np.maximum(self.expires - float(world.years[day]), 0.0)
        future = world.curve.future(day, left)
        self.value = self.pricing.on(world, day, left).price(future, self.strike, world.rate)

    def _end(self, day: int, world: World, ledger: Ledger) -> None:
        """Expiry, or the lender's recall at a discount; the loan is repaid from the account."""
        held = self.contracts > 0.0
        chance = -np.expm1(-self.recall_rate / 252.0)
        recalled = held & (self.rng.random(world.paths) < chance)
        expired = held & (self.expires - world.years[day] < EXPIRED)
        recalled &= ~expired
        if not (recalled | expired).any():
            return
        share = np.where(recalled, 1.0 - self.recall_discount, 1.0)
        over = recalled | expired
        worth = np.where(over, self.contracts * self.value * VIX_MULTIPLIER, 0.0)
        ledger.trade(day, self.name, worth)
        ledger.charge(day, self.name, worth * (1.0 - share))
        self.recalls += recalled
        self.contracts = np.where(over, 0.0, self.contracts)
        self.loan = np.where(over, 0.0, self.loan)
        self.value = np.where(over, 0.0, self.value)

    def _follow(self, day: int, ledger: Ledger) -> None:
        """The account's high without this line, and what the hedge had earned by then."""
        earned = [ledger.earned(line, day) for line in self.hedge_lines]
        self.hedge_so_far = self.hedge_so_far + sum(earned, np.zeros_like(self.high))
        if day:
            self.earned = self.earned + ledger.profits[self.name][day - 1]
        self.equity = ledger.now() - self.earned
        new = self.equity >= self.high - CENT
        self.high = np.maximum(self.equity, self.high)
        self.hedge_at_high = np.where(new, self.hedge_so_far, self.hedge_at_high)

    def _draw(self, day: int, world: World, ledger: Ledger) -> None:
        covered = self.hedge_so_far - self.hedge_at_high
        loss = self.high - self.equity + covered
        nervous = world.vix[day - 1] > self.vix_level
        fires = nervous & (self.contracts == 0.0) & (loss > CENT)
        fires &= covered < self.cover * loss - CENT
        if not fires.any():
            return
        years = self.dte / 365.0
        future = world.curve.future(day, years)
        marks = self.pricing.on(world, day, years)
        strike = marks.moneyness(self.delta) * future
        price = marks.price(future, strike, world.rate)
        count = np.where(fires, self.draw / (np.maximum(price, 0.01) * VIX_MULTIPLIER), 0.0)
        ledger.trade(day, self.name, -count * price * VIX_MULTIPLIER)
        ledger.charge(day, self.name, self.costs.of(count, price))
        self.contracts = np.where(fires, count, self.contracts)
        self.strike = np.where(fires, strike, self.strike)
        self.value = np.where(fires, price, self.value)
        self.expires = np.where(fires, float(world.years[day]) + years, self.expires)
        self.loan = np.where(fires, self.draw, self.loan)
        self.draws += fires
        self.most_drawn = np.maximum(self.most_drawn, self.loan)
