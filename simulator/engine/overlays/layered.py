"""One layer of a volatility hedge: bought VIX calls, rolled by the calendar.

A layer is when + how much + what + when to roll. Calls are marked with Black-76 on the
future of their own expiry, settled at the VIX close of their last day (the true
settlement is a special opening quotation; see the model cards), and paid for in cash.

Profit by cause of one held day, from the old mark to the new:

    theta  price(T', F) - price(T, F)                     time passes, nothing else
    delta  D (F' - F)
    gamma  price(T', F') - price(T', F) - D (F' - F)      = integral of gamma, exactly
    vega   the vol moves to that of the new moneyness (by law: and of the new state)
    jumps  delta and gamma of the days on which the market jumped
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from ..ledger import Floats, Ledger
from ..markets.state import Bools, Indices, World
from ..numerics.times import Times
from ..units import VIX_MULTIPLIER
from .costs import VixCosts
from .desk import Desk
from .sizing import Offer, Sizing
from .vix_marks import Marks, Pricing

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


def _among(paths: int, at: Indices, values: Floats) -> Floats:
    """``values`` of the paths ``at`` among all paths, 0 elsewhere."""
    out = np.zeros(paths)
    out[at] = values
    return out


class Ends:
    """When each path's calls expire: few ends at a time, and which of them each path has."""

    def __init__(self, paths: int) -> None:
        self.distinct = np.array([-1.0])
        self.group = np.zeros(paths, dtype=np.intp)
        self.first = -1.0

    def left(self, now: float) -> Times:
        """Years to go, none once they are over."""
        return Times(np.maximum(self.distinct - now, 0.0), self.group)

    def over(self, now: float) -> Bools | None:
        """Whose calls have expired by ``now``; None where nobody's have."""
        if self.first - now >= EXPIRED:
            return None
        return (self.distinct - now < EXPIRED).take(self.group)

    def set(self, at: Indices, ends: Floats | float) -> None:
        """New ends of the paths ``at``; an end that nobody has any more is forgotten."""
        fresh, group = np.unique(ends, return_inverse=True) if np.ndim(ends) else ([ends], 0)
        self.group[at] = group + len(self.distinct)
        self.distinct = np.concatenate([self.distinct, fresh])
        used = np.bincount(self.group, minlength=len(self.distinct)) > 0
        self.group = (np.cumsum(used) - 1).take(self.group)
        self.distinct = self.distinct[used]
        self.first = float(self.distinct.min())


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
    that goes into ``heirs``. Layers with one ``desk`` are marked together.
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
    desk: Desk = field(default_factory=Desk, repr=False)

    def begin(self, world: World, ledger: Ledger) -> None:
        paths = world.paths
        self.strike = np.full(paths, 20.0)
        self.ends = Ends(paths)
        first = -1.0 if self.calendar is None else float(self.calendar[0])
        self.renews = np.full(paths, first)
        self.next_renewal = first
        self.contracts = np.zeros(paths)
        self.cost_basis = np.zeros(paths)
        self.future = np.full(paths, 20.0)
        self.value = np.zeros(paths)
        self.gift = np.zeros(paths)
        self.purchases = np.zeros(paths)
        self.sales = np.zeros(paths)
        self.trigger.begin(world)
        self.desk.join(self, world)

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        now = float(world.years[day])
        price = self._marked(day, world, ledger)
        price = self._settled(day, now, price, world, ledger)
        price = self._monetised(day, price, world, ledger)
        price = self._renewed(day, now, price, world, ledger)
        self.value = price
        ledger.mark(day, self.name, self.contracts * price * VIX_MULTIPLIER)

    def _marked(self, day: int, world: World, ledger: Ledger) -> Floats:
        mark = self.desk.mark(self, day)
        if mark is None:
            return np.zeros(world.paths)
        if mark.causes is not None:
            theta, straight, bent, vega = mark.causes
            ledger.explain(self.name, "theta", theta)
            ledger.explain_moves(self.name, straight, bent, world.jumped_before(day))
            ledger.explain(self.name, "vega", vega)
        self.future = mark.future
        return mark.price

    def _settled(self, day: int, now: float, price: Floats, world: World, ledger: Ledger) -> Floats:
        over = self.ends.over(now)
        if over is None:
            return price
        done = np.flatnonzero(over & (self.contracts > 0.0))
        ledger.trade(day, self.name, self.contracts[done] * price[done] * VIX_MULTIPLIER, at=done)
        self.contracts[done], price[done] = 0.0, 0.0
        return price

    def _monetised(self, day: int, price: Floats, world: World, ledger: Ledger) -> Floats:
        if (self.sell_at is None and self.sell_above_vix is None) or not self.contracts.any():
            return price
        rich = np.zeros(world.paths, dtype=bool)
        if self.sell_at is not None:
            rich |= price >= self.sell_at * self.cost_basis
        if self.sell_above_vix is not None and day > 0:
            rich |= world.vix[day - 1] > self.sell_above_vix
        rich &= (self.contracts > 0.0) & (price > 0.0)
        at = np.flatnonzero(rich)
        if not at.size:
            return price
        proceeds = self._sold(day, at, price[at], ledger)
        for heir in self.heirs:
            heir.gift[at] += self.recycle * proceeds / len(self.heirs)
        price[at] = 0.0
        return price

    def _sold(self, day: int, at: Indices, price: Floats, ledger: Ledger) -> Floats:
        """Sell what the paths ``at`` hold, at ``price``; returns what they are left with."""
        contracts = self.contracts[at]
        cost = self.costs.of(contracts, price)
        proceeds = contracts * price * VIX_MULTIPLIER
        ledger.trade(day, self.name, proceeds, at=at)
        ledger.charge(day, self.name, cost, at=at)
        self.sales[at] += proceeds
        self.contracts[at] = 0.0
        return np.asarray(np.maximum(proceeds - cost, 0.0))

    def _renewed(self, day: int, now: float, price: Floats, world: World, ledger: Ledger) -> Floats:
        if day == world.days:
            return price
        if self.next_renewal - now < EXPIRED:
            at = np.flatnonzero(self.renews - now < EXPIRED)
            self._rolled(day, now, at, self.trigger.allows(day), price, world, ledger)
            self.next_renewal = float(self.renews.min())
        return self._gifted(day, price, world, ledger) if self.gift.any() else price

    def _rolled(
        self,
        day: int,
        now: float,
        at: Indices,
        allowed: Floats,
        price: Floats,
        world: World,
        ledger: Ledger,
    ) -> None:
        """Sell and buy anew on the paths ``at``, which alone are priced; renews ``price`` there."""
        held = at[self.contracts[at] > 0.0]
        if held.size:
            self._sold(day, held, price[held], ledger)
        years = self._life(now)
        if years is None:
            self.renews[at], price[at] = np.inf, 0.0
            return
        future = world.curve.future(day, years, at)
        marks = self.pricing.on(world, day, years, at)
        strike = self._strike(future, marks)
        fresh = marks.price(future, strike, world.rate)
        offer = Offer(
            price=_among(world.paths, at, fresh),
            held_days=self.dte - self.roll_at,
            decay=lambda: _among(
                world.paths, at, fresh - self._price_at_roll(day, at, strike, world)
            ),
            future=_among(world.paths, at, future),
        )
        wanted = np.broadcast_to(self.sizing.contracts(day, offer, ledger) * allowed, price.shape)
        contracts = np.where(fresh > 0.0, wanted[at], 0.0)
        life: Any = years
        if day == 0 and self.phase_seed is not None:
            held_years = (self.dte - self.roll_at) * DAY
            rng = np.random.default_rng(self.phase_seed)
            phases = rng.integers(0, PHASES, world.paths)[at]
            life = years - held_years * phases / PHASES
            future = world.curve.future(day, life, at)
            fresh = self.pricing.on(world, day, life, at).price(future, strike, world.rate)
        paid = contracts * fresh * VIX_MULTIPLIER
        ledger.trade(day, self.name, -paid, at=at)
        ledger.charge(day, self.name, self.costs.of(contracts, fresh), at=at)
        self.purchases[at] += paid
        bought = contracts > 0.0
        self.strike[at] = np.where(bought, strike, self.strike[at])
        self.ends.set(at, now + life)
        renewal = now + life - self.roll_at * DAY
        self.renews[at] = np.where(bought, renewal, now) if self.retry else renewal
        self.contracts[at] = contracts
        self.cost_basis[at] = np.where(bought, fresh, self.cost_basis[at])
        self.future[at] = future
        price[at] = np.where(bought, fresh, 0.0)

    def _strike(self, future: Floats, marks: Marks) -> Floats:
        if self.strike_at is not None:
            return np.full(future.shape, self.strike_at)
        if self.points_above is not None:
            return np.asarray(future + self.points_above)
        return np.asarray(marks.moneyness(self.delta) * future)

    def _life(self, now: float) -> float | None:
        """Years that a call bought now has; None where the calendar has ended."""
        if self.calendar is None:
            return self.dte * DAY
        later = self.calendar[self.calendar > now + EXPIRED]
        return float(later[0] - now) if len(later) else None

    def _price_at_roll(self, day: int, at: Indices, strike: Floats, world: World) -> Floats:
        """The same call on the day of its renewal, if spot VIX and the curve stay as they are."""
        left = self.roll_at * DAY
        future = world.curve.future(day, left, at)
        return self.pricing.on(world, day, left, at).price(future, strike, world.rate)

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
