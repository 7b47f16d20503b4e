"""Does the hedge protect an NFT portfolio? What must hold whatever the answer is."""

from functools import cache

import numpy as np
import pytest

from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import get

NFT = get("nft-hedge")


@cache
def ask(seed=1, **parameters):
    return compute(NFT, NFT.parse({"paths": 120, **parameters}), seed=seed)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def table(document, name):
    found = next(t for t in document["tables"] if t["name"] == name)
    names = [column["name"] for column in found["columns"]]
    return [dict(zip(names, row, strict=True)) for row in found["rows"]]


@pytest.fixture(scope="module")
def bear():
    return ask()


def test_no_budget_is_the_unhedged_portfolio_to_the_last_bit():
    figure = figures(ask(nft_hedge_budget=0.0))
    assert figure["max_drawdown_base"] == figure["max_drawdown_hedged"]
    assert figure["irr_base"] == figure["irr_hedged"]
    assert figure["annual_cost"] == 0.0
    assert figure["share_harmed"] == 0.0


def test_the_documented_contrast_of_march_2020_and_of_ftx(bear):
    rows = {row["code"]: row for row in table(bear, "episodes")}
    assert len(rows) == 12
    assert rows["S5"]["difference"] > 0.02
    assert rows["S5"]["payoff_ratio"] > 3.0
    assert abs(rows["S8"]["difference"]) < 0.005
    assert rows["S8"]["payoff_ratio"] < 1.0


def test_a_rug_in_a_calm_market_is_not_hedged_by_volatility(bear):
    rug = next(row for row in table(bear, "episodes") if row["code"] == "S11")
    assert rug["drawdown_base"] < -0.9
    assert rug["difference"] <= 0.0


def test_an_episode_never_decides(bear):
    assert "decides nothing" in bear["headline"]
    assert any("reconstruction" in note for note in bear["notes"])


def test_costs_never_raise_profit():
    with_costs, without = figures(ask()), figures(ask(costs=False))
    assert with_costs["annual_cost"] < without["annual_cost"]


def test_the_budget_curve_is_a_straight_line_in_cost(bear):
    rows = table(bear, "budgets")
    budgets = np.array([row["budget"] for row in rows])
    costs = np.array([row["annual_cost"] for row in rows])
    assert (budgets[0], budgets[-1]) == (0.0, 0.1)
    np.testing.assert_allclose(costs, budgets / 0.03 * figures(bear)["annual_cost"], atol=1e-12)


def test_the_published_floor_to_volume_example(bear):
    """10 ETH x 10,000 / (4,000 x 365/30) = 2.0548 years."""
    assert figures(bear)["floor_to_volume_raw"] == pytest.approx(2.0548, abs=1e-4)
    assert figures(bear)["floor_to_volume"] == pytest.approx(2.0548 / 0.42, abs=1e-3)


def test_lags_show_more_of_the_beta_than_smoothed_prices_do(bear):
    assert figures(bear)["dimson_beta"] > figures(bear)["naive_beta"]


def test_the_same_seed_gives_the_same_digest_and_another_does_not(bear):
    again = compute(NFT, NFT.parse({"paths": 120}), seed=1)
    assert again["digest"] == bear["digest"]
    assert ask(seed=2)["digest"] != bear["digest"]


def test_counting_in_ether_changes_the_loss():
    dollars, ether = figures(ask()), figures(ask(denomination="eth"))
    assert ether["max_drawdown_base"] > dollars["max_drawdown_base"]


def test_a_link_that_alone_exceeds_the_volatility_is_refused_with_the_nearest():
    with pytest.raises(ParametersRefused) as refused:
        NFT.parse({"nft_vol": 0.5, "nft_eth_beta": 1.0})
    error = refused.value.errors[0].as_dict()
    assert error["field"] == "nft_vol"
    assert error["nearest"] == pytest.approx(0.8)


def test_too_much_work_names_the_most_that_is_allowed():
    with pytest.raises(ParametersRefused) as refused:
        NFT.parse({"market": "model", "paths": 20_000, "days": 2520})
    assert refused.value.errors[0].nearest == 357


@pytest.mark.parametrize("preset", NFT.presets, ids=lambda preset: preset.name)
def test_every_preset_is_allowed(preset):
    NFT.parse(preset.parameters)
