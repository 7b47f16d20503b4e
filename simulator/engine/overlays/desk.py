"""A desk runs the calls of several layers side by side.

A day of some hundred paths costs the calls of functions, hardly their arithmetic. Layers that
share a desk therefore stand in one row, their paths one after another: marked, settled, sold and
renewed in one go, each by its own rules and at its own market's prices. Layers join when they
begin; the first that acts at a close has its whole row act. None hears of another, but for the
heirs that it names, so that a layer in a row does what it would do alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import proxy

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ..ledger import Floats, Ledger
from ..markets.state import Bools, Indices, World
from ..numerics.times import Times
from ..pricing import black76
from ..units import VIX_MULTIPLIER
from .sizing import Offer
from .vix_marks import Marks, Pricing, RuleMarks

if TYPE_CHECKING:
    from .layered import CallLayer

MOST_COLUMNS = 4096  # at a time: more would leave the cache
EXPIRED = 0.5 / 365.0
PHASES = 6
DAY = 1.0 / 365.0
NEVER = 1e300  # a multiple of what was paid that no call reaches


class Member(NamedTuple):
    """Who joined a desk: a layer by its id, and where it acts."""

    name: int
    layer: CallLayer
    world: World
    ledger: Ledger


class Desk:
    """Knows its layers weakly: they know it, and what a run held must go when the run does."""

    def __init__(self) -> None:
        self._members: dict[int, Member] = {}
        self._rows: dict[int, Row] | None = None

    def join(self, layer: CallLayer, world: World, ledger: Ledger) -> None:
        if self._rows is not None:  # whoever acted before belongs to a walk that is over
            self._members, self._rows = {}, None
        self._members[id(layer)] = Member(id(layer), proxy(layer), world, ledger)

    def step(self, layer: CallLayer, day: int) -> None:
        """Act at a close, with all that stand in its row."""
        if self._rows is None:
            self._rows = _rows(list(self._members.values()))
        row = self._rows[id(layer)]
        if row.day != day:
            row.act(day)


@dataclass(frozen=True)
class Seat:
    """A layer in its row: the market and the account that it acts in, and its columns."""

    layer: CallLayer
    world: World
    ledger: Ledger
    mine: slice


def _rows(members: Sequence[Member]) -> dict[int, Row]:
    """Who stands beside whom: those of one calendar, rate, skew and costs, as many as fit.

    Those of one market stand together, as they share its curve. What the model's own law marks
    reads the state of its market, and stands beside others of that market alone.
    """
    markets = {id(one.world): number for number, one in reversed([*enumerate(members)])}
    shelves: dict[Any, list[list[Member]]] = {}
    for member in sorted(members, key=lambda one: markets[id(one.world)]):
        rows = shelves.setdefault(_alike(member), [[]])
        columns = sum(one.world.paths for one in rows[-1])
        if columns and columns + member.world.paths > MOST_COLUMNS:
            rows.append([])
        rows[-1].append(member)
    out: dict[int, Row] = {}
    for rows in shelves.values():
        for row in rows:
            out |= dict.fromkeys((one.name for one in row), Row(row))
    return out


def _alike(one: Member) -> tuple[Any, ...]:
    layer, world = one.layer, one.world
    market = id(world) if layer.pricing.is_by_law(world) else None
    same = (world.years.tobytes(), world.rate, layer.pricing.skew, layer.costs, layer.explain)
    return (*same, market)


class Ends:
    """When each column's calls expire: few ends at a time, and which of them each column has.

    ``kinds`` tells ends of one day apart where calls are marked in more than one way.
    """

    def __init__(self, columns: int) -> None:
        self.distinct, self.kinds = np.array([-1.0]), np.array([0])
        self.group = np.zeros(columns, dtype=np.intp)
        self.first = -1.0

    def left(self, now: float) -> Times:
        """Years to go, none once they are over."""
        return Times(np.maximum(self.distinct - now, 0.0), self.group)

    def over(self, now: float) -> Bools | None:
        """Whose calls have expired by ``now``; None where nobody's have."""
        if self.first - now >= EXPIRED:
            return None
        return (self.distinct - now < EXPIRED).take(self.group)

    def set(self, at: Indices, ends: Floats | float, kinds: NDArray[np.int_] | int) -> None:
        """New ends of the columns ``at``; an end that nobody has any more is forgotten."""
        fresh, group = np.unique(ends + 1j * kinds, return_inverse=True)
        self.group[at] = group + len(self.distinct)
        self.distinct = np.concatenate([self.distinct, fresh.real])
        self.kinds = np.concatenate([self.kinds, fresh.imag.astype(int)])
        used = np.bincount(self.group, minlength=len(self.distinct)) > 0
        self.group = (np.cumsum(used) - 1).take(self.group)
        self.distinct, self.kinds = self.distinct[used], self.kinds[used]
        self.first = float(self.distinct.min())


class Row:
    """Layers side by side; every array has a column for each path of each of them."""

    def __init__(self, members: Sequence[Member]) -> None:
        layers, worlds = [one.layer for one in members], [one.world for one in members]
        counts = [world.paths for world in worlds]
        self.edges = np.concatenate([[0], np.cumsum(counts)])
        self.columns = int(self.edges[-1])
        self.years, self.days, self.rate = worlds[0].years, worlds[0].days, worlds[0].rate
        self.costs, self.explain = layers[0].costs, layers[0].explain
        self.day = -1
        self.path = np.concatenate([np.arange(count) for count in counts])
        self.markets = _markets(worlds, self.edges)
        self._price_as(layers, worlds, counts)
        n = self.columns
        self.strike, self.future = np.full(n, 20.0), np.full(n, 20.0)
        self.contracts, self.cost_basis, self.value = np.zeros(n), np.zeros(n), np.zeros(n)
        self.gift, self.purchases, self.sales = np.zeros(n), np.zeros(n), np.zeros(n)
        self.ends = Ends(n)
        self.renews = np.repeat([layer.first_purchase for layer in layers], counts)
        self.next_renewal = float(self.renews.min())
        self.roll_at = np.repeat([layer.roll_at * DAY for layer in layers], counts)
        self.retries = np.repeat([layer.retry for layer in layers], counts)
        multiples = [NEVER if layer.sell_at is None else layer.sell_at for layer in layers]
        self.sell_at = np.repeat(multiples, counts)
        self.any_sells = any(one.sell_at or one.sell_above_vix is not None for one in layers)
        # of each line's books
        self.profits = np.zeros((self.days + 1, n))
        self.worth, self.moved = np.zeros(n), np.zeros(n)
        self.paid, self.received, self.charged = np.zeros(n), np.zeros(n), np.zeros(n)
        self.seats = [self._seated(number, one) for number, one in enumerate(members)]

    def _price_as(
        self, layers: Sequence[CallLayer], worlds: Sequence[World], counts: Sequence[int]
    ) -> None:
        """One pricing for all; layers marked at different vols are of different kinds."""
        self.pricing = layers[0].pricing
        self.by_law = self.pricing.is_by_law(worlds[0])
        vols = [layer.pricing.vol_of_vix for layer in layers]
        self.vols = np.array(sorted(set(vols)))
        self.kinds = np.repeat(np.searchsorted(self.vols, vols), counts)

    def _seated(self, number: int, member: Member) -> Seat:
        """Hand the layer and its line of the account their columns."""
        _, layer, world, ledger = member
        mine = slice(int(self.edges[number]), int(self.edges[number + 1]))
        layer.contracts, layer.gift = self.contracts[mine], self.gift[mine]
        layer.purchases, layer.sales = self.purchases[mine], self.sales[mine]
        ledger.adopt(
            layer.name,
            profits=self.profits[:, mine],
            value=self.worth[mine],
            paid=self.paid[mine],
            received=self.received[mine],
            costs=self.charged[mine],
        )
        return Seat(layer, world, ledger, mine)

    def act(self, day: int) -> None:
        """What every layer does at a close, and the day's profit."""
        self.day = day
        now = float(self.years[day])
        price = self._marked(day, now)
        self._settle(day, now, price)
        if self.any_sells:
            self._monetise(day, price)
        if day < self.days:
            self._renew(day, now, price)
            if self.gift.any():
                self._spend_gifts(day, price)
        self.value = price
        worth = self.contracts * price * VIX_MULTIPLIER
        profit = np.subtract(worth, self.worth, out=self.profits[day])
        profit += self.moved
        self.worth[:] = worth
        self.moved.fill(0.0)

    # prices

    def _marked(self, day: int, now: float) -> Floats:
        """The price of every column's calls; what the day brought goes to its causes."""
        if not self.contracts.any():
            return np.zeros(self.columns)
        left = self.ends.left(now)
        future = self._futures(day, left, None)
        price = self._marks(day, left).price(future, self.strike, self.rate)
        if self.explain:
            self._explain(day, left, future, price)
        self.future = future
        return price

    def _marks(self, day: int, left: Times) -> Marks:
        """Marks at a close of calls with the time to go that is left now."""
        if self.by_law:
            return self.pricing.on(self.seats[0].world, day, left, self.path)
        return RuleMarks(self._pricing(self.ends.kinds), left)

    def _pricing(self, kinds: NDArray[np.int_]) -> Pricing:
        """The pricing of each kind, one vol for all where there is but one."""
        if len(self.vols) == 1:
            return self.pricing
        vols: Any = self.vols[kinds]
        return replace(self.pricing, vol_of_vix=vols)

    def _futures(self, day: int, years: Any, columns: Indices | None) -> Floats:
        """Futures ``years`` ahead (a number, ``Times`` or one a column), market by market."""
        parts = []
        for world, first, last, paths in self.markets:
            if columns is None:
                start, stop, at = first, last, paths
            else:
                start, stop = np.searchsorted(columns, (first, last))
                at = self.path[columns[start:stop]]
            if start < stop:
                parts.append(world.curve.future(day, _cut(years, slice(start, stop)), at))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _explain(self, day: int, left: Times, future: Floats, price: Floats) -> None:
        """What the day brought, from the old mark to the new (``layered`` says how)."""
        K, F = self.strike, self.future
        size = self.contracts * VIX_MULTIPLIER
        discount = left.spread(np.exp(-self.rate * left.distinct))
        k = np.log(K / F)
        # what yesterday's market says of calls with today's time to go
        width = self._marks(max(day - 1, 0), left).width(k)
        d1, d2 = black76.distances(k, width)
        delta, sure = ndtr(d1) * discount, ndtr(d2) * discount
        aged = np.maximum(F * delta - K * sure, 0.0)
        moved = black76.of_width(
            forward=future,
            strike=K,
            log_moneyness=np.log(K / future),
            width=width,
            discount=discount,
        )
        straight = size * delta * (future - F)
        bent = size * (moved - aged) - straight
        theta, vega = size * (aged - self.value), size * (price - moved)
        for seat in self.seats:
            mine, ledger, name = seat.mine, seat.ledger, seat.layer.name
            ledger.explain(name, "theta", theta[mine])
            jumped = seat.world.jumped_before(day)
            ledger.explain_moves(name, straight[mine], bent[mine], jumped)
            ledger.explain(name, "vega", vega[mine])

    # what ends

    def _settle(self, day: int, now: float, price: Floats) -> None:
        over = self.ends.over(now)
        if over is None:
            return
        done = np.flatnonzero(over & (self.contracts > 0.0))
        if done.size:
            self._trade(day, done, self.contracts[done] * price[done] * VIX_MULTIPLIER)
            self.contracts[done], price[done] = 0.0, 0.0

    def _monetise(self, day: int, price: Floats) -> None:
        """Sell early what has become rich, and pass a share of it on."""
        rich = price >= self.sell_at * self.cost_basis
        if day > 0:
            for seat in self.seats:
                if seat.layer.sell_above_vix is not None:
                    rich[seat.mine] |= seat.world.vix[day - 1] > seat.layer.sell_above_vix
        rich &= (self.contracts > 0.0) & (price > 0.0)
        at = np.flatnonzero(rich)
        if not at.size:
            return
        kept = self._sold(day, at, price[at])
        for seat, part in self._split(at):
            layer = seat.layer
            for heir in layer.heirs:
                heir.gift[self.path[at[part]]] += layer.recycle * kept[part] / len(layer.heirs)
        price[at] = 0.0

    def _sold(self, day: int, at: Indices, price: Floats) -> Floats:
        """Sell what the columns ``at`` hold, at ``price``; returns what they are left with."""
        contracts = self.contracts[at]
        cost = self.costs.of(contracts, price)
        proceeds = contracts * price * VIX_MULTIPLIER
        self._trade(day, at, proceeds, cost)
        self.sales[at] += proceeds
        self.contracts[at] = 0.0
        return np.asarray(np.maximum(proceeds - cost, 0.0))

    # what begins

    def _renew(self, day: int, now: float, price: Floats) -> None:
        """Sell and buy anew in the columns that are due, which alone are priced."""
        if self.next_renewal - now >= EXPIRED:
            return
        due = np.flatnonzero(self.renews - now < EXPIRED)
        held = due[self.contracts[due] > 0.0]
        if held.size:
            self._sold(day, held, price[held])
        lives = []
        for seat, part in self._split(due):
            years = seat.layer.life(now)
            if years is None:
                self.renews[due[part]], price[due[part]] = np.inf, 0.0
            else:
                lives.append((seat, due[part], years))
        if lives:
            self._buy(day, now, lives, price)
        self.next_renewal = float(self.renews.min())

    def _buy(
        self, day: int, now: float, lives: Sequence[tuple[Seat, Indices, float]], price: Floats
    ) -> None:
        """Calls of so many years for each of the layers, in some of its columns."""
        seats, parts, years = zip(*lives, strict=True)
        sizes = [part.size for part in parts]
        due = parts[0] if len(parts) == 1 else np.concatenate(parts)
        life: Any = years[0]
        if len(parts) > 1:
            life = Times(np.array(years), np.repeat(np.arange(len(parts)), sizes))
        future = self._futures(day, life, due)
        marks = self._fresh_marks(day, life, due, np.cumsum([0, *sizes[:-1]]))
        strike = _strikes(seats, years, sizes, future, marks if self.by_law else None)
        fresh = marks.price(future, strike, self.rate)
        wanted = np.empty(due.size)
        for seat, part in self._split(due):
            own = self.path[due[part]]
            wanted[part] = _wanted(seat, day, own, future[part], fresh[part], strike[part])
        contracts = np.where(fresh > 0.0, wanted, 0.0)
        life = np.repeat(years, sizes)
        if day == 0 and any(seat.layer.phase_seed is not None for seat in seats):
            for seat, part in self._split(due):
                life[part] -= seat.layer.ahead(seat.world.paths)[self.path[due[part]]]
            future = self._futures(day, life, due)
            marks = self._fresh_marks(day, life, due, np.arange(due.size))
            fresh = marks.price(future, strike, self.rate)
        paid = contracts * fresh * VIX_MULTIPLIER
        self._trade(day, due, -paid, self.costs.of(contracts, fresh))
        self.purchases[due] += paid
        bought = contracts > 0.0
        self.strike[due] = np.where(bought, strike, self.strike[due])
        self.ends.set(due, now + life, self.kinds[due])
        again = bought | ~self.retries[due]
        self.renews[due] = np.where(again, now + life - self.roll_at[due], now)
        self.contracts[due] = contracts
        self.cost_basis[due] = np.where(bought, fresh, self.cost_basis[due])
        self.future[due] = future
        price[due] = np.where(bought, fresh, 0.0)

    def _fresh_marks(self, day: int, life: Any, due: Indices, of: Indices) -> Marks:
        """Marks of calls just bought; ``of`` says whose each distinct life is."""
        if self.by_law:
            return self.pricing.on(self.seats[0].world, day, life, self.path[due])
        return RuleMarks(self._pricing(self.kinds[due[of]]), Times.of(life))

    def _spend_gifts(self, day: int, price: Floats) -> None:
        """What other layers passed on goes into more of the calls held."""
        able = (self.gift > 0.0) & (self.contracts > 0.0) & (price > 0.05)
        at = np.flatnonzero(able)
        if not at.size:
            return
        here = price[at]
        more = self.gift[at] / (np.maximum(here, 0.05) * VIX_MULTIPLIER)
        self._trade(day, at, -more * here * VIX_MULTIPLIER, self.costs.of(more, here))
        self.purchases[at] += more * here * VIX_MULTIPLIER
        self.contracts[at] += more
        self.gift[at] = 0.0

    # the books

    def _trade(self, day: int, at: Indices, cash: Floats, cost: Floats | None = None) -> None:
        """Cash that the columns ``at`` move (negative: paid), and what the trade costs."""
        received = np.maximum(cash, 0.0)
        self.moved[at] += cash
        self.received[at] += received
        self.paid[at] += received - cash
        if cost is not None:
            self.moved[at] -= cost
            self.paid[at] += cost
            self.charged[at] -= cost
            cash = cash - cost
        for seat, part in self._split(at):
            seat.ledger.move(day, cash[part], at=self.path[at[part]])

    def _split(self, columns: Indices) -> Iterator[tuple[Seat, slice]]:
        """Those seats that have some of the columns, and which of these are theirs."""
        bounds = np.searchsorted(columns, self.edges).tolist()
        for seat, start, stop in zip(self.seats, bounds, bounds[1:], strict=False):
            if start < stop:
                yield seat, slice(start, stop)


def _markets(
    worlds: Sequence[World], edges: NDArray[np.int_]
) -> list[tuple[World, int, int, Indices | None]]:
    """Each market with its columns, and their paths where it has more than one layer."""
    out = []
    for _, group in groupby(enumerate(worlds), key=lambda one: id(one[1])):
        numbers = [number for number, _ in group]
        world = worlds[numbers[0]]
        paths = np.tile(np.arange(world.paths), len(numbers)) if len(numbers) > 1 else None
        out.append((world, int(edges[numbers[0]]), int(edges[numbers[-1] + 1]), paths))
    return out


def _cut(years: Any, part: slice) -> Any:
    """The years of some columns: ``Times`` keep what is distinct, a number stays one."""
    if isinstance(years, Times):
        return years if years.group is None else Times(years.distinct, years.group[part])
    return years[part] if np.ndim(years) else years


def _strikes(
    seats: Sequence[Seat],
    years: Sequence[float],
    sizes: Sequence[int],
    future: Floats,
    law: Marks | None,
) -> Floats:
    """Strikes as a multiple of the future plus so many points, each layer by its own rule."""
    multiples: list[Any] = []
    points = []
    of_delta = [] if law is None else _of_delta(seats, sizes, law)
    for number, (seat, life) in enumerate(zip(seats, years, strict=True)):
        layer = seat.layer
        fixed = layer.strike_at is not None
        by_delta = not fixed and layer.points_above is None
        points.append(layer.strike_at or layer.points_above or 0.0)
        if by_delta and law is not None:
            multiples.append(of_delta[number])
        elif by_delta:
            multiples.append(layer.pricing.moneyness(life, layer.delta))
        else:
            multiples.append(0.0 if fixed else 1.0)
    if len(seats) == 1:
        return np.asarray(multiples[0] * future + points[0])
    every = [np.full(size, one) for one, size in zip(multiples, sizes, strict=True)]
    return np.asarray(np.concatenate(every) * future + np.repeat(points, sizes))


def _of_delta(seats: Sequence[Seat], sizes: Sequence[int], law: Marks) -> list[Floats]:
    """K/F of each layer's delta under the law, one a column."""
    deltas = np.repeat([seat.layer.delta for seat in seats], sizes)
    return np.split(np.asarray(law.moneyness(deltas)), np.cumsum(sizes)[:-1])


def _wanted(
    seat: Seat, day: int, at: Indices, future: Floats, fresh: Floats, strike: Floats
) -> Floats:
    """Contracts that a layer's size and trigger ask for on its paths ``at``."""
    layer, world = seat.layer, seat.world

    def decay() -> Floats:
        """Of the same call until its renewal, if spot VIX and the curve stay as they are."""
        left = layer.roll_at * DAY
        then = world.curve.future(day, left, at)
        price = layer.pricing.on(world, day, left, at).price(then, strike, world.rate)
        return np.asarray(fresh - price)

    offer = Offer(
        at=at, price=fresh, held_days=layer.dte - layer.roll_at, decay=decay, future=future
    )
    return layer.sizing.contracts(day, offer, seat.ledger) * layer.trigger.allows(day)[at]
