"""How a run's row moves: claim, beat, finish, and what the sweep does with the left-behind.

Every step is one conditional UPDATE, so that of many workers exactly one succeeds. A
claim writes a random token; whoever does not hold the row's token any more can neither
prolong nor finish it. Times are the database's own (``Now``), because several hosts
disagree about the clock.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from .runs import (
    ATTEMPTS_CAP,
    CANCELLED,
    FAILED,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    Priority,
    Run,
    RunQuerySet,
    RunResult,
    log_line,
)
from .sweeps import sweeps_of

LEASE = timedelta(seconds=15)
QUEUE_PATIENCE = timedelta(minutes=10)
SPENT = (
    "The computation ended its worker three times without a result, so it was not tried "
    "again. Most often it needs more memory or time than a run may have: try smaller values."
)
NOT_SERVED = (
    "No worker came free within ten minutes, so the run was given up. Nothing was computed; "
    "please try again."
)


@dataclass(frozen=True)
class Lease:
    """The right to compute one run, until it lapses or somebody else holds it."""

    run_id: uuid.UUID
    token: uuid.UUID


@dataclass(frozen=True)
class Beat:
    """What a heartbeat learns: whether the lease is still held, and whether to stop."""

    held: bool
    cancelled: bool = False


def claim(worker: str, run_id: uuid.UUID | None = None) -> Run | None:
    """Take one run: the named one, or the first in queue order; None when there is none.

    The number of attempts rises before the computation starts, so that a run which
    kills its worker is known by it.
    """
    while True:
        # Without row locks the UPDATE alone decides, and an empty queue costs no transaction.
        with transaction.atomic() if _locks_rows() else contextlib.nullcontext():
            candidate = _first(run_id)
            if candidate is None:
                return None
            if _take(candidate, worker):
                return Run.objects.get(pk=candidate)


def _locks_rows() -> bool:
    return bool(connection.features.has_select_for_update_skip_locked)


def _first(run_id: uuid.UUID | None) -> uuid.UUID | None:
    found = Run.objects.claimable().filter(cancel_requested=False)
    if run_id is not None:
        found = found.filter(pk=run_id)
    found = found.in_queue_order()
    if _locks_rows():
        found = found.select_for_update(skip_locked=True)
    return found.values_list("pk", flat=True).first()


def _take(candidate: uuid.UUID, worker: str) -> int:
    return (
        Run.objects.claimable()
        .filter(pk=candidate, cancel_requested=False)
        .update(
            status=RUNNING,
            token=uuid.uuid4(),
            lease_until=Now() + LEASE,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", Now()),
            worker=worker[:120],
            stage="starting",
            progress=0.0,
            log=log_line(f"claimed by {worker}"),
        )
    )


def held(lease: Lease) -> RunQuerySet:
    return Run.objects.filter(pk=lease.run_id, token=lease.token, status=RUNNING)


def beat(lease: Lease, *, progress: float | None = None, stage: str | None = None) -> Beat:
    """Prolong the lease, write how far it is, and read whether to stop."""
    changes: dict[str, Any] = {"lease_until": Now() + LEASE}
    if progress is not None:
        changes["progress"] = min(1.0, max(0.0, progress))
    if stage is not None:
        changes["stage"] = stage[:120]
    if not held(lease).update(**changes):
        return Beat(held=False)
    wanted = held(lease).values_list("cancel_requested", flat=True).first()
    return Beat(held=wanted is not None, cancelled=bool(wanted))


def succeed(lease: Lease, document: dict[str, Any], text: str | None = None) -> bool:
    """Store the result; False when the lease was lost, and then nothing is stored."""
    body = text if text is not None else as_text(document)
    with transaction.atomic():
        if not _finish(lease, SUCCEEDED, progress=1.0, stage=""):
            return False
        RunResult.objects.create(run_id=lease.run_id, document=body, digest=document["digest"])
        count_in_sweeps(lease.run_id)
        return True


def fail(lease: Lease, error: str, *, error_id: str = "", technical: str = "") -> bool:
    """End the run with a reason in words; False when the lease was lost."""
    with transaction.atomic():
        done = _finish(
            lease, FAILED, note=f"failed {error_id}: {error}",
            error=error, error_id=error_id, technical=technical,
        )  # fmt: skip
        if done:
            count_in_sweeps(lease.run_id)
        return done


def stop(lease: Lease) -> bool:
    """End the run because somebody asked for it; False when the lease was lost."""
    with transaction.atomic():
        done = _finish(lease, CANCELLED)
        if done:
            count_in_sweeps(lease.run_id)
        return done


def hand_back(lease: Lease) -> bool:
    """Put a run back that its worker has to leave unfinished; the attempt does not count."""
    return bool(_put_back(held(lease)))


def hand_back_all(family: str) -> int:
    """Put back what processes that are about to end compute; they hold no lease any more."""
    return _put_back(Run.objects.filter(status=RUNNING, worker__startswith=family))


def _put_back(rows: RunQuerySet) -> int:
    return rows.filter(attempts__gt=0).update(
        status=QUEUED,
        token=None,
        lease_until=None,
        attempts=F("attempts") - 1,
        progress=0.0,
        stage="",
        log=log_line("handed back by its worker"),
    )


def _finish(lease: Lease, status: str, *, note: str = "", **changes: Any) -> bool:
    rows = held(lease).update(
        status=status,
        finished_at=Now(),
        lease_until=None,
        token=None,
        log=log_line(note or status),
        **changes,
    )
    return bool(rows)


def request_cancel(run_id: uuid.UUID) -> None:
    """Ask for a stop: a queued or left-behind run ends at once, a running one within a beat."""
    with transaction.atomic():
        ended = Run.objects.filter(
            Q(status=QUEUED) | Q(status=RUNNING, lease_until__lt=Now()), pk=run_id
        ).update(
            status=CANCELLED,
            cancel_requested=True,
            finished_at=Now(),
            lease_until=None,
            token=None,
            log=log_line("cancelled"),
        )
        if ended:
            count_in_sweeps(run_id)
            return
        Run.objects.filter(pk=run_id, status=RUNNING, cancel_requested=False).update(
            cancel_requested=True, log=log_line("cancel requested")
        )


def end_left_behind() -> int:
    """Finish what no worker may take again; how many rows reached a terminal state.

    Rows with a lapsed lease and attempts to spare need nothing: ``claim`` takes them.
    """
    lapsed = Run.objects.lapsed()
    return (
        _end(lapsed.filter(cancel_requested=True), CANCELLED, "")
        + _end(lapsed.filter(attempts__gte=ATTEMPTS_CAP), FAILED, SPENT)
        + _end(
            Run.objects.filter(
                status=QUEUED, created_at__lt=Now() - QUEUE_PATIENCE, attempts=0
            ).exclude(priority=Priority.SYSTEM),
            FAILED,
            NOT_SERVED,
        )
    )


def _end(rows: Any, status: str, error: str) -> int:
    ended = 0
    for run_id in list(rows.values_list("pk", flat=True)):
        error_id = uuid.uuid4().hex[:8] if error else ""
        with transaction.atomic():
            done = rows.filter(pk=run_id).update(
                status=status,
                error=f"{error} (Error {error_id}.)" if error else "",
                error_id=error_id,
                finished_at=Now(),
                lease_until=None,
                token=None,
                log=log_line(f"{status} by the sweep"),
            )
            if done:
                count_in_sweeps(run_id)
                ended += done
    return ended


def count_in_sweeps(run_id: uuid.UUID) -> None:
    """Renew the counts of every sweep that this run is a cell of, in this transaction."""
    for sweep in sweeps_of(run_id):
        sweep.recount()


def as_text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
