"""Real servers for the tests, started on sockets or free ports and stopped by process id.

Each is a context manager that yields an address. Where a server is not installed the
caller gets ``Missing`` and says so loudly; with ``REQUIRE_SERVICES=1`` that is a failure.
"""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"


class Missing(RuntimeError):
    """A service that the machine does not have."""


def wait_until(condition: Callable[[], bool], *, seconds: float = 30, what: str = "it") -> None:
    """Poll with a deadline; fails with words instead of hanging."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:g} seconds")
        time.sleep(0.02)


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A private PostgreSQL cluster on a Unix socket; yields a DATABASE_URL."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not found:
        raise Missing("PostgreSQL")
    bin_dir = found[-1]
    folder = Path(tempfile.mkdtemp(prefix="hedgelab-pg-"))
    folder.chmod(0o755)
    as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_postgres:
        shutil.chown(folder, "postgres")
    data, options = folder / "data", "-c fsync=off -c synchronous_commit=off"
    options += f" -c full_page_writes=off -c listen_addresses='' -c max_connections=200 -k {folder}"
    control = [*as_postgres, f"{bin_dir}/pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log")]
    run = {"check": True, "cwd": "/", "stdout": subprocess.DEVNULL}
    subprocess.run(
        [*as_postgres, f"{bin_dir}/initdb", "-D", str(data), "-U", "postgres", "-A", "trust"]
        + ["-E", "UTF8", "--locale=C.UTF-8", "-N"],
        **run,
    )
    subprocess.run([*control, "-o", options, "start"], **run)
    try:
        yield f"postgres://postgres@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


class RedisServer:
    """One redis-server on a Unix socket which can be killed, frozen and started again."""

    def __init__(self, folder: Path, *, append_only: bool = True) -> None:
        binary = shutil.which("redis-server") or shutil.which("valkey-server")
        if binary is None:
            raise Missing("Redis")
        self.binary, self.folder, self.append_only = binary, folder, append_only
        self.socket = folder / "redis.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}?virtual_host=0"

    def start(self, *extra: str) -> None:
        command = [self.binary, "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        command += ["--dir", str(self.folder), "--appendonly", "yes" if self.append_only else "no"]
        command += ["--maxmemory-policy", "noeviction", *extra]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self.answers, what="redis-server")

    def answers(self) -> bool:
        import redis

        try:
            with contextlib.closing(redis.Redis(unix_socket_path=str(self.socket))) as client:
                return bool(client.ping())
        except redis.AuthenticationError:
            return True
        except redis.ConnectionError:
            return False

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def redis_server(*, append_only: bool = True) -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="hedgelab-redis-"))
    server = RedisServer(folder, append_only=append_only)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def chromium() -> str:
    """The path of Chromium, or ``Missing``."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        raise Missing("Chromium")
    return binary


def announce_missing(name: str) -> None:
    """Say loudly what is not tested; stop where the services are required."""
    line = f"!!! {name} is not installed: everything that needs it is SKIPPED !!!"
    print(f"\n{'!' * len(line)}\n{line}\n{'!' * len(line)}\n", file=sys.stderr, flush=True)
    if REQUIRED:
        raise SystemExit(f"REQUIRE_SERVICES=1 and {name} is missing")
