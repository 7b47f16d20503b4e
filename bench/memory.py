"""What the largest run that may be asked for holds in memory, beside the program itself.

Each simulation runs in a process of its own with as many paths as its rules allow for a year (and
for a century in the model where it looks at decades); the peak of resident memory above what was
resident after the imports is held against the goal of 300 MB.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

GOAL_MB = 300
ROOT = Path(__file__).resolve().parents[1]


def largest(name: str) -> dict[str, Any]:
    """The most paths that the experiment's rules accept at its default days, in the model."""
    from simulator.engine.errors import ParametersRefused
    from simulator.engine.experiments import get

    experiment = get(name)
    asked = {"market": "model"} if _has(experiment, "market") else {}
    paths = experiment.parameter("paths")
    most = int(getattr(paths, "maximum", 0) or 10_000)
    try:
        experiment.parse({**asked, "paths": most})
    except ParametersRefused as refused:
        most = int(next(e.nearest for e in refused.errors if e.field == "paths"))
    return {**asked, "paths": most}


def _has(experiment: Any, name: str) -> bool:
    return any(parameter.name == name for parameter in experiment.parameters)


def one(name: str) -> dict[str, Any]:
    """Run it here and say what it took."""
    from simulator.engine.data import NoData
    from simulator.engine.documents import compute
    from simulator.engine.experiments import get

    params = largest(name)
    experiment = get(name)
    parsed = experiment.parse(params)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    compute(experiment, parsed, seed=1, data=NoData())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"name": name, "parameters": params, "megabytes": round((peak - before) / 1024)}


def main() -> dict[str, Any]:
    from simulator.engine.experiments import all_experiments

    rows = []
    for experiment in all_experiments().values():
        if experiment.kind != "simulation" or not _has(experiment, "paths"):
            continue
        out = subprocess.run(
            [sys.executable, "-m", "bench.memory", experiment.slug],
            capture_output=True,
            text=True,
            check=True,
        )
        row = json.loads(out.stdout)
        rows.append(row)
        print(f"{row['name']:22s} {row['parameters']['paths']:6d} paths {row['megabytes']:5d} MB")
    results = ROOT / "bench" / "results"
    results.mkdir(exist_ok=True)
    kept = {"goal_megabytes": GOAL_MB, "largest_runs": rows}
    (results / "memory.json").write_text(json.dumps(kept, indent=1) + "\n")
    return kept


if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1])))
