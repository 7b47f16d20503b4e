"""The hedge as insurance and as an investment: its cost of capital, beta and alpha."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine.data import NoData
from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import _worlds, get
from simulator.engine.experiments.hedge_carry.run import investment, months

SMALL = {"paths": 6, "days": 504}


@cache
def ask(**parameters):
    experiment = get("hedge-carry")
    return compute(experiment, experiment.parse({**SMALL, **parameters}), seed=1)


def figures(**parameters):
    return {m["name"]: m["value"] for m in ask(**parameters)["metrics"]}


def test_the_published_cost_of_capital():
    """An exercise: E 1000, beta 1.2, rf 4 %, Rm 10 %; D 500 at 7 %, tax 35 %: 8.9833 %."""
    p = SimpleNamespace(
        **get("hedge-carry").parse(
            {
                "risk_free": 0.04,
                "market_return": 0.10,
                "book_beta": 1.2,
                "equity_share": 2.0 / 3.0,
                "cost_of_debt": 0.07,
                "tax_rate": 0.35,
            }
        )
    )
    rng = np.random.default_rng(1)
    own = investment(p, rng.normal(0, 1, (40, 1)), rng.normal(0, 0.05, (40, 1)))
    assert own["wacc"] == pytest.approx(0.089833, abs=1e-6)


def test_the_beta_of_a_known_line_comes_back():
    p = SimpleNamespace(**get("hedge-carry").parse({"risk_free": 0.0}))
    index = np.random.default_rng(2).normal(0, 0.05, (60, 3))
    own = investment(p, 0.1 - 8.0 * index, index)
    assert own["beta"].value == pytest.approx(-8.0)
    assert own["alpha"].value == pytest.approx(0.1)


def test_no_sleeve_is_the_index_to_the_last_bit():
    figure = figures(sleeve=0.0)
    assert figure["max_drawdown_base"] == figure["max_drawdown_hedged"]
    assert figure["annual_return_difference"] == 0.0


def test_dearer_calls_pay_back_less():
    p = SimpleNamespace(**get("hedge-carry").parse({"paths": 10, "days": 504}))
    world = _worlds.build(p, seed=1, data=NoData())
    back = []
    for vol in (0.85, 1.05, 1.25):
        p.vol_of_vix = vol
        back.append(1.0 + months(p, world)[0].mean())
    assert back[0] > back[1] > back[2]


def test_same_seed_same_digest():
    experiment = get("hedge-carry")
    assert compute(experiment, experiment.parse(SMALL), seed=1)["digest"] == ask()["digest"]


def test_a_beta_from_an_episode_is_refused():
    with pytest.raises(ParametersRefused):
        get("hedge-carry").parse({"market": "episode"})
