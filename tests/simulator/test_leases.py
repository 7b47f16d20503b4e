"""How a row moves: exactly one worker, fenced by a token, ended for good."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from simulator import services
from simulator.models import (
    CANCELLED,
    FAILED,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    Run,
    RunResult,
    leases,
)
from simulator.models.runs import ATTEMPTS_CAP

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
    pytest.mark.usefixtures("tiny_experiments", "rings"),
]
DOCUMENT = {"digest": "sha256:" + "0" * 64}


@pytest.fixture
def run():
    return services.find_or_create_run(experiment="tiny-sum")[0]


def lease_of(run):
    return leases.Lease(run.pk, run.token)


def lapse(run):
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_one_worker_gets_it(run):
    mine = leases.claim("one")
    assert mine.pk == run.pk
    assert mine.status == RUNNING
    assert mine.attempts == 1
    assert leases.claim("two") is None
    assert leases.claim("two", run.pk) is None


def test_readers_go_before_our_own_and_then_by_age():
    own, _ = services.find_or_create_run(experiment="tiny-sum", system=True)
    first, _ = services.find_or_create_run(experiment="tiny-sum", parameters={"a": 1.5})
    second, _ = services.find_or_create_run(experiment="tiny-sum", parameters={"a": 2.5})
    order = [leases.claim("w").pk for _ in range(3)]
    assert order == [first.pk, second.pk, own.pk]


def test_a_lapsed_lease_goes_to_another_and_the_first_can_do_nothing(run):
    dead = lease_of(leases.claim("one"))
    lapse(run)
    alive = lease_of(leases.claim("two"))
    assert not leases.beat(dead).held
    assert not leases.succeed(dead, DOCUMENT)
    assert not leases.fail(dead, "no")
    assert not leases.stop(dead)
    assert RunResult.objects.count() == 0
    assert leases.succeed(alive, DOCUMENT)
    assert not leases.succeed(alive, DOCUMENT)
    assert RunResult.objects.count() == 1


def test_a_worker_that_was_only_slow_may_still_finish(run):
    slow = lease_of(leases.claim("one"))
    lapse(run)
    assert leases.succeed(slow, DOCUMENT)


def test_after_three_attempts_it_has_failed_in_words(run):
    for _ in range(ATTEMPTS_CAP):
        assert leases.claim("w") is not None
        lapse(run)
    assert leases.claim("w") is None
    assert leases.end_left_behind() == 1
    run.refresh_from_db()
    assert run.status == FAILED
    assert "three times" in run.error
    assert run.error_id in run.error


def test_nobody_waits_for_more_than_ten_minutes(run):
    own, _ = services.find_or_create_run(experiment="tiny-sum", parameters={"a": 9}, system=True)
    Run.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert leases.end_left_behind() == 1
    run.refresh_from_db()
    own.refresh_from_db()
    assert (run.status, own.status) == (FAILED, QUEUED)
    assert "ten minutes" in run.error


def test_a_run_handed_back_waits_again_with_all_its_attempts(run):
    assert leases.hand_back(lease_of(leases.claim("one")))
    again = leases.claim("two")
    assert again.attempts == 1


class TestCancel:
    def test_a_queued_run_ends_at_once(self, run):
        assert services.cancel_run(run).status == CANCELLED
        assert leases.claim("w") is None

    def test_a_running_one_learns_it_with_its_next_beat(self, run):
        lease = lease_of(leases.claim("w"))
        assert services.cancel_run(run).status == RUNNING
        assert leases.beat(lease) == leases.Beat(held=True, cancelled=True)
        assert leases.stop(lease)
        run.refresh_from_db()
        assert run.status == CANCELLED

    def test_one_left_behind_is_not_taken_up_again(self, run):
        leases.claim("w")
        services.cancel_run(run)
        lapse(run)
        assert leases.claim("w") is None
        leases.end_left_behind()
        run.refresh_from_db()
        assert run.status == CANCELLED

    def test_a_finished_one_stays_as_it_ended(self, run):
        leases.succeed(lease_of(leases.claim("w")), DOCUMENT)
        assert services.cancel_run(run).status == SUCCEEDED


class TestTheDatabaseItself:
    @pytest.mark.parametrize("status", [SUCCEEDED, FAILED, CANCELLED])
    @pytest.mark.parametrize("other", [QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED])
    def test_refuses_to_change_a_terminal_state(self, run, status, other):
        Run.objects.filter(pk=run.pk).update(status=status, finished_at=timezone.now())
        with transaction.atomic(), connection.cursor() as cursor:
            if other == status:
                cursor.execute("UPDATE simulator_run SET status = %s", [other])
                return
            with pytest.raises(DatabaseError, match="a finished run never changes"):
                cursor.execute("UPDATE simulator_run SET status = %s", [other])
            transaction.set_rollback(True)

    def test_refuses_a_result_of_a_run_that_did_not_succeed(self, run):
        with (
            pytest.raises(DatabaseError, match="only a run that succeeded"),
            transaction.atomic(),
        ):
            RunResult.objects.create(run=run, document="{}", digest="")

    def test_refuses_to_change_a_result(self, run):
        leases.succeed(lease_of(leases.claim("w")), DOCUMENT)
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            RunResult.objects.update(digest="")

    def test_refuses_a_second_answer_to_one_question(self, run):
        twin = Run.objects.get(pk=run.pk)
        twin.pk = uuid.uuid4()
        with pytest.raises(DatabaseError), transaction.atomic():
            twin.save(force_insert=True)

    def test_refuses_a_fourth_attempt(self, run):
        with pytest.raises(DatabaseError), transaction.atomic():
            Run.objects.update(attempts=ATTEMPTS_CAP + 1)
