"""Black-76 and Black-Scholes: laws, limits and an independent implementation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vollib.black_scholes_merton import black_scholes_merton as vollib_price
from vollib.black_scholes_merton.greeks import analytical as vollib_greeks

from simulator.engine.numerics.arrays import BLOCK
from simulator.engine.pricing import black76, black_scholes
from simulator.engine.pricing.greeks import UNDEFINED

prices = st.floats(1e-6, 1e9)
years = st.floats(0.0, 50.0)
vols = st.floats(0.0, 5.0)
rates = st.floats(-0.5, 1.0)


@given(S=prices, K=prices, T=years, v=vols, r=rates, q=rates)
def test_put_call_parity(S, K, T, v, r, q):
    market = {"spot": S, "strike": K, "expiry": T, "vol": v, "rate": r, "dividend_yield": q}
    call = float(black_scholes.price(**market))
    put = float(black_scholes.price(**market, call=False))
    stock, bond = S * math.exp(-q * T), K * math.exp(-r * T)
    assert call - put == pytest.approx(stock - bond, abs=1e-12 * (stock + bond))
    assert max(stock - bond, 0) - 1e-12 * (stock + bond) <= call <= stock
    assert max(bond - stock, 0) - 1e-12 * (stock + bond) <= put <= bond


@given(K=prices, T=years, v=vols, r=rates, up=st.floats(0, 3), more=st.floats(0, 2))
def test_a_call_rises_in_the_forward_and_in_the_vol(K, T, v, r, up, more):
    base = {"strike": K, "expiry": T, "rate": r}
    now = black76.price(forward=K, vol=v, **base)
    slack = 1e-12 * K * math.exp(-r * T)
    assert black76.price(forward=K * (1 + up), vol=v, **base) >= now - slack
    assert black76.price(forward=K, vol=v + more, **base) >= now - slack


@given(S=prices, K=prices, T=years, v=vols, r=rates, scale=st.floats(1e-3, 1e3))
def test_prices_scale_with_money(S, K, T, v, r, scale):
    one = black_scholes.price(spot=S, strike=K, expiry=T, vol=v, rate=r)
    other = black_scholes.price(spot=S * scale, strike=K * scale, expiry=T, vol=v, rate=r)
    assert float(other) == pytest.approx(scale * float(one), rel=1e-9, abs=1e-12 * scale * S)


@given(S=prices, K=prices, T=years, v=vols, r=rates, q=rates, call=st.booleans())
def test_no_greek_is_ever_nan(S, K, T, v, r, q, call):
    greeks = black_scholes.greeks(
        spot=S, strike=K, expiry=T, vol=v, rate=r, dividend_yield=q, call=call
    )
    assert all(np.isfinite(value) for value in greeks)


@pytest.mark.parametrize(("T", "v"), [(0.0, 0.2), (1.0, 0.0), (0.0, 0.0)])
def test_without_time_or_vol_an_option_is_its_intrinsic_value(T, v):
    S = np.array([80.0, 100.0, 120.0])
    discount = math.exp(-0.05 * T)
    greeks = black_scholes.greeks(spot=S, strike=100.0 / discount, expiry=T, vol=v, rate=0.05)
    assert greeks.price == pytest.approx(np.array([0.0, 0.0, 20.0]), abs=1e-12)
    assert greeks.delta == pytest.approx(np.array([0.0, 0.5, 1.0]))
    assert greeks.gamma[[0, 2]] == pytest.approx(0.0)
    assert greeks.gamma[1] > UNDEFINED


def test_far_strikes_keep_their_digits():
    """Ten standard deviations out the call is n(10)/10^2-like, not rounding."""
    found = float(black76.price(forward=1.0, strike=math.exp(1.0), expiry=1.0, vol=0.1))
    assert 0 < found < 1e-23
    assert found == pytest.approx(6.1e-26, rel=0.2)
    assert float(black76.price(forward=1.0, strike=1e6, expiry=1.0, vol=0.1)) == 0.0


def test_every_greek_is_the_slope_of_the_price():
    at = {"spot": 103.0, "strike": 97.0, "expiry": 0.7, "vol": 0.31, "rate": 0.04}
    at["dividend_yield"] = 0.02
    for call in (True, False):
        greeks = black_scholes.greeks(**at, call=call)
        for name, field, sign in (
            ("delta", "spot", 1),
            ("vega", "vol", 1),
            ("theta", "expiry", -1),
            ("rho", "rate", 1),
            ("dividend_rho", "dividend_yield", 1),
        ):
            h = 1e-5 * at[field]
            up = black_scholes.price(**{**at, field: at[field] + h}, call=call)
            down = black_scholes.price(**{**at, field: at[field] - h}, call=call)
            slope = sign * float(up - down) / (2 * h)
            assert float(getattr(greeks, name)) == pytest.approx(slope, rel=1e-6)
        h = 1e-3
        up = black_scholes.greeks(**{**at, "spot": at["spot"] + h}, call=call).delta
        down = black_scholes.greeks(**{**at, "spot": at["spot"] - h}, call=call).delta
        assert float(greeks.gamma) == pytest.approx(float(up - down) / (2 * h), rel=1e-6)


def test_black76_greeks_hold_the_forward():
    at = {"forward": 19.0, "strike": 22.0, "expiry": 0.3, "vol": 0.8, "rate": 0.03}
    greeks = black76.greeks(**at)
    for name, field, sign in (("delta", "forward", 1), ("vega", "vol", 1), ("rho", "rate", 1),
                              ("theta", "expiry", -1)):  # fmt: skip
        h = 1e-6
        up = black76.price(**{**at, field: at[field] + h})
        down = black76.price(**{**at, field: at[field] - h})
        slope = sign * float(up - down) / (2 * h)
        assert float(getattr(greeks, name)) == pytest.approx(slope, rel=1e-6)
    assert float(black76.delta(**at)) == pytest.approx(float(greeks.delta), abs=1e-15)


def test_an_independent_implementation_agrees():
    """vollib: theta a day, vega and rho a hundredth."""
    rng = np.random.default_rng(7)
    for _ in range(200):
        S, K = rng.uniform(20, 200, 2)
        T, v = rng.uniform(0.01, 3), rng.uniform(0.05, 1.5)
        r, q = rng.uniform(-0.05, 0.15), rng.uniform(0, 0.1)
        call = bool(rng.random() < 0.5)
        flag = "c" if call else "p"
        found = black_scholes.greeks(
            spot=S, strike=K, expiry=T, vol=v, rate=r, dividend_yield=q, call=call
        )
        arguments = (flag, S, K, T, r, v, q)
        assert float(found.price) == pytest.approx(vollib_price(*arguments), abs=1e-10)
        for name, scale in (("delta", 1), ("gamma", 1), ("vega", 100), ("theta", 365)):
            theirs = scale * getattr(vollib_greeks, name)(*arguments)
            assert float(getattr(found, name)) == pytest.approx(theirs, rel=1e-8, abs=1e-8)


@settings(max_examples=20)
@given(size=st.integers(1, 3 * BLOCK), seed=st.integers(0, 99))
def test_blocks_leave_no_seam(size, seed):
    rng = np.random.default_rng(seed)
    K = rng.uniform(50, 150, size)
    whole = black_scholes.price_and_four_greeks(spot=100, strike=K, expiry=0.5, vol=0.2)
    last = black_scholes.price_and_four_greeks(spot=100, strike=K[-1], expiry=0.5, vol=0.2)
    assert [float(column[-1]) for column in whole] == pytest.approx([float(x) for x in last])


def test_shapes_broadcast_and_empty_arrays_stay_empty():
    found = black76.price(
        forward=np.ones((3, 1)), strike=np.ones(4), expiry=1.0, vol=0.2, call=[True] * 4
    )
    assert found.shape == (3, 4)
    assert black76.price(forward=np.ones(0), strike=1.0, expiry=1.0, vol=0.2).shape == (0,)
