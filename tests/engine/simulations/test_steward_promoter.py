"""Two reports of one run: the laws between them, and the arithmetic of each."""

from functools import cache

import numpy as np
import pytest

from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import get
from simulator.engine.experiments.steward_promoter import READINGS
from simulator.engine.experiments.steward_promoter.run import BUDGETS, effects, frontier, knee

EXPERIMENT = get("steward-promoter")
SMALL = {"paths": 12, "days": 84, "window_days": 30}


@cache
def document(**parameters):
    return compute(EXPERIMENT, EXPERIMENT.parse({**SMALL, **parameters}), seed=1)


def figures(**parameters):
    return {metric["name"]: metric["value"] for metric in document(**parameters)["metrics"]}


def test_an_effect_by_hand():
    """A fall of 20 % of which the hedge pays half is a fall of 10 %."""
    equity = np.array([[100.0], [80.0], [90.0]])
    hedge = np.array([[0.0], [10.0], [0.0]])
    assert effects(equity, hedge)[0] == pytest.approx(0.10)


def test_no_steward_budget_is_the_portfolio_itself_to_the_last_bit():
    figure = figures(nft_hedge_budget=0.0)
    assert figure["max_drawdown_base"] == figure["max_drawdown_hedged"]
    assert figure["annual_return_difference"] == 0.0
    assert figure["steward_effect"] == 0.0


def test_the_distance_is_that_of_the_two_reports():
    figure = figures()
    gap = figure["promoter_effect"] - figure["steward_effect"]
    assert figure["distance"] == pytest.approx(gap)
    assert figure["readings"] == len(READINGS) == 7
    assert figure["worst_reading"] <= figure["steward_effect"] <= figure["best_reading"]
    assert figure["worst_quartile"] <= figure["steward_effect"]


def test_the_frontier_starts_at_no_hedge_and_ends_at_a_tenth():
    rng = np.random.default_rng(1)
    base = 100.0 * np.exp(np.cumsum(rng.normal(0, 0.02, (60, 5)), axis=0))
    falls = frontier(base, np.zeros((60, 5)))
    assert (BUDGETS[0], BUDGETS[-1]) == (0.0, 0.1)
    np.testing.assert_array_equal(falls, np.tile(falls[0], (len(BUDGETS), 1)))


def test_a_hedge_that_saves_nothing_has_no_knee_inside():
    assert knee(np.full(len(BUDGETS), -0.4)) in (None, 0.0)


def test_costs_never_raise_the_stewards_profit():
    assert figures()["steward_profit"] <= figures(costs=False)["steward_profit"]


def test_the_same_seed_gives_the_same_digest():
    again = compute(EXPERIMENT, EXPERIMENT.parse(SMALL), seed=1)
    assert again["digest"] == document()["digest"]


def test_a_window_longer_than_the_run_is_refused():
    with pytest.raises(ParametersRefused):
        EXPERIMENT.parse({"days": 63, "window_days": 200})


@pytest.mark.parametrize("preset", EXPERIMENT.presets, ids=lambda preset: preset.name)
def test_every_preset_is_allowed(preset):
    EXPERIMENT.parse(preset.parameters)
