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
from pathlib import Path
from statistics import median

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


def took(workers: int, seed: int) -> float:
    """Seconds from asking to the last cell."""
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
            code = TIMES.format(sweep=sweep)
            told = subprocess.run(
                [*manage, "shell", "-v0", "-c", code], cwd=ROOT, env=environment, check=True,
                capture_output=True, text=True,
            )  # fmt: skip
            return float(told.stdout.split()[-1])
        finally:
            site.send_signal(signal.SIGINT)
            site.wait()


def answered(path: str, holds: Callable[[int, bytes], bool]) -> bool:
    with contextlib.suppress(OSError):
        return holds(*get(PORT, path)[:2])
    return False


def main() -> None:
    ratios = [took(1, seed) / took(2, seed) for seed in range(1, ROUNDS + 1)]
    found = round(median(ratios), 2)
    print(f"{found:8.2f} × as fast on two workers as on one ({CELLS} cells)")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    (results / "sweeps.json").write_text(json.dumps({"ratios": ratios, "cells": CELLS}) + "\n")


if __name__ == "__main__":
    main()
