"""Cash from decay: the causes add up, nothing sold is nothing earned, costs only take."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.data import NoData, silent
from simulator.engine.documents import compute
from simulator.engine.experiments import _worlds, get
from simulator.engine.experiments.temporal_theta.run import (
    around,
    forced_sales,
    needs,
    offered,
    sell,
)
from simulator.engine.ledger import CAUSES
from simulator.engine.markets import two_factor
from simulator.engine.overlays import entry

SMALL = {"paths": 20, "days": 63}
NEVER = {"entry": "conditions", "press_contango": 1.0}
POSTED = ("theta_cash", "gamma_cost", "delta_cash", "jump_cost", "vega_cost", "costs")


@cache
def ask(**parameters):
    experiment = get("temporal-theta")
    return compute(experiment, experiment.parse({**SMALL, **parameters}), seed=1)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def stage(**parameters):
    p = SimpleNamespace(**get("temporal-theta").parse({**SMALL, **parameters}))
    return p, _worlds.build(p, seed=1, data=NoData())


@pytest.mark.parametrize("days", [1, 15])
def test_the_causes_add_up_to_the_cash(days):
    document = ask(ic_dte=days)
    figure = figures(document)
    total = sum(figure[name] for name in POSTED)
    assert total == pytest.approx(figure["cash_net"], rel=1e-9)
    assert figure["residual_share"] < 0.02
    *_, together = next(t for t in document["tables"] if t["name"] == "regimes")["rows"]
    assert together[1] == pytest.approx(1.0)
    assert together[-4] == pytest.approx(figure["cash_net"], rel=1e-9)


def test_regimes_and_paths_hold_the_ledger_to_the_cent():
    """Profit by regime and cause is the ledger's own, cause by cause and path by path."""
    p, world = stage(ic_dte=5)
    ledger, posted = sell(offered(p, world), world, progress=silent)
    (line,) = ledger.causes
    for place, cause in enumerate(CAUSES):
        mine = posted[:, place].sum(axis=0)
        np.testing.assert_allclose(mine, ledger.causes[line][cause], rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(
        posted.sum(axis=(0, 1)), ledger.profit().sum(axis=0), rtol=1e-9, atol=1e-6
    )


def test_a_day_belongs_to_the_vix_before_it_and_not_to_its_own():
    """A VIX that starts high leaves nothing below 15 on the first day."""
    p, world = stage(vix0=40.0, days=20)
    _, posted = sell(offered(p, world), world, progress=silent)
    high = (world.vix >= 20.0).all(axis=0)
    assert high.any()
    assert not posted[:2, :, high].any()
    assert posted[2, 0, high].all()


def test_decay_is_collected_and_movement_takes():
    figure = figures(ask())
    assert figure["theta_cash"] > 0.0 > figure["gamma_cost"]
    assert figure["vega_cost"] == 0.0  # a one-day condor is marked at its payoff only
    assert figures(ask(ic_dte=15))["vega_cost"] != 0.0


def test_nothing_sold_is_nothing_earned_and_bills_remain():
    figure = figures(ask(**NEVER))
    assert all(figure[name] == 0.0 for name in (*POSTED, "cash_net", "entry_share", "coverage"))
    assert figure["max_drawdown_difference"] == 0.0
    assert figure["carry_need"] > 0.0
    assert figure["residual_share"] is None
    assert figure["cash_kept"] is None


def test_no_collection_asks_for_nothing():
    figure = figures(ask(nft_notional=0.0))
    assert (figure["carry_need"], figure["exit_need"], figure["coverage"]) == (0.0, 0.0, None)


@settings(max_examples=8, deadline=None)
@given(slippage=st.floats(0.01, 0.5), commission=st.floats(0.0, 3.0))
def test_costs_never_raise_the_cash(slippage, commission):
    free = stage(costs=False)
    dear = stage(slippage=slippage, commission=commission)
    (plain, _), (paid, _) = (sell(offered(*s), s[1], progress=silent) for s in (free, dear))
    assert np.all(paid.profit().sum(axis=0) <= plain.profit().sum(axis=0))


def test_upkeep_by_hand():
    """1 % upkeep and 9 % on a loan of 30 %: 3,700 dollars a year on a floor of 100,000."""
    p, world = stage(days=252)
    bills = needs(p, world, 1)
    np.testing.assert_allclose(bills.carry.sum(axis=0), 3700.0, rtol=1e-12)


def test_a_forced_sale_by_hand():
    """Above the level on days 1, 2, 70 and 100: 68 days without lie before the third only."""
    vix = np.full((140, 1), 14.0)
    vix[[1, 2, 70, 100]] = 31.0
    assert list(np.flatnonzero(forced_sales(vix, 30.0))) == [2, 71]


def test_a_thinner_market_never_lowers_the_need_of_an_exit():
    p, world = stage(vix0=30.0)
    needed = []
    for wash in (0.0, 0.58, 0.95):
        p.wash_share = wash
        bills = needs(p, world, 1)
        needed.append(bills.exit.sum(axis=0))
        assert bills.exits.any()
    assert np.all(needed[0] <= needed[1])
    assert np.all(needed[1] <= needed[2])
    assert needed[0].sum() < needed[2].sum()


def test_cash_around_an_exit_by_hand():
    cash = np.arange(40.0)[:, None]
    exits = np.zeros((40, 1), dtype=bool)
    exits[30] = True
    assert around(cash, exits) == sum(range(10, 31))
    assert around(cash, np.zeros_like(exits)) is None


@pytest.mark.parametrize("rule", ["any", "conditions", "events", "spike"])
def test_an_entry_rule_knows_no_future(rule):
    """Changing the closes from a day on changes no decision up to that day."""
    world = two_factor.world(paths=6, days=60, seed=3)
    other = two_factor.world(paths=6, days=60, seed=4)
    day = 30
    spliced = two_factor.world(paths=6, days=60, seed=3)
    spliced.vix[day:], spliced.spx[day:] = other.vix[day:], other.spx[day:]
    choice = {"rule": rule, "premium": 0.0, "contango": 0.0, "spike": 0.02}
    decided = entry.allowed(world, **choice)
    np.testing.assert_array_equal(decided[: day + 1], entry.allowed(spliced, **choice)[: day + 1])
    assert decided.any()


def test_each_condition_only_narrows():
    world = two_factor.world(paths=10, days=200, seed=3)
    high, dear, steep = entry.conditions(world, premium=0.0, contango=-0.2)
    tight = entry.conditions(world, premium=0.3, contango=0.05)
    assert high.any()
    assert not high.all()
    assert np.all(tight[1] <= dear)
    assert np.all(tight[2] <= steep)
    assert tight[1].sum() < dear.sum()


def test_events_are_sold_the_day_before():
    world = two_factor.world(paths=2, days=30, seed=1)
    mask = entry.allowed(world, rule="events")
    assert set(np.flatnonzero(mask[:, 0])) == {7, 19, 28}


def test_same_seed_same_digest_and_every_preset_runs():
    experiment = get("temporal-theta")
    again = compute(experiment, experiment.parse(SMALL), seed=1)
    assert again["digest"] == ask()["digest"]
    for preset in experiment.presets:
        figure = figures(ask(**{**preset.parameters, "paths": 4, "days": 30}))
        assert figure["carry_need"] > 0.0


def test_the_verdict_speaks_of_condors_and_not_of_a_hedge():
    for market in ("model", "episode"):
        said = ask(market=market)["headline"]
        assert "hedge" not in said
        assert "condors" in said
