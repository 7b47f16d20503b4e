"""Workers are killed while they compute: nothing is lost, doubled or stuck."""

import os
import random
import signal
from pathlib import Path

import pytest
from django.db.models.functions import Now

from simulator.models import FAILED, RUNNING, SUCCEEDED, Run, RunResult
from tests.drills import quick
from tests.services import wait_until

pytestmark = [pytest.mark.drill, pytest.mark.service]


def children(pid):
    """Process ids of the direct children of a process."""
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def computing(fleet):
    """Worker and child process of every run that is being computed right now."""
    where = Run.objects.filter(status=RUNNING, lease_until__gt=Now()).values_list(
        "worker", flat=True
    )
    pids = {int(name.rpartition("/")[2]) for name in where}
    return [(w, pid) for w in fleet.alive() for pid in children(w.pid) if pid in pids]


def kill(worker, child, how):
    if how == "child":
        os.kill(child, signal.SIGKILL)
        return
    if how == "parent":
        worker.kill()
    else:
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@pytest.mark.both_databases
def test_runs_survive_the_death_of_their_workers(fleet):
    chance = random.Random(20260101)
    fleet.start_worker()
    fleet.start_worker()
    for marker in range(quick.RUNS):
        fleet.ask("tiny-walk", marker=marker, steps=10, pause=0.04)
    for number in range(quick.KILLS):
        wait_until(
            lambda: computing(fleet) or not Run.objects.unfinished().exists(),
            seconds=60,
            what="a run being computed",
        )
        if not (busy := computing(fleet)):
            continue
        kill(*chance.choice(busy), ("child", "parent", "group")[number % 3])
        while len(fleet.alive()) < 2:
            fleet.start_worker()
    fleet.check()
    # Killed at random, a run may lose all its three attempts; that must be rare and said.
    spent = Run.objects.filter(status=FAILED)
    assert all("three times" in run.error for run in spent)
    assert RunResult.objects.count() == Run.objects.filter(status=SUCCEEDED).count()
    assert RunResult.objects.count() >= quick.RUNS * 0.8


def test_poison_ends_after_three_attempts_and_the_others_pass(fleet):
    fleet.start_worker()
    poison = [fleet.ask("tiny-harm", how="die", marker=n) for n in range(2)]
    good = [fleet.ask("tiny-walk", marker=n, steps=3) for n in range(6)]
    fleet.check()
    for run in poison:
        run.refresh_from_db()
        assert (run.status, run.attempts) == (FAILED, 3)
        assert "three times" in run.error
    assert Run.objects.filter(pk__in=[g.pk for g in good], status=SUCCEEDED).count() == 6


def test_a_computation_without_end_is_ended(fleet):
    fleet.environment["DRILL_CPU_LIMIT"] = "1"
    fleet.start_worker(slots=1)
    endless = fleet.ask("tiny-harm", how="spin")
    after = fleet.ask("tiny-sum")
    fleet.check()
    endless.refresh_from_db()
    after.refresh_from_db()
    assert "longer than a run may" in endless.error
    assert after.status == SUCCEEDED


@pytest.mark.parametrize("percent", [0, 10, 50, 99])
def test_cancel_at(fleet, percent):
    from simulator import services
    from simulator.models import CANCELLED

    run = fleet.ask("tiny-walk", steps=100, pause=0.05)
    if percent:
        fleet.start_worker(slots=1)

        def far_enough():
            run.refresh_from_db()
            return run.progress >= percent / 100 - 0.12

        wait_until(far_enough, seconds=60, what=f"{percent} %")
    services.cancel_run(run)
    again = fleet.ask("tiny-walk", steps=100, pause=0.05) if not percent else None
    if not percent:
        fleet.start_worker(slots=1)
    fleet.check()
    run.refresh_from_db()
    allowed = {CANCELLED} if percent < 99 else {CANCELLED, SUCCEEDED}
    assert run.status in allowed, run.log
    if again is not None:
        again.refresh_from_db()
        assert again.status == SUCCEEDED


@pytest.mark.both_databases
def test_a_worker_that_was_cut_off_cannot_finish_what_another_took_over(fleet):
    cut_off = fleet.start_worker(slots=1)
    run = fleet.ask("tiny-walk", steps=40, pause=0.05)
    wait_until(
        lambda: Run.objects.filter(pk=run.pk, status=RUNNING, progress__gt=0).exists(),
        seconds=60,
        what="the first worker",
    )
    # Frozen between two writes, as a host is that the network has lost.
    os.killpg(cut_off.pid, signal.SIGSTOP)
    fleet.start_worker(slots=1)
    fleet.wait_until_all_ended()
    os.killpg(cut_off.pid, signal.SIGCONT)
    later = fleet.ask("tiny-sum")
    fleet.check()
    run.refresh_from_db()
    later.refresh_from_db()
    assert (run.status, run.attempts) == (SUCCEEDED, 2)
    assert run.log.count(SUCCEEDED) == 1


def test_a_polite_stop_hands_runs_back(fleet):
    first = fleet.start_worker(slots=1)
    run = fleet.ask("tiny-walk", steps=200, pause=0.05)
    wait_until(lambda: Run.objects.filter(pk=run.pk, status=RUNNING).exists(), seconds=60)
    first.terminate()
    wait_until(lambda: first.poll() is not None, seconds=30, what="the worker's end")
    run.refresh_from_db()
    assert run.status == "queued", run.log + run.worker + (fleet.folder / "worker0.log").read_text()
    assert run.attempts == 0
    from simulator import services

    services.cancel_run(run)
    fleet.check()
