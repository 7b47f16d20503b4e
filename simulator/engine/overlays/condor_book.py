"""A book of sold iron condors: one position a path at a time, sold again when it ends.

Composed of a strike choice, a gate, a size and, if asked for, Time-Shift rolls, a stop and
a profit take. Times to expiry are trading days over 252. All decisions read yesterday's VIX;
fills and marks are at the close.

Profit by cause of one held day, from the seller's side (V is what the condor owes):

    theta  -(V(T', S) - V(T, S))        time passes, the index stands still
    delta  -D (S' - S)
    gamma  -(V(T', S') - V(T', S)) + D (S' - S)      = minus the integral of gamma, exactly
    vega   the vol moves;  jumps  delta and gamma of the days on which the index jumped
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..ledger import Floats, Ledger
from ..markets import model_law, surface
from ..markets.state import World
from ..markets.two_factor import FactorCurve
from ..numerics.arrays import floats
from ..numerics.times import Times
from ..units import SPX_MULTIPLIER
from .costs import CondorCosts
from .rolling import Chains, TimeShift
from .strikes import DAY, KINDS, Choice, Quotes, Report, leg_prices, quotes, quotes_on

MOST_OF_WING = 0.4  # the credit of a roll that need not cover its debit
EVERY = slice(None)
LAW_BLOCK = 40_000  # options of one leg at a time: a few megabytes an array
LEGS = KINDS[:, None]  # which of four rows are calls
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Condors on offer at every close of a world: computed once, shared by all accounts."""

    choice: Choice
    dte: int
    quotes: Quotes | None
    vols: str = "vix"
    reach: Floats | None = None

    def vol(self, world: World, day: int, years: Times | float) -> Floats:
        """The VIX-like vol of a close: the VIX, or what the model expects to the expiry."""
        return world.curve.horizon_vol(day, years) if self.vols == "horizon" else world.vix[day]

    def reach_at(self, day: int) -> Floats | None:
        """The expected daily range at a close, where it is not that of the vol itself."""
        return None if self.reach is None else self.reach[day]

    def smile(
        self, day: int, world: World, years: Times | float, spot: Floats, *, more: float = 0.0
    ) -> surface.Smile:
        """The vols of one expiry at a close, the index at ``spot``, ``more`` points of VIX up."""
        if self.is_by_law(world):
            return self.law(day, world, years, spot, more=more)
        a, b = self.choice.shape
        return surface.smile(
            vix=(self.vol(world, day, years) + more) * self.choice.vol_ratio,
            spot=spot,
            expiry=years,
            rate=world.rate,
            dividend_yield=world.dividend_yield,
            a=a,
            b=b,
        )

    def is_by_law(self, world: World) -> bool:
        """Whether the model's own law prices; a market known by its VIX alone has none."""
        return self.vols == "model" and isinstance(world.curve, FactorCurve)

    def law(
        self,
        day: int | slice,
        world: World,
        years: Times | float,
        spot: Floats,
        *,
        at: NDArray[np.int_] | slice = EVERY,
        more: float = 0.0,
    ) -> model_law.LawSmile:
        """The model's own smile at a close, or at some of them, on the paths ``at``."""
        assert isinstance(world.curve, FactorCurve)
        fast, slow = (v[day][..., at] for v in world.curve.variances)
        smile = model_law.smile(
            world.curve.model,
            fast=fast,
            slow=slow,
            spot=spot,
            expiry=years,
            rate=world.rate,
            dividend_yield=world.dividend_yield,
        )
        vol = (floats(smile.atm_vol) + more / 100.0) * self.choice.vol_ratio
        return replace(smile, atm_vol=vol)

    def offer(
        self,
        day: int,
        world: World,
        years: float,
        *,
        at: NDArray[np.int_] | slice = EVERY,
        target: Floats | None = None,
    ) -> Quotes:
        """Condors of ``years`` as sold at a close on the paths ``at``; ``target`` for its own."""
        reach = self.reach_at(day)
        reach = None if reach is None else reach[at]
        vol, spot = self.vol(world, day, years)[at], world.spx[day, at]
        if self.is_by_law(world):
            law = self.law(day, world, years, spot, at=at)
            return quotes_on(law, self.choice, vol=vol, target=target, reach=reach)
        return quotes(
            self.choice,
            spot=spot,
            vol=vol,
            years=years,
            rate=world.rate,
            dividend_yield=world.dividend_yield,
            target=target,
            reach=reach,
        )

    def all_by_law(self, world: World, wanted: Bools | None = None) -> Quotes:
        """Condors of every close at once, in blocks of days."""
        rows = max(LAW_BLOCK // world.paths, 1)
        parts = []
        for start in range(0, world.days + 1, rows):
            days = slice(start, start + rows)
            law = self.law(days, world, self.dte * DAY, world.spx[days])
            reach = None if self.reach is None else self.reach[days]
            asked = None if wanted is None else wanted[days]
            parts.append(
                quotes_on(law, self.choice, vol=world.vix[days], reach=reach, wanted=asked)
            )
        return Quotes(
            np.concatenate([part.strikes for part in parts], axis=1),
            np.concatenate([part.credit for part in parts]),
            np.concatenate([part.legs for part in parts], axis=1),
            np.concatenate([part.possible for part in parts]),
        )


def unpriced(world: World, choice: Choice, *, dte: int, vols: str = "vix") -> Sheet:
    """Condors that are priced when they are asked for."""
    needed = choice.method == "edr" and choice.daily_range.is_blend
    reach = choice.daily_range.at_close(world) if needed else None
    return Sheet(choice=choice, dte=dte, quotes=None, vols=vols, reach=reach)


def sheet(
    world: World,
    choice: Choice,
    *,
    dte: int,
    vols: str = "vix",
    wanted: Bools | None = None,
    report: Report | None = None,
) -> Sheet:
    """Price every close at once where condors are sold daily; otherwise they are priced as sold.

    ``wanted``: where one may be sold; elsewhere none need be offered.
    """
    empty = unpriced(world, choice, dte=dte, vols=vols)
    if dte > 1:
        return empty
    if empty.is_by_law(world):
        return replace(empty, quotes=empty.all_by_law(world, wanted))
    years = dte * DAY
    vol = world.vix
    if vols == "horizon":
        vol = np.stack([world.curve.horizon_vol(day, years) for day in range(world.days + 1)])
    offered = quotes(
        choice,
        spot=world.spx,
        vol=vol,
        years=years,
        rate=world.rate,
        dividend_yield=world.dividend_yield,
        reach=empty.reach,
        wanted=wanted,
        report=report,
    )
    return replace(empty, quotes=offered)


@dataclass(frozen=True)
class Replacement:
    """The condors that others are rolled into, one a path where ``rolled``."""

    rolled: Bools
    strikes: Floats
    credit: Floats
    legs: Floats
    size: Floats


def owed_for(legs: Floats) -> Floats:
    """Of four rows (long put, short put, short call, long call), what their seller owes."""
    return np.asarray(legs[1] + legs[2] - legs[0] - legs[3])


def _to_go(days: NDArray[np.int_]) -> Times:
    """Trading days left, one a path, as years."""
    most = int(days.max())
    if int(days.min()) == most:
        return Times.of(most * DAY)
    return Times(floats(np.arange(most + 1)) * DAY, days)


@dataclass(kw_only=True)
class CondorBook:
    """Sells ``condors`` condors at a time, ``multiple`` (days + 1 by paths) scaling each sale.

    ``max_loss_share``: where given, the count is this share of the account's equity over the
    loss of one condor instead. ``expiries`` (days, ascending): sells only on these days, each
    sale expiring at the next. ``loss_is_wing``: the loss of one condor is its wing, the credit
    not deducted. ``stop`` and ``take``: multiples of the credit at which the book
    buys back at a close. ``min_credit`` in points. An account that cannot bear the loss of a
    sale makes none.
    """

    name: str
    sheet: Sheet
    condors: float
    multiple: Floats
    costs: CondorCosts = field(default_factory=CondorCosts)
    min_credit: float | Floats = 0.0
    max_loss_share: float | None = None
    stop: float | None = None
    take: float | None = None
    shift: TimeShift | None = None
    expiries: NDArray[np.int_] | None = None
    loss_is_wing: bool = False
    explain: bool = True

    @classmethod
    def beside(cls, books: Sequence[CondorBook]) -> CondorBook:
        """Books that sell from priced sheets, as one on the paths of all, one after another.

        They may differ in what they offer, in when they sell and in their least credits.
        """
        first = books[0]
        offered = Quotes.beside([book.sheet.quotes for book in books if book.sheet.quotes])
        paths = [book.multiple.shape[1] for book in books]
        return replace(
            first,
            sheet=replace(first.sheet, quotes=offered),
            multiple=np.concatenate([book.multiple for book in books], axis=1),
            min_credit=np.repeat([book.min_credit for book in books], paths),
        )

    def begin(self, world: World, ledger: Ledger) -> None:
        n = world.paths
        self.strikes = np.tile(np.array([[90.0], [95.0], [105.0], [110.0]]), (1, n))
        self.credit, self.size, self.owed = np.zeros(n), np.zeros(n), np.zeros(n)
        self.expiry = np.full(n, -1)
        self.legs = np.zeros((4, n))
        self.chains = Chains(n)
        self.sold, self.won, self.collected = np.zeros(n), np.zeros(n), np.zeros(n)
        self.costs_paid = np.zeros(n)
        if self.shift is not None:
            self.shift.begin(world)
        if self.max_loss_share is not None:  # every sale hangs on what else is in the account
            for rider in ledger.riders:
                rider.parted[:] = True

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        held = self.size > 0.0
        if held.any():
            self._mark(day, world, ledger, held)
            self._shift_back(day, world, ledger)
            self._settle(day, world, ledger, held & (self.expiry <= day))
            self._buy_back(day, world, ledger)
            self._shift_early(day, world, ledger)
        if day < world.days:
            self._sell(day, world, ledger)
        ledger.mark(day, self.name, -self.size * self.owed * SPX_MULTIPLIER)

    # what is held

    def _mark(self, day: int, world: World, ledger: Ledger, held: Bools) -> None:
        """Today's mark of what is owed, and yesterday's profit by cause."""
        left = _to_go(np.maximum(self.expiry - day, 0))
        spot, before = world.spx[day], world.spx[day - 1]
        legs = self._legs(day, world, self.strikes, left, spot)
        owed = owed_for(legs)
        self.legs = legs
        if self.explain:
            size = self.size * SPX_MULTIPLIER
            aged, delta = self._aged(day, world, left, before)
            move = spot - before
            moved = owed_for(self._legs(day - 1, world, self.strikes, left, spot))
            straight = -size * delta * move
            bent = -size * (moved - aged) - straight
            ledger.explain(self.name, "theta", -size * (aged - self.owed))
            ledger.explain_moves(self.name, straight, bent, world.jumped_before(day))
            ledger.explain(self.name, "vega", -size * (owed - moved))
        self.owed = np.where(held, owed, 0.0)

    def _aged(self, day: int, world: World, left: Times, before: Floats) -> tuple[Floats, Floats]:
        """What is owed with a day less and all else unchanged, and the delta of the day before."""
        legs = self._legs(day - 1, world, self.strikes, left, before)
        smile = self.sheet.smile(day - 1, world, left.longer(DAY), before)
        return owed_for(legs), owed_for(smile.delta(self.strikes, call=LEGS))

    def _legs(self, day: int, world: World, strikes: Floats, years: Times, spot: Floats) -> Floats:
        if not years.distinct.any():
            above = np.where(LEGS, spot - strikes, strikes - spot)
            return np.asarray(np.maximum(above, 0.0))
        return leg_prices(self.sheet.smile(day, world, years, spot), strikes)

    # how it ends

    def _settle(self, day: int, world: World, ledger: Ledger, done: Bools) -> None:
        if not done.any():
            return
        self._close(day, ledger, done, free=True)
        rolled = np.zeros_like(done)
        if self.shift is not None and day < world.days:
            rolled = self._roll(day, world, ledger, done)
        self._clear(done & ~rolled)

    def _buy_back(self, day: int, world: World, ledger: Ledger) -> None:
        """Stops and profit takes, at the close."""
        live = (self.size > 0.0) & (self.expiry > day)
        if not live.any():
            return
        out = np.zeros_like(live)
        if self.stop is not None:
            out |= live & (self.owed - self.credit >= self.stop * self.credit)
        if self.take is not None:
            out |= live & (self.credit - self.owed >= self.take * self.credit)
        if out.any():
            self._close(day, ledger, out, free=False)
            self._clear(out)

    def _close(self, day: int, ledger: Ledger, which: Bools, *, free: bool) -> None:
        """Pay what is owed; ``free`` where options expire and no trade is needed."""
        size = np.where(which, self.size, 0.0)
        ledger.trade(day, self.name, -size * self.owed * SPX_MULTIPLIER)
        if not free:
            self._charge(day, ledger, size, self.legs)
        gained = which & (self.credit > self.owed)
        self.won += gained
        self.chains.result(which, (self.credit - self.owed) * self.size * SPX_MULTIPLIER)

    def _clear(self, which: Bools) -> None:
        self.size = np.where(which, 0.0, self.size)
        self.owed = np.where(which, 0.0, self.owed)

    # how it begins

    def _sell(self, day: int, world: World, ledger: Ledger) -> None:
        flat = self.size == 0.0
        wanted = flat & (self.multiple[day] > 0.0)
        if not wanted.any():
            return
        expiry = self._next_expiry(day)
        if expiry is None:
            return
        offer = self._offer(day, expiry, world, wanted)
        fits = wanted & offer.possible & (offer.credit >= np.maximum(self.min_credit, 1e-9))
        k = offer.strikes
        wing = np.maximum(k[1] - k[0], k[3] - k[2])
        loss = wing if self.loss_is_wing else wing - offer.credit
        if self.max_loss_share is None:
            size = self.condors * self.multiple[day]
        else:
            per_condor = np.maximum(loss, 1e-9) * SPX_MULTIPLIER
            money = np.maximum(ledger.now(), 0.0)
            size = self.max_loss_share * money / per_condor * self.multiple[day]
        fits &= size > 0.0
        fits = ledger.bears(size * loss * SPX_MULTIPLIER, fits)
        self._open(day, ledger, fits, offer.strikes, offer.credit, offer.legs, size, expiry)
        self.chains.begin(fits)

    def _next_expiry(self, day: int) -> int | None:
        if self.expiries is None:
            return day + self.sheet.dte
        here = int(np.searchsorted(self.expiries, day))
        if here + 1 >= len(self.expiries) or self.expiries[here] != day:
            return None
        return int(self.expiries[here + 1])

    def _offer(self, day: int, expiry: int, world: World, wanted: Bools) -> Quotes:
        """What can be sold; where nothing is priced beforehand, on the paths that want to."""
        if self.sheet.quotes is not None:
            return self.sheet.quotes.at(day)
        years = (expiry - day) * DAY
        if wanted.all():
            return self.sheet.offer(day, world, years)
        at = np.flatnonzero(wanted)
        return self.sheet.offer(day, world, years, at=at).among(at, world.paths)

    def _open(
        self,
        day: int,
        ledger: Ledger,
        which: Bools,
        strikes: Floats,
        credit: Floats,
        legs: Floats,
        size: Floats,
        expiry: int,
    ) -> None:
        count = np.where(which, size, 0.0)
        ledger.trade(day, self.name, np.where(which, count * credit * SPX_MULTIPLIER, 0.0))
        self._charge(day, ledger, count, legs)
        self.strikes = np.where(which, strikes, self.strikes)
        self.credit = np.where(which, credit, self.credit)
        self.owed = np.where(which, credit, self.owed)
        self.size = np.where(which, count, self.size)
        self.expiry = np.where(which, expiry, self.expiry)
        self.sold += which
        self.collected += np.where(which, count * credit * SPX_MULTIPLIER, 0.0)

    def _charge(self, day: int, ledger: Ledger, size: Floats, legs: Floats) -> None:
        cost = self.costs.of(size, legs)
        ledger.charge(day, self.name, cost)
        self.costs_paid += cost
        self.chains.result(size > 0.0, -cost)

    # Time-Shift

    def _roll(self, day: int, world: World, ledger: Ledger, done: Bools) -> Bools:
        """Sell a longer condor for what the expired one cost, where the rule says so."""
        shift = self.shift
        assert shift is not None
        threatened = done & shift.threatens(day, self.strikes, world)
        paid = self.size * self.owed * SPX_MULTIPLIER
        longer = self._longer(day, world, threatened, ledger, more=paid)
        if longer is None:
            return np.zeros_like(done)
        self._roll_into(day, ledger, longer)
        return longer.rolled

    def _shift_early(self, day: int, world: World, ledger: Ledger) -> None:
        """Roll condors that have days left, where a delta says that they are threatened.

        Only to a later expiry. What is owed is paid at the marks, with the costs of a trade.
        """
        shift = self.shift
        if shift is None or shift.threat_delta is None or day >= world.days:
            return
        live = (self.size > 0.0) & (self.expiry > day) & (self.expiry < day + shift.forward_days)
        if not live.any():
            return
        left = _to_go(np.maximum(self.expiry - day, 1))
        smile = self.sheet.smile(day, world, left, world.spx[day])
        shorts = smile.delta(self.strikes, call=LEGS)[1:3]
        threatened = live & shift.threatens_early(day, shorts)
        longer = self._longer(day, world, threatened, ledger)
        if longer is not None:
            self._close(day, ledger, longer.rolled, free=False)
            self._roll_into(day, ledger, longer)

    def _shift_back(self, day: int, world: World, ledger: Ledger) -> None:
        """Take rolled condors back to fewer days where it is calm, with the costs of two trades."""
        shift = self.shift
        if shift is None or day >= world.days:
            return
        back = (self.size > 0.0) & (self.chains.rolls > 0) & shift.goes_back(day)
        back &= self.expiry > day + shift.back_days
        if not back.any():
            return
        shorter = None
        if shift.back_days > 0:
            shorter = self._shorter(day, world, back, ledger)
            back = shorter.rolled
        self._close(day, ledger, back, free=False)
        self.chains.go_back(back, self.expiry - day - shift.back_days)
        if shorter is None:
            self._clear(back)
        else:
            self._replace(day, ledger, shorter, shift.back_days)

    def _shorter(self, day: int, world: World, back: Bools, ledger: Ledger) -> Replacement:
        """Condors at the usual strikes for those that go back; without one the longer is kept."""
        assert self.shift is not None
        at = np.flatnonzero(back)
        offer = self.sheet.offer(day, world, self.shift.back_days * DAY, at=at)
        sold = offer.possible & (offer.credit >= max(self.min_credit, 1e-9))
        return self._borne(at, offer, sold, self.size, ledger)

    def _borne(
        self,
        at: NDArray[np.int_],
        offer: Quotes,
        sold: Bools,
        size: Floats,
        ledger: Ledger,
        more: float | Floats = 0.0,
    ) -> Replacement:
        """What is ``sold`` of an offer to the paths ``at``, where the account can bear its loss."""
        who = at[sold]
        rolled = np.zeros(size.shape, dtype=bool)
        rolled[who] = True
        strikes, credit, legs = self.strikes.copy(), self.credit.copy(), self.legs.copy()
        strikes[:, who], credit[who] = offer.strikes[:, sold], offer.credit[sold]
        legs[:, who] = offer.legs[:, sold]
        loss = np.maximum(strikes[1] - strikes[0], strikes[3] - strikes[2]) - credit
        rolled = ledger.bears(size * loss * SPX_MULTIPLIER, rolled, more=more)
        return Replacement(rolled, strikes, credit, legs, size)

    def _longer(
        self,
        day: int,
        world: World,
        threatened: Bools,
        ledger: Ledger,
        *,
        more: float | Floats = 0.0,
    ) -> Replacement | None:
        """What threatened losers could be rolled into; None where no roll is asked for."""
        shift = self.shift
        assert shift is not None
        asked = threatened & (self.owed > self.credit) & (self.chains.rolls < shift.max_rolls)
        if not asked.any():
            return None
        self.chains.ask(asked)
        at = np.flatnonzero(asked)
        years = shift.forward_days * DAY
        fees = 2.0 * self.costs.of(np.ones(at.size), self.legs[:, at]) / SPX_MULTIPLIER
        goal = self.owed[at] + fees + shift.cushion
        if not shift.needs_credit:
            goal = np.minimum(goal, MOST_OF_WING * self.sheet.choice.wing_width)
        by_credit = self.sheet.choice.method == "credit"
        offer = self.sheet.offer(day, world, years, at=at, target=goal if by_credit else None)
        pays = offer.possible & (offer.credit >= goal * (1.0 - 1e-4))
        if not shift.needs_credit:
            pays = offer.possible & (offer.credit > 0.0)
        return self._borne(at, offer, pays, self.size * shift.size_multiplier, ledger, more)

    def _roll_into(self, day: int, ledger: Ledger, new: Replacement) -> None:
        assert self.shift is not None
        days = self.shift.forward_days
        self.chains.roll(new.rolled, new.credit * new.size * SPX_MULTIPLIER, days)
        self._replace(day, ledger, new, days)

    def _replace(self, day: int, ledger: Ledger, new: Replacement, days: int) -> None:
        self._open(day, ledger, new.rolled, new.strikes, new.credit, new.legs, new.size, day + days)
