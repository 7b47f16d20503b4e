"""A desk marks the calls of several layers in one go.

A day of some hundred paths costs the calls of functions, hardly their arithmetic. Layers that
share a desk are therefore valued side by side: their columns one after another, each with its
own future, strike, vol and time to go, in the same formulas and to the same bits. What a layer
decides stays its own. Layers join when they begin; the first that asks at a close has all marked,
before any of them has acted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from scipy.special import ndtr

from ..ledger import Floats
from ..markets.state import World
from ..numerics.times import Times
from ..pricing import black76
from ..units import VIX_MULTIPLIER
from .vix_marks import Marks, Pricing, RuleMarks

if TYPE_CHECKING:
    from .layered import Ends

MOST_COLUMNS = 4096  # at a time: more would leave the cache


class Holder(Protocol):
    """What a desk reads of a layer."""

    pricing: Pricing
    explain: bool
    ends: Ends
    strike: Floats
    contracts: Floats
    future: Floats
    value: Floats


class Causes(NamedTuple):
    """A day's profit by cause, USD by path: time, the straight and bent part of the move, vol."""

    theta: Floats
    straight: Floats
    bent: Floats
    vega: Floats


@dataclass(frozen=True)
class Mark:
    """One layer at one close: the future of its calls and their price, index points by path."""

    future: Floats
    price: Floats
    causes: Causes | None


@dataclass
class Row:
    """Layers that are valued side by side, each with its market, and their marks of ``day``."""

    members: list[tuple[Holder, World]]
    day: int = -1
    marks: dict[int, Mark] = field(default_factory=dict)

    def at(self, day: int, holder: Holder) -> Mark | None:
        if day != self.day:
            held = [member for member in self.members if member[0].contracts.any()]
            self.day, self.marks = day, _marked(held, day) if held else {}
        return self.marks.get(id(holder))


class Desk:
    def __init__(self) -> None:
        self._members: dict[int, tuple[Holder, World]] = {}
        self._rows: dict[int, Row] | None = None

    def join(self, holder: Holder, world: World) -> None:
        self._members[id(holder)] = holder, world
        self._rows = None

    def mark(self, holder: Holder, day: int) -> Mark | None:
        """Its calls at a close; None where it holds none."""
        if self._rows is None:
            self._rows = _rows(self._members)
        return self._rows[id(holder)].at(day, holder)


def _rows(members: dict[int, tuple[Holder, World]]) -> dict[int, Row]:
    """Whom to value beside whom: the same rate and skew, and no more than fits in the cache.

    What the model's own law marks reads its own state, and stands alone.
    """
    out: dict[int, Row] = {}
    open_rows: dict[tuple[float, float, bool, int | None], tuple[Row, int]] = {}
    # those of one market after another, as they share its curve
    for name, (holder, world) in sorted(members.items(), key=lambda one: id(one[1][1])):
        alone = name if holder.pricing.is_by_law(world) else None
        alike = (world.rate, holder.pricing.skew, holder.explain, alone)
        row, columns = open_rows.get(alike, (None, 0))
        if row is None or columns + world.paths > MOST_COLUMNS:
            row, columns = Row([]), 0
        row.members.append((holder, world))
        out[name], open_rows[alike] = row, (row, columns + world.paths)
    return out


def _marked(held: Sequence[tuple[Holder, World]], day: int) -> dict[int, Mark]:
    """The marks of layers that hold calls, by their ids."""
    holders = [holder for holder, _ in held]
    rate = held[0][1].rate
    lefts = [holder.ends.left(float(world.years[day])) for holder, world in held]
    left = Times.beside(lefts)
    future = _joined(list(_futures(held, lefts, day)))
    strike = _joined([holder.strike for holder in holders])
    price = _marks(held, lefts, day).price(future, strike, rate)
    causes = None
    if holders[0].explain:
        before = _marks(held, lefts, max(day - 1, 0))
        causes = _causes(holders, before, left, future, price, rate)
    out, start = {}, 0
    for holder, world in held:
        mine = slice(start, start + world.paths)
        own = None if causes is None else Causes(*(one[mine] for one in causes))
        out[id(holder)] = Mark(future[mine], price[mine], own)
        start += world.paths
    return out


def _joined(parts: Sequence[Floats]) -> Floats:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _futures(
    held: Sequence[tuple[Holder, World]], lefts: Sequence[Times], day: int
) -> Iterator[Floats]:
    """Futures market by market: layers of one market ask its curve together."""
    both = zip(held, lefts, strict=True)
    for _, group in groupby(both, key=lambda one: id(one[0][1])):
        members = list(group)
        world, count = members[0][0][1], len(members)
        at = np.tile(np.arange(world.paths), count) if count > 1 else None
        yield world.curve.future(day, Times.beside([left for _, left in members]), at)


def _marks(held: Sequence[tuple[Holder, World]], lefts: Sequence[Times], day: int) -> Marks:
    """Marks of a row at a close, with the time to go that is left now."""
    first, world = held[0]
    if first.pricing.is_by_law(world):
        return first.pricing.on(world, day, lefts[0])
    return RuleMarks(_pricing([holder for holder, _ in held], lefts), Times.beside(lefts))


def _pricing(holders: Sequence[Holder], lefts: Sequence[Times]) -> Pricing:
    """One pricing for all: where their vols differ, one for each distinct time."""
    first = holders[0].pricing
    if all(holder.pricing == first for holder in holders):
        return first
    vols: Any = np.concatenate(
        [
            np.full(left.distinct.size, holder.pricing.vol_of_vix)
            for holder, left in zip(holders, lefts, strict=True)
        ]
    )
    return replace(first, vol_of_vix=vols)


def _causes(
    holders: Sequence[Holder],
    before: Marks,
    left: Times,
    future: Floats,
    price: Floats,
    rate: float,
) -> Causes:
    """What the day brought, from the old mark to the new (``layered`` says how).

    ``before``: what yesterday's market says of calls with today's time to go.
    """
    K = _joined([holder.strike for holder in holders])
    F = _joined([holder.future for holder in holders])
    size = _joined([holder.contracts for holder in holders]) * VIX_MULTIPLIER
    value = _joined([holder.value for holder in holders])
    discount = left.spread(np.exp(-rate * left.distinct))
    k = np.log(K / F)
    width = before.width(k)
    d1, d2 = black76.distances(k, width)
    delta, sure = ndtr(d1) * discount, ndtr(d2) * discount
    aged = np.maximum(F * delta - K * sure, 0.0)
    moved = black76.of_width(
        forward=future, strike=K, log_moneyness=np.log(K / future), width=width, discount=discount
    )
    straight = size * delta * (future - F)
    return Causes(
        theta=size * (aged - value),
        straight=straight,
        bent=size * (moved - aged) - straight,
        vega=size * (price - moved),
    )
