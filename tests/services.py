"""Real servers for the tests, started on sockets or free ports and stopped by process id.

Each is a context manager that yields an address. Where a server is not installed the
caller gets ``Missing`` and says so loudly; with ``REQUIRE_SERVICES=1`` that is a failure.
The kernel ends every server with the process that started it, so that a suite which is
killed leaves none behind.
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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"


class Missing(RuntimeError):
    """A service that the machine does not have."""


def wait_until(
    condition: Callable[[], bool], *, seconds: float = 30, what: str = "it", every: float = 0.02
) -> None:
    """Poll with a deadline; fails with words instead of hanging."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:g} seconds")
        time.sleep(every)


def tied(signal_name: str = "KILL", *, user: str = "") -> list[str]:
    """What to put before a command so that it ends with us; as ``user``, where we are root."""
    if shutil.which("setpriv") is None:
        return ["runuser", "-u", user, "--"] if user else []
    as_user = ["--reuid", user, "--regid", user, "--clear-groups"] if user else []
    return ["setpriv", *as_user, "--pdeathsig", signal_name]


@contextlib.contextmanager
def postgresql(inside: Sequence[str] = (), *, reachable_from: str = "") -> Iterator[str]:
    """A private PostgreSQL cluster; yields its DATABASE_URL, over a Unix socket.

    ``inside`` goes before the server's command (a network namespace). It listens on all of
    that network's addresses for ``reachable_from``, if that is given, else on none.
    """
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not found:
        raise Missing("PostgreSQL")
    bin_dir = found[-1]
    folder = Path(tempfile.mkdtemp(prefix="hedgelab-pg-"))
    folder.chmod(0o755)
    user = "postgres" if os.getuid() == 0 else ""
    as_postgres = ["runuser", "-u", user, "--"] if user else []
    if user:
        shutil.chown(folder, user)
    data, quiet = folder / "data", {"cwd": "/", "stdout": subprocess.DEVNULL}
    subprocess.run(
        [*as_postgres, f"{bin_dir}/initdb", "-D", str(data), "-U", "postgres", "-A", "trust"]
        + ["-E", "UTF8", "--locale=C.UTF-8", "-N"],
        check=True, **quiet,
    )  # fmt: skip
    if reachable_from:
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {reachable_from} trust\n")
    listens = "*" if reachable_from else ""
    options = {
        "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
        "listen_addresses": listens, "max_connections": "200",
        "unix_socket_directories": str(folder),
    }  # fmt: skip
    command = [*inside, *tied("INT", user=user), f"{bin_dir}/postgres", "-D", str(data)]
    command += [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        if user:
            shutil.chown(folder / "log", user)
        server = subprocess.Popen(command, stderr=log, **quiet)
    ready = [f"{bin_dir}/pg_isready", "-q", "-h", str(folder)]
    control = [*as_postgres, f"{bin_dir}/pg_ctl", "-D", str(data)]
    try:
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, what="PostgreSQL")
        yield f"postgres://postgres@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-w", "-m", "immediate", "stop"], check=False, **quiet)
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


class RedisServer:
    """One redis-server on a Unix socket which can be killed, frozen and started again.

    ``inside`` goes before its command (a network namespace); ``port`` is open to whoever
    reaches that network.
    """

    def __init__(
        self, folder: Path, *, append_only: bool = True, inside: Sequence[str] = (), port: int = 0
    ) -> None:
        binary = shutil.which("redis-server") or shutil.which("valkey-server")
        if binary is None:
            raise Missing("Redis")
        self.binary, self.folder, self.append_only = binary, folder, append_only
        self.inside, self.port = list(inside), port
        self.socket = folder / "redis.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis+socket://{self.socket}?virtual_host=0"

    def start(self, *extra: str) -> None:
        command = [*self.inside, *tied(), self.binary, "--port", str(self.port), "--save", ""]
        command += ["--unixsocket", str(self.socket), "--protected-mode", "no"]
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
def redis_server(
    *, append_only: bool = True, inside: Sequence[str] = (), port: int = 0
) -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="hedgelab-redis-"))
    server = RedisServer(folder, append_only=append_only, inside=inside, port=port)
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
