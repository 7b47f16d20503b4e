"""What each choice of the promoter does by itself, against a slow and obvious reckoning."""

from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine.data import silent
from simulator.engine.experiments import _worlds, get
from simulator.engine.experiments.steward_promoter import run as reports

PARAMETERS = {"paths": 12, "days": 84, "window_days": 21}


@pytest.fixture(scope="module")
def parts():
    """A small world, its portfolio and one reading's calls, with costs and at mid prices."""
    params = SimpleNamespace(**get("steward-promoter").parse(PARAMETERS))
    world = _worlds.build(params, seed=1, data=None)
    base = reports.portfolio(params, world, 1)
    charged, free = (
        reports.hedge(params, world, "monthly", 1, free=mid, progress=silent, span=(0.0, 1.0))
        for mid in (False, True)
    )
    return params, world, base, charged, free


def test_no_other_window_of_the_path_earned_more(parts):
    params, world, base, _, free = parts
    shown = reports.promoted(params, world, base, "monthly", free.profit)
    gained = np.cumsum(free.profit[:, shown.path])
    others = [gained[day + 21] - gained[day] for day in range(world.days - 20)]
    earned = gained[shown.end] - gained[shown.start]
    assert shown.end - shown.start == 21
    assert earned == max(others)
    assert shown.hedged[-1] - shown.base[-1] == pytest.approx(earned)


def test_the_boldest_path_is_the_one_on_which_the_hedge_did_most(parts):
    params, world, base, _, free = parts
    bold = SimpleNamespace(**{**vars(params), "promoter_path": "best"})
    shown = reports.promoted(bold, world, base, "monthly", free.profit)
    assert shown.path_effect == reports.effects(base, free.profit).max()


def test_mid_prices_never_pay_less_than_real_ones(parts):
    _, _, _, charged, free = parts
    assert (free.profit.sum(axis=0) >= charged.profit.sum(axis=0)).all()


def test_the_frontier_at_the_reference_budget_is_the_hedge_as_it_was_run(parts):
    _, _, base, charged, _ = parts
    falls = reports.frontier(base, charged.profit)
    at = list(reports.BUDGETS).index(reports.REFERENCE)
    np.testing.assert_allclose(falls[at] - falls[0], reports.effects(base, charged.profit))


@pytest.mark.parametrize(
    ("savings", "expected"),
    [
        ([0.5] * 10, None),
        ([2.0] * 10, None),
        ([2.0] * 4 + [0.5] * 6, 0.04),
    ],
)
def test_a_knee_lies_inside_or_nowhere(savings, expected):
    """Falls that shrink by so many points for each point of budget."""
    falls = -0.9 + 0.01 * np.concatenate([[0.0], np.cumsum(savings)])
    assert reports.knee(falls) == expected
