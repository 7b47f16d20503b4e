"""Where a run stands, how long it may take, and when to come back."""

from __future__ import annotations

import math
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q, Sum
from django.db.models.functions import Now

from simulator.models import QUEUED, RUNNING, SUCCEEDED, Priority, Run, Worker
from simulator.models.runs import RunQuerySet

RECENT = timedelta(minutes=10)
LEAST_SECONDS = 0.05


def queue_bound() -> int:
    """How many readers' runs may wait before new ones are refused."""
    return int(getattr(settings, "RUN_QUEUE_BOUND", 300))


def place_in_queue(run: Run) -> int | None:
    """1 for the run that is next, None for one that does not wait."""
    if run.status != QUEUED:
        return None
    return _ahead(run).count() + 1


def expected_wait(run: Run) -> float | None:
    """Seconds until a result may be there, by the work ahead and what workers achieve."""
    if run.is_finished:
        return None
    if run.status == RUNNING:
        return max(run.cost * (1.0 - run.progress), 0.0) * slowness()
    queued = _ahead(run).aggregate(s=Sum("cost"))["s"] or 0.0
    running = (
        Run.objects.filter(status=RUNNING).aggregate(s=Sum(F("cost") * (1.0 - F("progress"))))["s"]
        or 0.0
    )
    slots = Worker.objects.slots()
    return float(((queued + running) / slots + run.cost) * slowness())


def _ahead(run: Run) -> RunQuerySet:
    earlier = Q(created_at__lt=run.created_at) | Q(created_at=run.created_at, pk__lt=run.pk)
    return Run.objects.filter(status=QUEUED).filter(
        Q(priority__lt=run.priority) | Q(priority=run.priority) & earlier
    )


def slowness() -> float:
    """Measured seconds per estimated CPU second of the runs finished lately; 1 without any."""
    recent = list(
        Run.objects.filter(status=SUCCEEDED, finished_at__gt=Now() - RECENT)
        .order_by("-finished_at")
        .values_list("cost", "started_at", "finished_at")[:50]
    )
    estimated = sum(max(cost, LEAST_SECONDS) for cost, _, _ in recent)
    measured = sum((end - start).total_seconds() for _, start, end in recent if start and end)
    if not estimated or not measured:
        return 1.0
    return min(20.0, max(0.05, measured / estimated))


def throughput() -> float:
    """Runs a second that the workers finish together while they have work."""
    recent = list(
        Run.objects.filter(status=SUCCEEDED, finished_at__gt=Now() - RECENT)
        .order_by("-finished_at")
        .values_list("started_at", "finished_at")[:50]
    )
    seconds = [(end - start).total_seconds() for start, end in recent if start and end]
    each = max(LEAST_SECONDS, sum(seconds) / len(seconds)) if seconds else 1.0
    return Worker.objects.slots() / each


def waiting() -> int:
    """Readers' runs in the queue; our own do not count against anybody."""
    return Run.objects.filter(status=QUEUED).exclude(priority=Priority.SYSTEM).count()


def retry_after() -> int:
    """Whole seconds until the queue should be below its bound again."""
    excess = waiting() - queue_bound() + 1
    return min(3600, max(5, math.ceil(max(1, excess) / throughput())))
