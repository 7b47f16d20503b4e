"""VIX futures and options: density, simulation, closed forms, limits and parity."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma, ncx2

from simulator.engine.pricing import vix
from simulator.engine.pricing.affine import Factor, Jumps

EDU = Factor(v0=0.03, kappa=5.0, theta=0.04, sigma=0.5)
EDU_1 = vix.VixModel(factors=(EDU,))
SLOW = Factor(v0=0.02, kappa=1.4, theta=0.02, sigma=0.2)
JUMPY = vix.VixModel(
    factors=(EDU,),
    jumps=Jumps(intensity=0.5, mean=-0.1, sd=0.1),
    variance_jumps=vix.VarianceJumps(intensity=2.0, mean=0.05),
)


def by_density(factor: Factor, T: float, K: float) -> float:
    """The obvious way: integrate (VIX - K)^+ against the noncentral chi-square law."""
    A, (B,) = vix.VixModel(factors=(factor,)).loadings
    c = factor.sigma**2 * -math.expm1(-factor.kappa * T) / (4 * factor.kappa)
    d = 4 * factor.kappa * factor.theta / factor.sigma**2
    ncp = factor.v0 * math.exp(-factor.kappa * T) / c
    low = math.sqrt(max(((K / 100) ** 2 - A) / B, 0.0) / c)

    def integrand(y):
        return (100 * math.sqrt(A + B * c * y * y) - K) * ncx2.pdf(y * y, d, ncp) * 2 * y

    middle = max(low, math.sqrt(d + ncp))
    parts = [(low, middle), (middle, middle + 8), (middle + 8, middle + 60)]
    return sum(quad(integrand, p, q, limit=400, epsabs=1e-11)[0] for p, q in parts if q > p)


def test_the_transform_agrees_with_the_density_on_a_random_grid():
    rng = np.random.default_rng(3)
    for _ in range(30):
        factor = Factor(
            v0=math.exp(rng.uniform(-6, 0)),
            kappa=math.exp(rng.uniform(-1, 3)),
            theta=math.exp(rng.uniform(-6, -1)),
            sigma=math.exp(rng.uniform(-2, 1)),
        )
        T = math.exp(rng.uniform(-4.5, 1))
        model = vix.VixModel(factors=(factor,))
        F = float(vix.future(model, expiry=T))
        K = F * math.exp(0.4 * rng.normal())
        assert pytest.approx(by_density(factor, T, 0.0), abs=1e-7) == F
        found = float(vix.option(model, strike=K, expiry=T))
        assert found == pytest.approx(by_density(factor, T, K), abs=1e-8)


def test_variance_jumps_agree_with_simulation():
    """Exact diffusion steps; three standard errors of 200,000 paths and the steps' own error."""
    rng, T, steps, n = np.random.default_rng(4), 0.25, 100, 200_000
    h = T / steps
    c = EDU.sigma**2 * -math.expm1(-EDU.kappa * h) / (4 * EDU.kappa)
    v = np.full(n, EDU.v0)
    for _ in range(steps):
        ncp = v * math.exp(-EDU.kappa * h) / c
        v = c * rng.noncentral_chisquare(4 * EDU.kappa * EDU.theta / EDU.sigma**2, ncp)
        v += np.where(rng.random(n) < 2.0 * h, rng.exponential(0.05, n), 0.0)
    A, (B,) = JUMPY.loadings
    level = 100 * np.sqrt(A + B * v)
    assert float(vix.future(JUMPY, expiry=T)) == pytest.approx(level.mean(), abs=0.12)
    for K in (16.0, 25.0, 40.0):
        pay = np.maximum(level - K, 0.0)
        found = float(vix.option(JUMPY, strike=K, expiry=T))
        assert found == pytest.approx(pay.mean(), abs=0.1 + 3 * pay.std() / math.sqrt(n))


def test_a_contour_outside_the_jump_strip_is_never_used():
    """The nearer singularity is the jumps' here; a line beyond it would halve the price."""
    wild = vix.VixModel(factors=(EDU,), variance_jumps=vix.VarianceJumps(intensity=5.0, mean=0.5))
    assert vix.first_singularity(wild, 0.25) < 0.1 * vix.first_singularity(EDU_1, 0.25)
    K = np.array([10.0, 20.0, 40.0, 80.0])
    calls = vix.option(wild, strike=K, expiry=0.25)
    assert (calls >= float(vix.future(wild, expiry=0.25)) - K - 1e-9).all()
    assert (np.diff(np.diff(calls) / np.diff(K)) > 0).all()


@settings(max_examples=30)
@given(
    v0=st.floats(0.001, 1),
    kappa=st.floats(0.1, 20),
    theta=st.floats(0.001, 0.5),
    sigma=st.floats(0.05, 2),
    T=st.floats(0.01, 2),
    K=st.floats(2, 120),
    r=st.floats(-0.1, 0.2),
)
def test_calls_and_puts_are_tied_by_the_future(v0, kappa, theta, sigma, T, K, r):
    model = vix.VixModel(factors=(Factor(v0=v0, kappa=kappa, theta=theta, sigma=sigma),))
    call, put = vix.option(model, strike=K, expiry=T, rate=r, call=[True, False])
    F = float(vix.future(model, expiry=T))
    assert call - put == pytest.approx(math.exp(-r * T) * (F - K), abs=1e-9)
    assert 0 <= put <= math.exp(-r * T) * K + 1e-9
    assert 0 <= call <= math.exp(-r * T) * F + 1e-9


def test_with_no_time_the_future_is_spot():
    assert float(vix.future(EDU_1, expiry=0.0)) == EDU_1.spot
    assert float(vix.future(EDU_1, expiry=1e-7)) == pytest.approx(EDU_1.spot, abs=1e-4)
    assert float(vix.future_beta(EDU_1, expiry=0.0)) == 1.0
    assert vix.option(EDU_1, strike=[10.0, 20.0], expiry=0.0) == pytest.approx(
        [EDU_1.spot - 10.0, 0.0]
    )


def test_far_away_the_future_is_the_mean_under_the_gamma_law():
    """VF-a3: the stationary law of the variance is gamma."""
    A, (B,) = EDU_1.loadings
    shape = 2 * EDU.kappa * EDU.theta / EDU.sigma**2
    law = gamma(shape, scale=EDU.sigma**2 / (2 * EDU.kappa))
    mean = quad(lambda v: 100 * math.sqrt(A + B * v) * law.pdf(v), 0, 1, limit=400)[0]
    assert float(vix.future(EDU_1, expiry=60.0)) == pytest.approx(mean, abs=1e-6)


def test_the_future_is_a_martingale():
    """Averaging F(t, T) over v_t gives F(0, T) back."""
    t, T = 0.1, 0.35
    c = EDU.sigma**2 * -math.expm1(-EDU.kappa * t) / (4 * EDU.kappa)
    d, ncp = 4 * EDU.kappa * EDU.theta / EDU.sigma**2, EDU.v0 * math.exp(-EDU.kappa * t) / c

    def integrand(x):
        later = vix.VixModel(factors=(Factor(v0=c * x, kappa=5.0, theta=0.04, sigma=0.5),))
        return float(vix.future(later, expiry=T - t)) * ncx2.pdf(x, d, ncp)

    mean = quad(integrand, 0, d + ncp + 60, limit=60, epsabs=1e-7)[0]
    assert mean == pytest.approx(float(vix.future(EDU_1, expiry=T)), abs=1e-5)


def test_return_jumps_add_the_log_contracts_share_not_their_square():
    """2 lam (m - nu), not lam (nu^2 + delta^2)."""
    jumps = Jumps(intensity=1.0, mean=-0.1, sd=0.1)
    with_jumps = vix.VixModel(factors=(EDU,), jumps=jumps)
    added = with_jumps.squared_now - EDU_1.squared_now
    assert added == pytest.approx(2 * (math.exp(-0.095) - 1 + 0.1), rel=1e-12)
    assert added < 0.02


def test_two_equal_halves_of_a_factor_are_the_factor():
    half = Factor(v0=0.015, kappa=5.0, theta=0.02, sigma=0.5)
    halves = vix.VixModel(factors=(half, half))
    for T in (0.05, 0.3, 1.0):
        assert float(vix.future(halves, expiry=T)) == pytest.approx(
            float(vix.future(EDU_1, expiry=T)), abs=1e-9
        )
    assert vix.option(halves, strike=[15.0, 25.0], expiry=0.2) == pytest.approx(
        vix.option(EDU_1, strike=[15.0, 25.0], expiry=0.2), abs=1e-9
    )


def test_a_slow_factor_keeps_the_far_future_alive():
    """One factor leaves 4 % of a move at 220 days; the second is there to leave more."""
    two = vix.VixModel(factors=(Factor(v0=0.015, kappa=18.0, theta=0.02, sigma=0.8), SLOW))
    T = 220 / 365
    assert float(vix.future_beta(two, expiry=T)) > 2 * float(vix.future_beta(EDU_1, expiry=T))


def test_beta_is_the_ratio_of_bumped_futures_to_bumped_spot():
    h, T = 1e-6, 90 / 365
    up, down = (
        vix.VixModel(factors=(Factor(v0=0.03 + s * h, kappa=5.0, theta=0.04, sigma=0.5),))
        for s in (1, -1)
    )
    ahead = float(vix.future(up, expiry=T) - vix.future(down, expiry=T))
    assert float(vix.future_beta(EDU_1, expiry=T)) == pytest.approx(
        ahead / (up.spot - down.spot), rel=1e-6
    )


def test_grunbichler_and_longstaffs_call_is_a_square_root_call():
    """Their closed form against the density, over strikes (VC-a3 is in the table)."""
    a, b, s, T, now = 80.0, 4.0, 5.0, 0.25, 15.0
    c = s * s * -math.expm1(-b * T) / (4 * b)
    law = ncx2(4 * a / (s * s), now * math.exp(-b * T) / c, scale=c)
    for K in (10.0, 18.0, 30.0):
        direct = quad(lambda v, K=K: (v - K) * law.pdf(v), K, 300.0, limit=300)[0]
        _, found = vix.grunbichler_longstaff(vix=now, a=a, b=b, s=s, expiry=T, strike=K)
        assert found == pytest.approx(direct, abs=1e-7)


def test_no_corner_of_the_parameters_breaks_a_law():
    K = np.array([0.1, 1.0, 5, 10, 20, 50, 300, 1e9])
    for kappa, v0, theta, sigma, T, jump in itertools.product(
        (0.0, 50.0), (0.0, 1e-6, 4.0), (0.0, 4.0), (0.0, 1e-4, 0.5, 5.0),
        (0.0, 1 / 365, 3.0), (0.0, 20.0),
    ):  # fmt: skip
        model = vix.VixModel(
            factors=(Factor(v0=v0, kappa=kappa, theta=theta, sigma=sigma),),
            variance_jumps=vix.VarianceJumps(intensity=jump, mean=0.5),
        )
        F = float(vix.future(model, expiry=T))
        calls = vix.option(model, strike=K, expiry=T)
        slack = 1e-7 * max(F, 1.0)
        assert math.isfinite(F)
        assert (calls >= np.maximum(F - K, 0.0) - slack).all()
        assert (calls <= F).all()
        assert (np.diff(calls) <= slack).all()
        beta = float(vix.future_beta(model, expiry=T))
        assert math.isfinite(beta) or model.squared_now == 0.0
