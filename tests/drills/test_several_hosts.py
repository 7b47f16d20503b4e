"""Three worker hosts on one Redis and one PostgreSQL; the network loses one of them mid-run."""

import os
import signal
from collections import Counter

import psycopg
import pytest
from psycopg.rows import dict_row

from tests import services as servers
from tests.drills import hosts
from tests.drills.conftest import DEADLINE, Fleet
from tests.services import wait_until

pytestmark = [pytest.mark.drill, pytest.mark.service]
ROWS = "SELECT id::text, status, worker, attempts, progress, log FROM simulator_run"


@pytest.fixture
def site():
    try:
        with hosts.several("north", "south", "west") as found:
            yield found
    except servers.Missing as missing:
        if servers.REQUIRED:
            raise
        pytest.skip(f"{missing} is not installed")


@pytest.fixture
def fleet(site, tmp_path):
    found = Fleet(site.database, site.redis, tmp_path)
    found.client("migrate")
    yield found
    found.stop()


def rows(site):
    with psycopg.connect(
        host=site.database_folder, user="postgres", dbname="postgres", row_factory=dict_row
    ) as connection:
        return {row["id"]: row for row in connection.execute(ROWS)}


def all_ended(site):
    def ended():
        return all(r["status"] not in ("queued", "running") for r in rows(site).values())

    return ended


def computed_by(worker, row):
    """Whether the row's last worker is this process group's."""
    return f":{worker.pid}/" in row["worker"]


def test_a_host_that_the_network_loses_in_the_middle_of_a_run(site, fleet):
    workers = [
        fleet.start_worker(slots=1, prefix=host.prefix, **host.environment) for host in site.hosts
    ]
    asked = fleet.client("submit", "12", "0.1", "20")
    lost_host, lost = site.hosts[1], workers[1]

    def in_the_middle():
        busy = [r for r in rows(site).values() if r["status"] == "running" and r["progress"] > 0]
        held.update(r["id"] for r in busy if computed_by(lost, r))
        return bool(held)

    held = set()
    wait_until(in_the_middle, seconds=60, what="a run on the host that will be lost")
    lost_host.cut(lost)

    # Nobody waits for the lost host: its run lapses and another one takes it over.
    wait_until(all_ended(site), seconds=DEADLINE, what="the end of all runs without it")
    ended = rows(site)
    assert Counter(r["status"] for r in ended.values()) == {"succeeded": len(asked)}
    for taken_over in held:
        assert ended[taken_over]["attempts"] == 2
        assert not computed_by(lost, ended[taken_over])
    assert lost.poll() is None

    # Back again, and alone, it throws away what it held and serves what is asked now.
    lost_host.mend(lost)
    for worker in (workers[0], workers[2]):
        os.killpg(worker.pid, signal.SIGKILL)
    asked += fleet.client("submit", "4", "0.02", "5", "100")
    wait_until(all_ended(site), seconds=DEADLINE, what="the end of the runs that it serves alone")
    ended = rows(site)
    assert Counter(r["status"] for r in ended.values()) == {"succeeded": len(asked)}
    assert all(computed_by(lost, ended[pk]) for pk in asked[-4:])
    assert all(r["log"].count("succeeded") == 1 for r in ended.values())
    fleet.client("invariants", *asked)
