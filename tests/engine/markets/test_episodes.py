"""Documented episodes: every path goes through every documented close."""

import numpy as np
import pytest

from simulator.engine.errors import ParameterError
from simulator.engine.markets import episodes
from simulator.engine.markets.state import crises
from simulator.engine.metrics import uncertainty


@pytest.mark.parametrize("episode", episodes.EPISODES, ids=lambda episode: episode.code)
def test_every_documented_close_is_met_on_every_path(episode):
    world = episodes.world(episode, paths=20, seed=5)
    for day, spx, vix, eth in episode.knots:
        at = int(np.searchsorted(world.dates, np.datetime64(day)))
        assert str(world.dates[at]) == day
        for quoted, paths in ((spx, world.spx), (vix, world.vix), (eth, world.eth)):
            if quoted is not None:
                np.testing.assert_allclose(paths[at], quoted, rtol=1e-12)


def test_the_twelve_scenarios_are_there():
    assert [episode.code for episode in episodes.EPISODES] == [f"S{n}" for n in range(1, 13)]


@pytest.mark.parametrize(
    ("slug", "first", "last", "column", "change", "tolerance"),
    [
        # Published closes: ETH -33 % and VIX 24.55 -> 26.09 in the FTX week; the VIX +37 % in
        # Terra's first leg; the S&P 500 -20.47 % on 19 October 1987.
        ("ftx-2022", "2022-11-04", "2022-11-09", "eth", -0.331, 0.001),
        ("ftx-2022", "2022-11-04", "2022-11-09", "vix", 0.0627, 0.001),
        ("terra-2022", "2022-05-04", "2022-05-09", "vix", 0.367, 0.001),
        ("crash-1987", "1987-10-16", "1987-10-19", "spx", -0.2047, 0.0001),
        ("covid-2020", "2020-02-19", "2020-03-16", "vix", 4.750, 0.001),
    ],
)
def test_published_changes_are_reproduced(slug, first, last, column, change, tolerance):
    world = episodes.world(episodes.find(slug), paths=3, seed=1)
    start, end = np.searchsorted(world.dates, np.array([first, last], dtype="datetime64[D]"))
    levels = getattr(world, column)
    assert levels[end] / levels[start] - 1.0 == pytest.approx(change, abs=tolerance)


def test_the_vix_of_2022_stays_under_its_documented_maximum():
    world = episodes.world(episodes.find("bear-2022"), paths=200, seed=1)
    assert world.vix.max() <= 36.45


def test_days_between_differ_by_path_and_by_seed_and_repeat_with_the_seed():
    one = episodes.world(episodes.find("bear-2022"), paths=4, seed=1)
    again = episodes.world(episodes.find("bear-2022"), paths=4, seed=1)
    other = episodes.world(episodes.find("bear-2022"), paths=4, seed=2)
    np.testing.assert_array_equal(one.spx, again.spx)
    assert not np.allclose(one.spx[40], other.spx[40])
    assert np.ptp(one.spx[40]) > 0.0


def test_the_bridge_has_the_variance_of_a_bridge():
    """Half way between two pins a Brownian bridge has a quarter of the span's variance."""
    world = episodes.world(episodes.find("rug-pull"), paths=4000, seed=3)
    first = int(np.searchsorted(world.dates, np.datetime64("2021-03-01")))
    steps = world.days - first
    middle = first + steps // 2
    spread = np.log(world.eth[middle]).std()
    a = steps // 2
    expected = episodes.ETH_VOLATILITY / np.sqrt(252) * np.sqrt(a * (steps - a) / steps)
    assert spread == pytest.approx(expected, rel=3.0 / np.sqrt(2 * 4000))


def test_index_and_vix_move_against_each_other_between_the_closes():
    world = episodes.world(episodes.find("rug-pull"), paths=400, seed=3)
    calm = (world.vix[1:] < 25.0) & (world.vix[:-1] < 25.0) & (world.vix[1:] > 9.0)
    s, v = world.log_returns()[calm], np.diff(np.log(world.vix), axis=0)[calm]
    assert np.corrcoef(s, v)[0, 1] < -0.5


def test_holidays_and_weekends_are_no_trading_days():
    world = episodes.world(episodes.find("bear-2022"), paths=1, seed=1)
    dates = {str(day) for day in world.dates}
    assert not dates & {"2022-01-17", "2022-07-04", "2022-06-18"}


def test_counting_crises_agrees_with_the_one_series_count():
    world = episodes.world(episodes.find("lehman-2008"), paths=12, seed=4)
    counted = crises(world.spx, world.vix)
    for path in range(world.paths):
        single = uncertainty.crises(vix=world.vix[:, path], index=world.spx[:, path])
        assert counted[path] == len(single)


def test_an_unknown_episode_is_refused_with_the_names_there_are():
    with pytest.raises(ParameterError, match="covid-2020"):
        episodes.find("tulips-1637")
