"""What runs cost beside what their declarations say they cost: ratio is estimate ÷ CPU seconds.

Each point (the default run, and others with more paths, days or options) runs in a process of
its own after its imports. Machines differ and are busy, so a fixed piece of work is timed
around every run and the seconds are told in those of the machine that the estimates were set
on (``REFERENCE``). Within a factor of two is what was asked for.

    python -m bench costs [EXPERIMENT ...]
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from simulator.engine.documents import compute
from simulator.engine.errors import EngineError, ParametersRefused
from simulator.engine.experiments import all_experiments, get
from simulator.engine.experiments.base import Experiment

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = 0.056  # CPU seconds of ``yardstick`` where the estimates were set
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "alvh-condor": [{"ic_dte": 21, "strike_method": "sigma"}, {"tiers_enabled": "all"}],
    "alvh-readings": [{"ic_dte": 21, "strike_method": "sigma"}],
    "convexity-forecast": [{"placebos": 5}],
    "event-days": [{"tiers_enabled": "all"}],
    "nft-hedge": [{"hedge_structure": "ladder"}],
    "nft-exit": [{"ladder_steps": 40}],
    "second-engine": [{"ic_dte": 21, "strike_method": "sigma"}],
    "temporal-theta": [{"ic_dte": 21, "strike_method": "sigma"}, {"tiers_enabled": "all"}],
    "time-shift": [{"tiers_enabled": "all"}],
}


def points(experiment: Experiment) -> list[dict[str, Any]]:
    """Parameters to set: none, fewer and more paths, fewer and more days, an episode, options."""
    found: list[dict[str, Any]] = [{}]
    default = experiment.parse({})
    for name, factors in (("paths", (0.25, 4.0)), ("days", (0.5, 3.0))):
        if name in default:
            found += [{name: max(int(default[name] * factor), 1)} for factor in factors]
    if "episode" in default:
        found.append({"market": "episode"})
    if "market" in default and default["market"] != "model":
        found.append({"market": "model"})
    found += OPTIONS.get(experiment.slug, [])
    return [point for point in found if allowed(experiment, point)]


def allowed(experiment: Experiment, point: dict[str, Any]) -> bool:
    try:
        experiment.parse(point)
    except ParametersRefused:
        return False
    return True


def yardstick() -> float:
    """CPU seconds of what a simulation is made of: short arrays, logarithms and calls."""
    x = np.linspace(0.1, 3.0, 1000)
    started = time.process_time()
    for _ in range(4000):
        y = np.log(x) * x
        y += np.sqrt(x)
        y[y > 1.0] = 0.5
        np.maximum(y, 0.1).sum()
    return time.process_time() - started


def measure(slug: str, point: dict[str, Any]) -> dict[str, Any]:
    """One run in this process, its imports left out."""
    experiment = get(slug)
    params = experiment.parse(point)
    importlib.import_module(experiment.package + ".run")
    before = yardstick()
    started = time.process_time()
    compute(experiment, params, seed=1 if experiment.seeded else None)
    seconds = time.process_time() - started
    machine = 0.5 * (before + yardstick()) / REFERENCE
    return {
        "experiment": slug,
        "point": point,
        "estimate": experiment.cost(params),
        "seconds": seconds,
        "machine": machine,
        "ratio": experiment.cost(params) * machine / seconds,
    }


def apart(slug: str, point: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.costs", "--one", slug, json.dumps(point)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        try:
            print(json.dumps(measure(sys.argv[2], json.loads(sys.argv[3]))))
        except EngineError as error:
            print(json.dumps({"refused": str(error)}))
        return
    rows = []
    for slug in sys.argv[2:] or list(all_experiments()):
        for point in points(get(slug)):
            row = apart(slug, point)
            if "refused" in row:
                continue
            rows.append(row)
            print(
                f"{slug:20s} {json.dumps(point):44s} {row['seconds']:7.2f} s"
                f"  said {row['estimate']:6.2f}  machine {row['machine']:4.2f}"
                f"  ratio {row['ratio']:5.2f}{'' if 0.5 <= row['ratio'] <= 2.0 else '  outside'}",
                flush=True,
            )
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    (results / "costs.json").write_text(json.dumps(rows, indent=1) + "\n")
    outside = [row for row in rows if not 0.5 <= row["ratio"] <= 2.0]
    print(f"{len(rows) - len(outside)} of {len(rows)} within a factor of two")


if __name__ == "__main__":
    main()
