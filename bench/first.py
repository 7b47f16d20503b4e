"""Run pressed: when something moves, when the result is there, and what a known answer costs.

The whole site is started in a folder of its own, without content. Nine simulations (one reader's
minute) are asked for with their default values, one after another, by a reader whom nobody is
before.
Seconds hang on the machine and on what else runs there; the cost of a known answer is a ratio.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench import _processor
from bench.pages import ROOT, get
from tests.services import wait_until

PORT, REPEATS = 18766, 40
SIMULATIONS = (  # ten, because nobody may ask for more in a minute; the others are quicker
    "layer-votes", "temporal-theta", "condor-index", "nft-hedge", "hedge-carry", "event-days",
    "steward-promoter", "alvh-readings", "second-engine", "alvh-condor",
)  # fmt: skip
SEED = 7  # with the usual seed defaults are known already
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def post(path: str, body: str, kind: dict[str, str]) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    try:
        connection.request("POST", path, body=body, headers=kind)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("Location", "")
    finally:
        connection.close()


def is_ready() -> bool:
    try:
        return get(PORT, "/readyz")[0] == 200
    except OSError:
        return False


def follow(name: str) -> dict[str, float]:
    """Seconds to the first progress and to the result of a simulation with its defaults."""
    started = time.perf_counter()
    status, body, _ = post(
        "/api/v1/runs/",
        json.dumps({"experiment": name, "seed": SEED}),
        {"Content-Type": "application/json"},
    )
    assert status in (200, 202), (status, body)
    path = f"/api/v1/runs/{json.loads(body)['id']}/"
    moved = 0.0
    while True:
        run = json.loads(get(PORT, path)[1])
        if not moved and run["status"] != "queued":
            moved = time.perf_counter() - started
        if run["finished_at"]:
            assert run["status"] == "succeeded", run
            return {"first_progress": moved, "result": time.perf_counter() - started}
        time.sleep(0.05)


def is_idle(database: str) -> bool:
    """Whether the results that a fresh site computes by itself are all there."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        statement = "SELECT COUNT(*) FROM simulator_run WHERE status IN ('queued', 'running')"
        waiting: int = connection.execute(statement).fetchone()[0]
    return not waiting


def known(pid: int, name: str) -> float:
    """Processor time of pressing Run for what is known, over that of its page alone."""

    def cost(action) -> float:
        before = _processor.seconds(pid)
        for _ in range(REPEATS):
            action()
        return _processor.seconds(pid) - before

    address = post(f"/lab/{name}/", f"seed={SEED}", FORM)[2].partition("#")[0]

    def press() -> None:
        status, _, where = post(f"/lab/{name}/", f"seed={SEED}", FORM)
        assert status == 303, status
        assert get(PORT, where.partition("#")[0])[0] == 200

    press()
    return median(cost(press) / cost(lambda: get(PORT, address)) for _ in range(3))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder) / "content"
        content.mkdir()
        environment = os.environ | {
            "VAR_DIR": f"{folder}/var", "CONTENT_DIR": str(content), "LOG_LEVEL": "ERROR",
            "WEB_WORKERS": "1",
        }  # fmt: skip
        site = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(PORT)], cwd=ROOT, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_until(is_ready, seconds=180, what="the site", every=0.2)
            wait_until(
                lambda: is_idle(f"{folder}/var/db.sqlite3"), seconds=900, what="an idle queue",
                every=2.0,
            )  # fmt: skip
            times = {name: follow(name) for name in SIMULATIONS}
            ratio = known(site.pid, next(iter(times)))
        finally:
            site.send_signal(signal.SIGINT)
            site.wait()
    for name, found in times.items():
        print(f"{name:<28} " + "  ".join(f"{k} {v:.2f} s" for k, v in found.items()))
    middle = {
        k: round(median(t[k] for t in times.values()), 2) for k in ("first_progress", "result")
    }
    print(f"median {middle}; goals on an idle machine: 0.3 s and 2 s")
    print(f"{ratio:.2f} × its page: pressing Run for a known answer (goal 1.2)")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    document = {"times": times, "median": middle, "known_over_page": round(ratio, 2)}
    (results / "first.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
