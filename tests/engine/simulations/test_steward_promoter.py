"""Two reports of one run."""

from functools import cache

import numpy as np
import pytest

from simulator.engine.documents import compute
from simulator.engine.experiments import get
from simulator.engine.experiments.steward_promoter.run import effects

EXPERIMENT = get("steward-promoter")
SMALL = {"paths": 8, "days": 63}


@cache
def document():
    return compute(EXPERIMENT, EXPERIMENT.parse(SMALL), seed=1)


def figures():
    return {metric["name"]: metric["value"] for metric in document()["metrics"]}


def table(name):
    return next(t for t in document()["tables"] if t["name"] == name)["rows"]


def test_the_promoter_never_reports_less_than_the_steward():
    figure = figures()
    assert figure["promoter_effect"] >= figure["steward_effect"]
    assert figure["gap"] == pytest.approx(figure["promoter_effect"] - figure["steward_effect"])


def test_both_reports_say_how_they_were_picked():
    assert [row[0] for row in table("reports")] == ["steward", "promoter"]
    assert all(row[-1] for row in table("reports"))


def test_the_frontier_begins_at_the_unhedged_book():
    rows = table("frontier")
    assert (rows[0][0], rows[-1][0]) == (0.0, 0.1)
    assert rows[0][1] == figures()["max_drawdown_base"]
    assert rows[0][3] == 0.0


def test_the_frontier_is_a_straight_line_in_money():
    """Twice the premium is twice the calls: mean final wealth moves in proportion."""
    returns = np.array([row[2] for row in table("frontier")])
    np.testing.assert_allclose(np.diff(returns), np.diff(returns)[0], rtol=1e-6)


def test_an_effect_by_hand():
    equity = np.array([[100.0], [80.0], [90.0]])
    hedge = np.array([[0.0], [10.0], [0.0]])
    assert effects(equity, hedge)[0] == pytest.approx(0.10)


def test_same_seed_same_digest():
    assert compute(EXPERIMENT, EXPERIMENT.parse(SMALL), seed=1)["digest"] == document()["digest"]
