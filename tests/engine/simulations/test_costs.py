"""What a run is said to cost grows as the run does: linearly in paths, and never less for more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.experiments import all_experiments, get

SIMULATIONS = [slug for slug, one in all_experiments().items() if one.kind == "simulation"]
WITH_DAYS = [slug for slug in SIMULATIONS if "days" in get(slug).parse({})]
PATHS = st.integers(1, 800)


def cost(slug, **changes):
    experiment = get(slug)
    market = {"market": "model"} if "market" in experiment.parse({}) else {}
    return experiment.cost({**experiment.parse({}), **market, **changes})


@pytest.mark.parametrize("slug", SIMULATIONS)
@given(few=PATHS, more=PATHS)
def test_the_estimate_is_linear_in_paths_and_never_free(slug, few, more):
    together = cost(slug, paths=few + more)
    assert together >= cost(slug, paths=few) > 0.0
    alone = cost(slug, paths=few) + cost(slug, paths=more) - cost(slug, paths=0)
    assert together == pytest.approx(alone, rel=1e-9)


@pytest.mark.parametrize("slug", WITH_DAYS)
@given(few=st.integers(1, 40), more=st.integers(1, 40))
def test_the_estimate_is_linear_in_days_once_there_is_something_to_judge(slug, few, more):
    start = 2000  # by then every window that an experiment learns from has passed
    one, two, both = (cost(slug, days=start + 21 * extra) for extra in (few, more, few + more))
    assert both == pytest.approx(one + two - cost(slug, days=start), rel=1e-9)
    assert both > one


@pytest.mark.parametrize("slug", ["alvh-condor", "second-engine", "temporal-theta", "time-shift"])
def test_books_of_more_tiers_are_said_to_cost_more(slug):
    assert cost(slug, tiers_enabled="all") > 1.2 * cost(slug, tiers_enabled="conservative")
