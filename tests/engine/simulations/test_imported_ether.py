"""Ether that was imported is what the floor is linked to; without it, a null model says so."""

from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine.data import DailySeries
from simulator.engine.documents import compute
from simulator.engine.experiments import _worlds, get

DAYS = np.arange("2015-01-01", "2015-12-31", dtype="datetime64[D]")


class Imported:
    """Three series: an index, a VIX, and an ether that is the index's square."""

    def __init__(self):
        rng = np.random.default_rng(5)
        index = 2000.0 * np.exp(np.cumsum(0.01 * rng.standard_normal(DAYS.size)))
        vix = 18.0 * np.exp(0.3 * np.sin(np.arange(DAYS.size) / 20.0))
        vix *= np.exp(0.03 * rng.standard_normal(DAYS.size))
        self.known = {"spx": index, "vix": vix, "eth": index**2}

    def series(self, name):
        return DailySeries(name, "0" * 64, DAYS, self.known[name])


def parameters(market, **more):
    years = {"first_year": 2015, "last_year": 2015}
    chosen = {"market": market, "paths": 5, "days": 60, **years, **more}
    return get("nft-hedge").parse(chosen)


def test_a_replay_holds_the_imported_closes():
    data = Imported()
    world = _worlds.build(
        SimpleNamespace(**parameters("replay", eth_series="eth")), seed=1, data=data
    )
    np.testing.assert_array_equal(world.eth[:, 0], data.known["eth"])
    without = _worlds.build(SimpleNamespace(**parameters("replay")), seed=1, data=data)
    assert without.eth is None


def test_a_bootstrap_draws_ether_from_the_days_of_the_index():
    """Ether is the index squared: its changes stay twice the index's, day by day."""
    p = SimpleNamespace(**parameters("bootstrap", eth_series="eth"))
    world = _worlds.build(p, seed=1, data=Imported())
    np.testing.assert_allclose(
        np.diff(np.log(world.eth), axis=0), 2.0 * world.log_returns(), atol=1e-12
    )


@pytest.mark.parametrize("market", ["replay", "bootstrap"])
def test_the_notes_say_where_ether_comes_from(market):
    experiment = get("nft-hedge")
    said = {
        name: " ".join(
            compute(experiment, parameters(market, eth_series=name), seed=1, data=Imported())[
                "notes"
            ]
        )
        for name in (None, "eth")
    }
    assert "null model" in said[None]
    assert "null model" not in said["eth"]
