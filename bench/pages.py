"""Pages: CPU time per request of our answers, as ratios to Django's plainest answer.

Both run under gunicorn with two sync workers, in the same minute, over the same client. The
ratio is base ÷ ours, so above 1 is faster than the base. Processor seconds of the workers are
read from the kernel: they hold better on a noisy machine than requests a second.

Made from the database are a page whose address holds a query, which is never kept as it is; the
first page after a change of another answer; and the first after a change of its own answer.
Under load sixteen readers ask at once, and what the slowest one in a hundred waits is compared.

    python -m bench pages                on SQLite and PostgreSQL
    python -m bench.pages postgresql     one of them, as JSON
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
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REQUESTS, ROUNDS = 100, 5
READERS, EACH = 16, 60
Change = Callable[[], None]


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


def cost(
    server: tuple[int, int],
    path: str,
    headers: dict[str, str] | None = None,
    change: Change | None = None,
) -> float:
    """Processor seconds of the workers for a request; ``change`` goes before each."""
    port, arbiter = server
    before = processor_seconds(arbiter)
    for _ in range(REQUESTS):
        if change is not None:
            change()
        get(port, path, headers)
    return max(processor_seconds(arbiter) - before, 1e-9) / REQUESTS


def slowest(server: tuple[int, int], path: str) -> float:
    """What one in a hundred readers waits at least, while sixteen ask at once."""
    waited: list[float] = []

    def read() -> None:
        for _ in range(EACH):
            begun = time.perf_counter()
            status, _, _ = get(server[0], path)
            assert status == 200, status
            waited.append(time.perf_counter() - begun)

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return quantiles(waited, n=100)[98]


def changes(slug: str) -> tuple[Change, Change]:
    """Two writers beside the site: one changes other answers, one this."""
    import django

    django.setup()
    from kb.models import Article

    numbers = iter(range(10**6))
    own = Article.objects.filter(slug=slug)
    others = Article.objects.published().exclude(slug=slug)
    other = Article.objects.filter(pk=others.order_by("pk").values_list("pk", flat=True)[0])
    return (
        lambda: other.update(checked_by=f"Editor {next(numbers)}") and None,
        lambda: own.update(checked_by=f"Editor {next(numbers)}") and None,
    )


def measured(vendor: str) -> dict[str, Any]:
    """On the database that the environment names."""
    with contextlib.ExitStack() as stack:
        environment = {"VAR_DIR": os.environ["VAR_DIR"]}
        manage = [sys.executable, "manage.py"]
        for command in (
            ["migrate", "-v0"],
            ["collectstatic", "--noinput", "-v0"],
            ["sync_content"],
        ):
            subprocess.run([*manage, *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        ours = stack.enter_context(gunicorn("config.wsgi", **environment))
        slugs = json.loads(get(ours[0], "/api/v1/articles/?page_size=50")[1])["results"]
        slug = slugs[0]["slug"]
        path = f"/ask/{slug}/"
        status, body, tag = get(ours[0], path)
        assert status == 200, status
        elsewhere, here = changes(slug)
        base = stack.enter_context(gunicorn("bench._baseline", BASE_BYTES=str(len(body))))
        cases: dict[str, tuple[Any, ...]] = {
            "a kept answer": (path,),
            "a 304": (path, {"If-None-Match": tag}),
            "the same answer made from the database": (path + "?made=1",),
            "the first read after a change elsewhere": (path, None, elsewhere),
            "the first read after a change of the answer": (path, None, here),
            "a list of 50 answers": ("/api/v1/articles/?page_size=50",),
        }
        ratios: dict[str, list[float]] = {name: [] for name in cases}
        waits: list[float] = []
        for _ in range(ROUNDS):
            plain = cost(base, "/")
            for name, case in cases.items():
                ratios[name].append(plain / cost(ours, *case))
            get(ours[0], path)
            waits.append(slowest(ours, path) / slowest(base, "/"))
        found = {name: round(median(values), 3) for name, values in ratios.items()}
    return {
        "database": vendor, "bytes": len(body), "ratios": found, "rounds": ratios,
        "slowest": round(median(waits), 2), "slowest_rounds": waits,
    }  # fmt: skip


def one(vendor: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as var, contextlib.ExitStack() as stack:
        environment = {
            **os.environ, "VAR_DIR": var, "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        if vendor == "postgresql":
            from tests import services

            environment["DATABASE_URL"] = stack.enter_context(services.postgresql())
        command = [sys.executable, "-m", "bench.pages", vendor]
        said = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
        )
        found: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
        return found


def main() -> None:
    documents = [one(vendor) for vendor in ("sqlite", "postgresql")]
    for document in documents:
        print(document["database"])
        for name, ratio in document["ratios"].items():
            print(f"{ratio:8.3f} × base  {name}")
        print(f"{document['slowest']:8.2f} × the base's wait  the slowest of a hundred readers")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    (results / "pages.json").write_text(json.dumps(documents, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measured(sys.argv[1])))
    else:
        main()
