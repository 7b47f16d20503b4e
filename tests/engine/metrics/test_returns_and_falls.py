"""Growth compounds, falls lie between nothing and everything, ratios that do not exist are nan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simulator.engine.metrics import drawdown, ratios, returns, tails

NAN = float("nan")
daily = st.floats(-0.5, 0.5).map(lambda x: round(x, 4))
series = st.lists(daily, min_size=1, max_size=60)
gappy = st.lists(st.one_of(daily, st.just(NAN)), min_size=1, max_size=40)
books = arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(2, 12)), elements=daily)


@given(series, series)
def test_growth_of_two_spans_compounds(first, second):
    a, b = (returns.total_return(returns=r) for r in (first, second))
    whole = returns.total_return(returns=first + second)
    assert whole == pytest.approx((1 + a) * (1 + b) - 1, rel=1e-9, abs=1e-12)


@given(series)
def test_returns_of_levels_of_returns_are_the_returns(r):
    levels = returns.levels(returns=r, start=250.0)
    np.testing.assert_allclose(returns.simple_returns(levels=levels), r, atol=1e-12)


@given(gappy)
def test_a_missing_day_neither_gains_nor_loses(r):
    present = [x for x in r if x == x]
    assert returns.total_return(returns=r) == pytest.approx(returns.total_return(returns=present))
    assert returns.periods(returns=r) == len(present)


@given(gappy.filter(lambda r: sum(x == x for x in r) > 1))
def test_missing_days_are_as_if_they_had_not_been(r):
    present = [x for x in r if x == x]
    for figure in (returns.annual_return, returns.annual_volatility, ratios.sharpe, ratios.sortino):
        found, expected = figure(returns=r), figure(returns=present)
        assert found == pytest.approx(expected, rel=1e-9, nan_ok=True)


@given(series)
def test_a_year_at_the_annual_return_is_the_annual_return(r):
    rate = returns.annual_return(returns=r, periods_per_year=len(r))
    assert rate == pytest.approx(returns.total_return(returns=r), abs=1e-12)


def test_an_annual_return_beyond_all_numbers_does_not_exist():
    assert np.isnan(returns.annual_return(returns=[100.0, 100.0]))


def test_log_returns_add_up_to_the_whole_move():
    assert returns.log_returns(levels=[1.0, 2.0, 5.0]).sum() == pytest.approx(np.log(5.0))


@given(books)
def test_many_paths_at_once_are_each_path_alone(r):
    for figure in (
        returns.total_return,
        returns.annual_volatility,
        drawdown.max_drawdown_of_returns,
        ratios.sharpe,
        ratios.sortino,
        ratios.calmar,
    ):
        each = [figure(returns=path) for path in r]
        np.testing.assert_allclose(figure(returns=r), each, rtol=1e-9, atol=1e-12)


@given(series)
def test_a_fall_is_between_nothing_and_everything(r):
    fall = drawdown.path_of_returns(returns=r)
    assert np.all((fall >= -1.0) & (fall <= 0.0))
    assert fall.size == len(r) + 1


@given(series, st.floats(0.01, 1e6))
def test_falls_do_not_depend_on_the_money(r, start):
    plain = drawdown.path(levels=returns.levels(returns=r))
    scaled = drawdown.path(levels=returns.levels(returns=r, start=start))
    np.testing.assert_allclose(scaled, plain, atol=1e-12)


@given(series)
def test_the_deepest_fall_is_what_a_slow_search_finds(r):
    v = returns.levels(returns=r)
    slow = min(v[j] / v[i] - 1 for i in range(v.size) for j in range(i, v.size))
    assert drawdown.max_drawdown(levels=v) == pytest.approx(slow, abs=1e-12)


@given(series)
def test_the_deepest_fall_is_told_with_its_dates(r):
    v = returns.levels(returns=r)
    worst = drawdown.deepest(levels=v)
    assert worst.peak <= worst.trough
    assert worst.depth == v[worst.trough] / v[worst.peak] - 1
    assert v[worst.peak] == v[: worst.trough + 1].max()
    assert worst.length == worst.trough - worst.peak
    if worst.recovered is not None:
        assert v[worst.recovered] >= v[worst.peak]
        assert np.all(v[worst.trough : worst.recovered] < v[worst.peak])


def test_a_fall_that_is_made_good():
    worst = drawdown.deepest(levels=[100, 120, 90, 60, 110, 120, 130, 125])
    assert worst == drawdown.Drawdown(-0.5, 1, 3, 5, 2, 2, 3)


def test_a_fall_that_lasts_has_no_recovery():
    worst = drawdown.deepest(levels=[100, 80, 90])
    assert (worst.recovered, worst.recovery, worst.under_water) == (None, None, 2)


def test_only_rising_levels_never_fall():
    worst = drawdown.deepest(levels=[1, 2, 2, 3])
    assert (worst.depth, worst.length, worst.recovered, worst.under_water) == (0.0, 0, None, 0)


def test_losing_everything_is_a_fall_of_one():
    assert drawdown.max_drawdown_of_returns(returns=[0.1, -1.0, 0.5]) == -1.0


@pytest.mark.parametrize("flat", [[0.0] * 5, [0.01] * 7, [0.1, NAN, 0.1]])
def test_without_variation_there_is_no_sharpe_ratio(flat):
    assert np.isnan(ratios.sharpe(returns=flat))
    assert returns.annual_volatility(returns=flat) == 0.0


def test_one_day_has_no_volatility():
    assert np.isnan(returns.annual_volatility(returns=[0.02, NAN]))


def test_without_a_shortfall_there_is_no_sortino_ratio():
    assert np.isnan(ratios.sortino(returns=[0.01, 0.02]))


def test_without_a_fall_there_is_no_calmar_ratio():
    assert np.isnan(ratios.calmar(returns=[0.01, 0.02]))


@given(series.filter(lambda r: len(set(r)) > 1), st.floats(0.1, 1.9))
def test_ratios_do_not_depend_on_leverage_of_the_returns(r, by):
    scaled = [by * x for x in r]
    assert ratios.sharpe(returns=scaled) == pytest.approx(ratios.sharpe(returns=r), rel=1e-6)
    assert ratios.sortino(returns=scaled) == pytest.approx(
        ratios.sortino(returns=r), rel=1e-6, nan_ok=True
    )


@given(series, st.floats(0.01, 0.5))
def test_beyond_the_value_at_risk_it_is_no_better(r, tail):
    var = tails.value_at_risk(returns=r, tail=tail)
    assert min(r) - 1e-12 <= tails.expected_shortfall(returns=r, tail=tail) <= var + 1e-12


@given(series)
def test_the_tail_ignores_missing_days(r):
    assert tails.value_at_risk(returns=[*r, NAN]) == tails.value_at_risk(returns=r)


def test_nothing_has_no_tail():
    assert np.isnan(tails.value_at_risk(returns=[NAN]))
    assert np.isnan(tails.expected_shortfall(returns=[]))
