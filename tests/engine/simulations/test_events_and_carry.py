"""Size before releases, and the hedge as insurance and as an investment."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine.data import NoData
from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import _worlds, get
from simulator.engine.experiments.event_days.run import shaken
from simulator.engine.experiments.hedge_carry.run import investment, months
from simulator.engine.markets import null_models


@cache
def ask(slug, **parameters):
    experiment = get(slug)
    small = {"paths": 12, "days": 63} if slug == "event-days" else {"paths": 6, "days": 504}
    document = compute(experiment, experiment.parse({**small, **parameters}), seed=1)
    return document


def figures(slug, **parameters):
    return {m["name"]: m["value"] for m in ask(slug, **parameters)["metrics"]}


def test_eight_central_bank_and_twelve_inflation_days_a_year():
    assert null_models.event_days(252, cpi=False).sum() == 8
    assert null_models.event_days(252, fomc=False).sum() == 12
    assert null_models.event_days(504).sum() == 2 * null_models.event_days(252).sum()


def test_full_size_before_releases_is_the_base_to_the_last_bit():
    figure = figures("event-days", event_size_factor=1.0)
    assert figure["max_drawdown_base"] == figure["max_drawdown_hedged"]
    assert figure["annual_return_difference"] == 0.0


def test_event_days_have_the_variance_asked_for():
    p = SimpleNamespace(**get("event-days").parse({"paths": 3000, "days": 63}))
    world = _worlds.build(p, seed=1, data=NoData())
    events = null_models.event_days(world.days)
    r = shaken(p, world, events, 1).log_returns()
    scale = world.vix[:-1]
    z = r / scale
    ratio = z[events[1:]].var() / z[~events[1:]].var()
    assert ratio == pytest.approx(4.0, rel=0.15)


def test_no_extra_variance_leaves_the_market_as_it_is():
    p = SimpleNamespace(**get("event-days").parse({"paths": 4, "event_variance": 1.0}))
    world = _worlds.build(p, seed=1, data=NoData())
    events = null_models.event_days(world.days)
    np.testing.assert_allclose(shaken(p, world, events, 1).spx, world.spx)


def test_what_is_not_priced_makes_event_days_worse_for_sellers():
    paid = figures("event-days", event_priced=1.0, gate_mode="none", paths=60)
    unpaid = figures("event-days", event_priced=0.0, gate_mode="none", paths=60)
    assert unpaid["profit_per_event_day"] < paid["profit_per_event_day"]


def test_longer_condors_and_years_without_releases_are_refused():
    for wrong in ({"ic_dte": 5}, {"fomc": False, "cpi": False}):
        with pytest.raises(ParametersRefused):
            get("event-days").parse(wrong)


def test_the_published_cost_of_capital():
    """finance.md K-a2: E 1000, beta 1.2, rf 4 %, Rm 10 %; D 500 at 7 %, tax 35 %: 8.9833 %."""
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
    figure = figures("hedge-carry", sleeve=0.0)
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


@pytest.mark.parametrize("slug", ["event-days", "hedge-carry"])
def test_same_seed_same_digest(slug):
    experiment = get(slug)
    small = {"paths": 12, "days": 63} if slug == "event-days" else {"paths": 6, "days": 504}
    assert compute(experiment, experiment.parse(small), seed=1)["digest"] == ask(slug)["digest"]


def test_a_beta_from_an_episode_is_refused():
    with pytest.raises(ParametersRefused):
        get("hedge-carry").parse({"market": "episode"})
