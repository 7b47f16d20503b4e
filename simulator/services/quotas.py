"""The published limits. A refused request costs nothing; our own runs are exempt."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from simulator.engine.experiments.base import Experiment
from simulator.models import Run, Sweep, TokenBucket

from .costs import SIMULATION
from .refusals import QuotaExceeded

MINUTE, HOUR = 60.0, 3600.0
LIMITS: dict[str, Any] = {
    "calculators_a_minute": 60,
    "simulations_a_minute": 10,
    "simulations_in_flight": 3,
    "simulation_cpu_seconds_an_hour": 60.0,
    "sweep_cells": 144,
    "sweep_cpu_seconds": 120.0,
    "site_cpu_seconds_an_hour": 3600.0,
}


def limits() -> dict[str, Any]:
    """The limits in force; ``RUN_LIMITS`` in the settings overrides single ones."""
    return LIMITS | dict(getattr(settings, "RUN_LIMITS", {}))


def charge(experiment: Experiment, *, client: str, cost: float, sweep: bool = False) -> None:
    """Take one run (or one sweep) from its client's buckets; raises ``QuotaExceeded``.

    Call inside the submitting transaction: a refusal rolls back what was already taken,
    and the locked bucket makes the count of runs in flight exact.
    """
    now = limits()
    if experiment.kind != SIMULATION and not sweep:
        each = now["calculators_a_minute"]
        _take(f"calc {client}", 1, each, MINUTE, f"{each} calculations a minute")
        return
    each = now["simulations_a_minute"]
    _take(f"sim {client}", 1, each, MINUTE, f"{each} simulations a minute")
    most = now["simulations_in_flight"]
    if in_flight(client) >= most:
        raise QuotaExceeded(f"{most} simulations in flight", 5.0)
    if not sweep:
        cpu = now["simulation_cpu_seconds_an_hour"]
        words = f"{cpu:g} CPU-seconds of simulation an hour"
        _take(f"cpu {client}", cost, cpu, HOUR, words)
    cpu = now["site_cpu_seconds_an_hour"]
    _take("cpu of the site", cost, cpu, HOUR, f"{cpu:g} CPU-seconds an hour for all readers")


def in_flight(client: str) -> int:
    """Unfinished simulations of a client; a sweep counts as one."""
    from .catalogue import experiments

    simulations = [e.slug for e in experiments() if e.kind == SIMULATION]
    alone = Run.objects.unfinished().filter(
        client=client, experiment__in=simulations, cells__isnull=True
    )
    sweeps = Sweep.objects.filter(client=client, finished_at__isnull=True)
    return alone.count() + sweeps.count()


def _take(key: str, amount: float, capacity: float, seconds: float, words: str) -> None:
    wait = TokenBucket.take(key, amount=amount, capacity=float(capacity), seconds=seconds)
    if wait:
        raise QuotaExceeded(words, wait)
