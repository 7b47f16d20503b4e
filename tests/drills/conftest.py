"""Real processes on a real database and a real broker, all of them private to one test."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from simulator import doorbell
from simulator.models import TERMINAL, Run, Sweep, TokenBucket, Worker
from tests import services as servers
from tests.drills import quick, tiny
from tests.drills.invariants import broken

DEADLINE = 900 if quick.FULL else 90


class Fleet:
    """The workers of one drill, its broker, and the clients in other processes."""

    def __init__(self, database: str, redis: servers.RedisServer, folder: Path) -> None:
        self.redis, self.folder = redis, folder
        self.environment = {
            **os.environ,
            "DATABASE_URL": database,
            "REDIS_URL": redis.url,
            "VAR_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONWARNINGS": "ignore",
            "LOG_LEVEL": "ERROR",
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        self.acknowledged: list[object] = []

    def start_worker(
        self, slots: int = 2, *, prefix: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[bytes]:
        """``prefix`` and ``environment`` put it on another host, see ``hosts``."""
        number = len(self.workers)
        command = [
            *prefix, sys.executable, "-m", "celery", "-q", "-A", "tests.drills.app", "worker",
            "--concurrency", str(slots), "--without-gossip", "--without-mingle",
            "--loglevel", "ERROR", "--hostname", f"drill{number}@%h",
        ]  # fmt: skip
        with (self.folder / f"worker{number}.log").open("wb") as log:
            worker = subprocess.Popen(
                command,
                env={**self.environment, **environment, "REMAP_SIGTERM": "SIGQUIT"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def alive(self) -> list[subprocess.Popen[bytes]]:
        return [worker for worker in self.workers if worker.poll() is None]

    def client(self, *arguments: str) -> object:
        """What a client in a process of its own says."""
        done = self.popen_client(*arguments)
        out, _ = done.communicate(timeout=DEADLINE)
        assert done.returncode == 0, f"{arguments[0]} ended with {done.returncode}"
        return json.loads(out)

    def popen_client(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.drills.client", *arguments]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE)

    def ask(self, experiment: str, **parameters: object) -> Run:
        """Ask in this process, as the web process does."""
        from simulator import services

        run, _ = services.find_or_create_run(experiment=experiment, parameters=parameters)
        self.acknowledged.append(run.pk)
        return run

    def wait_until_all_ended(self) -> None:
        def ended() -> bool:
            return not Run.objects.exclude(status__in=TERMINAL).exists()

        try:
            servers.wait_until(ended, seconds=DEADLINE, what="the end of all runs")
        except TimeoutError:
            raise AssertionError(self.report()) from None

    def check(self) -> None:
        """All ended, and every invariant holds."""
        self.wait_until_all_ended()
        assert broken(self.acknowledged) == []

    def report(self) -> str:
        rows = [
            f"{run.pk} {run.status} attempts {run.attempts} {run.worker}\n{run.log}"
            for run in Run.objects.exclude(status__in=TERMINAL)[:5]
        ]
        logs = [path.read_text()[-3000:] for path in sorted(self.folder.glob("*.log"))]
        return "\n".join(["runs that did not end:", *rows, *logs])

    def stop(self) -> None:
        for worker in self.workers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory, django_db_blocker) -> Path:
    """A SQLite file with all tables, made once."""
    file = tmp_path_factory.mktemp("drill") / "template.sqlite3"
    with django_db_blocker.unblock(), _pointed_at(str(file)):
        call_command("migrate", verbosity=0, interactive=False)
    for suffix in ("-wal", "-shm"):
        assert not file.with_name(file.name + suffix).exists()
    return file


@contextlib.contextmanager
def _pointed_at(name: str) -> Iterator[None]:
    """Let this process use another SQLite file than the suite's in-memory database."""
    connection = connections["default"]
    kept, inner = connection.settings_dict["NAME"], connection.connection
    connection.connection, connection.settings_dict["NAME"] = None, name
    connection.in_atomic_block, connection.savepoint_ids = False, []
    connection.autocommit, connection.needs_rollback = True, False
    connection.closed_in_transaction = False
    try:
        yield
    finally:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = inner, kept


@contextlib.contextmanager
def _without_pool() -> Iterator[None]:
    """Fifty threads want fifty connections, each of its own."""
    connection = connections["default"]
    connection.close()
    connection.close_pool()
    pool = connection.settings_dict["OPTIONS"].pop("pool", None)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"]["pool"] = pool


def _forget_everything() -> None:
    """Empty the tables of a drill: other processes wrote, so no rollback does it."""
    for model in (Sweep, Run, Worker, TokenBucket):
        model.objects.all().delete()


@pytest.fixture
def database(request, tmp_path, django_db_blocker) -> Iterator[str]:
    """The address of a database that other processes can open too."""
    if connections["default"].vendor == "postgresql":
        request.getfixturevalue("django_db_setup")
        with django_db_blocker.unblock(), _without_pool():
            at = connections["default"].settings_dict
            host = at["OPTIONS"].get("host") or at["HOST"]
            _forget_everything()
            yield f"postgres://{at['USER']}@/{at['NAME']}?host={host}"
            _forget_everything()
        return
    file = tmp_path / "drill.sqlite3"
    shutil.copy(request.getfixturevalue("migrated_file"), file)
    with django_db_blocker.unblock(), _pointed_at(str(file)):
        yield f"sqlite:///{file}"


@pytest.fixture
def tiny_experiments() -> Iterator[None]:
    with tiny.registered():
        yield


@pytest.fixture
def redis() -> Iterator[servers.RedisServer]:
    try:
        with servers.redis_server() as server:
            yield server
    except servers.Missing:
        if servers.REQUIRED:
            raise
        pytest.skip("redis-server is not installed")


@pytest.fixture
def broker(redis, monkeypatch) -> Iterator[servers.RedisServer]:
    """This process rings at the drill's broker."""
    monkeypatch.setattr(settings, "CELERY_BROKER_URL", redis.url)
    before = current_app.conf.broker_url
    current_app.conf.broker_url = redis.url
    doorbell.forget_connection()
    monkeypatch.setattr(doorbell, "_quiet_until", 0.0)
    yield redis
    doorbell.forget_connection()
    current_app.conf.broker_url = before


@pytest.fixture
def fleet(database, broker, tiny_experiments, tmp_path) -> Iterator[Fleet]:
    found = Fleet(database, broker, tmp_path)
    yield found
    found.stop()
