"""What holds of signals whatever the prices: bounds, scale, and no look ahead."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.errors import ParameterError
from simulator.engine.signals import averages, breadth, realised_vol, timing, votes
from simulator.engine.signals.macd import macd
from simulator.engine.signals.rsi import rsi

prices = st.lists(st.floats(1, 1000).map(lambda x: round(x, 2)), min_size=2, max_size=80)
long_prices = st.lists(st.floats(1, 1000).map(lambda x: round(x, 2)), min_size=40, max_size=80)


def walk(seed, n=200):
    return 100 * np.exp(np.random.default_rng(seed).normal(0, 0.01, n).cumsum())


SIGNALS = {
    "rsi": lambda x: rsi(closes=x),
    "macd": lambda x: macd(closes=x).macd,
    "macd signal": lambda x: macd(closes=x).signal,
    "slope": lambda x: breadth.slope(line=x, days=5),
    "wilder": lambda x: averages.wilder(values=x, n=3),
}


@given(prices, st.integers(1, 20))
def test_rsi_is_between_0_and_100_or_not_there_yet(closes, days):
    found = rsi(closes=closes, days=days)
    assert np.all(np.isnan(found[:days]))
    known = found[np.isfinite(found)]
    assert np.all((known >= 0) & (known <= 100))


@given(long_prices, st.sampled_from([0.01, 3.0, 1e4]))
def test_rsi_does_not_depend_on_the_unit_and_macd_carries_it(closes, by):
    scaled = [by * x for x in closes]
    np.testing.assert_allclose(rsi(closes=scaled), rsi(closes=closes), atol=1e-6)
    np.testing.assert_allclose(
        macd(closes=scaled).macd, by * macd(closes=closes).macd, rtol=1e-6, atol=1e-9 * by * 1000
    )


@given(long_prices)
def test_falling_mirrors_rising(closes):
    mirrored = [2000 - x for x in closes]
    np.testing.assert_allclose(rsi(closes=mirrored), 100 - rsi(closes=closes), atol=1e-6)


def test_only_gains_are_100_only_losses_0_and_no_movement_nothing():
    up = np.arange(1.0, 30.0)
    assert rsi(closes=up)[-1] == 100
    assert rsi(closes=up[::-1])[-1] == 0
    assert np.isnan(rsi(closes=np.full(30, 5.0))[-1])


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS)
@given(closes=long_prices, cut=st.integers(1, 39), seed=st.integers(0, 100))
def test_shuffling_the_future_changes_no_signal_of_the_past(signal, closes, cut, seed):
    x = np.array(closes)
    shuffled = x.copy()
    np.random.default_rng(seed).shuffle(shuffled[cut:])
    np.testing.assert_array_equal(signal(shuffled)[:cut], signal(x)[:cut])


@given(closes=long_prices, cut=st.integers(1, 38))
def test_a_lagged_signal_decides_today_without_todays_close(closes, cut):
    x = np.array(closes)
    changed = x.copy()
    changed[cut:] *= 3.0
    decide = timing.lagged(rsi(closes=x))
    np.testing.assert_array_equal(timing.lagged(rsi(closes=changed))[: cut + 1], decide[: cut + 1])


def test_lagging_shifts_and_leaves_the_first_days_unknown():
    np.testing.assert_array_equal(timing.lagged([1.0, 2.0, 3.0]), [np.nan, 1, 2])
    np.testing.assert_array_equal(timing.lagged([1.0, 2.0], days=5), [np.nan, np.nan])


def test_a_release_acts_on_the_next_trading_day():
    dates = ["2024-06-11", "2024-06-12", "2024-06-13"]
    found = timing.released(release_dates=["2024-06-12", "2024-06-01", "2024-06-13"], dates=dates)
    assert found.tolist() == [2, 0, -1]


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=SIGNALS)
def test_many_paths_at_once_are_each_path_alone(signal):
    paths = np.array([walk(seed) for seed in range(3)])
    np.testing.assert_allclose(signal(paths), [signal(path) for path in paths], rtol=1e-12)


def test_macd_is_the_gap_and_the_histogram_the_gap_of_the_gap():
    found = macd(closes=walk(1))
    np.testing.assert_allclose(found.macd, found.fast - found.slow)
    np.testing.assert_allclose(found.histogram, found.macd - found.signal)
    assert np.isfinite(found.macd[25])
    assert np.isnan(found.macd[24])
    assert np.isfinite(found.signal[33])
    assert np.isnan(found.signal[32])


@pytest.mark.parametrize("n", [1, 5, 25, 33])
def test_too_few_closes_give_no_signal_line(n):
    assert np.all(np.isnan(macd(closes=walk(1, n)).signal))


def test_an_average_follows_a_level_that_stays():
    x = np.concatenate([np.zeros(20), np.ones(400)])
    for average in (averages.exponential, averages.wilder):
        assert average(values=x, n=14)[-1] == pytest.approx(1.0, abs=1e-10)


def test_an_average_of_no_days_is_refused():
    with pytest.raises(ParameterError):
        averages.exponential(values=[1.0], n=0)


@given(st.integers(0, 500), st.integers(2, 20), st.sampled_from([1.0, 12.0, 252.0]))
def test_realised_volatility_is_the_deviation_of_each_window(seed, days, year):
    x = np.random.default_rng(seed).normal(0, 0.01, 30)
    slow = [np.std(x[i : i + days], ddof=1) * np.sqrt(year) for i in range(30 - days + 1)]
    found = realised_vol.realised_vol(log_returns=x, days=days, periods_per_year=year)
    np.testing.assert_allclose(found, slow, rtol=1e-9)


def test_a_window_longer_than_the_history_is_refused():
    for days in (1, 31):
        with pytest.raises(ParameterError):
            realised_vol.realised_vol(log_returns=np.zeros(30), days=days)


@given(st.integers(2, 60), st.integers(0, 2000))
def test_the_overlap_correction_widens_and_fades_with_history(days, more):
    short, long = 2 * days, 2 * days + more
    assert realised_vol.overlap_factor(observations=short, days=days) >= 1.0
    assert realised_vol.overlap_factor(observations=long, days=days) <= (
        realised_vol.overlap_factor(observations=short, days=days) + 1e-12
    )


def test_a_horizon_of_more_than_half_the_history_is_refused():
    with pytest.raises(ParameterError) as caught:
        realised_vol.overlap_factor(observations=41, days=21)
    assert caught.value.maximum == 20
    with pytest.raises(ParameterError):
        realised_vol.overlap_factor(observations=5, days=21)


def test_the_correction_undoes_the_bias_of_overlapping_windows():
    """Mean square deviation of window variances from the long-run one is what shrinks."""
    rng = np.random.default_rng(3)
    h, T = 20, 120
    overlapping, full = [], []
    for _ in range(4000):
        squares = rng.normal(size=T) ** 2
        means = np.convolve(squares, np.ones(h) / h, mode="valid")
        overlapping.append(means.var())
        full.append(means[0])
    n = T - h + 1
    factor = realised_vol.overlap_factor(observations=T, days=h)
    assert n == 101
    assert factor * np.mean(overlapping) == pytest.approx(np.var(full), rel=0.08)


@given(st.integers(0, 100))
def test_a_cone_is_in_order_and_the_correction_widens_it(seed):
    x = np.random.default_rng(seed).normal(0, 0.01, 150)
    kwargs = {"log_returns": x, "days": 10, "quantiles": [0.05, 0.5, 0.95]}
    plain, wide = (realised_vol.cone(**kwargs, corrected=c) for c in (False, True))
    assert np.all(np.diff(wide) >= 0)
    assert wide[0] < plain[0]
    assert wide[2] > plain[2]
    factor = realised_vol.overlap_factor(observations=150, days=10)
    assert (wide[2] ** 2 - wide[0] ** 2) == pytest.approx(
        np.sqrt(factor) * (plain[2] ** 2 - plain[0] ** 2)
    )


def test_a_cone_of_separate_worlds_is_what_the_widened_one_estimates():
    """Windows from 4,000 separate histories spread as the widened cone of one, on average."""
    rng = np.random.default_rng(8)
    worlds = rng.normal(0, 0.01, (4000, 60))
    kwargs = {"days": 20, "quantiles": [0.1, 0.9]}
    truth = np.quantile(worlds[:, :20].std(axis=1, ddof=1) * np.sqrt(252), [0.1, 0.9])
    wide, plain = (
        np.mean([realised_vol.cone(log_returns=w, **kwargs, corrected=c) for w in worlds], axis=0)
        for c in (True, False)
    )
    error = np.abs(np.diff(wide) - np.diff(truth)) / np.diff(truth)
    assert error < 0.5 * np.abs(np.diff(plain) - np.diff(truth)) / np.diff(truth)


def test_a_break_even_one_deviation_away():
    z = realised_vol.break_even_z(break_even=100 * np.exp(0.1), spot=100, vol=0.2, years=0.25)
    assert z == pytest.approx(1.0)
    assert np.isnan(realised_vol.break_even_z(break_even=90, spot=100, vol=0.0, years=1.0))


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=6))
def test_votes_need_k_to_agree(signals):
    grid = np.array(signals)
    for k in range(1, len(signals) + 1):
        np.testing.assert_array_equal(votes.agreed(votes=grid, k=k), grid.sum(axis=0) >= k)


def test_an_unknown_signal_votes_no_and_the_quorum_must_exist():
    assert votes.agreed(votes=[[np.nan, 1.0], [1.0, 1.0]], k=2).tolist() == [False, True]
    for k in (0, 3):
        with pytest.raises(ParameterError):
            votes.agreed(votes=[[1.0], [1.0]], k=k)


@given(st.integers(1, 8), st.floats(0, 1))
def test_chances_of_a_quorum_fall_with_the_quorum(n, p):
    chances = [votes.binomial_chance(k=k, n=n, p=p) for k in range(n + 1)]
    assert chances[0] == pytest.approx(1.0)
    assert all(a >= b - 1e-12 for a, b in pairwise(chances))
    assert votes.chance_if_independent(k=1, chances=[p] * n) == pytest.approx(1 - (1 - p) ** n)


def test_the_slope_is_the_change_a_day():
    np.testing.assert_allclose(
        breadth.slope(line=[0.0, 1.0, 4.0, 9.0], days=2), [np.nan, np.nan, 2.0, 4.0]
    )
