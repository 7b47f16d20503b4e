"""Prices against published tables, each at its own tolerance."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.pricing import (
    bates,
    black76,
    black_scholes,
    heston,
    implied,
    merton,
    vix,
)
from simulator.engine.pricing.affine import Factor

TABLE = Path(__file__).parents[1] / "tables" / "pricing.toml"
CASES = tomllib.loads(TABLE.read_text(encoding="utf-8"))["case"]
EDU_1 = vix.VixModel(factors=(Factor(v0=0.03, kappa=5.0, theta=0.04, sigma=0.5),))


def haug_merton(*, strike, expiry, intensity, share):
    """Haug's parameters: total vol 25 %, ``share`` of its variance from jumps of mean one."""
    sd = 0.25 * math.sqrt(share / intensity)
    return merton.greeks(
        spot=100,
        strike=strike,
        expiry=expiry,
        rate=0.08,
        vol=0.25 * math.sqrt(1 - share),
        jump_intensity=intensity,
        jump_mean=-0.5 * sd * sd,
        jump_sd=sd,
    )


def vix_call(*, v0, kappa, theta, sigma, rate, expiry, strike):
    model = vix.VixModel(factors=(Factor(v0=v0, kappa=kappa, theta=theta, sigma=sigma),))
    return vix.option(model, strike=strike, expiry=expiry, rate=rate)


FUNCTIONS = {
    "black_scholes": black_scholes.greeks,
    "black76": black76.greeks,
    "heston": heston.greeks,
    "bates": bates.greeks,
    "haug_merton": haug_merton,
    "edu_spot_vix": lambda: EDU_1.spot,
    "edu_vix_future": lambda *, days: vix.future(EDU_1, expiry=days / 365),
    "edu_vix_call": lambda *, days, strike: vix.option(
        EDU_1, strike=strike, expiry=days / 365, rate=0.03
    ),
    "grunbichler_longstaff_future": lambda **inputs: vix.grunbichler_longstaff(**inputs)[0],
    "grunbichler_longstaff_call": lambda **inputs: vix.grunbichler_longstaff(**inputs)[1],
    "vix_call": vix_call,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_published_value(case):
    found = FUNCTIONS[case["function"]](**case["inputs"])
    if hasattr(found, "_fields"):
        found = getattr(found, case.get("figure", "price"))
    assert float(found) == pytest.approx(case["expected"], abs=case["tolerance"], rel=0)


@pytest.mark.parametrize("case", [c for c in CASES if c["function"] == "heston"])
def test_the_price_alone_is_the_price_among_the_greeks(case):
    assert float(heston.price(**case["inputs"])) == pytest.approx(
        float(heston.greeks(**case["inputs"]).price), abs=1e-10
    )


def test_hulls_call_implies_a_fifth():
    """O-a9."""
    price = black_scholes.price(spot=42, strike=40, rate=0.10, expiry=0.5, vol=0.20)
    found = implied.black_scholes_vol(price=price, spot=42, strike=40, rate=0.10, expiry=0.5)
    assert float(found) == pytest.approx(0.20, abs=1e-8)


def test_the_loadings_of_the_teaching_set():
    """X-a3: A and B."""
    A, (B,) = EDU_1.loadings
    assert pytest.approx(0.00720005, abs=1e-7) == A
    assert pytest.approx(0.81999883, abs=1e-7) == B


@pytest.mark.parametrize(
    ("strikes", "vols"),
    [
        # 30-day implied vols at K/F of .85, .90, .95, 1, 1.05, 1.10 under published parameters
        ({"v0": 0.0348, "kappa": 1.15, "theta": 0.04, "sigma": 0.39, "rho": -0.64},
         (23.3, 21.7, 20.1, 18.4, 16.9, 15.7)),
        ({"v0": 0.010201, "kappa": 6.21, "theta": 0.019, "sigma": 0.61, "rho": -0.70},
         (19.4, 16.9, 13.9, 10.2, 8.1, 8.9)),
        ({"v0": 0.0174, "kappa": 1.3253, "theta": 0.0354, "sigma": 0.3877, "rho": -0.7165},
         (19.5, 17.7, 15.6, 13.2, 10.9, 10.2)),
    ],
    ids=["Bakshi-Cao-Chen 1997", "Duffie-Pan-Singleton 2000", "Gatheral 2005 (H-a5)"],
)  # fmt: skip
def test_published_parameters_have_their_skew(strikes, vols):
    """A transform with its sign flipped passes at the money and inverts the skew."""
    K = np.array([85.0, 90, 95, 100, 105, 110])
    T = 30 / 365
    prices = heston.price(spot=100, strike=K, expiry=T, call=K >= 100, **strikes)
    found = implied.black76_vol(price=prices, forward=100, strike=K, expiry=T, call=K >= 100)
    assert 100 * found == pytest.approx(np.array(vols), abs=0.06)


@pytest.mark.parametrize(
    ("parameters", "vols"),
    [
        ((0.04, 2.03, 0.04, 0.38, -0.57, 0.59, math.log(0.95) - 0.07**2 / 2, 0.07),
         (26.3, 24.2, 22.3, 20.6, 19.2, 18.3)),
        ((0.008836, 3.99, 0.014, 0.27, -0.79, 0.11, math.log(0.88) - 0.15**2 / 2, 0.15),
         (26.0, 19.6, 13.8, 10.2, 8.2, 12.4)),
        ((0.0158, 0.5394, 0.0439, 0.3038, -0.6974, 0.1308, -0.1151, 0.0967),
         (24.1, 19.4, 15.7, 13.1, 10.9, 11.1)),
    ],
    ids=["Bakshi-Cao-Chen 1997", "Duffie-Pan-Singleton 2000", "Gatheral 2005"],
)  # fmt: skip
def test_published_jump_parameters_have_their_skew(parameters, vols):
    names = ["v0", "kappa", "theta", "sigma", "rho", "jump_intensity", "jump_mean", "jump_sd"]
    K = np.array([85.0, 90, 95, 100, 105, 110])
    T = 30 / 365
    prices = bates.price(
        spot=100, strike=K, expiry=T, call=K >= 100, **dict(zip(names, parameters, strict=True))
    )
    found = implied.black76_vol(price=prices, forward=100, strike=K, expiry=T, call=K >= 100)
    assert 100 * found == pytest.approx(np.array(vols), abs=0.06)


def test_the_teaching_sets_future_follows_spot_by_these_shares():
    """Model sensitivities at 30, 60, 90, 150 and 220 days: .63 .39 .25 .11 .04."""
    found = vix.future_beta(EDU_1, expiry=np.array([30, 60, 90, 150, 220]) / 365)
    assert found == pytest.approx(np.array([0.63, 0.39, 0.25, 0.11, 0.04]), abs=0.005)
