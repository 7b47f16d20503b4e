"""The one loop: a market's paths meet the policies of an account, and a ledger comes out.

Every strategy of this engine is a composition of policies; none has a loop of its own.
At the close of each day every policy marks what it holds, settles what has expired and
trades at that close. Whatever it *decides* on (VIX, signals, events) it reads from the
close of the day before: ``tests/engine/simulations`` shuffles the future to prove it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

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

    ``flows`` keeps the cash of each day.
    """

    world: World
    policies: Sequence[Policy]
    capital: float | Floats = 0.0
    flows: bool = False

    def opened(self) -> Ledger:
        """A ledger with one line a policy, before the first close."""
        names = [policy.name for policy in self.policies]
        if len(set(names)) != len(names):
            raise ValueError(f"policies share a name: {names}")
        world = self.world
        capital = np.asarray(self.capital, dtype=float)
        ledger = Ledger(days=world.days, paths=world.paths, capital=capital, flows=self.flows)
        for policy in self.policies:
            ledger.open(policy.name)
            policy.begin(world, ledger)
        return ledger


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
    ledgers = [account.opened() for account in accounts]
    days = accounts[0].world.days if accounts else -1
    every = max(days // REPORTS, 1)
    for day in range(days + 1):
        for account, ledger in zip(accounts, ledgers, strict=True):
            for policy in account.policies:
                policy.step(day, account.world, ledger)
        if day % every == 0:
            progress(span[0] + (span[1] - span[0]) * day / days, stage)
    return ledgers
