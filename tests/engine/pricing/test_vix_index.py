"""The VIX of an option strip: Cboe's worked example, and a published variance swap."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.errors import EngineError
from simulator.engine.markets import surface, vix_index
from simulator.engine.pricing import black_scholes

TABLE = Path(__file__).parents[1] / "tables" / "pricing_vix_white_paper.csv"
RATE = 0.0038


def white_paper(days: int) -> vix_index.StripVariance:
    with TABLE.open() as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    chosen = [row for row in rows if int(row["days"]) == days]
    columns = {
        name: np.array([float(row[name]) for row in chosen])
        for name in ("strike", "call_bid", "call_ask", "put_bid", "put_ask")
    }
    return vix_index.expiry_variance(**columns, expiry=days / 365, rate=RATE)


def test_the_white_papers_example_is_reproduced():
    near, far = white_paper(9), white_paper(37)
    assert near.forward == pytest.approx(920.50, abs=5e-3)
    assert near.first_strike == 920.0
    assert near.variance == pytest.approx(0.472767, abs=1e-5)
    assert far.variance == pytest.approx(0.366818, abs=1e-5)
    vix = vix_index.index(
        near_variance=near.variance,
        near_minutes=9 * 1440,
        next_variance=far.variance,
        next_minutes=37 * 1440,
    )
    assert vix == pytest.approx(61.2180, abs=1e-3)


def test_derman_kamal_and_zous_variance_swap():
    """QuantLib's test suite, varianceswaps: 0.04189 within 1e-4."""
    T, spot, rate = 0.246575, 100.0, 0.05
    puts, put_vols = np.arange(100.0, 45.0, -5.0), np.linspace(0.20, 0.30, 11)
    calls, call_vols = np.arange(100.0, 140.0, 5.0), np.linspace(0.20, 0.13, 8)
    market = {"spot": spot, "expiry": T, "rate": rate}
    variance = vix_index.replicated_variance(
        spot=spot,
        rate=rate,
        expiry=T,
        centre=100.0,
        put_strike=puts,
        put_price=black_scholes.price(strike=puts, vol=put_vols, call=False, **market),
        call_strike=calls,
        call_price=black_scholes.price(strike=calls, vol=call_vols, **market),
    )
    assert variance == pytest.approx(0.04189, abs=1e-4)


@pytest.mark.parametrize("vix", [9.0, 20.0, 50.0, 85.0])
def test_cboes_formula_on_the_modelled_surface_returns_the_vix_it_was_made_from(vix):
    """The third, independent route: discrete strikes 0.1 % apart, far into both wings."""
    T, spot, rate = 30 / 365, 5000.0, 0.03
    smile = surface.smile(vix=vix, spot=spot, expiry=T, rate=rate)
    strikes = smile.strike_at(np.arange(-18.0, 14.0, 0.02))
    put, call = smile.price(strikes, call=False), smile.price(strikes, call=True)
    strip = vix_index.expiry_variance(
        strike=strikes,
        call_bid=call + 1e-12,
        call_ask=call,
        put_bid=put + 1e-12,
        put_ask=put,
        expiry=T,
        rate=rate,
    )
    assert 100 * np.sqrt(strip.variance) == pytest.approx(vix, abs=0.05)


def test_nothing_is_used_beyond_two_strikes_without_a_bid():
    quotes = {
        "strike": np.arange(80.0, 125.0, 5.0),
        "call_bid": np.array([20, 15, 10, 6, 3, 1, 0.0, 0.0, 5.0]),
        "call_ask": np.array([20, 15, 10, 6, 3, 1, 0.0, 0.0, 5.0]),
        "put_bid": np.array([0.1, 0.2, 0.5, 1, 3, 6, 10, 15, 20.0]),
        "put_ask": np.array([0.1, 0.2, 0.5, 1, 3, 6, 10, 15, 20.0]),
        "expiry": 0.1,
        "rate": 0.0,
    }
    before = vix_index.expiry_variance(**quotes).variance
    quotes["call_bid"] = np.array([20, 15, 10, 6, 3, 1, 0.0, 0.0, 50.0])
    assert vix_index.expiry_variance(**quotes).variance == before


def test_a_strip_without_strikes_under_the_forward_is_refused():
    with pytest.raises(EngineError):
        vix_index.expiry_variance(
            strike=[100.0, 101.0, 102.0],
            call_bid=[1.0, 0.5, 0.1],
            call_ask=[1.0, 0.5, 0.1],
            put_bid=[9.0, 10.0, 11.0],
            put_ask=[9.0, 10.0, 11.0],
            expiry=0.1,
            rate=0.0,
        )
