"""Whatever happens to Redis, accepted runs end, and a reader is not kept waiting."""

import random
import signal

import pytest
import redis as redis_client
from kombu import Connection

from questions.models import Question
from simulator import doorbell, services
from simulator.models import QUEUED, SUCCEEDED, Run, Sweep, Worker
from tests.services import wait_until

pytestmark = [pytest.mark.drill, pytest.mark.service]


def admin(server):
    return redis_client.Redis(unix_socket_path=str(server.socket))


def killed_with_its_file(server):
    server.signal(signal.SIGKILL)
    return lambda: server.start()


def killed_without_its_file(server):
    server.signal(signal.SIGKILL)
    for file in (server.folder / "appendonlydir").glob("*"):
        file.unlink()
    return lambda: server.start()


def frozen(server):
    server.signal(signal.SIGSTOP)
    return lambda: server.signal(signal.SIGCONT)


def flushed(server):
    admin(server).flushall()
    return lambda: None


def full(server):
    admin(server).config_set("maxmemory", "1mb")
    return lambda: admin(server).config_set("maxmemory", "0")


def restarted(server):
    server.signal(signal.SIGTERM)
    server.start()
    return lambda: None


def locked(server):
    with admin(server) as opened:
        opened.config_set("requirepass", "another")
    with redis_client.Redis(unix_socket_path=str(server.socket), password="another") as known:
        known.client_kill_filter(_type="normal", skipme=True)

    def unlock():
        with redis_client.Redis(unix_socket_path=str(server.socket), password="another") as key:
            key.config_set("requirepass", "")

    return unlock


FAULTS = [
    killed_with_its_file, killed_without_its_file, frozen, flushed, full, restarted, locked
]  # fmt: skip


def test_every_fault_of_the_broker_one_after_another(fleet):
    """Some runs are asked for before, some during and some after each fault."""
    fleet.start_worker()
    markers = iter(range(1000))

    def ask(count):
        for _ in range(count):
            fleet.ask("tiny-walk", marker=next(markers), steps=5, pause=0.02)

    ask(2)
    fleet.wait_until_all_ended()
    for fault in FAULTS:
        ask(3)
        heal = fault(fleet.redis)
        ask(3)
        heal()
        ask(2)
        assert len(fleet.alive()) == 1
    fleet.check()
    assert Run.objects.filter(status=SUCCEEDED).count() == len(fleet.acknowledged)


@pytest.mark.parametrize("state", ["dead", "frozen"])
def test_runs_are_computed_while_the_broker_is_gone(fleet, state):
    """The table is the queue then; nothing has to be healed first."""
    fleet.start_worker()
    fleet.ask("tiny-sum")
    fleet.wait_until_all_ended()
    fleet.redis.signal(signal.SIGKILL if state == "dead" else signal.SIGSTOP)
    for marker in range(4):
        fleet.ask("tiny-walk", marker=marker, steps=5)
    fleet.check()
    assert Run.objects.filter(status=SUCCEEDED).count() == 5


@pytest.mark.parametrize("state", ["dead", "frozen"])
def test_asking_and_reading_go_on_quickly(fleet, state, client):
    """One request in a series pays the 0.2 s of the doorbell; the others do not ring."""
    run = fleet.ask("tiny-sum")
    fleet.redis.signal(signal.SIGKILL if state == "dead" else signal.SIGSTOP)
    doorbell.forget_connection()
    before = dict(doorbell.counts)
    body = {"experiment": "tiny-sum"}
    for marker in range(40):
        answer = client.post(
            "/api/v1/runs/",
            body | {"parameters": {"marker": marker + 1}},
            content_type="application/json",
        )
        assert answer.status_code == 202
        assert client.get(f"/api/v1/runs/{run.pk}/").status_code == 200
    failed = doorbell.counts["failed"] - before["failed"]
    skipped = doorbell.counts["skipped"] - before["skipped"]
    assert failed + skipped == 40
    assert failed <= 3
    fleet.redis.signal(signal.SIGCONT) if state == "frozen" else None
    assert services.work_off("here") == 41
    fleet.check()


def test_nothing_in_the_broker_waits_for_an_acknowledgement(redis):
    """Kombu would keep a copy, and touch it on a channel that it has closed: the worker's end."""
    connection = Connection(redis.url)
    queue = connection.SimpleQueue("drill")
    for body in ("first", "second", "third"):
        queue.put(body)
    first, second, third = (queue.get(timeout=5) for _ in range(3))
    second.reject(requeue=True)
    assert [key for key in admin(redis).scan_iter() if not key.startswith(b"_kombu")] == []
    redis.signal(signal.SIGKILL)
    connection.collect(socket_timeout=0.2)
    connection.release()
    first.ack()
    third.reject(requeue=True)


def test_a_broker_that_dies_with_each_result_ends_no_worker(fleet):
    worker = fleet.start_worker()
    for marker in range(3):
        run = fleet.ask("tiny-sum", marker=marker)
        wait_until(lambda run=run: Run.objects.filter(pk=run.pk, status=SUCCEEDED).exists())
        fleet.redis.signal(signal.SIGKILL)
        fleet.redis.start()
        assert worker.poll() is None
    fleet.ask("tiny-sum", marker=100)
    fleet.check()
    assert worker.poll() is None


def test_a_process_dies_between_the_commit_and_the_bell(fleet):
    for marker in range(3):
        ended = fleet.popen_client("die_before_the_bell", str(marker))
        ended.communicate(timeout=60)
        assert ended.returncode == 9
    assert Run.objects.filter(status=QUEUED).count() == 3
    assert admin(fleet.redis).llen("celery") == 0
    fleet.acknowledged += Run.objects.values_list("pk", flat=True)
    fleet.start_worker()
    fleet.check()
    assert Run.objects.filter(status=SUCCEEDED).count() == 3


def test_every_message_five_times_and_out_of_order(fleet):
    runs = [fleet.ask("tiny-walk", marker=n, steps=3) for n in range(8)]
    rings = [run.pk for run in runs for _ in range(4)]
    random.Random(5).shuffle(rings)
    assert all(doorbell.ring(pk) for pk in rings)
    fleet.start_worker()
    fleet.start_worker()
    fleet.check()
    wait_until(lambda: admin(fleet.redis).llen("celery") == 0, what="an empty queue")
    assert set(Run.objects.values_list("status", "attempts")) == {(SUCCEEDED, 1)}


def test_two_workers_share_a_sweep(fleet):
    fleet.start_worker(slots=1)
    fleet.start_worker(slots=1)
    wait_until(lambda: Worker.objects.slots() == 2, seconds=60, what="two workers")
    sweep = services.create_sweep(
        experiment="tiny-walk", x="marker", x_values=list(range(6)), y="steps", y_values=[3, 4],
        parameters={"pause": 0.05},
    )  # fmt: skip
    fleet.acknowledged += sweep.cells.values_list("run_id", flat=True)
    fleet.check()
    sweep = Sweep.objects.get(pk=sweep.pk)
    assert (sweep.succeeded, sweep.total, sweep.is_finished) == (12, 12, True)
    assert sweep.finished_at is not None
    workers = set(Run.objects.values_list("worker", flat=True))
    assert len(workers) == 2


def test_without_any_broker_the_table_is_worked_off(fleet):
    fleet.redis.stop()
    helper = fleet.popen_client("work_off", "--forever")
    try:
        for marker in range(3):
            fleet.ask("tiny-walk", marker=marker, steps=3)
        fleet.check()
    finally:
        helper.kill()
        helper.communicate()


@pytest.mark.parametrize("state", ["dead", "frozen"])
def test_questions_are_kept_to_the_letter_and_stay_private(fleet, client, state):
    """I6 and I8: one INSERT, no broker; nothing pending appears in public."""
    fleet.redis.signal(signal.SIGKILL if state == "dead" else signal.SIGSTOP)
    doorbell.forget_connection()
    texts = [f"Does drill {n} keep “ñ” & <b>tags</b>,\n\ttabs and \U0001f40d?" for n in range(5)]
    tokens = {}
    for text in texts:
        answer = client.post("/api/v1/questions/", {"text": text}, content_type="application/json")
        assert answer.status_code == 201, answer.content
        tokens[answer.json()["token"]] = text
    assert len(tokens) == len(texts)
    assert sorted(Question.objects.values_list("text", flat=True)) == sorted(texts)
    for path in ("/api/v1/search/?q=drill", "/search/?q=drill", "/api/v1/articles/", "/"):
        assert "Does drill" not in client.get(path).content.decode()
    fleet.redis.signal(signal.SIGCONT) if state == "frozen" else None
    fleet.check()
