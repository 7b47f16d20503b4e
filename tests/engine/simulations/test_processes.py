"""The same question has the same digest in this process and in any of four fresh ones."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from simulator.engine.documents import compute
from simulator.engine.experiments import all_experiments, get

SIMULATIONS = [slug for slug, one in all_experiments().items() if one.kind == "simulation"]
LONGER = {
    "hedge-carry": {"days": 504},
    "convexity-forecast": {"days": 1764},
    "steward-promoter": {"days": 252},
}
MODEL = {"market": "model"}


def small(slug):
    names = {parameter.name for parameter in get(slug).parameters}
    asked = {"paths": 12, "days": 63, **MODEL, **LONGER.get(slug, {})}
    return {name: value for name, value in asked.items() if name in names}


def digest(slug):
    experiment = get(slug)
    return compute(experiment, experiment.parse(small(slug)), seed=5)["digest"]


@pytest.fixture(scope="module")
def elsewhere():
    """Digests from four processes that share nothing with this one but the code."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=4, mp_context=fresh) as pool:
        return dict(zip(SIMULATIONS, pool.map(digest, SIMULATIONS), strict=True))


@pytest.mark.parametrize("slug", SIMULATIONS)
def test_the_digest_does_not_hang_on_the_process(slug, elsewhere):
    assert digest(slug) == elsewhere[slug]
