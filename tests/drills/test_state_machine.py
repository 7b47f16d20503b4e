"""Claim, crash, sweep, cancel and finish in any order, on the real SQL."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from simulator import doorbell, services
from simulator.models import (
    CANCELLED,
    FAILED,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    TERMINAL,
    Run,
    RunResult,
    Sweep,
    leases,
)
from simulator.models.runs import ATTEMPTS_CAP
from tests.drills import quick

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LONG_AGO = timedelta(minutes=1)


class Queue(RuleBasedStateMachine):
    """What workers, readers and sweepers may do to the table; the invariants after each step."""

    runs = Bundle("runs")
    held = Bundle("held")

    @initialize()
    def empty(self):
        # One transaction an example: rolled back at its end, real SQL all the same.
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.ended = {}
        self.accepted = set()

    def teardown(self):
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @rule(target=runs, marker=st.integers(0, 3), system=st.booleans())
    def ask(self, marker, system):
        run, created = services.find_or_create_run(
            experiment="tiny-sum", parameters={"marker": marker}, system=system
        )
        assert created == (run.pk not in self.accepted)
        self.accepted.add(run.pk)
        return run.pk

    @rule(width=st.integers(1, 3))
    def ask_for_a_sweep(self, width):
        sweep = services.create_sweep(
            experiment="tiny-sum", x="marker", x_values=list(range(width))
        )
        self.accepted.update(sweep.cells.values_list("run_id", flat=True))

    @rule(target=held)
    def claim(self):
        before = dict(Run.objects.values_list("pk", "status"))
        run = leases.claim("worker")
        if run is None:
            assert QUEUED not in before.values()
            return None
        assert before[run.pk] in (QUEUED, RUNNING)
        return leases.Lease(run.pk, run.token)

    @rule(lease=held, fraction=st.floats(0, 1))
    def beat(self, lease, fraction):
        if lease:
            found = leases.beat(lease, progress=fraction, stage="on the way")
            assert found.held == self.is_holder(lease)

    @rule(lease=consumes(held))
    def finish(self, lease):
        if lease:
            holder = self.is_holder(lease)
            done = leases.succeed(lease, {"digest": f"sha256:{lease.token.hex * 2}"})
            assert done == holder

    @rule(lease=consumes(held))
    def fail(self, lease):
        if lease:
            holder = self.is_holder(lease)
            assert leases.fail(lease, "in words", error_id="x") == holder

    @rule(lease=consumes(held))
    def hand_back(self, lease):
        if lease:
            holder = self.is_holder(lease)
            assert leases.hand_back(lease) == holder

    @rule(run=runs)
    def crash(self, run):
        """The worker is gone: nobody beats and the lease lapses."""
        Run.objects.filter(pk=run, status=RUNNING).update(lease_until=timezone.now() - LONG_AGO)

    @rule(run=runs)
    def cancel(self, run):
        before = Run.objects.get(pk=run).status
        after = services.cancel_run(Run.objects.get(pk=run)).status
        assert after == (before if before in TERMINAL else after)
        assert before != QUEUED or after == CANCELLED

    @rule()
    def sweep(self):
        services.look_after_queue()
        left = Run.objects.lapsed()
        assert not left.filter(attempts__gte=ATTEMPTS_CAP).exists()
        assert not left.filter(cancel_requested=True).exists()

    def is_holder(self, lease):
        return Run.objects.filter(pk=lease.run_id, token=lease.token, status=RUNNING).exists()

    @invariant()
    def nothing_is_lost_and_the_end_is_the_end(self):
        if not hasattr(self, "ended"):
            return
        rows = {run.pk: run for run in Run.objects.all()}
        assert self.accepted <= set(rows)
        results = set(RunResult.objects.values_list("run_id", flat=True))
        for pk, run in rows.items():
            assert run.attempts <= ATTEMPTS_CAP
            assert (run.status == SUCCEEDED) == (pk in results)
            assert (run.token is not None) == (run.status == RUNNING)
            assert self.ended.get(pk, run.status) == run.status
            if run.status in TERMINAL:
                self.ended[pk] = run.status
                assert run.finished_at is not None
                assert run.status != FAILED or run.error
        kept = [r.fingerprint for r in rows.values() if r.status not in (FAILED, CANCELLED)]
        assert len(kept) == len(set(kept))
        for found in Sweep.objects.all():
            states = list(found.cells.values_list("run__status", flat=True))
            assert found.succeeded == states.count(SUCCEEDED)
            assert found.done == sum(state in TERMINAL for state in states)


def test_any_order_of_events(tiny_experiments, monkeypatch):
    monkeypatch.setattr(doorbell, "ring", lambda run_id, *, urgent=True: True)
    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=400 if quick.FULL else 25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
