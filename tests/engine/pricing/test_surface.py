"""The skewed surface returns its VIX; the VIX curve has its published shares and snapshot."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.errors import ParameterError
from simulator.engine.markets import surface, vix_curve
from simulator.engine.pricing import black_scholes

MONTH = 30 / 365


@given(
    vix=st.floats(9, 85),
    days=st.floats(1, 365),
    shape=st.sampled_from([(-0.19, 0.03), (-0.11, 0.03), (0.0, 0.0), (-0.25, 0.02)]),
)
def test_the_strip_of_the_surface_returns_its_vix(vix, days, shape):
    a, b = shape
    s = surface.atm_vol(vix=vix, expiry=days / 365, a=a, b=b)
    back = surface.strip_vix(atm_vol=s, expiry=days / 365, a=a, b=b)
    assert float(back) == pytest.approx(vix, abs=1e-6)


def test_a_flat_smile_has_its_vix_at_the_money():
    assert float(surface.atm_vol(vix=20, expiry=0.5, a=0.0, b=0.0)) == pytest.approx(0.2)


def test_the_calibrated_skew_leaves_the_money_at_seven_eighths_of_the_vix():
    """Calibrated to Cboe's condor index: s_atm / VIX averages 0.853."""
    levels = np.array([12.0, 17.0, 20.0, 25.0])
    ratio = 100 * surface.atm_vol(vix=levels, expiry=MONTH) / levels
    assert ratio.mean() == pytest.approx(0.853, abs=0.004)


def test_five_thousand_days_take_a_moment():
    days = np.random.default_rng(0).uniform(9, 80, 5_000)
    surface.smile(vix=20.0, spot=4000.0, expiry=MONTH)  # the shape's curve is made once
    started = time.process_time()
    smile = surface.smile(vix=days, spot=4000.0, expiry=MONTH, rate=0.02)
    put = smile.strike_for_delta(0.2, call=False)
    smile.price(put, call=False)
    assert time.process_time() - started < 1.0


@given(vix=st.floats(9, 85), delta=st.floats(0.01, 0.49), call=st.booleans())
def test_a_strike_for_a_delta_has_that_delta(vix, delta, call):
    smile = surface.smile(vix=vix, spot=5000.0, expiry=MONTH, rate=0.04, dividend_yield=0.013)
    strike = smile.strike_for_delta(delta, call=call)
    found = float(smile.greeks(strike, call=call).delta)
    assert found == pytest.approx(delta if call else -delta, abs=1e-9)


def test_puts_below_cost_more_vol_than_calls_above():
    smile = surface.smile(vix=20.0, spot=5000.0, expiry=MONTH)
    vols = smile.vol(np.array([4250.0, 4500, 4750, 5000, 5250]))
    assert (np.diff(vols) < 0).all()


def test_probabilities_are_slopes_of_puts():
    smile = surface.smile(vix=20.0, spot=5000.0, expiry=MONTH, rate=0.04)
    for level in (4500.0, 5000.0, 5300.0):
        h = 0.01
        up, down = smile.price(level + h, call=False), smile.price(level - h, call=False)
        slope = float(up - down) / (2 * h) * np.exp(0.04 * MONTH)
        assert float(smile.probability_below(level)) == pytest.approx(slope, abs=1e-7)


def test_without_time_the_surface_is_intrinsic():
    smile = surface.smile(vix=20.0, spot=5000.0, expiry=0.0)
    found = smile.price(np.array([4900.0, 5000.0, 5100.0]), call=True)
    assert found == pytest.approx(np.array([100.0, 0.0, 0.0]))


@pytest.mark.parametrize("shape", [(-0.6, 0.0), (0.4, 0.0), (0.0, -0.06)])
def test_a_shape_that_leaves_a_strike_without_vol_is_refused(shape):
    with pytest.raises(ParameterError):
        surface.atm_vol(vix=20, expiry=0.1, a=shape[0], b=shape[1])


def test_greeks_are_at_the_strikes_own_vol():
    smile = surface.smile(vix=25.0, spot=100.0, expiry=0.2, rate=0.01)
    K = np.array([80.0, 100.0, 110.0])
    direct = black_scholes.greeks(spot=100.0, strike=K, expiry=0.2, vol=smile.vol(K), rate=0.01)
    assert smile.greeks(K, call=True).vega == pytest.approx(direct.vega)


# --- the VIX curve -------------------------------------------------------------------------


def test_the_curve_has_the_published_shares():
    """30/60/150 days: .48 .33 .21 (.46 .44 .25 measured on two contracts, 2006-08)."""
    found = vix_curve.future_beta(expiry=np.array([0, 30, 60, 150, 3650]) / 365)
    assert found == pytest.approx(np.array([1.0, 0.48, 0.33, 0.21, 0.0]), abs=0.006)


def test_a_published_snapshot_is_near():
    """18 September 2014: VIX 12.07, futures 14.15, 14.89, 15.37; a year's mean of about 13.5."""
    found = vix_curve.future(vix=12.07, anchor=13.3 + 2.5, expiry=np.array([34, 62, 90]) / 365)
    assert found == pytest.approx(np.array([14.15, 14.89, 15.37]), abs=0.8)


def test_the_anchor_knows_no_tomorrow():
    rng = np.random.default_rng(5)
    closes = 20 + rng.normal(size=300).cumsum() * 0.3
    before = vix_curve.anchor(vix=closes)
    closes[200:] = 80.0
    after = vix_curve.anchor(vix=closes)
    assert (before[:200] == after[:200]).all()
    assert after[200] > before[200]


def test_the_anchor_halves_a_jump_in_its_half_life():
    closes = np.concatenate([np.full(10, 10.0), np.full(400, 30.0)])
    level = vix_curve.anchor(vix=closes, half_life=60, premium=0.0)
    assert level[0] == 10.0
    assert level[9 + 60] == pytest.approx(20.0)


@given(
    vix=st.floats(9, 85),
    anchor=st.floats(12, 40),
    days=st.floats(1, 365),
    K=st.floats(5, 120),
    r=st.floats(0, 0.1),
)
def test_vix_options_are_tied_to_the_future(vix, anchor, days, K, r):
    T = days / 365
    F = vix_curve.future(vix=vix, anchor=anchor, expiry=T)
    call = vix_curve.option_price(future=F, strike=K, expiry=T, rate=r)
    put = vix_curve.option_price(future=F, strike=K, expiry=T, rate=r, call=False)
    assert float(call - put) == pytest.approx(float(np.exp(-r * T) * (F - K)), abs=1e-9)


@pytest.mark.parametrize("days", [1, 7, 30, 110, 220])
def test_calls_fall_with_the_strike_while_vols_rise(days):
    K = 20 * np.exp(np.linspace(-1.5, 1.6, 200))
    T = days / 365
    calls = vix_curve.option_price(future=20.0, strike=K, expiry=T)
    assert (np.diff(calls) <= 1e-12).all()
    assert (np.diff(vix_curve.option_vol(future=20.0, strike=K, expiry=T)) >= 0).all()


def test_the_vol_of_later_options_is_lower():
    found = vix_curve.option_vol(future=20.0, strike=20.0, expiry=np.array([30, 110, 220]) / 365)
    assert found == pytest.approx(np.array([1.05, 0.69, 0.54]), abs=0.01)


@given(future=st.floats(10, 80), days=st.floats(2, 365), delta=st.floats(0.05, 0.9))
def test_a_vix_strike_for_a_delta_has_that_delta(future, days, delta):
    T = days / 365
    strike = vix_curve.call_strike_for_delta(future=future, expiry=T, delta=delta)
    found = vix_curve.option_greeks(future=future, strike=strike, expiry=T).delta
    # 1.6 times the money's vol is the most a strike gets: beyond the cut deltas stay monotone
    assert float(found) == pytest.approx(delta, abs=1e-8)
