"""Many at once, full disks, restarts: what the database has to carry."""

import concurrent.futures
import json
import shutil
import subprocess
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from django.utils import timezone

from simulator import doorbell, services
from simulator.models import FAILED, RUNNING, SUCCEEDED, Run, TokenBucket, leases
from tests import services as servers
from tests.drills.conftest import Fleet
from tests.drills.invariants import broken
from tests.services import wait_until

pytestmark = [pytest.mark.drill, pytest.mark.service]
TOGETHER = 50


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.setattr(doorbell, "ring", lambda run_id, *, urgent=True: False)


def at_once(action, count=TOGETHER):
    """Run ``action(n)`` in many threads that start together; what each returned."""
    gate = threading.Barrier(count)

    def one(n):
        try:
            gate.wait(30)
            return action(n)
        finally:
            connections.close_all()

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.both_databases
def test_fifty_equal_questions_in_one_moment_are_one_run(database, tiny_experiments, quiet):
    def ask(_):
        answer = Client().post(
            "/api/v1/runs/", {"experiment": "tiny-sum"}, content_type="application/json"
        )
        return answer.status_code, answer.json()["id"]

    answers = at_once(ask)
    assert len({pk for _, pk in answers}) == 1
    assert Counter(code for code, _ in answers) == {202: 1, 200: TOGETHER - 1}
    assert Run.objects.count() == 1
    assert services.work_off("w") == 1
    assert broken([answers[0][1]]) == []


@pytest.mark.both_databases
def test_a_bucket_gives_exactly_what_it_holds(database):
    now = timezone.now()

    def take(_):
        given = {"amount": 1, "capacity": 20, "seconds": 60, "now": now}
        return TokenBucket.take("drill", **given) == 0

    assert sum(at_once(take)) == 20


@pytest.mark.both_databases
def test_of_many_claims_one_gets_each_run(database, tiny_experiments, quiet):
    for marker in range(5):
        services.find_or_create_run(experiment="tiny-sum", parameters={"marker": marker})
    taken = [run.pk for run in at_once(lambda n: leases.claim(f"w{n}"), 20) if run]
    assert len(taken) == len(set(taken)) == 5


@pytest.mark.both_databases
def test_two_sweepers_end_each_run_once(database, tiny_experiments, quiet):
    for marker in range(10):
        run, _ = services.find_or_create_run(experiment="tiny-sum", parameters={"marker": marker})
    past = timezone.now() - timedelta(minutes=1)
    Run.objects.update(status=RUNNING, attempts=3, lease_until=past)
    ended = at_once(lambda _: services.look_after_queue().ended, 4)
    assert sum(ended) == 10
    for run in Run.objects.all():
        assert run.status == FAILED
        assert run.log.count("by the sweep") == 1
    assert broken([]) == []


def only_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite's file")


def test_eight_writers_never_see_a_locked_database(fleet):
    only_sqlite()
    writers = [fleet.popen_client("write_along", f"writer{n}", "10") for n in range(8)]
    told = [json.loads(writer.communicate(timeout=120)[0]) for writer in writers]
    assert sum(t["refused"] for t in told) == 0
    assert sum(t["done"] for t in told) == Run.objects.filter(status=SUCCEEDED).count()
    services.work_off("rest")
    assert broken([]) == []


def test_a_full_disk_refuses_honestly_and_nothing_is_half_done(
    database, tiny_experiments, quiet, client
):
    only_sqlite()
    waiting, _ = services.find_or_create_run(experiment="tiny-walk", parameters={"steps": 2})
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        many = [{"experiment": "tiny-sum", "parameters": {"marker": n}} for n in range(400)]
        accepted = []
        for body in many:
            client.defaults["REMOTE_ADDR"] = f"192.0.2.{len(accepted) % 250}"
            answer = client.post("/api/v1/runs/", body, content_type="application/json")
            if answer.status_code == 503:
                break
            accepted.append(answer.json()["id"])
        assert answer.status_code == 503
        assert answer["Retry-After"]
        assert Run.objects.count() == len(accepted) + 1
        with pytest.raises(OperationalError, match="full"):
            services.work_off("w", most=50)
        cursor.execute("PRAGMA max_page_count = 1000000")
    # The interrupted run's lease lapses like that of any dead worker.
    past = timezone.now() - timedelta(minutes=1)
    Run.objects.filter(status=RUNNING).update(lease_until=past)
    services.work_off("w")
    assert broken([*accepted, waiting.pk]) == []


def test_a_read_only_database_still_serves_readers(database, tiny_experiments, quiet, client):
    only_sqlite()
    run, _ = services.find_or_create_run(experiment="tiny-sum")
    services.work_off("w")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        body = {"experiment": "tiny-sum", "parameters": {"a": 5}}
        asked = client.post("/api/v1/runs/", body, content_type="application/json")
        read = client.get(f"/api/v1/runs/{run.pk}/")
        cursor.execute("PRAGMA query_only = OFF")
    assert asked.status_code == 503
    assert read.json()["result"]["metrics"][0]["value"] == 3.0
    assert broken([run.pk]) == []


@pytest.fixture
def postgresql():
    try:
        with servers.postgresql() as url:
            yield url
    except servers.Missing:
        if servers.REQUIRED:
            raise
        pytest.skip("PostgreSQL is not installed")


def restart_postgresql(url):
    """Stop the cluster at once, as a crash does, and start it again."""
    folder = Path(parse_qs(urlsplit(url).query)["host"][0])
    bin_dir = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    control = [str(bin_dir / "pg_ctl"), "-D", str(folder / "data"), "-w"]
    if shutil.which("runuser") and folder.owner() == "postgres":
        control = ["runuser", "-u", "postgres", "--", *control]
    subprocess.run(
        [*control, "-m", "immediate", "-l", str(folder / "log"), "restart"],
        check=True, cwd="/", stdout=subprocess.DEVNULL,
    )  # fmt: skip


def test_postgresql_restarts_in_the_middle(postgresql, broker, tmp_path):
    fleet = Fleet(postgresql, broker, tmp_path)
    try:
        fleet.client("migrate")
        fleet.start_worker()
        fleet.start_worker()
        asked = fleet.client("submit", "12", "0.05", "20")
        wait_until(
            lambda: "succeeded" in fleet.client("states").values(), seconds=90, what="a result"
        )
        restart_postgresql(postgresql)
        asked += fleet.client("submit", "6", "0.05", "10", "100")

        def all_ended():
            states = set(fleet.client("states").values())
            return states <= {"succeeded", "failed", "cancelled"}

        wait_until(all_ended, seconds=120, what="the end of all runs")
        fleet.client("invariants", *asked)
        assert Counter(fleet.client("states").values())["succeeded"] == 18
        assert len(fleet.alive()) == 2
    finally:
        fleet.stop()
