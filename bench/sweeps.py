"""Sweeps: one hundred cells on one and on two workers, through the real queue.

Each round starts the whole site in a folder of its own, without content, asks for a line of a
hundred cells and waits for the last one. The ratio is time on one worker ÷ time on two.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from bench import _processor
from bench.pages import ROOT, get
from tests.services import wait_until

CELLS, ROUNDS, PORT = 100, 2, 18765
ASK = """
from simulator import services
sweep = services.create_sweep(experiment="layer-votes", x="days",
                              x_values=list(range(400, 400 + {cells})), seed={seed})
print(sweep.pk)
"""
TIMES = """
from simulator.models import Sweep
sweep = Sweep.objects.get(pk="{sweep}")
print((sweep.finished_at - sweep.created_at).total_seconds())
"""


@dataclass(frozen=True)
class Took:
    """``seconds`` from asking to the last cell; processor seconds of all, and of computing."""

    seconds: float
    all: float
    computing: float


def computing(site: int) -> float:
    """Processor seconds of the workers' children, which are at the end of their line."""
    total = 0.0
    for pid in _processor.family(site):
        with contextlib.suppress(OSError):
            is_worker = b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()
            if is_worker and len(list(_processor.family(pid))) == 1:
                total += _processor.seconds(pid)
    return total


def took(workers: int, seed: int) -> Took:
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder) / "content"
        content.mkdir()
        environment = os.environ | {
            "VAR_DIR": f"{folder}/var", "CONTENT_DIR": str(content), "LOG_LEVEL": "ERROR",
            "CELERY_WORKERS": str(workers), "WEB_WORKERS": "1",
        }  # fmt: skip
        manage = [sys.executable, "manage.py"]
        site = subprocess.Popen(
            [*manage, "up", "--port", str(PORT)], cwd=ROOT, env=environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_until(
                lambda: answered("/readyz", lambda status, _: status == 200),
                seconds=120, what="the site", every=0.2,
            )  # fmt: skip
            code = ASK.format(cells=CELLS, seed=seed)
            before = _processor.seconds(site.pid), computing(site.pid)
            asked = subprocess.run(
                [*manage, "shell", "-v0", "-c", code], cwd=ROOT, env=environment, check=True,
                capture_output=True, text=True,
            )  # fmt: skip
            sweep = asked.stdout.split()[-1]
            path = f"/api/v1/sweeps/{sweep}/"
            # Asked no more often than by a page that stands open, or asking is what is measured.
            wait_until(
                lambda: answered(path, lambda _, body: json.loads(body)["succeeded"] == CELLS),
                seconds=600, what="the last cell", every=2.0,
            )  # fmt: skip
            after = _processor.seconds(site.pid), computing(site.pid)
            code = TIMES.format(sweep=sweep)
            told = subprocess.run(
                [*manage, "shell", "-v0", "-c", code], cwd=ROOT, env=environment, check=True,
                capture_output=True, text=True,
            )  # fmt: skip
            seconds = float(told.stdout.split()[-1])
            return Took(seconds, after[0] - before[0], after[1] - before[1])
        finally:
            site.send_signal(signal.SIGINT)
            site.wait()


def answered(path: str, holds: Callable[[int, bytes], bool]) -> bool:
    with contextlib.suppress(OSError):
        return holds(*get(PORT, path)[:2])
    return False


def main() -> None:
    rounds = [(took(1, seed), took(2, seed)) for seed in range(1, ROUNDS + 1)]
    found = round(median(one.seconds / two.seconds for one, two in rounds), 2)
    # One worker's time is what it computes; two need half of everything on two free cores. Taken
    # within one run, because a busy machine makes processor seconds themselves longer.
    possible = round(median(2 * two.computing / two.all for _, two in rounds), 2)
    print(f"{found:8.2f} × as fast on two workers as on one ({CELLS} cells)")
    print(f"{possible:8.2f} × by processor time, on two cores that nothing else uses")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    document = {
        "cells": CELLS,
        "found": found,
        "by_processor": possible,
        "rounds": [[asdict(one), asdict(two)] for one, two in rounds],
    }
    (results / "sweeps.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
