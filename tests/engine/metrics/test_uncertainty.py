"""Intervals cover what they say, pairs stay pairs, crises are counted once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.metrics import uncertainty
from simulator.engine.metrics.drawdown import max_drawdown_of_returns


def mean(r):
    return np.mean(r, axis=-1)


def fall(r):
    return max_drawdown_of_returns(returns=r)


def pair(seed, n=400, gain=0.0):
    rng = np.random.default_rng(seed)
    base = rng.normal(0.0003, 0.01, n)
    return base, base + rng.normal(gain, 0.002, n)


def estimate(base, hedged, statistic=mean, seed=1, **given):
    rng = np.random.default_rng(seed)
    return uncertainty.paired_difference(
        base=base, hedged=hedged, statistic=statistic, rng=rng, **given
    )


def test_the_same_book_twice_differs_by_nothing():
    base, _ = pair(0)
    found = estimate(base, base, fall, draws=200)
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)
    assert found.probability_positive == 0.5
    assert not found.is_detectable


def test_pairs_are_kept_so_that_a_constant_gain_is_certain():
    base, _ = pair(0)
    found = estimate(base, base + 0.001)
    assert found.low == pytest.approx(0.001)
    assert found.high == pytest.approx(0.001)
    assert found.probability_positive == 1.0
    assert found.is_detectable


def test_the_value_is_the_difference_of_the_figures_themselves():
    base, hedged = pair(3)
    found = estimate(base, hedged, fall, draws=50)
    assert found.value == pytest.approx(fall(hedged) - fall(base))


def test_an_interval_of_the_mean_is_about_two_standard_errors():
    base, hedged = pair(4, n=2000)
    found = estimate(base, hedged, block=1.0, draws=4000)
    width = 2 * 1.96 * np.std(hedged - base) / np.sqrt(2000)
    assert found.high - found.low == pytest.approx(width, rel=0.06)


def test_intervals_cover_a_true_difference_about_as_often_as_they_say():
    covered = 0
    for seed in range(120):
        base, hedged = pair(seed, n=250, gain=0.0004)
        found = estimate(base, hedged, seed=seed, draws=300, block=2.0)
        covered += found.low <= 0.0004 <= found.high
    assert 104 <= covered <= 120


def test_the_block_is_automatic_unless_given():
    base, hedged = pair(5)
    expected = uncertainty.mean_block(base=base, hedged=hedged)
    assert estimate(base, hedged, draws=10).block == expected
    assert estimate(base, hedged, draws=10, block=9.0).block == 9.0


def test_a_seed_fixes_the_interval():
    base, hedged = pair(6)
    assert estimate(base, hedged, fall) == estimate(base, hedged, fall)


def test_two_books_of_different_days_are_refused():
    with pytest.raises(ValueError, match="same days"):
        estimate([0.1, 0.2], [0.1])


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=50))
def test_a_range_over_paths_holds_its_median(differences):
    found = uncertainty.over_paths(difference=differences)
    assert found.low <= found.value <= found.high
    assert 0.0 <= found.probability_positive <= 1.0
    assert found.draws == len(differences)


def test_a_mean_over_paths_narrows_with_paths_and_a_range_does_not():
    d = np.random.default_rng(0).normal(size=10_000)
    few = uncertainty.mean_over_paths(difference=d[:100], rng=np.random.default_rng(1))
    many = uncertainty.mean_over_paths(difference=d, rng=np.random.default_rng(1))
    assert (many.high - many.low) == pytest.approx((few.high - few.low) / 10, rel=0.25)
    assert uncertainty.over_paths(difference=d).high == pytest.approx(1.96, abs=0.08)


def test_paths_without_a_figure_are_left_out_and_counted():
    found = uncertainty.over_paths(difference=[1.0, np.nan, 3.0])
    assert (found.value, found.draws) == (2.0, 2)
    nothing = uncertainty.over_paths(difference=[np.nan])
    assert np.isnan(nothing.value)
    assert nothing.draws == 0
    none = uncertainty.mean_over_paths(difference=[], rng=np.random.default_rng(0))
    assert np.isnan(none.value)


def test_ties_count_half():
    assert uncertainty.probability_positive(draws=[0.0, 0.0, 1.0, -1.0]) == 0.5


def calm(n=500):
    return np.full(n, 15.0)


def test_a_single_spike_is_one_crisis():
    vix = calm()
    vix[100:103] = 45.0
    assert uncertainty.crises(vix=vix).tolist() == [100]


@pytest.mark.parametrize(("apart", "count"), [(62, 1), (63, 2)])
def test_two_spikes_are_two_crises_from_63_trading_days_on(apart, count):
    vix = calm()
    vix[[100, 100 + apart]] = 31.0
    assert uncertainty.crises(vix=vix).size == count


def test_a_long_bear_market_is_one_crisis():
    vix = calm()
    vix[100:400:20] = 35.0
    assert uncertainty.crises(vix=vix).tolist() == [100]


def test_the_threshold_itself_is_no_crisis():
    assert uncertainty.crises(vix=np.full(10, 30.0)).size == 0


def test_an_index_a_tenth_below_its_high_is_a_crisis_without_the_vix():
    index = np.full(300, 100.0)
    index[50:60] = 90.0
    assert uncertainty.crises(index=index).tolist() == [50]
    index[50:60] = 90.1
    assert uncertainty.crises(index=index).size == 0


def test_the_high_is_that_of_the_last_year():
    index = np.concatenate([[200.0], np.full(600, 150.0)])
    assert uncertainty.crises(index=index).tolist() == [1]
    index[400:] = 130.0  # a second fall, while still far below the high of long ago
    assert uncertainty.crises(index=index).tolist() == [1, 400]


def test_crises_of_many_paths_at_once_are_those_of_each():
    vix = np.exp(np.random.default_rng(0).normal(3, 0.25, (5, 800)))
    starts = uncertainty.crisis_starts(vix=vix)
    for path, found in zip(vix, starts, strict=True):
        np.testing.assert_array_equal(np.flatnonzero(found), uncertainty.crises(vix=path))


@given(st.lists(st.floats(1, 100), min_size=1, max_size=40), st.integers(1, 50))
def test_the_trailing_high_is_what_a_slow_search_finds(values, days):
    slow = [max(values[max(0, t - days + 1) : t + 1]) for t in range(len(values))]
    np.testing.assert_array_equal(uncertainty.trailing_high(values, days=days), slow)


def test_a_crisis_needs_something_to_be_told_by():
    with pytest.raises(ValueError, match="at least one"):
        uncertainty.crises()


def test_months_are_those_of_the_calendar_where_there_are_dates():
    dates = np.array(["2020-01-30", "2020-01-31", "2020-02-03", "2020-04-01"], "datetime64[D]")
    assert uncertainty.months_of(dates=dates).tolist() == [0, 0, 1, 3]
    assert uncertainty.months_of(n=43).tolist() == [0] * 21 + [1] * 21 + [2]


def test_without_its_best_month_the_hedge_is_the_base_there_and_itself_elsewhere():
    base = np.zeros(63)
    hedged = np.full(63, -0.001)
    hedged[30] = 0.5
    twin, month = uncertainty.without_best_month(
        base=base, hedged=hedged, months=uncertainty.months_of(n=63)
    )
    assert month == 1
    np.testing.assert_array_equal(twin[21:42], 0.0)
    np.testing.assert_array_equal(twin[:21], hedged[:21])
    np.testing.assert_array_equal(twin[42:], hedged[42:])


@given(st.integers(0, 1000))
def test_taking_out_the_best_month_never_helps(seed):
    base, hedged = pair(seed, n=130)
    months = uncertainty.months_of(n=130)
    twin, _ = uncertainty.without_best_month(base=base, hedged=hedged, months=months)
    gained = np.prod(1 + hedged) / np.prod(1 + base)
    without = np.prod(1 + twin) / np.prod(1 + base)
    if gained > 1:
        assert without < gained


def test_each_path_loses_its_own_best_month():
    pairs = [pair(seed, n=100) for seed in range(4)]
    base, hedged = (np.array(side) for side in zip(*pairs, strict=True))
    months = uncertainty.months_of(n=100)
    twins, which = uncertainty.without_best_month(base=base, hedged=hedged, months=months)
    for i, (b, h) in enumerate(pairs):
        alone, month = uncertainty.without_best_month(base=b, hedged=h, months=months)
        np.testing.assert_array_equal(twins[i], alone)
        assert which[i] == month


def test_a_ratio_over_paths_has_the_interval_of_its_linearisation():
    """Delta method: s.e. of sum(a)/sum(b) is sd(a - r b) / (sqrt(n) mean(b))."""
    rng = np.random.default_rng(4)
    b = rng.integers(20, 200, 400).astype(float)
    a = rng.binomial(b.astype(int), 0.9).astype(float)
    found = uncertainty.ratio_over_paths(numerator=a, denominator=b, rng=rng, draws=4000)
    error = (a - found.value * b).std() / np.sqrt(b.size) / b.mean()
    assert found.value == a.sum() / b.sum()
    assert found.low == pytest.approx(found.value - 1.96 * error, abs=0.15 * error)
    assert found.high == pytest.approx(found.value + 1.96 * error, abs=0.15 * error)


def test_sales_of_one_path_that_fare_alike_count_as_one():
    """A hundred sales a path, all won or all lost: no surer than one sale a path."""
    rng = np.random.default_rng(5)
    won = (rng.random(300) < 0.8).astype(float)
    hundred = np.full(300, 100.0)
    many = uncertainty.ratio_over_paths(numerator=100.0 * won, denominator=hundred, rng=rng)
    alike = 1.96 * np.sqrt(0.8 * 0.2 / 300)
    assert (many.high - many.low) / 2.0 == pytest.approx(alike, rel=0.15)


def test_a_ratio_of_nothing_has_no_value_and_unequal_paths_are_refused():
    none = uncertainty.ratio_over_paths(
        numerator=[0.0, 0.0], denominator=[0.0, 0.0], rng=np.random.default_rng(0)
    )
    assert np.isnan(none.value)
    assert none.draws == 0
    with pytest.raises(ValueError, match="one numerator"):
        uncertainty.ratio_over_paths(
            numerator=[1.0], denominator=[1.0, 2.0], rng=np.random.default_rng(0)
        )
