"""The one loop: a market's paths meet the policies of an account, and a ledger comes out.

Every strategy of this engine is a composition of policies; none has a loop of its own.
At the close of each day every policy marks what it holds, settles what has expired and
trades at that close. Whatever it *decides* on (VIX, signals, events) it reads from the
close of the day before: ``tests/engine/simulations`` shuffles the future to prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from .data import Progress, silent
from .ledger import Floats, Ledger
from .markets.state import World

REPORTS = 100


class Policy(Protocol):
    """One line of an account: what it holds and how it acts at a close."""

    @property
    def name(self) -> str: ...

    def begin(self, world: World, ledger: Ledger) -> None:
        """Prepare for a market; runs once, before the first close."""
        ...

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        """Act at the close of ``day`` and mark the line."""
        ...


@dataclass(frozen=True, kw_only=True)
class Account:
    """What acts in one account of a market, and its cash at the start in USD.

    ``flows`` keeps the cash of each day; ``riders`` are further lines, each set of them an account
    with those of this one besides (``with_more``).
    """

    world: World
    policies: Sequence[Policy]
    capital: float | Floats = 0.0
    flows: bool = False
    riders: Sequence[Sequence[Policy]] = ()

    def opened(self) -> Ledger:
        """A ledger with one line a policy, before the first close."""
        world = self.world
        capital = np.asarray(self.capital, dtype=float)
        ledger = Ledger(days=world.days, paths=world.paths, capital=capital, flows=self.flows)
        for _ in self.riders:
            Ledger(days=world.days, paths=world.paths, capital=0.0, host=ledger)
        self._begin(self.policies, ledger)
        for policies, rider in zip(self.riders, ledger.riders, strict=True):
            self._begin(policies, rider)
        return ledger

    def _begin(self, policies: Sequence[Policy], ledger: Ledger) -> None:
        names = [policy.name for policy in policies]
        if len(set(names)) != len(names):
            raise ValueError(f"policies share a name: {names}")
        for policy in policies:
            ledger.open(policy.name)
            policy.begin(self.world, ledger)

    def step(self, day: int, ledger: Ledger) -> None:
        for policy in self.policies:
            policy.step(day, self.world, ledger)
        for policies, rider in zip(self.riders, ledger.riders, strict=True):
            if not rider.parted.any():
                for policy in policies:
                    policy.step(day, self.world, rider)


def run(
    world: World,
    policies: Sequence[Policy],
    *,
    capital: float | Floats,
    flows: bool = False,
    progress: Progress = silent,
    span: tuple[float, float] = (0.0, 1.0),
    stage: str = "trading day by day",
) -> Ledger:
    """Walk one account through a market.

    ``capital`` in USD; ``flows`` keeps the cash of each day; progress moves over ``span``.
    Returns the ledger with one line a policy.
    """
    account = Account(world=world, policies=policies, capital=capital, flows=flows)
    (ledger,) = run_together([account], progress=progress, span=span, stage=stage)
    return ledger


def run_together(
    accounts: Sequence[Account],
    *,
    progress: Progress = silent,
    span: tuple[float, float] = (0.0, 1.0),
    stage: str = "trading day by day",
) -> list[Ledger]:
    """Walk several accounts through markets of equally many days, close by close.

    None hears of another. Layers that share a desk are then marked in one go (``overlays.desk``).
    """
    if len({account.world.days for account in accounts}) > 1:
        raise ValueError("accounts that walk together need markets of equally many days")
    ledgers = []
    for account in accounts:
        progress(span[0], stage)
        ledgers.append(account.opened())
    days = accounts[0].world.days if accounts else -1
    every = max(days // REPORTS, 1)
    for day in range(days + 1):
        for account, ledger in zip(accounts, ledgers, strict=True):
            account.step(day, ledger)
        if day % every == 0:
            progress(span[0] + (span[1] - span[0]) * day / days, stage)
    return ledgers


@dataclass(frozen=True)
class Walked:
    """An account and what acted in it."""

    ledger: Ledger
    policies: Sequence[Any]


def with_more(
    world: World,
    shared: Callable[[], Sequence[Policy]],
    more: Sequence[Callable[[], Sequence[Policy]]],
    *,
    capital: float | Floats,
    progress: Progress = silent,
    stage: str = "trading day by day",
) -> tuple[Walked, list[Walked]]:
    """An account, and the same account with further lines: one for each of ``more``.

    What they have in common is walked once. Where an account with further lines answers otherwise
    when it is asked whether it bears a loss, its common lines would be others: it is walked again
    by itself. Of each walked account its policies are the further ones.
    """
    policies, riding = shared(), [make() for make in more]
    account = Account(world=world, policies=policies, capital=capital, riders=riding)
    (ledger,) = run_together([account], progress=progress, span=(0.0, 0.6), stage=stage)
    out = []
    riders, ledger.riders = ledger.riders, []
    for number, (make, lines, rider) in enumerate(zip(more, riding, riders, strict=True)):
        if not rider.parted.any():
            out.append(Walked(rider.whole(), lines))
            continue
        again = make()
        span = (0.6 + 0.4 * number / len(more), 0.6 + 0.4 * (number + 1) / len(more))
        whole = run(
            world, [*shared(), *again], capital=capital, progress=progress, span=span, stage=stage
        )
        out.append(Walked(whole, again))
    return Walked(ledger, policies), out
