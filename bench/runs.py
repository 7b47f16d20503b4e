"""The queue beside a bare Celery round trip, and asking for a run while the broker is gone.

The bare round trip is what Celery's own door gives: ``delay().get()`` with Redis for broker and
result backend. A task that only pushes a mark is measured beside it. A run does more than a
task: its row is written, claimed and finished in a database that survives a power cut. So the
cost of the row is measured by itself and taken off before the ratio is formed: what is compared
is the way through the queue.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench import _processor

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results" / "runs.json"
ROUNDS, TRIPS = 3, 40
ASKS = 300


def milliseconds(
    action: Callable[[int], Any], count: int, rest: Callable[[], Any] = lambda: None
) -> list[float]:
    """How long each call took; ``rest`` follows each and is not counted."""
    taken = []
    for number in range(count):
        started = time.perf_counter()
        action(number)
        taken.append(1000 * (time.perf_counter() - started))
        rest()
    return taken


class Timed:
    """``taken`` milliseconds, and the processor's per trip, on both sides of the queue."""

    def __init__(
        self,
        action: Callable[[int], Any],
        count: int,
        pid: int = 0,
        rest: Callable[[], Any] = lambda: None,
    ) -> None:
        def spent() -> float:
            return time.process_time() + (_processor.seconds(pid) if pid else 0.0)

        before = spent()
        self.taken = milliseconds(action, count, rest)
        self.processor = 1000 * (spent() - before) / count


def told(taken: list[float]) -> dict[str, float]:
    cuts = quantiles(taken, n=100, method="inclusive")
    return {"p50": round(median(taken), 2), "p99": round(cuts[98], 2)}


@contextlib.contextmanager
def worker(application: str, environment: dict[str, str]) -> Iterator[int]:
    from tests.services import tied

    command = [
        *tied(), sys.executable, "-m", "celery", "-q", "-A", application, "worker",
        "--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "ERROR",
    ]  # fmt: skip
    process = subprocess.Popen(
        # Leases and sweeps as in earnest, not as quick as in the drills.
        command, cwd=ROOT, env={**os.environ, **environment, "DRILL": "full"},
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def bare_trip(number: int) -> None:
    from bench._bare import answered

    answered.delay().get(timeout=30)


def push_trip(client: Any) -> Callable[[int], None]:
    from bench._bare import nothing

    def trip(number: int) -> None:
        nothing.delay(f"mark{number}")
        client.blpop(f"mark{number}", timeout=30)

    return trip


def run_trip(client: Any) -> Callable[[int], None]:
    from simulator import services

    def trip(number: int) -> None:
        run, _ = services.find_or_create_run(experiment="tiny-sum", parameters={"marker": number})
        client.blpop(f"run-{run.pk}", timeout=30)

    return trip


def row_trip(number: int) -> None:
    """What the row costs without any queue: asked, claimed, computed and finished in place."""
    from unittest import mock

    from simulator import doorbell, services

    with mock.patch.object(doorbell, "ring"):
        run, _ = services.find_or_create_run(
            experiment="tiny-sum", parameters={"marker": 200_000 + number}
        )
    services.execute_run(run.pk, "here")


def trips(server: Any, environment: dict[str, str]) -> dict[str, Any]:
    """Bare task, row and run in turn within each round; the ratio is taken within the round."""
    import redis

    client = redis.Redis(unix_socket_path=str(server.socket), socket_timeout=60)
    sides = {
        "bare": bare_trip,
        "push": push_trip(client),
        "row": row_trip,
        "run": run_trip(client),
    }
    # The worker's last look at the table belongs to no run that anybody waits for.
    rests = {"run": lambda: client.blpop("rest", timeout=30)}
    rounds: list[dict[str, Timed]] = []
    with worker("bench._bare", environment) as bare, worker("bench._runs", environment) as ours:
        pids = {"bare": bare, "push": bare, "run": ours}
        for name, trip in sides.items():
            milliseconds(lambda n, trip=trip: trip(100_000 + n), 10, rests.get(name, lambda: None))
        for number in range(ROUNDS):
            first = number * TRIPS
            rounds.append(
                {
                    name: Timed(
                        lambda n, trip=trip, first=first: trip(first + n),
                        TRIPS,
                        pids.get(name, 0),
                        rests.get(name, lambda: None),
                    )
                    for name, trip in sides.items()
                }
            )
    return {
        **{f"{n}_ms": told([t for r in rounds for t in r[n].taken]) for n in sides},
        "processor_ms": {n: round(median(r[n].processor for r in rounds), 2) for n in sides},
        **{f"queue_over_{base}": over(rounds, base) for base in ("bare", "push")},
    }


def over(rounds: list[dict[str, Timed]], base: str) -> dict[str, float]:
    """What the queue adds to the row, as a multiple of the base: by the clock, by processor."""
    clock = [
        (median(r["run"].taken) - median(r["row"].taken)) / median(r[base].taken) for r in rounds
    ]
    spent = [(r["run"].processor - r["row"].processor) / r[base].processor for r in rounds]
    return {"clock": round(median(clock), 2), "processor": round(median(spent), 2)}


def asking() -> dict[str, float]:
    from django.test import Client

    client = Client()

    def ask(number: int) -> None:
        body = {"experiment": "tiny-sum", "parameters": {"marker": ask.first + number}}
        address = f"192.0.2.{number % 250}"
        answer = client.post(
            "/api/v1/runs/", body, content_type="application/json", REMOTE_ADDR=address
        )
        assert answer.status_code == 202, answer.content

    asking.calls += 1
    ask.first = 300_000 + 1000 * asking.calls
    return told(milliseconds(ask, ASKS))


asking.calls = 0


def main() -> None:
    from tests import services as servers

    with (
        tempfile.TemporaryDirectory(prefix="hedgelab-bench-") as folder,
        servers.redis_server() as server,
    ):
        environment = {
            "VAR_DIR": folder,
            "REDIS_URL": server.url,
            "BARE_BROKER": server.url,
            "BARE_SOCKET": str(server.socket),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "ERROR",
            "ALLOWED_HOSTS": "testserver,localhost",
        }
        os.environ.update(environment)
        report(server, environment)


def report(server: Any, environment: dict[str, str]) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from tests.drills import tiny

    settings.RUN_QUEUE_BOUND = 10**6
    tiny.register_only()
    call_command("migrate", verbosity=0)
    found: dict[str, Any] = trips(server, environment)
    found["ask_broker_alive_ms"] = asking()
    server.signal(signal.SIGSTOP)
    found["ask_broker_frozen_ms"] = asking()
    server.signal(signal.SIGCONT)
    server.signal(signal.SIGKILL)
    found["ask_broker_dead_ms"] = asking()
    for name, value in found.items():
        print(f"{name:<24} {value}")
    print("goals: queue_over_bare by the clock <= 1.5; asking with the broker gone p99 < 250 ms")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
