"""What must hold after every drill (the list of invariants is in ``docs/runs.md``)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from unittest import mock

from django.db import connection

from simulator import services
from simulator.models import FAILED, SUCCEEDED, TERMINAL, Run, RunResult, Sweep
from simulator.models.runs import ATTEMPTS_CAP


def broken(acknowledged: Iterable[object]) -> list[str]:
    """Every invariant that does not hold, in words; the empty list is the good news."""
    problems = []
    runs = {str(run.pk): run for run in Run.objects.all()}
    results = {str(r.run_id): r for r in RunResult.objects.all()}
    lost = [pk for pk in map(str, acknowledged) if pk not in runs]
    if lost:
        problems.append(f"I1: {len(lost)} acknowledged runs are gone: {lost[:3]}")
    stuck = [f"{pk} {run.status}" for pk, run in runs.items() if run.status not in TERMINAL]
    if stuck:
        problems.append(f"I2: {len(stuck)} runs never ended: {stuck[:3]}")
    for pk, run in runs.items():
        if (run.status == SUCCEEDED) != (pk in results):
            problems.append(f"I3: {pk} is {run.status}, result: {pk in results}")
        if run.attempts > ATTEMPTS_CAP:
            problems.append(f"I4: {pk} was tried {run.attempts} times")
        if run.status == FAILED and not run.error:
            problems.append(f"{pk} failed without a word")
    for pk, result in results.items():
        expected = undisturbed(runs[pk])
        if expected is not None and result.digest != expected:
            problems.append(f"I5: {pk} has another result than an undisturbed run")
    for sweep in Sweep.objects.all():
        counted = (sweep.succeeded, sweep.failed, sweep.cancelled)
        sweep.recount()
        if counted != (sweep.succeeded, sweep.failed, sweep.cancelled):
            problems.append(f"sweep {sweep.pk} counted {counted}")
    return problems + _integrity()


def undisturbed(run: Run) -> str | None:
    """The digest of the same question computed here without anybody in the way."""
    if not run.experiment.startswith("tiny-walk"):
        return None
    identity = services.identify(services.experiment(run.experiment), run.parameters, run.seed)
    with mock.patch.object(time, "sleep"):
        return str(services.run_now(identity)["digest"])


def _integrity() -> list[str]:
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        checked = cursor.fetchall()
        cursor.execute("PRAGMA foreign_key_check")
        dangling = cursor.fetchall()
    problems = [] if checked == [("ok",)] else [f"I7: {checked[:3]}"]
    return problems + ([f"I7: foreign keys {dangling[:3]}"] if dangling else [])
