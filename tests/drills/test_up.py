"""``manage.py up``: one command starts everything, keeps it up, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.services import wait_until

pytestmark = [pytest.mark.drill, pytest.mark.service]
ROOT = Path(__file__).resolve().parents[2]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Site:
    """A site in a terminal of its own, so that Ctrl-C is a real one."""

    def __init__(self, var: Path, **more: str) -> None:
        self.var, self.port = var, free_port()
        (var / "content").mkdir(parents=True, exist_ok=True)
        environment = {k: v for k, v in os.environ.items() if k not in ("SITE_URL", "REDIS_URL")}
        environment |= {"VAR_DIR": str(var), "CONTENT_DIR": str(var / "content"), **more}
        self.terminal, inside = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(self.port)],
            cwd=ROOT, env=environment, stdin=inside, stdout=inside, stderr=inside,
            preexec_fn=self._take_terminal,
        )  # fmt: skip
        os.close(inside)
        os.set_blocking(self.terminal, False)
        self.said = ""

    @staticmethod
    def _take_terminal() -> None:
        import fcntl
        import termios

        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read(self) -> str:
        with contextlib.suppress(BlockingIOError, OSError):
            while chunk := os.read(self.terminal, 65536):
                self.said += chunk.decode(errors="replace")
        return self.said

    def wait_for(self, condition, what, seconds=120):
        def holds():
            self.read()
            return condition()

        try:
            wait_until(holds, seconds=seconds, what=what)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{self.said}") from None

    def wait_until_ready(self):
        self.wait_for(lambda: "Ready:" in self.said or self.process.poll() is not None, "ready")
        assert self.process.poll() is None, self.said

    def press_ctrl_c(self):
        os.write(self.terminal, b"\x03")

    def wait_for_the_end(self):
        self.wait_for(lambda: self.process.poll() is not None, "the end", 60)
        self.wait_for(lambda: not self.processes(), "the end of every process", 30)

    def processes(self) -> dict[int, str]:
        """Everything that runs with this folder of state: process id → command line."""
        found = {}
        mark = f"VAR_DIR={self.var}\0".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                # The broker writes its title over its environment; its socket names it.
                ours = mark in (folder / "environ").read_bytes() or f"{self.var}/" in words
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
                if ours and state != "Z":
                    found[int(folder.name)] = words
        return found

    def pids(self, word: str) -> list[int]:
        return sorted(pid for pid, words in self.processes().items() if word in words)

    def get(self, path: str, body: dict | None = None) -> tuple[int, str]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def end(self):
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.terminal)


@pytest.fixture
def start(tmp_path):
    sites = []

    def one(**more):
        sites.append(Site(tmp_path / "var", **more))
        return sites[-1]

    yield one
    for site in sites:
        site.end()


def is_ready(site):
    return site.get("/readyz")[0] == 200


def test_it_starts_heals_computes_and_leaves_nothing_at_ctrl_c(start):
    site = start()
    site.wait_until_ready()
    assert f"http://127.0.0.1:{site.port}/" in site.said
    site.wait_for(lambda: is_ready(site), "database, broker and worker")

    for name in ("valkey-server", "celery"):
        before = site.pids(name)
        os.kill(before[0], signal.SIGKILL)
        assert site.get("/healthz")[0] == 200
        site.wait_for(lambda n=name, b=before: set(site.pids(n)) - set(b), f"a new {name}")
        assert site.get("/healthz")[0] == 200
    assert site.said.count("starting it again") >= 2
    site.wait_for(lambda: is_ready(site), "the new worker")

    code, body = site.get(
        "/api/v1/runs/", {"experiment": "iron-condor", "parameters": {"vol": 0.1234}}
    )
    assert code == 202, body
    run = json.loads(body)["id"]
    site.wait_for(lambda: '"succeeded"' in site.get(f"/api/v1/runs/{run}/")[1], "the result", 60)

    site.press_ctrl_c()
    site.wait_for_the_end()
    assert site.process.returncode == 0, site.said
    assert "Traceback" not in site.said

    # The second start repeats nothing and knows what was computed.
    again = start()
    again.wait_until_ready()
    assert '"succeeded"' in again.get(f"/api/v1/runs/{run}/")[1]

    # Killed outright, it still leaves no process behind.
    again.process.kill()
    again.wait_for_the_end()


def test_a_polite_end_leaves_nothing_either(start):
    site = start()
    site.wait_until_ready()
    site.process.send_signal(signal.SIGTERM)
    site.wait_for_the_end()
    assert site.process.returncode == 0, site.said


def test_a_second_site_in_the_same_folder_is_refused(start):
    site = start()
    site.wait_until_ready()
    other = start()
    other.wait_for(lambda: other.process.poll() is not None, "its refusal", 60)
    assert other.process.returncode == 1
    assert "already runs" in other.read()
    assert site.get("/healthz")[0] == 200


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=ROOT, env={**os.environ, "VAR_DIR": str(tmp_path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"{port} cannot be used" in done.stderr
