"""Ask for a run: check, name, find or insert, and ring once it is committed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from simulator import doorbell
from simulator.engine.experiments.base import Experiment
from simulator.models import QUEUED, SUCCEEDED, Example, Priority, Run
from simulator.models.runs import log_line

from . import catalogue, costs, queueing, quotas
from .fingerprints import Identity, identify
from .refusals import QueueFull

# Written out: to build this query costs more than to answer it, and with the states of ``KEPT``
# as literals SQLite finds the row by the partial index that keeps it unique.
EQUAL = (
    "SELECT * FROM simulator_run WHERE fingerprint = %s "
    "AND status IN ('queued', 'running', 'succeeded')"
)


def find_or_create_run(
    *,
    experiment: str | Experiment,
    parameters: Mapping[str, Any] | None = None,
    seed: int | None = None,
    example: Example | None = None,
    client: str | None = None,
    parent: Run | None = None,
    system: bool = False,
) -> tuple[Run, bool]:
    """The run that answers this question, and whether it had to be made.

    With an ``example`` the given parameters are laid over the example's, and its seed
    stands in for a missing one. ``client`` is a key from ``client_key``; without one, or
    for ``system`` runs, no quota applies. Raises ``UnknownExperiment``,
    ``ParametersRefused`` (``CostTooHigh`` among them), ``QuotaExceeded``, ``QueueFull``.
    """
    if isinstance(experiment, str):
        experiment = catalogue.experiment(experiment)
    if example is not None:
        parameters = {**example.parameters, **(parameters or {})}
        seed = example.seed if seed is None else seed
    identity = identify(experiment, parameters or {}, seed)
    cost = costs.check(experiment, identity.parameters)
    priority = Priority.SYSTEM if system else Priority.READER
    run = find(identity, priority)  # a known answer waits for nobody who writes
    if run is not None:
        return run, False
    with transaction.atomic():
        run = find(identity, priority)
        if run is not None:
            return run, False
        if not system:
            refuse_when_full(experiment)
            if client:
                quotas.charge(experiment, client=client, cost=cost)
        run, created = insert(
            identity, cost=cost, priority=priority, client=client or "", example=example,
            parent=parent,
        )  # fmt: skip
        if created:
            transaction.on_commit(lambda: doorbell.ring(run.pk, urgent=not system))
    return run, created


def find(identity: Identity, priority: int) -> Run | None:
    """The row that answers already; a waiting one is moved up to the asker's priority."""
    run = next(iter(Run.objects.raw(EQUAL, [identity.fingerprint])), None)
    if run is not None and run.status == QUEUED and run.priority > priority:
        Run.objects.filter(pk=run.pk, status=QUEUED).update(priority=priority)
        run.priority = priority
    return run


def insert(
    identity: Identity,
    *,
    cost: float,
    priority: int,
    client: str = "",
    example: Example | None = None,
    parent: Run | None = None,
) -> tuple[Run, bool]:
    """A new queued row, or the equal one that somebody inserted in the same moment."""
    run = Run(
        experiment=identity.experiment.slug,
        version=identity.experiment.version,
        engine_version=identity.engine_version,
        parameters=identity.parameters,
        seed=identity.seed,
        data=identity.data,
        fingerprint=identity.fingerprint,
        cost=cost,
        priority=priority,
        client=client,
        example=example,
        parent=parent,
    )
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        found = find(identity, priority)
        if found is None:
            raise
        return found, False
    return run, True


def refuse_when_full(experiment: Experiment) -> None:
    """Raise ``QueueFull`` with the nearest stored result when too much waits."""
    if queueing.waiting() < queueing.queue_bound():
        return
    nearest = (
        Run.objects.filter(experiment=experiment.slug, status=SUCCEEDED)
        .order_by("-finished_at")
        .first()
    )
    raise QueueFull(queueing.retry_after(), nearest)


def retry_run(run: Run) -> tuple[Run, bool]:
    """Ask the same question again for a run that failed or was cancelled: a new row."""
    fresh, created = find_or_create_run(
        experiment=run.experiment,
        parameters=run.parameters,
        seed=run.seed,
        example=None,
        parent=run,
        system=run.is_system,
    )
    if created:
        Run.objects.filter(pk=run.pk).update(log=log_line(f"tried again as {fresh.pk}"))
    return fresh, created
