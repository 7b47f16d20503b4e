"""Every rate at which flows are worth nothing is found, and no other."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from simulator.engine.metrics import cash_flows

amounts = st.floats(-1e6, 1e6).map(lambda x: round(x, 2))
streams = st.lists(amounts, min_size=1, max_size=24)


def rates(flows, times=None):
    return [root.rate for root in cash_flows.irr_roots(flows=flows, times=times)]


def scaled_npv(flows, rate):
    """Present value over the sum of absolute present values: comparable for any stream."""
    c, t = np.asarray(flows, dtype=float), np.arange(len(flows))
    terms = c * np.exp(-t * np.log1p(rate) + np.min(t * np.log1p(rate)))
    return terms.sum() / np.abs(terms).sum()


@given(streams)
def test_every_root_makes_the_flows_worth_nothing(flows):
    for rate in rates(flows):
        if rate > -0.999999:
            assert abs(scaled_npv(flows, rate)) < 1e-7


@given(streams)
def test_there_are_no_more_roots_than_changes_of_sign_and_the_parity_fits(flows):
    signs = [np.sign(c) for c in flows if c != 0]
    changes = sum(a != b for a, b in pairwise(signs))
    roots = cash_flows.irr_roots(flows=flows)
    counted = len(roots) + sum(root.is_touching for root in roots)
    assert counted <= changes
    assert (changes - counted) % 2 == 0  # Descartes: complex roots come in pairs


@given(st.lists(st.floats(0.2, 3.0), min_size=1, max_size=5), st.floats(0.5, 100))
def test_flows_built_from_known_rates_give_back_exactly_these(factors, size):
    factors = sorted(factors)
    assume(all(b - a > 0.15 for a, b in pairwise(factors)))
    flows = size * np.poly(factors)[::-1]
    expected = sorted(1.0 / x - 1.0 for x in factors)
    np.testing.assert_allclose(rates(flows), expected, rtol=1e-7, atol=1e-7)


@given(streams, st.integers(1, 4))
def test_zeros_before_and_after_change_nothing(flows, n):
    plain = rates(flows)
    np.testing.assert_allclose(rates([*flows, *[0] * n]), plain, atol=1e-9, rtol=1e-9)
    np.testing.assert_allclose(rates([*[0] * n, *flows]), plain, atol=1e-9, rtol=1e-9)


@given(streams, st.sampled_from([-1.0, 1e-6, 7.0, 1e9]))
def test_the_size_and_the_side_of_the_flows_do_not_matter(flows, by):
    np.testing.assert_allclose(rates([by * c for c in flows]), rates(flows), rtol=1e-9, atol=1e-9)


@given(streams)
def test_roots_come_in_order_and_above_minus_one(flows):
    found = rates(flows)
    assert found == sorted(found)
    assert all(rate >= -1.0 for rate in found)


def test_a_double_root_touches_zero():
    (root,) = cash_flows.irr_roots(flows=[0.64, -1.6, 1.0])
    assert root.is_touching
    assert root.rate == pytest.approx(0.25, abs=1e-9)


def test_a_double_root_at_zero_is_exactly_zero():
    (root,) = cash_flows.irr_roots(flows=[1, -2, 1])
    assert root == (0.0, True)


def test_the_quoted_rate_is_the_smallest_that_is_no_loss():
    assert cash_flows.irr(flows=[-1600, 10000, -10000]) == pytest.approx(0.25)


def test_without_a_gain_the_quoted_rate_is_the_greatest():
    assert cash_flows.irr(flows=[-100, 100, 0, -7]) == pytest.approx(-0.0833, abs=1e-4)


@pytest.mark.parametrize("flows", [[], [0], [0, 0, 0], [5], [-1, -2], [-100, 200, -150]])
def test_there_may_be_no_rate(flows):
    assert cash_flows.irr(flows=flows) is None


@pytest.mark.parametrize(
    ("flows", "rate"), [([-1, 1e12], 1e12 - 1), ([-1e12, 1e-3], -1 + 1e-15), ([-100, 100], 0.0)]
)
def test_extreme_rates_are_found(flows, rate):
    assert rates(flows) == [pytest.approx(rate, rel=1e-12)]


@pytest.mark.parametrize("tiny", [5e-324, 5.6e-309, 1e-300])
def test_a_flow_beyond_all_comparison_is_no_flow(tiny):
    assert rates([1.0, -tiny]) == []
    assert rates([-100, tiny, 110]) == pytest.approx(rates([-100, 0, 110]))
    assert rates([-tiny, 1.0]) == []


def test_the_smallest_flows_there_are_have_a_rate():
    assert rates([-5e-324, 5e-324]) == [0.0]


def test_two_thousand_flows_are_no_trouble():
    flows = np.random.default_rng(0).normal(size=2000)
    assert all(abs(scaled_npv(flows, rate)) < 1e-9 for rate in rates(flows))


def test_dated_flows_on_whole_years_agree_with_periods():
    days = [date(2001 + n, 1, 1) for n in range(4)]  # no leap day in between
    times = cash_flows.year_fractions(days)[:3]
    assert rates([-100, 30, 90], times) == pytest.approx(rates([-100, 30, 90]))


def test_the_order_of_dated_flows_does_not_matter():
    c, t = np.array([-100.0, 60.0, 70.0]), np.array([0.0, 0.4, 1.7])
    assert rates(c[::-1], t[::-1]) == rates(c, t)


def test_flows_of_one_day_are_added_up():
    assert rates([-100, 50, 60, 10], [0.0, 1.0, 1.0, 1.0]) == pytest.approx(rates([-100, 120]))


def test_every_flow_needs_its_time():
    with pytest.raises(ValueError, match="time"):
        cash_flows.irr_roots(flows=[1, 2], times=[0.0])


def test_the_modified_rate_of_two_flows_is_their_rate():
    found = cash_flows.mirr(flows=[-100, 110], finance_rate=0.3, reinvest_rate=-0.2)
    assert found == pytest.approx(0.10)


@pytest.mark.parametrize("flows", [[100, 110], [-1, -2], [0, 0], [-5], [5]])
def test_the_modified_rate_needs_an_outlay_and_a_proceed(flows):
    assert cash_flows.mirr(flows=flows, finance_rate=0.1, reinvest_rate=0.1) is None


def test_the_modified_rate_of_a_day_is_none_rather_than_infinite():
    one_day = [0.0, 1 / 365]
    assert (
        cash_flows.mirr(flows=[-1e-6, 1e6], times=one_day, finance_rate=0, reinvest_rate=0) is None
    )


@given(streams, st.floats(-0.4, 1.0), st.floats(-0.4, 1.0))
def test_present_value_adds_up(flows, rate, part):
    whole = cash_flows.npv(flows=flows, rate=rate)
    cut = [part * c for c in flows], [(1 - part) * c for c in flows]
    pieces = sum(cash_flows.npv(flows=c, rate=rate) for c in cut)
    assert pieces == pytest.approx(whole, rel=1e-6, abs=1e-3 * max(map(abs, flows), default=1))


def test_a_present_value_beyond_all_numbers_is_nan_not_infinite():
    assert np.isnan(cash_flows.npv(flows=[1.0] * 2000, rate=-0.5))


def test_nobody_pays_for_no_capital():
    none = {"equity": 0.0, "debt": 0.0}
    found = cash_flows.wacc(**none, cost_of_equity=0.1, cost_of_debt=0.1, tax_rate=0.2)
    assert found is None


def test_a_collection_that_does_not_trade_has_no_turnover_time():
    assert cash_flows.floor_to_volume(floor=1.0, supply=10.0, volume=0.0) is None


def companion_rates(flows):
    """The same roots from the eigenvalues of the companion matrix: slow and obvious."""
    kept = np.trim_zeros(np.asarray(flows))
    x = np.roots(kept[::-1]) if kept.size > 1 else np.array([])
    return sorted(1 / z.real - 1 for z in x if abs(z.imag) < 1e-7 * abs(z) and z.real > 1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_the_roots_are_those_of_the_companion_matrix(seed):
    rng = np.random.default_rng(seed)
    for _ in range(20):
        n = rng.integers(2, 40)
        flows = rng.normal(size=n) * 10.0 ** rng.uniform(-3, 3, n)
        found = rates(flows)
        assert len(found) == len(companion_rates(flows))
        np.testing.assert_allclose(found, companion_rates(flows), rtol=1e-5, atol=1e-6)


@given(st.lists(st.tuples(st.integers(0, 3_000_000), amounts), min_size=1, max_size=12))
def test_flows_over_thousands_of_years_are_searched_without_trouble(dated):
    days, flows = zip(*dated, strict=True)
    times = np.array(days) / 365
    found = rates(flows, times)
    assert found == sorted(found)
    assert all(np.isfinite(found))
