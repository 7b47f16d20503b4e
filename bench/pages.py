"""Pages: CPU time per request of our answers, as ratios to Django's plainest answer.

Both run under gunicorn with two sync workers, in the same minute, over the same client. The
ratio is base ÷ ours, so above 1 is faster than the base. Processor seconds of the workers are
read from the kernel: they hold better on a noisy machine than requests a second.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
REQUESTS, ROUNDS = 100, 5


@contextlib.contextmanager
def gunicorn(application: str, **environment: str) -> Iterator[tuple[int, int]]:
    """Yields (port, pid of the arbiter)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, "--workers", "2"]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                get(port, "/healthz")
                break
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("ETag", "")
    finally:
        connection.close()


def processor_seconds(arbiter: int) -> float:
    """Time that the arbiter's workers, of one thread each, spent on a processor.

    From the scheduler's own nanoseconds: a hundred requests would be six ticks of ``stat``.
    """
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == arbiter:
                    total += int((entry / "schedstat").read_text().split()[0])
    return total / 1e9


def cost(server: tuple[int, int], path: str, headers: dict[str, str] | None = None) -> float:
    port, arbiter = server
    before = processor_seconds(arbiter)
    for _ in range(REQUESTS):
        get(port, path, headers)
    return max(processor_seconds(arbiter) - before, 1e-9) / REQUESTS


def main() -> None:
    with tempfile.TemporaryDirectory() as var, contextlib.ExitStack() as stack:
        environment = {"VAR_DIR": var, "LOG_LEVEL": "ERROR"}
        manage = [sys.executable, "manage.py"]
        for command in (
            ["migrate", "-v0"],
            ["collectstatic", "--noinput", "-v0"],
            ["sync_content"],
        ):
            subprocess.run(
                [*manage, *command], cwd=ROOT, env={**os.environ, **environment}, check=True,
                stdout=subprocess.DEVNULL,
            )  # fmt: skip
        ours = stack.enter_context(gunicorn("config.wsgi", **environment))
        slugs = json.loads(get(ours[0], "/api/v1/articles/?page_size=50")[1])["results"]
        path = f"/ask/{slugs[0]['slug']}/"
        status, body, tag = get(ours[0], path)
        assert status == 200, status
        base = stack.enter_context(gunicorn("bench._baseline", BASE_BYTES=str(len(body))))
        cases = {
            "a kept answer": (ours, path, None),
            "a 304": (ours, path, {"If-None-Match": tag}),
            "the same answer made from the database": (ours, path + "?made=1", None),
            "a list of 50 answers": (ours, "/api/v1/articles/?page_size=50", None),
        }
        ratios: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(ROUNDS):
            plain = cost(base, "/")
            for name, case in cases.items():
                ratios[name].append(plain / cost(*case))
        found = {name: round(median(values), 3) for name, values in ratios.items()}
    for name, ratio in found.items():
        print(f"{ratio:8.3f} × base  {name}")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    document = {"bytes": len(body), "ratios": found, "rounds": ratios}
    (results / "pages.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
