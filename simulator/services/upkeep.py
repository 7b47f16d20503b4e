"""The sweep: what every worker does every five seconds, and what an operator does by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from common import pieces, stored_pages
from simulator import doorbell
from simulator.models import (
    QUEUED,
    RUNNING,
    SUCCEEDED,
    Example,
    Priority,
    Run,
    TokenBucket,
    Worker,
    leases,
)

from .signals import daily
from .warming import warm_examples

RING_AGAIN = timedelta(seconds=5)
RETENTION = timedelta(days=90)
DAY = 86_400.0


@dataclass(frozen=True)
class Swept:
    """``ended`` rows reached a terminal state, ``rung`` were announced again, ``waiting`` wait."""

    ended: int
    rung: int
    waiting: int


def look_after_queue() -> Swept:
    """End what nobody may take any more and ring for what waits; safe for any number at once.

    A row is rung again when it has waited five seconds since it was last announced. Each
    ring makes a worker take the first of the queue and go on, so a few are enough.
    """
    ended = leases.end_left_behind()
    most = doorbell.enough(Worker.objects.slots())
    claimable = Run.objects.claimable().filter(cancel_requested=False)
    silent = claimable.filter(
        Q(rung_at__isnull=True, created_at__lt=Now() - RING_AGAIN)
        | Q(rung_at__lt=Now() - RING_AGAIN)
    )
    rung = 0
    for run_id, priority in silent.in_queue_order().values_list("pk", "priority")[:most]:
        # Of two sweepers one gets the row, so that a ring is not doubled for nothing.
        if not silent.filter(pk=run_id).update(rung_at=Now()):
            continue
        if not doorbell.ring(run_id, urgent=priority != Priority.SYSTEM):
            break
        rung += 1
    return Swept(ended, rung, claimable.count())


def oldest_waiting() -> float:
    """Age in seconds of the oldest reader's run that still waits; 0 when none does."""
    first = (
        Run.objects.filter(status=QUEUED)
        .exclude(priority=Priority.SYSTEM)
        .order_by("created_at")
        .values_list("created_at", flat=True)
        .first()
    )
    return max(0.0, (timezone.now() - first).total_seconds()) if first else 0.0


def beat_worker(name: str, slots: int) -> None:
    """Say that this worker is alive and how many runs it computes at once."""
    Worker.objects.update_or_create(name=name, defaults={"slots": slots, "beat_at": timezone.now()})


def dismiss_worker(name: str, family: str = "") -> None:
    """A worker leaves: its row goes, and what its ``family`` computed waits for others."""
    if family:
        leases.hand_back_all(family)
    Worker.objects.filter(name=name).delete()


def is_unserved(seconds: float) -> bool:
    """Whether rows have been claimable for so long although workers have free hands."""
    limit = Now() - timedelta(seconds=seconds)
    rows = Run.objects.claimable().filter(cancel_requested=False)
    if not rows.filter(Q(status=QUEUED, created_at__lt=limit) | Q(lease_until__lt=limit)).exists():
        return False
    if Run.objects.filter(started_at__gte=limit).exists():
        return False  # somebody takes rows; between two runs hands are free for a moment
    busy = Run.objects.filter(status=RUNNING, lease_until__gte=Now()).count()
    return busy < Worker.objects.slots()


def daily_work(now: datetime | None = None) -> bool:
    """Once a day, by whichever worker comes first: renew what is due, forget what is old."""
    now = now or timezone.now()
    with transaction.atomic():
        if TokenBucket.take("daily work", amount=1, capacity=1, seconds=DAY, now=now):
            return False
    warm_examples()
    forget(before=now - RETENTION)
    pieces.forget_old()
    stored_pages.forget_old()
    daily.send(sender=Worker)
    return True


def forget(*, before: datetime) -> dict[str, int]:
    """Delete what need not be kept: old failures, refills, dead workers. Results stay.

    Runs that succeeded are permanent addresses and are never deleted here.
    """
    shown = Example.objects.exclude(result_run=None).values("result_run_id")
    runs, _ = (
        Run.objects.finished()
        .exclude(status=SUCCEEDED)
        .filter(finished_at__lt=before)
        .exclude(pk__in=shown)
        .delete()
    )
    clients = Run.objects.filter(created_at__lt=before).exclude(client="").update(client="")
    buckets, _ = TokenBucket.objects.filter(updated_at__lt=before).delete()
    workers, _ = Worker.objects.filter(beat_at__lt=before).delete()
    return {"runs": runs, "clients": clients, "buckets": buckets, "workers": workers}
