"""Where a condor's short strikes go: by credit, by expected range, by delta or by sigma.

All at once over days and paths. Notation: F forward, w = s sqrt(T) at-the-money width,
y distance of a short strike from F in units of F w. A credit is found by a secant in
ln(credit) against y, which is nearly a parabola: some five steps from any start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..ledger import Floats
from ..markets import surface
from ..numerics.arrays import BLOCK
from ..structures import iron_condor
from ..structures.iron_condor import CALLS
from .daily_range import DailyRange

METHODS = ("credit", "edr", "delta", "sigma")
STEPS = 14
CLOSE = 1e-6  # of the credit, relative
GRID_FROM = 4000
FEW = 1000
CELLS = 50_000  # solved for at a time
MOSTLY = 0.3  # settled: the rest goes on by itself
Guess = Callable[[Floats, Floats], Floats]
Report = Callable[[float], None]
EDR_MULTIPLES = {"conservative": 1.75, "balanced": 1.20, "aggressive": 0.85}
CREDITS = {"conservative": 0.70, "balanced": 1.15, "aggressive": 1.60}
DELTAS = {"conservative": 0.10, "balanced": 0.15, "aggressive": 0.20}
DAY = 1.0 / 252.0
KINDS = np.array(CALLS)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """How strikes are chosen; ``target`` is a credit in points, or a multiple, delta or sigma.

    ``long_delta`` buys the wings by delta; otherwise they are ``wing_width`` points away.
    """

    method: str
    target: float
    wing_width: float = 10.0
    long_delta: float | None = None
    daily_range: DailyRange = field(default_factory=DailyRange)
    vol_ratio: float = 1.0
    shape: tuple[float, float] = (surface.SHAPE_A, surface.SHAPE_B)


@dataclass(frozen=True)
class Quotes:
    """Condors ready to be sold: ``strikes`` has four rows; credits and legs in index points.

    ``possible`` is False where no strikes give what was asked for.
    """

    strikes: Floats
    credit: Floats
    legs: Floats
    possible: NDArray[np.bool_]

    @classmethod
    def beside(cls, offers: Sequence[Quotes]) -> Quotes:
        """Offers of equally many days as one, path after path."""
        return cls(
            np.concatenate([one.strikes for one in offers], axis=2),
            np.concatenate([one.credit for one in offers], axis=1),
            np.concatenate([one.legs for one in offers], axis=2),
            np.concatenate([one.possible for one in offers], axis=1),
        )

    def among(self, at: NDArray[np.int_], paths: int) -> Quotes:
        """Offers to the paths ``at`` among all ``paths``, of which no other has any."""
        out = Quotes(
            np.zeros((4, paths)), np.zeros(paths), np.zeros((4, paths)), np.zeros(paths, dtype=bool)
        )
        out.strikes[:, at], out.credit[at] = self.strikes, self.credit
        out.legs[:, at], out.possible[at] = self.legs, self.possible
        return out

    def at(self, day: int) -> Quotes:
        return Quotes(self.strikes[:, day], self.credit[day], self.legs[:, day], self.possible[day])


def quotes(
    choice: Choice,
    *,
    spot: Floats,
    vol: Floats,
    years: float,
    rate: float,
    dividend_yield: float,
    target: Floats | float | None = None,
    reach: Floats | None = None,
    wanted: NDArray[np.bool_] | None = None,
    report: Report | None = None,
) -> Quotes:
    """Condors of ``years`` to expiry at every ``spot`` under the VIX-like ``vol`` (points).

    ``reach``: the expected daily range as a fraction, where it is not that of ``vol`` itself.
    ``wanted``: where a credit is looked for; elsewhere nothing is on offer.
    """
    smile = surface.smile(
        vix=vol * choice.vol_ratio,
        spot=spot,
        expiry=years,
        rate=rate,
        dividend_yield=dividend_yield,
        a=choice.shape[0],
        b=choice.shape[1],
    )
    return quotes_on(
        smile, choice, vol=vol, target=target, reach=reach, wanted=wanted, report=report
    )


def quotes_on(
    smile: surface.Smile,
    choice: Choice,
    *,
    vol: Floats,
    target: Floats | float | None = None,
    reach: Floats | None = None,
    wanted: NDArray[np.bool_] | None = None,
    report: Report | None = None,
) -> Quotes:
    """The same on a smile that is there already; ``vol`` is what an expected range is made of."""
    spot, years = np.asarray(smile.spot), float(smile.times.distinct)
    goal = choice.target if target is None else target
    possible = np.ones(spot.shape, dtype=bool)
    if choice.method == "credit":
        goals = np.broadcast_to(goal, spot.shape)
        strikes, legs, possible = _by_credit(
            smile, choice.wing_width, goals, wanted, report or (lambda done: None)
        )
        return Quotes(strikes, legs[1] + legs[2] - legs[0] - legs[3], legs, possible)
    if choice.method == "delta":
        condor = iron_condor.strikes_by_delta(
            smile,
            short_delta=goal,
            wing_width=choice.wing_width,
            long_delta=choice.long_delta,
        )
    elif choice.method == "edr":
        condor = iron_condor.strikes_by_edr(
            spot=spot,
            vol=vol / 100.0 if reach is None else reach / np.sqrt(DAY),
            expiry=years,
            multiple=goal,
            wing_width=choice.wing_width,
            bias=choice.daily_range.bias if reach is None else 1.0,
        )
    else:
        condor = iron_condor.strikes_by_sigma(smile, multiple=goal, wing_width=choice.wing_width)
    strikes = np.stack(condor.strikes)
    legs = leg_prices(smile, strikes)
    return Quotes(strikes, legs[1] + legs[2] - legs[0] - legs[3], legs, possible)


def leg_prices(smile: surface.Smile, strikes: Floats) -> Floats:
    """Marks of four rows of strikes (long put, short put, short call, long call)."""
    if strikes[0].size > BLOCK:  # long rows one by one: nothing is broadcast to four rows
        return np.stack(
            [smile.price(row, call=call) for row, call in zip(strikes, CALLS, strict=True)]
        )
    kinds = KINDS.reshape((4,) + (1,) * (strikes.ndim - 1))
    return smile.price(strikes, call=kinds)


def _by_credit(
    smile: surface.Smile,
    wing: float,
    goal: Floats,
    wanted: NDArray[np.bool_] | None,
    report: Report,
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Four rows of strikes, symmetric shorts whose credit is ``goal``; their marks; where any."""
    F = smile.forward
    unit = F * np.asarray(smile.atm_vol) * np.sqrt(smile.times.each())
    guess = _guesses(smile, wing, goal, F, unit) if F.size > GRID_FROM else None
    if guess is None and wanted is None:
        y, legs, possible = _secant(smile, wing, goal, F, unit)
        return _around(F, y * unit, wing), legs, possible
    # some rows at a time: what the search needs in between is small beside a market
    y, legs, possible = np.ones(F.shape), np.zeros((4, *F.shape)), np.zeros(F.shape, dtype=bool)
    asked = np.ones(F.shape, dtype=bool) if wanted is None else wanted
    rows = max(1, CELLS * len(F) // F.size)
    for first in range(0, len(F), rows):
        report(first / len(F))
        here = np.zeros(F.shape, dtype=bool)
        here[first : first + rows] = asked[first : first + rows]
        if here.any():
            start = None if guess is None else guess(F[here], unit[here])
            y[here], legs[:, here], possible[here] = _secant(
                smile.some(here), wing, goal[here], F[here], unit[here], start
            )
    return _around(F, y * unit, wing), legs, possible


def _around(F: Floats, x: Floats, wing: float) -> Floats:
    """Strikes of a condor whose shorts are ``x`` away from the forward."""
    return np.stack([F - x - wing, F - x, F + x, F + x + wing])


@dataclass(frozen=True)
class _Search:
    """Where a credit is looked for; arrays of one shape."""

    smile: surface.Smile
    wing: float
    goal: Floats
    F: Floats
    unit: Floats
    possible: NDArray[np.bool_]

    def miss(self, y: Floats) -> tuple[Floats, Floats]:
        """How far ln(credit) is off at ``y``, and the marks of the legs there."""
        legs = leg_prices(self.smile, _around(self.F, y * self.unit, self.wing))
        credit = legs[1] + legs[2] - legs[0] - legs[3]
        return np.asarray(np.log(np.maximum(credit, 1e-12) / self.goal)), legs

    def misses(self, places: Sequence[Floats]) -> tuple[Sequence[Floats], Sequence[Floats]]:
        """The same at several places, of few paths in one call."""
        if self.F.size > FEW:
            found = [self.miss(y) for y in places]
            return [m for m, _ in found], [legs for _, legs in found]
        m, legs = self.miss(np.stack(places))
        return list(m), list(np.moveaxis(legs, 1, 0))

    def some(self, where: NDArray[np.bool_]) -> _Search:
        one = (self.goal[where], self.F[where], self.unit[where], self.possible[where])
        return _Search(self.smile.some(where), self.wing, *one)

    def run(
        self,
        low: Floats,
        high: Floats,
        before: tuple[Floats, Floats],
        now: tuple[Floats, Floats],
        legs: Floats,
        steps: int = STEPS,
    ) -> tuple[Floats, Floats]:
        """The distance, and the marks there: a secant from two points, held inside a bracket."""
        (y0, m0), (y1, m1) = before, now
        for step in range(steps):
            settled = (np.abs(m1) < CLOSE) | ~self.possible
            if np.all(settled):
                break
            if y1.size > GRID_FROM and np.count_nonzero(settled) > MOSTLY * settled.size:
                rest = ~settled  # alone: what has settled need not be priced again
                few = (one[rest] for one in (low, high, y0, m0, y1, m1))
                low, high, y0, m0, left, m1 = few
                y1[rest], legs[:, rest] = self.some(rest).run(
                    low, high, (y0, m0), (left, m1), legs[:, rest], steps - step
                )
                break
            low = np.where(m1 > 0.0, np.maximum(low, y1), low)
            high = np.where(m1 <= 0.0, np.minimum(high, y1), high)
            with np.errstate(divide="ignore", invalid="ignore"):
                y2 = y1 - m1 * (y1 - y0) / (m1 - m0)
            inside = np.isfinite(y2) & (y2 > low) & (y2 < high)
            y2 = np.where(inside, y2, 0.5 * (low + high))
            y0, m0 = np.where(settled, y0, y1), np.where(settled, m0, m1)
            y1 = np.where(settled, y1, y2)
            m1, legs = self.miss(y1)
        return y1, legs


def _secant(
    smile: surface.Smile,
    wing: float,
    goal: Floats,
    F: Floats,
    unit: Floats,
    start: Floats | None = None,
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """The distance y at which the credit is ``goal``, the marks there, and where there is one."""
    low, high = np.zeros(F.shape), np.minimum(6.0, 0.9 * (F - wing) / unit)
    search = _Search(smile, wing, goal, F, unit, np.ones(F.shape, dtype=bool))
    if start is None:
        y0, y1 = np.minimum(1.2, 0.5 * high), np.minimum(1.7, 0.8 * high)
        m, three = search.misses((low, y0, y1))
        possible, m0, m1, legs = m[0] >= 0.0, m[1], m[2], three[2]
    else:
        possible = start > 0.0
        y1 = np.where(possible, start, 1.0)
        y0 = y1 * 0.998
        m0, _ = search.miss(y0)
        m1, legs = search.miss(y1)
    search = replace(search, possible=possible)
    return *search.run(low, high, (y0, m0), (y1, m1), legs), possible


def _guesses(
    smile: surface.Smile, wing: float, goal: Floats, F: Floats, unit: Floats
) -> Guess | None:
    """Distances from a grid over forward and width: with one goal they depend on these alone.

    Good to about a thousandth, which leaves the secant a step or two. Nought where no strikes
    give the credit; None where the goal differs from place to place.
    """
    if np.ptp(goal) > 0.0 or not smile.is_of_width_alone:
        return None
    w = unit / F
    forwards = np.linspace(F.min(), F.max() * (1.0 + 1e-12) + 1e-9, 8)
    widths = np.geomspace(w.min(), w.max() * (1.0 + 1e-9), 96)
    gF, gw = np.meshgrid(forwards, widths, indexing="ij")
    years = float(np.asarray(smile.expiry))
    flat = surface.Smile(spot=gF, expiry=years, atm_vol=gw / np.sqrt(years), a=smile.a, b=smile.b)
    y, _, possible = _secant(flat, wing, np.full(gF.shape, goal.flat[0]), gF, gF * gw)
    table = np.where(possible, y, np.nan)
    ratio = np.log(widths[1] / widths[0])

    def guess(F: Floats, unit: Floats) -> Floats:
        i = np.clip((F - forwards[0]) / (forwards[1] - forwards[0]), 0.0, 6.999)
        j = np.clip(np.log(unit / F / widths[0]) / ratio, 0.0, 94.999)
        a, b = i.astype(int), j.astype(int)
        u, v = i - a, j - b
        low = table[a, b] * (1 - v) + table[a, b + 1] * v
        top = table[a + 1, b] * (1 - v) + table[a + 1, b + 1] * v
        return np.asarray(np.nan_to_num(low * (1 - u) + top * u))

    return guess
