"""Every simulation's default run, figure by figure: a change of a figure is never an accident.

Where a figure is meant to change, say why in the commit and renew the file:

    RENEW_SNAPSHOTS=1 pytest tests/engine/simulations/test_snapshots.py
"""

import json
import os
from pathlib import Path

import pytest

from simulator.engine.documents import compute
from simulator.engine.experiments import all_experiments, get
from simulator.engine.results import rounded

FILE = Path(__file__).with_name("snapshots.json")
SIMULATIONS = [slug for slug, one in all_experiments().items() if one.kind == "simulation"]
DIGITS = 8  # of which a tolerance of 1e-6 asks for seven
RENEWING = bool(os.environ.get("RENEW_SNAPSHOTS"))


def stored():
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}


def default_run(slug):
    experiment = get(slug)
    document = compute(experiment, experiment.parse({}), seed=1)
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


@pytest.mark.parametrize("slug", SIMULATIONS)
def test_the_default_run_gives_the_figures_it_gave(slug):
    figures = default_run(slug)
    if RENEWING:
        known = {name: row for name, row in stored().items() if name in SIMULATIONS}
        text = json.dumps({**known, slug: rounded(figures, DIGITS)}, indent=1, sort_keys=True)
        FILE.write_text(text + "\n", encoding="utf-8")
        pytest.skip("renewed")
    before = stored()[slug]
    assert set(figures) == set(before)
    for name, value in before.items():
        if not isinstance(value, float):
            assert figures[name] == value, name
        else:
            assert figures[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name


@pytest.mark.skipif(RENEWING, reason="the file is being written")
def test_every_simulation_has_its_figures_and_nothing_else_has():
    assert set(stored()) == set(SIMULATIONS)
