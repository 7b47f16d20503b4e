"""Our figures are the published ones, to the tolerance of the source."""

import tomllib
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

CASES = tomllib.loads((Path(__file__).parents[1] / "tables" / "metrics.toml").read_text())["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_published_value(case):
    module, name = case["function"].split(".")
    found = getattr(import_module(f"simulator.engine.metrics.{module}"), name)(**case["inputs"])
    if name == "irr_roots":
        found = [root.rate for root in found]
    assert np.shape(found) == np.shape(case["expected"])
    np.testing.assert_allclose(found, case["expected"], rtol=0, atol=case["tolerance"])


def test_every_case_names_its_source():
    assert all(len(case["source"]) > 10 for case in CASES)
