"""A visitor asks a question; equal questions share one row."""

import pytest

from simulator import services, tasks
from simulator.models import (
    CANCELLED,
    FAILED,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    Priority,
    Run,
    TokenBucket,
    Worker,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_experiments", "rings")]


def ask(**given):
    return services.find_or_create_run(**({"experiment": "tiny-sum"} | given))


@pytest.mark.both_databases
def test_a_new_question_is_a_queued_row_with_every_parameter():
    run, created = ask(parameters={"a": 5})
    assert created
    assert run.status == QUEUED
    assert run.parameters == {"a": 5.0, "b": 2.0, "marker": 0}
    assert run.seed is None


def test_the_bell_rings_after_the_commit(rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        run, _ = ask()
        assert rings == []
    assert rings == [run.pk]


def test_a_sweep_of_many_cells_wakes_everybody_and_no_more(
    rings, django_capture_on_commit_callbacks
):
    Worker.objects.create(name="w", slots=3)
    with django_capture_on_commit_callbacks(execute=True):
        sweep = services.create_sweep(experiment="tiny-sum", x="marker", x_values=list(range(100)))
        assert rings == []
    assert len(rings) == 6
    assert set(rings) <= set(sweep.cells.values_list("run_id", flat=True))


def test_one_message_is_enough_for_several_runs():
    for marker in range(5):
        ask(parameters={"marker": marker})
    tasks.run("any")
    assert set(Run.objects.values_list("status", flat=True)) == {SUCCEEDED}


def test_a_worker_comes_up_for_air(monkeypatch):
    """Its parent may replace or stop it between two messages."""
    monkeypatch.setattr(tasks, "IN_A_ROW", 3)
    for marker in range(5):
        ask(parameters={"marker": marker})
    tasks.run("any")
    assert Run.objects.filter(status=SUCCEEDED).count() == 3


def test_a_known_answer_needs_no_transaction(django_assert_num_queries):
    ask()
    with django_assert_num_queries(1):
        _, created = ask()
    assert not created


def test_a_known_answer_rings_nobody(rings, django_capture_on_commit_callbacks):
    ask()
    with django_capture_on_commit_callbacks(execute=True):
        ask()
    assert rings == []


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "same", [{}, {"a": 1}, {"a": 1.0, "b": 2}, {"marker": 0, "b": 2.0, "a": 1}], ids=str
)
def test_equal_questions_share_one_row(same):
    first, _ = ask()
    again, created = ask(parameters=same)
    assert (again.pk, created) == (first.pk, False)
    assert Run.objects.count() == 1


def test_minus_zero_is_zero():
    first, _ = ask(parameters={"a": 0.0})
    again, _ = ask(parameters={"a": -0.0})
    assert again.pk == first.pk


@pytest.mark.parametrize("status", [QUEUED, RUNNING, SUCCEEDED])
def test_these_rows_answer_an_equal_question(status):
    first, _ = ask()
    finished = {"finished_at": first.created_at} if status == SUCCEEDED else {}
    Run.objects.filter(pk=first.pk).update(status=status, **finished)
    assert ask() == (first, False)


@pytest.mark.both_databases
@pytest.mark.parametrize("status", [FAILED, CANCELLED])
def test_after_these_an_equal_question_is_a_new_row(status):
    first, _ = ask()
    Run.objects.filter(pk=first.pk).update(status=status, finished_at=first.created_at)
    again, created = ask()
    assert created
    assert again.pk != first.pk


def test_seed_engine_and_version_make_another_question(monkeypatch):
    walk = {"experiment": "tiny-walk"}
    first, _ = ask(**walk)
    assert first.seed == 1
    assert ask(**walk, seed=1)[0] == first
    assert ask(**walk, seed=2)[1]
    monkeypatch.setattr("simulator.services.fingerprints.engine_version", lambda p: "0" * 12)
    assert ask(**walk)[1]


@pytest.mark.parametrize("seed", [-1, 2**53, 1.5, True, "7"])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(services.ParametersRefused, match="seed"):
        ask(experiment="tiny-walk", seed=seed)


def test_an_unknown_experiment_names_those_that_there_are():
    with pytest.raises(services.UnknownExperiment, match="tiny-sum"):
        ask(experiment="nothing")


def test_too_costly_names_the_nearest_value():
    with pytest.raises(services.CostTooHigh) as refused:
        ask(experiment="tiny-walk", parameters={"steps": 100_000, "pause": 1.0})
    (error,) = refused.value.errors
    assert error.field in ("steps", "pause")
    allowed = {"steps": 100_000, "pause": 1.0, error.field: error.nearest}
    run, _ = ask(experiment="tiny-walk", parameters=allowed)
    assert run.cost <= 30
    if error.field == "steps":
        with pytest.raises(services.CostTooHigh):
            ask(experiment="tiny-walk", parameters=allowed | {"steps": error.nearest + 1})


def test_the_sites_own_run_moves_up_when_a_reader_asks_for_it():
    own, _ = ask(system=True)
    assert own.priority == Priority.SYSTEM
    ask()
    own.refresh_from_db()
    assert own.priority == Priority.READER


@pytest.mark.usefixtures("still")
class TestLimits:
    def test_sixty_calculations_a_minute(self):
        for marker in range(60):
            ask(parameters={"marker": marker}, client="reader")
        with pytest.raises(services.QuotaExceeded, match="60 calculations a minute") as refused:
            ask(parameters={"marker": 60}, client="reader")
        assert refused.value.retry_after == 1
        assert ask(parameters={"marker": 60}, client="somebody else")[1]

    def test_a_known_answer_is_free(self):
        for _ in range(70):
            ask(client="reader")

    def test_three_simulations_in_flight(self):
        for marker in range(3):
            ask(experiment="tiny-walk", parameters={"marker": marker}, client="reader")
        with pytest.raises(services.QuotaExceeded, match="3 simulations in flight"):
            ask(experiment="tiny-walk", parameters={"marker": 3}, client="reader")
        services.cancel_run(Run.objects.first())
        assert ask(experiment="tiny-walk", parameters={"marker": 3}, client="reader")[1]

    def test_sixty_cpu_seconds_an_hour(self):
        for marker in range(2):
            costly = {"steps": 25_000, "marker": marker}
            run, _ = ask(experiment="tiny-walk", parameters=costly, client="reader")
            services.cancel_run(run)
        with pytest.raises(services.QuotaExceeded, match="60 CPU-seconds") as refused:
            ask(experiment="tiny-walk", parameters=costly | {"marker": 9}, client="reader")
        # 75 wanted, 60 there: 15 of them come back in a quarter of an hour
        assert refused.value.retry_after == pytest.approx(900)

    def test_a_refusal_costs_nothing(self):
        for marker in range(3):
            ask(experiment="tiny-walk", parameters={"marker": marker}, client="reader")
        before = list(TokenBucket.objects.order_by("key").values_list("key", "level"))
        with pytest.raises(services.QuotaExceeded):
            ask(experiment="tiny-walk", parameters={"marker": 9}, client="reader")
        assert list(TokenBucket.objects.order_by("key").values_list("key", "level")) == before

    def test_our_own_runs_are_exempt(self):
        for marker in range(70):
            ask(parameters={"marker": marker}, client="reader", system=True)

    def test_a_full_queue_says_when_and_offers_what_is_stored(self, settings):
        settings.RUN_QUEUE_BOUND = 2
        stored, _ = ask()
        services.execute_run(stored.pk, "w")
        for marker in (1, 2):
            ask(parameters={"marker": marker})
        with pytest.raises(services.QueueFull) as refused:
            ask(parameters={"marker": 3})
        assert refused.value.retry_after >= 1
        assert ask(parameters={"marker": 3}, system=True)[1]


def test_the_client_key_hides_the_address_and_joins_an_ipv6_block(rf):
    def key(address):
        return services.client_key(rf.get("/", REMOTE_ADDR=address))

    assert "192.0.2.1" not in key("192.0.2.1")
    assert key("192.0.2.1") != key("192.0.2.2")
    assert key("2001:db8::1") == key("2001:db8::ffff:2")
    assert key("2001:db8::1") != key("2001:db8:0:1::1")
    assert key("::ffff:192.0.2.1") == key("192.0.2.1")
