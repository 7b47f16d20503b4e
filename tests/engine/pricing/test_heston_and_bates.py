"""Heston and Bates: QuantLib on random grids, every corner of the parameters, limits, slopes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.errors import EngineError
from simulator.engine.pricing import (
    bates,
    black76,
    black_scholes,
    fourier,
    heston,
    merton,
    strip,
)
from simulator.engine.pricing.affine import Factor, Jumps, Model

EDU = {"v0": 0.03, "kappa": 5.0, "theta": 0.04, "sigma": 0.5, "rho": -0.72}
JUMPS = {"jump_intensity": 1.5, "jump_mean": -0.1, "jump_sd": 0.12}
TODAY = ql.Date(2, 1, 2020)


def quantlib(*, strike, days, rate, dividend_yield, call, jumps=None, **p):
    """Adaptive Gauss-Lobatto at 1e-13; the cosine-free engine of exponential fitting as twin."""
    ql.Settings.instance().evaluationDate = TODAY
    curve = [
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, value, ql.Actual365Fixed()))
        for value in (rate, dividend_yield)
    ]
    state = (p["v0"], p["kappa"], p["theta"], p["sigma"], p["rho"])
    spot = ql.QuoteHandle(ql.SimpleQuote(100.0))
    if jumps is None:
        model = ql.HestonModel(ql.HestonProcess(*curve, spot, *state))
        engine = ql.AnalyticHestonEngine(model, 1e-13, 200_000)
    else:
        model = ql.BatesModel(ql.BatesProcess(*curve, spot, *state, *jumps))
        engine = ql.BatesEngine(model, 1e-13, 200_000)
    right = ql.Option.Call if call else ql.Option.Put
    option = ql.VanillaOption(
        ql.PlainVanillaPayoff(right, strike), ql.EuropeanExercise(TODAY + int(days))
    )
    option.setPricingEngine(engine)
    return option.NPV()


def draw(rng):
    p = {
        "v0": math.exp(rng.uniform(math.log(1e-3), math.log(1.0))),
        "kappa": math.exp(rng.uniform(math.log(0.05), math.log(20.0))),
        "theta": math.exp(rng.uniform(math.log(1e-3), math.log(1.0))),
        "sigma": math.exp(rng.uniform(math.log(0.02), math.log(3.0))),
        "rho": rng.uniform(-0.95, 0.95),
    }
    days = int(math.exp(rng.uniform(math.log(7), math.log(3650))))
    width = math.sqrt(Model(factors=(Factor(**p),)).mean_variance(days / 365))
    market = {
        "strike": 100.0 * math.exp(1.5 * width * rng.normal()),
        "rate": rng.uniform(-0.05, 0.1),
        "dividend_yield": rng.uniform(0.0, 0.05),
        "call": bool(rng.random() < 0.5),
    }
    return p, days, market


def agrees(found, theirs, forward):
    """1e-8 of the forward; 1e-8 of the price where that is above 1e-4 of the forward."""
    allowed = 1e-8 * found if found > 1e-4 * forward else 1e-8 * forward
    return abs(found - theirs) <= allowed


def test_quantlib_agrees_on_a_random_grid_of_heston():
    rng = np.random.default_rng(20)
    for _ in range(150):
        p, days, market = draw(rng)
        found = float(heston.price(spot=100.0, expiry=days / 365, **market, **p))
        theirs = quantlib(days=days, **market, **p)
        assert agrees(found, theirs, 100.0), (p, days, market, found, theirs)


def test_quantlib_agrees_on_a_random_grid_of_bates():
    rng = np.random.default_rng(21)
    for _ in range(75):
        p, days, market = draw(rng)
        jumps = (rng.uniform(0, 4), rng.uniform(-0.4, 0.3), rng.uniform(0.01, 0.4))
        names = ("jump_intensity", "jump_mean", "jump_sd")
        found = float(
            bates.price(
                spot=100.0,
                expiry=days / 365,
                **market,
                **p,
                **dict(zip(names, jumps, strict=True)),
            )
        )
        theirs = quantlib(days=days, jumps=jumps, **market, **p)
        assert agrees(found, theirs, 100.0), (p, days, market, jumps, found, theirs)


CORNERS = list(
    itertools.product(
        (0.0, 0.5, 50.0),
        (0.0, 1e-8, 0.04, 4.0),
        (0.0, 0.04, 4.0),
        (0.0, 1e-6, 0.5, 5.0),
        (-1.0, 0.0, 1.0),
        (0.0, 1e-6, 1 / 365, 1.0, 50.0),
    )
)


def test_no_corner_of_the_parameters_breaks_a_law():
    """Finite, falling and convex in the strike, from a millionth to ten million times the spot."""
    K = np.concatenate([[1e-4], 100 * np.exp(np.linspace(-6, 6, 41)), [1e9]])
    gap = np.minimum(np.diff(K)[1:], np.diff(K)[:-1])
    for kappa, v0, theta, sigma, rho, T in CORNERS[::2]:
        p = {"kappa": kappa, "v0": v0, "theta": theta, "sigma": sigma, "rho": rho}
        call = heston.price(spot=100.0, strike=K, expiry=T, **p)
        assert np.isfinite(call).all(), p
        assert ((call >= np.maximum(100.0 - K, 0.0) - 1e-12) & (call <= 100.0)).all(), p
        assert (np.diff(call) <= 1e-9).all(), (p, T)
        assert (np.diff(np.diff(call) / np.diff(K)) * gap >= -2e-9).all(), (p, T)


@pytest.mark.parametrize("corner", CORNERS[:: len(CORNERS) // 60])
def test_no_corner_makes_a_greek_nan(corner):
    kappa, v0, theta, sigma, rho, T = corner
    greeks = bates.greeks(
        spot=100.0,
        strike=[50.0, 97.0, 240.0],
        expiry=T,
        rate=0.03,
        kappa=kappa,
        v0=v0,
        theta=theta,
        sigma=sigma,
        rho=rho,
        jump_intensity=2.0,
        jump_mean=-0.1,
        jump_sd=0.0,
    )
    assert all(np.isfinite(column).all() for column in greeks)


def test_with_certain_variance_heston_is_black_scholes():
    K = np.array([60.0, 100.0, 150.0])
    p = {"v0": 0.09, "kappa": 2.0, "theta": 0.02, "sigma": 0.0, "rho": -0.5}
    T = 1.5
    total = 0.02 * T + 0.07 * (1 - math.exp(-2 * T)) / 2
    found = heston.price(spot=100, strike=K, expiry=T, rate=0.02, **p)
    plain = black_scholes.price(spot=100, strike=K, expiry=T, rate=0.02, vol=math.sqrt(total / T))
    assert found == pytest.approx(plain, abs=1e-12)
    nearly = heston.price(spot=100, strike=K, expiry=T, rate=0.02, **(p | {"sigma": 1e-7}))
    assert nearly == pytest.approx(plain, abs=1e-6)


def test_with_certain_variance_bates_is_mertons_series():
    """B-a2, and its Greeks: the transform at a tiny vol of variance against the series."""
    market = {"spot": 100.0, "strike": [70.0, 95.0, 140.0], "expiry": 1.0, "rate": 0.1}
    jumps = {"jump_intensity": 2.0, "jump_mean": -0.2, "jump_sd": 0.2}
    variance = {"v0": 0.0433, "kappa": 1.0, "theta": 0.0433, "rho": 0.0}
    series = merton.greeks(vol=math.sqrt(0.0433), **market, **jumps)
    through = bates.greeks(sigma=1e-7, **variance, **market, **jumps)
    exact = bates.greeks(sigma=0.0, **variance, **market, **jumps)
    for name in ("price", "delta", "gamma", "theta", "rho", "dividend_rho"):
        assert getattr(exact, name) == pytest.approx(getattr(series, name), rel=1e-12)
        assert getattr(through, name) == pytest.approx(getattr(series, name), rel=1e-7)
    assert through.vega == pytest.approx(exact.vega, rel=1e-6)


def test_without_jumps_bates_is_heston_and_merton_is_black_scholes():
    market = {"spot": 100.0, "strike": [80.0, 100.0, 125.0], "expiry": 0.5, "rate": 0.02}
    none = {"jump_intensity": 0.0, "jump_mean": -0.3, "jump_sd": 0.2}
    assert bates.price(**market, **EDU, **none) == pytest.approx(heston.price(**market, **EDU))
    assert merton.price(**market, vol=0.2, **none) == pytest.approx(
        black_scholes.price(**market, vol=0.2)
    )


@pytest.mark.parametrize("rho", [-1.0, 1.0])
def test_perfect_correlation_agrees_with_an_open_integral(rho):
    """No decay to speak of on the straight line; here with many plain points instead."""
    T, p = 0.5, {"v0": 0.04, "kappa": 1.5, "theta": 0.06, "sigma": 0.8, "rho": rho}
    from simulator.engine.pricing.affine import log_psi

    x = (np.arange(400_000) + 0.5) * 0.02
    z = 0.5 + 1j * x
    psi = np.exp(log_psi(heston.model(**p), z, T))
    for K in (80.0, 100.0, 130.0):
        w = math.log(100.0 / K)
        level = float(np.sum((np.exp(z * w) * psi / (z * (z - 1))).real)) * 0.02 / math.pi
        found = float(heston.price(spot=100, strike=K, expiry=T, **p))
        assert found == pytest.approx(100.0 + K * level, abs=2e-5)


def test_the_moment_function_solves_its_own_riccati_equation():
    """Runge-Kutta on C' = kappa theta D, D' = (z^2 - z)/2 - b D + sigma^2 D^2 / 2."""
    from simulator.engine.pricing.affine import loadings

    factor = Factor(v0=0.03, kappa=1.2, theta=0.05, sigma=0.9, rho=-0.8)
    z = np.array([0.5 + 1j, 0.5 + 8j, 1.5 + 30j, -0.3 + 4j])
    b, T, steps = factor.kappa - factor.rho * factor.sigma * z, 2.0, 4000
    D, C, h = np.zeros_like(z), np.zeros_like(z), T / steps

    def slope(D):
        return 0.5 * (z * z - z) - b * D + 0.5 * factor.sigma**2 * D * D

    for _ in range(steps):
        k1 = slope(D)
        k2 = slope(D + 0.5 * h * k1)
        k3 = slope(D + 0.5 * h * k2)
        k4 = slope(D + h * k3)
        middle = D + 0.25 * h * (k1 + k2)
        new = D + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        C = C + factor.kappa * factor.theta * h / 6 * (D + 4 * middle + new)
        D = new
    found_C, found_D = loadings(factor, z, T)
    assert found_D == pytest.approx(D, rel=1e-8)
    assert found_C == pytest.approx(C, rel=1e-6)


@settings(max_examples=40)
@given(
    T=st.floats(0.01, 10),
    v0=st.floats(0.001, 1),
    kappa=st.floats(0, 20),
    theta=st.floats(0.001, 1),
    sigma=st.floats(0, 3),
    rho=st.floats(-1, 1),
    r=st.floats(-0.05, 0.2),
)
def test_parity_and_the_forward(T, v0, kappa, theta, sigma, rho, r):
    p = {"v0": v0, "kappa": kappa, "theta": theta, "sigma": sigma, "rho": rho}
    K = np.array([40.0, 100.0, 250.0])
    call = heston.price(spot=100, strike=K, expiry=T, rate=r, **p)
    put = heston.price(spot=100, strike=K, expiry=T, rate=r, call=False, **p)
    assert call - put == pytest.approx(100.0 - K * math.exp(-r * T), abs=1e-9)


@pytest.mark.parametrize("call", [True, False])
def test_every_greek_is_the_slope_of_the_price(call):
    at = {"spot": 100.0, "expiry": 0.4, "rate": 0.03, "dividend_yield": 0.01}
    K = np.array([80.0, 100.0, 125.0])

    def price(v0=EDU["v0"], **change):
        return bates.price(strike=K, call=call, **(at | change), **(EDU | {"v0": v0}), **JUMPS)

    greeks = bates.greeks(strike=K, call=call, **at, **EDU, **JUMPS)
    for name, field, sign in (
        ("delta", "spot", 1),
        ("theta", "expiry", -1),
        ("rho", "rate", 1),
        ("dividend_rho", "dividend_yield", 1),
    ):
        h = 1e-4 * at[field]
        slope = sign * (price(**{field: at[field] + h}) - price(**{field: at[field] - h})) / (2 * h)
        assert getattr(greeks, name) == pytest.approx(slope, rel=1e-5, abs=1e-6), name
    root, h = math.sqrt(EDU["v0"]), 1e-5
    slope = (price(v0=(root + h) ** 2) - price(v0=(root - h) ** 2)) / (2 * h)
    assert greeks.vega == pytest.approx(slope, rel=1e-5)
    h = 0.05
    curve = (price(spot=100 + h) - 2 * price() + price(spot=100 - h)) / (h * h)
    assert greeks.gamma == pytest.approx(curve, rel=1e-4)


def test_merton_greeks_are_slopes_too():
    at = {"spot": 100.0, "vol": 0.2, "expiry": 0.4, "rate": 0.03, "dividend_yield": 0.01}
    K = np.array([80.0, 100.0, 125.0])
    greeks = merton.greeks(strike=K, **at, **JUMPS)
    for name, field, sign in (
        ("delta", "spot", 1),
        ("vega", "vol", 1),
        ("theta", "expiry", -1),
        ("rho", "rate", 1),
    ):
        h = 1e-4 * at[field]
        up = merton.price(strike=K, **(at | {field: at[field] + h}), **JUMPS)
        down = merton.price(strike=K, **(at | {field: at[field] - h}), **JUMPS)
        assert getattr(greeks, name) == pytest.approx(sign * (up - down) / (2 * h), rel=1e-5)


def test_jumps_of_one_size_are_priced_by_their_number():
    """Where the integral finds no decay: a nearly dead diffusion under certain jumps."""
    p = {"v0": 1e-9, "kappa": 1.0, "theta": 0.0, "sigma": 0.4, "rho": 0.0}
    jumps = {"jump_intensity": 2.0, "jump_mean": -0.2, "jump_sd": 0.0}
    K = np.array([70.0, 90.0, 110.0])
    found = bates.price(spot=100, strike=K, expiry=1.0, **p, **jumps)
    still = merton.price(spot=100, strike=K, expiry=1.0, vol=1e-6, **jumps)
    assert found == pytest.approx(still, abs=1e-3)


def test_the_average_over_jumps_is_the_integral():
    model = bates.model(**EDU, **JUMPS)
    K = np.array([60.0, 100.0, 160.0])
    average = strip._over_jumps(model, 0.5, np.full(3, 100.0), K, slopes=False)[0]
    assert average == pytest.approx(
        bates.price(spot=100.0, strike=K, expiry=0.5, **EDU, **JUMPS), abs=1e-11
    )


def test_the_greeks_of_the_average_over_jumps_are_those_of_the_integral(monkeypatch):
    """A normal jump adds certain variance, which every slope must see."""
    market = {"spot": 100.0, "strike": [60.0, 100.0, 160.0], "expiry": 0.5, "rate": 0.03}
    direct = bates.greeks(**market, **EDU, **JUMPS)
    honest = strip.integrals

    def never_settles(model, **rest):
        if not model.jumps.are_absent:
            raise EngineError("never")
        return honest(model, **rest)

    monkeypatch.setattr(strip, "integrals", never_settles)
    averaged = bates.greeks(**market, **EDU, **JUMPS)
    for name in direct._fields:
        assert getattr(averaged, name) == pytest.approx(getattr(direct, name), abs=1e-10), name


RESTLESS = [
    {"v0": 1e-9, "kappa": 1.0, "theta": 0.0, "sigma": 0.4, "jump_sd": 0.0},
    {"v0": 1e-8, "kappa": 1.0, "theta": 1e-8, "sigma": 0.5, "jump_sd": 1e-5},
    {"v0": 1e-9, "kappa": 1.0, "theta": 1e-9, "sigma": 1e-3, "jump_sd": 1e-4},
]


@pytest.mark.parametrize("p", RESTLESS)
def test_jumps_of_one_size_without_diffusion_cost_no_more_than_a_few_evaluations(p, monkeypatch):
    """Seen to take seconds: 32,768 nodes in vain, then every number of jumps seven times."""
    counted = []
    honest = fourier.log_psi_and_slopes

    def counting(model, z, T):
        counted.append(z.size)
        return honest(model, z, T)

    monkeypatch.setattr(fourier, "log_psi_and_slopes", counting)
    greeks = bates.greeks(
        spot=100.0,
        strike=np.linspace(70.0, 130.0, 25),
        expiry=1.0,
        rho=-0.5,
        jump_intensity=5.0,
        jump_mean=-0.2,
        **p,
    )
    assert np.isfinite(greeks.price).all()
    assert sum(counted) < 20_000


def test_two_factors_with_one_asleep_are_one_factor():
    factors = (Factor(**EDU), Factor(v0=0.0, kappa=3.0, theta=0.0, sigma=0.4, rho=0.3))
    two = strip.price(
        lambda: Model(factors=factors, jumps=Jumps()),
        {},
        spot=100.0,
        strike=[90.0, 110.0],
        expiry=0.5,
        rate=0.0,
        dividend_yield=0.0,
        call=True,
    )
    one = heston.price(spot=100.0, strike=[90.0, 110.0], expiry=0.5, **EDU)
    assert two == pytest.approx(one, abs=1e-12)


def test_arrays_of_parameters_price_row_by_row():
    v0 = np.array([0.01, 0.04, 0.01])
    rows = heston.price(spot=100, strike=[90.0, 100.0, 110.0], expiry=0.5, **(EDU | {"v0": v0}))
    single = heston.price(spot=100, strike=100.0, expiry=0.5, **(EDU | {"v0": 0.04}))
    assert float(rows[1]) == pytest.approx(float(single), abs=1e-12)
    assert rows.shape == (3,)


def test_far_in_time_the_price_is_still_black_76_in_the_mean():
    """Fifty years of fast mean reversion: the variance averages out to theta."""
    found = heston.price(
        spot=100, strike=100, expiry=50, v0=0.04, kappa=50.0, theta=0.04, sigma=0.5, rho=0.0
    )
    flat = black76.price(forward=100, strike=100, expiry=50, vol=0.2)
    assert float(found) == pytest.approx(float(flat), rel=1e-4)
