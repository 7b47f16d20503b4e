"""A vol goes into a price and comes out again; outside the bounds there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.engine.pricing import black76, implied


@given(
    k=st.floats(-6.0, 6.0),
    T=st.floats(1e-4, 50.0),
    v=st.floats(1e-4, 5.0),
    r=st.floats(-0.5, 1.0),
    call=st.booleans(),
)
def test_a_vol_survives_the_round_trip_wherever_the_price_knows_it(k, T, v, r, call):
    option = {"forward": 100.0, "strike": 100 * math.exp(k), "expiry": T, "rate": r, "call": call}
    greeks = black76.greeks(vol=v, **option)
    price, vega = float(greeks.price), float(greeks.vega)
    # a price is known to about 1e-15 of itself: less vega than that and the vol is not in it
    scale = max(price, math.exp(-r * T) * 100.0 * max(1.0, math.exp(k)))
    if vega * 1e-9 < 1e-14 * scale:
        return
    found = float(implied.black76_vol(price=price, **option))
    assert found == pytest.approx(v, abs=1e-8)


def test_tiny_and_huge_out_of_the_money_prices_keep_their_vol():
    """Relative accuracy: prices from 1e-200 to nearly the forward."""
    v = np.array([0.02, 0.05, 0.1, 0.5, 2.0, 5.0])
    option = {"forward": 1.0, "strike": 1.5, "expiry": 1.0}
    price = black76.price(vol=v, **option)
    assert price[0] < 1e-80
    assert implied.black76_vol(price=price, **option) == pytest.approx(v, rel=1e-9)


def test_at_the_money_a_tiny_vol_is_found():
    price = black76.price(forward=100, strike=100, expiry=1.0, vol=1e-9)
    found = implied.black76_vol(price=price, forward=100, strike=100, expiry=1.0)
    assert float(found) == pytest.approx(1e-9, rel=1e-5)


@pytest.mark.parametrize("call", [True, False])
def test_outside_its_bounds_a_price_has_no_vol(call):
    option = {"forward": 100.0, "strike": 90.0, "expiry": 1.0, "rate": 0.05, "call": call}
    least, most = (float(bound) for bound in implied.bounds(**option))
    prices = np.array([least - 0.01, most, most + 1.0, -1.0])
    assert np.isnan(implied.black76_vol(price=prices, **option)).all()
    assert float(implied.black76_vol(price=least, **option)) == 0.0


def test_without_time_no_price_has_a_vol():
    found = implied.black76_vol(price=[0.0, 5.0, 10.0], forward=100, strike=95, expiry=0.0)
    assert np.isnan(found).all()


@example(beta=0.75, k=0.0, T=1.0)  # the first guess is exact, and must not be bisected away
@given(beta=st.floats(0.001, 0.999), k=st.floats(-3, 3), T=st.floats(0.01, 10))
def test_any_price_inside_the_bounds_has_a_vol_that_gives_it_back(beta, k, T):
    option = {"forward": 1.0, "strike": math.exp(k), "expiry": T}
    least, most = (float(bound) for bound in implied.bounds(**option))
    price = least + beta * (most - least)
    vol = float(implied.black76_vol(price=price, **option))
    assert float(black76.price(vol=vol, **option)) == pytest.approx(price, abs=1e-12)
