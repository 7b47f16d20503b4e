"""A worker takes a run and ends it: with a result, or with a reason in words."""

import json

import pytest
from django.utils import timezone

from simulator import services
from simulator.models import CANCELLED, FAILED, SUCCEEDED, Example, Run, RunResult, leases
from simulator.services.watching import Limits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_experiments", "rings")]


def compute(experiment="tiny-sum", **given):
    run, _ = services.find_or_create_run(experiment=experiment, parameters=given)
    services.execute_run(run.pk, "w")
    run.refresh_from_db()
    return run


def test_the_result_is_the_contracts_document():
    run = compute(a=2)
    assert run.status == SUCCEEDED
    assert run.progress == 1.0
    document = run.document
    assert document["metrics"][0]["value"] == 4.0
    assert document["parameters"] == {"a": 2.0, "b": 2.0, "marker": 0}
    assert RunResult.objects.get().digest == document["digest"]
    assert services.passport(run)["digest"] == document["digest"]


def test_the_same_question_has_the_same_digest_again():
    first = compute("tiny-walk")
    digest = first.document["digest"]
    first.delete()
    assert compute("tiny-walk").document["digest"] == digest


@pytest.mark.parametrize(
    ("how", "words"), [("raise", "our fault"), ("nan", "cannot be published"), ("flood", "larger")]
)
def test_a_failure_is_told_in_words_with_an_id(how, words):
    run = compute("tiny-harm", how=how)
    assert run.status == FAILED
    assert words in run.error
    assert run.error_id in run.error
    assert "secret" not in run.error
    if how == "raise":
        assert "secret" in run.technical


def test_progress_is_written_at_most_twice_a_second(django_assert_max_num_queries):
    run, _ = services.find_or_create_run(experiment="tiny-walk", parameters={"steps": 10_000})
    with django_assert_max_num_queries(60):
        services.execute_run(run.pk, "w")


def test_a_cancelled_computation_stops(monkeypatch):
    slow = {"steps": 100, "pause": 0.01}
    run, _ = services.find_or_create_run(experiment="tiny-walk", parameters=slow)
    asked = []

    def ask_then_beat(lease, **given):
        if not asked:
            asked.append(leases.request_cancel(run.pk))
        return beat(lease, **given)

    beat = leases.beat
    monkeypatch.setattr(leases, "beat", ask_then_beat)
    services.execute_run(run.pk, "w")
    run.refresh_from_db()
    assert run.status == CANCELLED
    assert run.document is None


def test_work_that_was_taken_over_is_thrown_away(monkeypatch):
    slow = {"steps": 100, "pause": 0.01}
    run, _ = services.find_or_create_run(experiment="tiny-walk", parameters=slow)
    monkeypatch.setattr(leases, "beat", lambda lease, **given: leases.Beat(held=False))
    services.execute_run(run.pk, "w")
    assert RunResult.objects.count() == 0


def test_a_changed_engine_is_said_and_not_mixed_up():
    run, _ = services.find_or_create_run(experiment="tiny-sum")
    Run.objects.update(engine_version="older")
    services.execute_run(run.pk, "w")
    run.refresh_from_db()
    assert run.status == FAILED
    assert "renewed" in run.error


def test_working_off_ends_when_nothing_is_left():
    for marker in range(4):
        services.find_or_create_run(experiment="tiny-sum", parameters={"marker": marker})
    assert services.work_off("w") == 4
    assert Run.objects.filter(status=SUCCEEDED).count() == 4


class TestExamples:
    @pytest.fixture
    def example(self):
        return Example.objects.create(
            slug="two", title="Two", experiment="tiny-sum", parameters={"a": 7}
        )

    def test_warming_queues_each_once_and_the_result_is_attached(self, example):
        (run,) = services.warm_examples()
        assert services.warm_examples() == []
        assert run.is_system
        services.work_off("w")
        example.refresh_from_db()
        assert services.stored_run(example) == run
        assert not example.is_due
        assert services.warm_examples() == []

    def test_a_stale_result_stays_and_is_marked(self, example, monkeypatch):
        services.warm_examples()
        services.work_off("w")
        monkeypatch.setattr("simulator.services.fingerprints.engine_version", lambda p: "1" * 12)
        (fresh,) = services.warm_examples()
        example.refresh_from_db()
        assert example.result_run is not None
        assert example.is_due
        assert fresh.pk != example.result_run_id

    def test_a_readers_equal_run_is_the_examples_result(self, example):
        services.warm_examples()
        run, created = services.find_or_create_run(experiment="tiny-sum", example=example)
        assert not created
        services.execute_run(run.pk, "w")
        example.refresh_from_db()
        assert example.result_run_id == run.pk

    def test_what_fails_by_itself_is_not_tried_for_ever(self):
        Example.objects.create(slug="bad", title="Bad", experiment="tiny-harm")
        assert len(services.warm_examples()) == 1
        services.work_off("w")
        assert services.warm_examples() == []

    def test_the_examples_seed_stands_in_for_a_missing_one(self):
        example = Example.objects.create(
            slug="w", title="W", experiment="tiny-walk", parameters={"steps": 3}, seed=42
        )
        run, _ = services.find_or_create_run(experiment="tiny-walk", example=example)
        other, _ = services.find_or_create_run(
            experiment="tiny-walk", example=example, parameters={"steps": 4}, seed=7
        )
        assert (run.seed, run.parameters["steps"]) == (42, 3)
        assert (other.seed, other.parameters["steps"]) == (7, 4)


class TestDigests:
    def test_known_superseded_unknown(self, monkeypatch):
        digest = compute().document["digest"]
        assert services.look_up_digest(f" {digest} ").state == "known"
        assert services.look_up_digest(digest.removeprefix("sha256:")).state == "known"
        assert services.look_up_digest("sha256:" + "0" * 64).state == "unknown"
        assert services.look_up_digest("words").state == "unknown"
        monkeypatch.setattr("simulator.services.passports.engine_version", lambda p: "new")
        assert services.look_up_digest(digest).state == "superseded"

    def test_a_downloaded_document(self):
        document = json.loads(json.dumps(compute().document))
        assert services.look_up_document(document).state == "known"
        document["timing"] = {"seconds": 99.0}
        assert services.look_up_document(document).state == "known"
        document["metrics"][0]["value"] = 12.0
        assert services.look_up_document(document).state == "unknown"
        assert services.look_up_document([]).state == "unknown"


@pytest.mark.django_db(transaction=True)
class TestLimits:
    """In a worker process the computation is held to limits."""

    def held(self, how, **limits):
        run, _ = services.find_or_create_run(experiment="tiny-harm", parameters={"how": how})
        services.execute_run(run.pk, "w", limits=Limits(**limits))
        run.refresh_from_db()
        assert run.status == FAILED
        return run.error

    def test_on_cpu_time(self):
        assert "longer than a run may" in self.held("spin", cpu_seconds=0.3)

    @pytest.mark.parametrize("how", ["hog", "huge"])
    def test_on_memory(self, how):
        assert "more memory" in self.held(how, memory_bytes=200_000_000)

    def test_a_good_run_passes(self):
        run, _ = services.find_or_create_run(experiment="tiny-sum")
        services.execute_run(run.pk, "w", limits=Limits())
        run.refresh_from_db()
        assert run.status == SUCCEEDED
        assert run.finished_at <= timezone.now()
