"""Time-Shift: what happens to a condor that has lost, and what became of it in the end.

A roll closes the loser for what it owes and sells a longer condor for at least that much
plus fees and a cushion. Nothing is recovered by the roll itself: the loss is paid in cash and
the new condor is a new risk. ``Chains`` follows each loser and what its rolls brought.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..ledger import Floats
from ..markets.state import World
from .daily_range import DailyRange
from .gate import before, trailing_mean

Bools = NDArray[np.bool_]


@dataclass(kw_only=True)
class TimeShift:
    """When to roll forward and back; ``cushion`` in index points, days are trading days.

    A condor that was rolled forward goes back to ``back_days`` where it is calm, at its size and
    at the usual strikes, whatever that costs; to 0 it is bought back and nothing is sold for it.

    ``either``: expected range *or* VIX arms the roll (otherwise both must). ``needs_credit``:
    the new condor must bring at least the debit, fees and the cushion. ``threat_delta``: a
    condor is threatened at any close at which a short strike's delta is above it; otherwise
    only where it ends past a short strike.
    """

    forward_days: int = 5
    cushion: float = 0.10
    max_rolls: int = 3
    size_multiplier: float = 1.0
    range_level: float = 0.0094
    vix_level: float = 16.0
    either: bool = True
    needs_credit: bool = True
    roll_back: bool = True
    back_days: int = 1
    daily_range: DailyRange = field(default_factory=DailyRange)
    threat_delta: float | None = None

    def begin(self, world: World) -> None:
        wide = self.daily_range.before(world) > self.range_level
        nervous = before(world.vix) > self.vix_level
        self.armed: Bools = wide | nervous if self.either else wide & nervous
        pullback = before(world.spx) < before(trailing_mean(world.spx, 5))
        self.back: Bools = ~wide & pullback & self.roll_back

    def threatens(self, day: int, strikes: Floats, world: World) -> Bools:
        """Armed, and the index past a short strike: what a delta says of an expired condor too."""
        spot = world.spx[day]
        return np.asarray(self.armed[day] & ((spot < strikes[1]) | (spot > strikes[2])))

    def threatens_early(self, day: int, deltas: Floats) -> Bools:
        """Armed, and the larger of the two short ``deltas`` (rows) above the level."""
        if self.threat_delta is None:
            return np.zeros(deltas.shape[1], dtype=bool)
        return np.asarray(self.armed[day] & (np.abs(deltas).max(axis=0) > self.threat_delta))

    def goes_back(self, day: int) -> Bools:
        """Calm and pulled back: the longer condor is closed and a shorter one sold."""
        return np.asarray(self.back[day])


class Chains:
    """Losers and their fate, by path: only chains that began with a loss are counted."""

    def __init__(self, paths: int) -> None:
        self.rolls = np.zeros(paths, dtype=int)
        self.first_loss = np.zeros(paths)
        self.sum = np.zeros(paths)
        self.is_chain = np.zeros(paths, dtype=bool)
        self.results: list[tuple[NDArray[np.int_], Floats, Floats]] = []
        self.margin_days = np.zeros(paths)
        self.roll_credit = np.zeros(paths)
        self.rolled = np.zeros(paths)
        self.rolled_back = np.zeros(paths)
        self.asked = np.zeros(paths)
        self.waits = np.zeros(paths, dtype=bool)

    def begin(self, which: Bools) -> None:
        """A fresh condor: whatever chain was running has ended."""
        ended = which & self.is_chain
        if ended.any():
            who = np.flatnonzero(ended)
            self.results.append((who, self.first_loss[who], self.sum[who]))
        self.is_chain = self.is_chain & ~which
        self.rolls = np.where(which, 0, self.rolls)
        self.sum = np.where(which, 0.0, self.sum)
        self.first_loss = np.where(which, 0.0, self.first_loss)
        self.waits = self.waits & ~which

    def ask(self, which: Bools) -> None:
        """A loser that should be rolled; one that waits for a credit is counted once."""
        self.asked += which & ~self.waits
        self.waits = self.waits | which

    def result(self, which: Bools, amount: Floats) -> None:
        self.sum = self.sum + np.where(which, amount, 0.0)

    def roll(self, which: Bools, credit: Floats, days: int) -> None:
        """A loser goes on as a longer condor."""
        fresh = which & ~self.is_chain
        self.first_loss = np.where(fresh, -self.sum, self.first_loss)
        self.sum = np.where(fresh, 0.0, self.sum)
        self.is_chain = self.is_chain | which
        self.rolls = self.rolls + which
        self.waits = self.waits & ~which
        self.margin_days += np.where(which, days, 0.0)
        self.roll_credit += np.where(which, credit, 0.0)
        self.rolled += which

    def go_back(self, which: Bools, days: NDArray[np.int_]) -> None:
        """A rolled condor goes on as one that is ``days`` shorter: no further roll is used up."""
        self.margin_days -= np.where(which, days, 0.0)
        self.rolled_back += which

    def ended(self) -> tuple[Floats, Floats]:
        """First losses (positive USD) and what their rolls brought afterwards (USD)."""
        if not self.results:
            return np.zeros(0), np.zeros(0)
        return (
            np.concatenate([first for _, first, _ in self.results]),
            np.concatenate([later for _, _, later in self.results]),
        )

    def owners(self) -> NDArray[np.int_]:
        """The path of each of the chains that have ended."""
        return np.concatenate([np.zeros(0, dtype=int), *(who for who, _, _ in self.results)])
