"""The one loop: a market's paths meet the policies of an account, and a ledger comes out.

Every strategy of this engine is a composition of policies; none has a loop of its own.
At the close of each day every policy marks what it holds, settles what has expired and
trades at that close. Whatever it *decides* on (VIX, signals, events) it reads from the
close of the day before: ``tests/engine/simulations`` shuffles the future to prove it.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    names = [policy.name for policy in policies]
    if len(set(names)) != len(names):
        raise ValueError(f"policies share a name: {names}")
    ledger = Ledger(
        days=world.days, paths=world.paths, capital=np.asarray(capital, dtype=float), flows=flows
    )
    for policy in policies:
        ledger.open(policy.name)
        policy.begin(world, ledger)
    every = max(world.days // REPORTS, 1)
    for day in range(world.days + 1):
        for policy in policies:
            policy.step(day, world, ledger)
        if day % every == 0:
            progress(span[0] + (span[1] - span[0]) * day / world.days, stage)
    return ledger
