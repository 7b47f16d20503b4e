"""The floor model: what links a floor to other markets, and what does not."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.engine.errors import ParameterError
from simulator.engine.markets import episodes, nft

QUIET = nft.FloorModel(jump_rate=0.0, death_hazard=0.0)


@pytest.fixture(scope="module")
def calm():
    return episodes.world(episodes.find("rug-pull"), paths=3000, seed=2)


def test_the_three_parts_add_up_to_the_floor(calm):
    paths = nft.floor_paths(nft.FloorModel(), calm, seed=1)
    total = paths.macro + paths.crypto + paths.own
    np.testing.assert_allclose(paths.floor()[-1], np.exp(total.sum(axis=0)))


def test_the_link_to_ether_comes_back_out_of_a_regression(calm):
    paths = nft.floor_paths(replace(QUIET, beta_calm=0.0, beta_stress=0.0), calm, seed=1)
    e = np.diff(np.log(paths.eth), axis=0).ravel()
    slope = np.polyfit(e, paths.log_changes.ravel(), 1)[0]
    assert slope == pytest.approx(0.80, abs=0.01)


def test_direct_link_is_low_in_calm_and_raised_after_a_stressed_close():
    world = episodes.world(episodes.find("covid-2020"), paths=5, seed=2)
    paths = nft.floor_paths(replace(QUIET, beta_eth=0.0), world, seed=1)
    stressed = world.vix[:-1] > 25.0
    ratio = paths.macro / world.log_returns()
    np.testing.assert_allclose(ratio[stressed], 0.8)
    np.testing.assert_allclose(ratio[~stressed], 0.2)


def test_ether_betas_follow_the_measured_regimes():
    vix = np.array([12.0, 15.0, 15.1, 20.0, 25.0, 30.0, 31.0])
    np.testing.assert_array_equal(nft.eth_beta(vix), [1.05, 1.05, 1.10, 1.10, 1.49, 1.49, 1.37])


def test_total_volatility_is_the_one_asked_for(calm):
    model = replace(QUIET, beta_calm=0.0, beta_stress=0.0)
    changes = nft.floor_paths(model, calm, seed=1).log_changes
    assert changes.std() * np.sqrt(252) == pytest.approx(1.10, rel=0.02)


def test_more_link_than_volatility_is_refused():
    with pytest.raises(ParameterError, match="ether"):
        _ = nft.FloorModel(volatility=0.5, beta_eth=0.9).own_volatility


def test_collections_die_at_their_hazard_and_only_once(calm):
    model = nft.FloorModel(jump_rate=0.0, death_hazard=1.5)
    deaths = (nft.floor_paths(model, calm, seed=1).own < np.log(0.2)).sum(axis=0)
    expected = 1.0 - np.exp(-1.5 * calm.span)
    assert deaths.max() == 1
    assert deaths.mean() == pytest.approx(expected, abs=3 * np.sqrt(expected / calm.paths))


def test_without_an_ether_price_a_null_model_is_used_and_named():
    world = episodes.world(episodes.find("lehman-2008"), paths=200, seed=2)
    paths = nft.floor_paths(QUIET, world, seed=1)
    assert paths.eth_is_synthetic
    e = np.diff(np.log(paths.eth), axis=0)
    assert 0.6 < e.std() * np.sqrt(252) < 1.1


def test_a_rug_takes_the_fall_asked_for(calm):
    plain = nft.floor_paths(QUIET, calm, seed=1)
    pulled = nft.with_fall(plain, fall=-0.95, day=10)
    np.testing.assert_allclose(pulled.floor()[-1] / plain.floor()[-1], 0.05)
    np.testing.assert_array_equal(pulled.floor()[:11], plain.floor()[:11])


def test_leaving_costs_more_the_more_is_sold_and_never_pays_out_negative():
    sold = np.array([0.0, 1.0, 5.0, 50.0, 1e6])
    kept = nft.exit_fraction(items=sold, items_a_day=10.0, daily_volatility=0.07)
    assert np.all(np.diff(kept) <= 0.0)
    assert np.all((kept >= 0.0) & (kept <= 1.0))
    # by hand: (1 - .06 - .07 sqrt(5/10)) (1 - .025 - .05)
    assert kept[2] == pytest.approx((1 - 0.06 - 0.07 * np.sqrt(0.5)) * 0.925)


def test_wash_trades_are_taken_out_of_the_volume():
    assert nft.true_volume(4000.0, wash_share=0.58) == pytest.approx(1680.0)
