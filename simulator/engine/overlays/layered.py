"""One layer of a volatility hedge: bought VIX calls, rolled by the calendar.

A layer is when + how much + what + when to roll. Calls are marked with Black-76 on the
future of their own expiry, settled at the VIX close of their last day (the true
settlement is a special opening quotation; see the model cards), and paid for in cash.

Profit by cause of one held day, from the old mark to the new:

    theta  price(T', F) - price(T, F)                     time passes, nothing else
    delta  D (F' - F)
    gamma  price(T', F') - price(T', F) - D (F' - F)      = integral of gamma, exactly
    vega   the vol moves to that of the new moneyness
    jumps  delta and gamma of the days on which the market jumped
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

import numpy as np

from ..ledger import Floats, Ledger
from ..markets import vix_curve
from ..markets.state import Bools, World
from ..pricing import black76
from ..units import VIX_MULTIPLIER
from .costs import VixCosts
from .sizing import Offer, Sizing

EXPIRED = 0.5 / 365.0
PHASES = 6
DAY = 1.0 / 365.0


class Trigger(Protocol):
    """When a layer may buy; decisions use the closes before ``day``."""

    def begin(self, world: World) -> None: ...

    def allows(self, day: int) -> Floats:
        """A multiple of the usual size for each path; 0 means: do not buy."""
        ...


class Always:
    """Bought at any VIX."""

    def __init__(self) -> None:
        self.ones = np.ones(1)

    def begin(self, world: World) -> None:
        self.ones = np.ones(world.paths)

    def allows(self, day: int) -> Floats:
        return self.ones


@dataclass(frozen=True, kw_only=True)
class Pricing:
    """How VIX calls are marked: one-month at-the-money vol and its rise in ln(K/F)."""

    vol_of_vix: float = vix_curve.VOL_OF_VIX
    skew: float = vix_curve.SKEW

    def vol(self, F: Floats, K: Floats, T: Floats | float) -> Floats:
        return vix_curve.option_vol(
            future=F, strike=K, expiry=T, vol_of_vix=self.vol_of_vix, skew=self.skew
        )

    def price(self, F: Floats, K: Floats, T: Floats | float, rate: float) -> Floats:
        return black76.price(forward=F, strike=K, expiry=T, vol=self.vol(F, K, T), rate=rate)

    def moneyness(self, years: float, delta: float) -> float:
        """K/F of the call of this delta: the vol depends on K/F alone, so one number serves."""
        return _moneyness(self, float(years), float(delta))


@lru_cache(maxsize=4096)
def _moneyness(pricing: Pricing, years: float, delta: float) -> float:
    """Kept: a ladder asks for the same few calls at every renewal of every account."""
    ratio = vix_curve.call_strike_for_delta(
        future=1.0, expiry=years, delta=delta, vol_of_vix=pricing.vol_of_vix, skew=pricing.skew
    )
    return float(ratio)


@dataclass(kw_only=True)
class CallLayer:
    """VIX calls of ``dte`` calendar days and ``delta``, renewed with ``roll_at`` days left.

    ``sell_at``: sell once the mark is this multiple of what was paid and stay out until
    the next renewal (None: hold); ``sell_above_vix`` does so when the VIX closed above it.
    ``retry``: a refused purchase is tried again the next day, not at the next renewal.
    ``phase_seed`` starts every path at one of six
    points of the layer's cycle, so that no result hangs on the day of the first purchase.
    ``points_above`` the future, or ``strike_at`` in index points, choose the strike instead of
    ``delta``. ``calendar``: expiries in years since the start, ascending; a call then runs from
    one to the next instead of ``dte`` days. ``recycle``: share of the proceeds of an early sale
    that goes into ``heirs``.
    """

    name: str
    dte: float
    delta: float
    sizing: Sizing
    roll_at: float = 0.0
    sell_at: float | None = None
    sell_above_vix: float | None = None
    costs: VixCosts = field(default_factory=VixCosts)
    pricing: Pricing = field(default_factory=Pricing)
    trigger: Trigger = field(default_factory=Always)
    phase_seed: int | None = None
    calendar: Floats | None = None
    points_above: float | None = None
    strike_at: float | None = None
    explain: bool = True
    retry: bool = True
    recycle: float = 0.0
    heirs: tuple[CallLayer, ...] = ()

    def begin(self, world: World, ledger: Ledger) -> None:
        paths = world.paths
        self.strike = np.full(paths, 20.0)
        self.expires = np.full(paths, -1.0)
        first = -1.0 if self.calendar is None else float(self.calendar[0])
        self.renews = np.full(paths, first)
        self.contracts = np.zeros(paths)
        self.cost_basis = np.zeros(paths)
        self.future = np.full(paths, 20.0)
        self.value = np.zeros(paths)
        self.left = np.zeros(paths)
        self.gift = np.zeros(paths)
        self.purchases = np.zeros(paths)
        self.sales = np.zeros(paths)
        self.moneyness = self.pricing.moneyness(self.dte * DAY, self.delta)
        self.trigger.begin(world)

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        now = float(world.years[day])
        price = self._marked(day, now, world, ledger)
        price = self._settled(day, now, price, world, ledger)
        price = self._monetised(day, price, world, ledger)
        price = self._renewed(day, now, price, world, ledger)
        self.value = price
        ledger.mark(day, self.name, self.contracts * price * VIX_MULTIPLIER)

    def _marked(self, day: int, now: float, world: World, ledger: Ledger) -> Floats:
        if not self.contracts.any():
            return np.zeros(world.paths)
        left = np.maximum(self.expires - now, 0.0)
        future = world.curve.future(day, left)
        price = self.pricing.price(future, self.strike, left, world.rate)
        if self.explain and day > 0:
            self._explain(day, left, future, price, world, ledger)
        self.left, self.future = left, future
        return price

    def _explain(
        self, day: int, left: Floats, future: Floats, price: Floats, world: World, ledger: Ledger
    ) -> None:
        K, F, rate = self.strike, self.future, world.rate
        size = self.contracts * VIX_MULTIPLIER
        vol = self.pricing.vol(F, K, left)
        aged = black76.price(forward=F, strike=K, expiry=left, vol=vol, rate=rate)
        moved = black76.price(forward=future, strike=K, expiry=left, vol=vol, rate=rate)
        delta = black76.delta(forward=F, strike=K, expiry=left, vol=vol, rate=rate)
        straight = delta * (future - F)
        jumped = world.jumped[day - 1] if world.jumped is not None else np.zeros(K.shape, bool)
        ledger.explain(self.name, "theta", size * (aged - self.value))
        ledger.explain(self.name, "delta", np.where(jumped, 0.0, size * straight))
        ledger.explain(self.name, "gamma", np.where(jumped, 0.0, size * (moved - aged - straight)))
        ledger.explain(self.name, "jumps", np.where(jumped, size * (moved - aged), 0.0))
        ledger.explain(self.name, "vega", size * (price - moved))

    def _settled(self, day: int, now: float, price: Floats, world: World, ledger: Ledger) -> Floats:
        done = (self.contracts > 0.0) & (self.expires - now < EXPIRED)
        if not done.any():
            return price
        ledger.trade(day, self.name, np.where(done, self.contracts * price * VIX_MULTIPLIER, 0.0))
        self.contracts = np.where(done, 0.0, self.contracts)
        return np.where(done, 0.0, price)

    def _monetised(self, day: int, price: Floats, world: World, ledger: Ledger) -> Floats:
        if (self.sell_at is None and self.sell_above_vix is None) or not self.contracts.any():
            return price
        rich = np.zeros(world.paths, dtype=bool)
        if self.sell_at is not None:
            rich |= price >= self.sell_at * self.cost_basis
        if self.sell_above_vix is not None and day > 0:
            rich |= world.vix[day - 1] > self.sell_above_vix
        rich &= (self.contracts > 0.0) & (price > 0.0)
        if not rich.any():
            return price
        proceeds = self._sold(day, rich, price, ledger)
        for heir in self.heirs:
            heir.gift = heir.gift + self.recycle * proceeds / len(self.heirs)
        return np.where(rich, 0.0, price)

    def _sold(self, day: int, which: Bools, price: Floats, ledger: Ledger) -> Floats:
        contracts = np.where(which, self.contracts, 0.0)
        cost = self.costs.of(contracts, price)
        proceeds = contracts * price * VIX_MULTIPLIER
        ledger.trade(day, self.name, proceeds)
        ledger.charge(day, self.name, cost)
        self.sales += proceeds
        self.contracts = np.where(which, 0.0, self.contracts)
        return np.asarray(np.maximum(proceeds - cost, 0.0))

    def _renewed(self, day: int, now: float, price: Floats, world: World, ledger: Ledger) -> Floats:
        due = self.renews - now < EXPIRED
        if not due.any() and not self.gift.any():
            return price
        if day == world.days:
            return price
        allowed = self.trigger.allows(day)
        if due.any():
            price = self._rolled(day, now, due, allowed, price, world, ledger)
        return self._gifted(day, price, world, ledger)

    def _rolled(
        self,
        day: int,
        now: float,
        due: Bools,
        allowed: Floats,
        price: Floats,
        world: World,
        ledger: Ledger,
    ) -> Floats:
        self._sold(day, due & (self.contracts > 0.0), price, ledger)
        years = self._life(now)
        if years is None:
            self.renews = np.where(due, np.inf, self.renews)
            return np.where(due, 0.0, price)
        future = world.curve.future(day, years)
        if self.calendar is not None:
            self.moneyness = self.pricing.moneyness(years, self.delta)
        strike = self._strike(future)
        fresh = self._priced(due, future, strike, years, world)
        offer = Offer(
            price=fresh,
            held_days=self.dte - self.roll_at,
            decay=lambda: fresh - self._price_at_roll(day, strike, world),
            future=future,
        )
        wanted = self.sizing.contracts(day, offer, ledger) * allowed
        contracts = np.where(due & (fresh > 0.0), wanted, 0.0)
        life = np.full(world.paths, years)
        if day == 0 and self.phase_seed is not None:
            held = (self.dte - self.roll_at) * DAY
            rng = np.random.default_rng(self.phase_seed)
            life -= held * rng.integers(0, PHASES, world.paths) / PHASES
            future = world.curve.future(day, life)
            fresh = self._priced(due, future, strike, life, world)
        ledger.trade(day, self.name, -contracts * fresh * VIX_MULTIPLIER)
        ledger.charge(day, self.name, self.costs.of(contracts, fresh))
        self.purchases += contracts * fresh * VIX_MULTIPLIER
        bought = due & (contracts > 0.0)
        self.strike = np.where(bought, strike, self.strike)
        self.expires = np.where(due, now + life, self.expires)
        waits = due & (contracts == 0.0) if self.retry else np.zeros_like(due)
        renewal = np.where(waits, now, now + life - self.roll_at * DAY)
        self.renews = np.where(due, renewal, self.renews)
        self.contracts = np.where(due, contracts, self.contracts)
        self.cost_basis = np.where(bought, fresh, self.cost_basis)
        self.future = np.where(due, future, self.future)
        return np.where(due, np.where(contracts > 0.0, fresh, 0.0), price)

    def _priced(
        self, due: Bools, future: Floats, strike: Floats, years: Floats | float, world: World
    ) -> Floats:
        """Marks of the calls on offer; where nothing is due nothing is priced and 0 stands."""
        if due.all():
            return self.pricing.price(future, strike, years, world.rate)
        out = np.zeros(world.paths)
        life = years if isinstance(years, float) else years[due]
        out[due] = self.pricing.price(future[due], strike[due], life, world.rate)
        return out

    def _strike(self, future: Floats) -> Floats:
        if self.strike_at is not None:
            return np.full(future.shape, self.strike_at)
        if self.points_above is not None:
            return np.asarray(future + self.points_above)
        return np.asarray(self.moneyness * future)

    def _life(self, now: float) -> float | None:
        """Years that a call bought now has; None where the calendar has ended."""
        if self.calendar is None:
            return self.dte * DAY
        later = self.calendar[self.calendar > now + EXPIRED]
        return float(later[0] - now) if len(later) else None

    def _price_at_roll(self, day: int, strike: Floats, world: World) -> Floats:
        """The same call on the day of its renewal, if spot VIX and the curve stay as they are."""
        left = self.roll_at * DAY
        return self.pricing.price(world.curve.future(day, left), strike, left, world.rate)

    def _gifted(self, day: int, price: Floats, world: World, ledger: Ledger) -> Floats:
        """Spend what another layer passed on, on more of the calls held."""
        able = (self.gift > 0.0) & (self.contracts > 0.0) & (price > 0.05)
        if not able.any():
            return price
        more = np.where(able, self.gift / (np.maximum(price, 0.05) * VIX_MULTIPLIER), 0.0)
        ledger.trade(day, self.name, -more * price * VIX_MULTIPLIER)
        ledger.charge(day, self.name, self.costs.of(more, price))
        self.purchases += more * price * VIX_MULTIPLIER
        self.contracts = self.contracts + more
        self.gift = np.where(able, 0.0, self.gift)
        return price
