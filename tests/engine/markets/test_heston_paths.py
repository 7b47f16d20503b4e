"""Paths with low bias: moments and prices against closed forms, and the bands of real markets."""

import numpy as np
import pytest
from scipy.special import gammaln

from simulator.engine.errors import ParameterError
from simulator.engine.markets import heston_paths, two_factor
from simulator.engine.markets.heston_paths import PathModel, simulate
from simulator.engine.pricing import vix as vix_pricing
from simulator.engine.pricing.affine import Factor, Jumps

N = 40_000
LEWIS = Factor(v0=0.04, kappa=4.0, theta=0.25, sigma=1.0, rho=-0.5)
BROADIE_KAYA = Factor(v0=0.010201, kappa=6.21, theta=0.019, sigma=0.61, rho=-0.70)


def within_three_errors(sample, expected):
    error = sample.std() / np.sqrt(sample.size)
    assert abs(sample.mean() - expected) < 3.0 * error


@pytest.mark.parametrize(
    ("factor", "drift", "rate", "strike", "price", "steps"),
    [
        # Alan Lewis' cases (QuantLib test-suite), Broadie and Kaya 2006 table
        (LEWIS, -0.01, 0.01, 80.0, 26.774758743999, 252),
        (LEWIS, -0.01, 0.01, 100.0, 16.070154917029, 252),
        (BROADIE_KAYA, 0.0319, 0.0319, 100.0, 6.806113, 252),
        # the martingale correction and both moments hold at coarse steps too
        (BROADIE_KAYA, 0.0319, 0.0319, 100.0, 6.806113, 50),
    ],
)
def test_published_call_prices_come_out_of_the_paths(factor, drift, rate, strike, price, steps):
    model = PathModel(factors=(factor,), drift=drift)
    paths = simulate(model, steps=steps, paths=N, seed=7, step=1.0 / steps)
    within_three_errors(np.exp(-rate) * np.maximum(paths.spot[-1] - strike, 0.0), price)


def test_mean_of_the_index_is_its_growth_with_jumps_and_two_factors():
    model = two_factor.EDU_2.real()
    paths = simulate(model, steps=63, paths=N, seed=3)
    within_three_errors(paths.spot[-1] / 100.0, np.exp(model.drift * 63 / 252))


def test_variance_has_the_mean_and_variance_of_the_square_root_law():
    kappa, theta, sigma, v0, T = 6.21, 0.019, 0.61, 0.010201, 0.5
    paths = simulate(PathModel(factors=(BROADIE_KAYA,)), steps=126, paths=N, seed=5)
    v = paths.variances[0][-1]
    E = np.exp(-kappa * T)
    mean = theta + (v0 - theta) * E
    spread = v0 * sigma**2 * E / kappa * (1 - E) + theta * sigma**2 / (2 * kappa) * (1 - E) ** 2
    within_three_errors(v, mean)
    within_three_errors((v - mean) ** 2, spread)
    assert v.min() >= 0.0


def test_jumps_arrive_at_their_rate_and_lift_the_first_factor():
    model = PathModel(
        factors=(BROADIE_KAYA,),
        jumps=Jumps(intensity=50.0, mean=-0.02, sd=0.01),
        variance_jump_mean=0.02,
    )
    paths = simulate(model, steps=60, paths=2000, seed=2)
    expected = 1.0 - np.exp(-50.0 / 252.0)
    assert paths.jumped.mean() == pytest.approx(expected, abs=0.005)
    rises = np.diff(paths.variances[0], axis=0)
    assert rises[paths.jumped].mean() > rises[~paths.jumped].mean() + 0.015


def test_a_block_has_its_own_stream_so_that_more_paths_only_add():
    model = PathModel(factors=(LEWIS,))
    few = simulate(model, steps=5, paths=heston_paths.BLOCK, seed=1)
    many = simulate(model, steps=5, paths=heston_paths.BLOCK + 10, seed=1)
    np.testing.assert_array_equal(few.spot, many.spot[:, : heston_paths.BLOCK])


def test_no_paths_and_no_volatility_of_variance_are_refused():
    with pytest.raises(ParameterError):
        simulate(PathModel(factors=(LEWIS,)), steps=0, paths=1, seed=1)
    with pytest.raises(ParameterError):
        PathModel(factors=(Factor(v0=0.04, kappa=0.0, theta=0.04, sigma=0.5),))


# the two-factor world


@pytest.fixture(scope="module")
def world():
    return two_factor.world(paths=250, days=2520, seed=11)


def moments(x):
    z = (x - x.mean()) / x.std()
    return (z**3).mean(), (z**4).mean() - 3.0


def test_index_returns_lie_in_the_measured_bands(world):
    """S&P 500 1990-2026: 18.05 % a year, skew -0.36, |r| autocorrelation .28/.33/.20."""
    r = world.log_returns()[252:]
    skew, kurtosis = moments(r)
    assert r.std() * np.sqrt(252) == pytest.approx(0.1805, abs=0.015)
    assert -1.0 < skew < -0.1
    assert 3.0 < kurtosis < 15.0
    a = np.abs(r) - np.abs(r).mean()
    for lag, measured in ((1, 0.28), (5, 0.33), (21, 0.20)):
        found = (a[lag:] * a[:-lag]).mean() / a.var()
        assert found == pytest.approx(measured, abs=0.07)
    assert np.quantile(r, 0.01) == pytest.approx(-0.0311, abs=0.005)


def test_the_vix_lies_in_the_measured_bands(world):
    """VIX 1990-2026: mean 19.44, median 17.61, s.d. 7.73; 5/25/75/95 % 11.4/14.0/22.7/32.9."""
    V = world.vix[252:]
    assert V.mean() == pytest.approx(19.44, abs=1.0)
    assert np.median(V) == pytest.approx(17.61, abs=1.0)
    assert V.std() == pytest.approx(7.73, abs=1.2)
    quantiles = np.quantile(V, (0.05, 0.25, 0.75, 0.95))
    np.testing.assert_allclose(quantiles, [11.44, 13.98, 22.71, 32.94], atol=1.3)
    d = np.diff(np.log(V), axis=0)
    skew, kurtosis = moments(d)
    assert d.std() * np.sqrt(252) == pytest.approx(1.08, abs=0.08)
    assert 0.4 < skew < 1.6
    assert 4.0 < kurtosis < 10.0
    assert np.corrcoef(world.log_returns()[252:].ravel(), d.ravel())[0, 1] == pytest.approx(
        -0.714, abs=0.05
    )


def test_the_vix_stands_above_what_is_realised_next(world):
    """1990-2026: mean +4.08 points, positive on 85.8 % of days."""
    squares = np.cumsum(world.log_returns() ** 2, axis=0)
    realised = 100.0 * np.sqrt((squares[21:] - squares[:-21]) * 12.0)
    premium = world.vix[1 : len(realised) + 1] - realised
    assert premium.mean() == pytest.approx(4.08, abs=0.8)
    assert 0.70 < (premium > 0).mean() < 0.92


def test_futures_follow_spot_by_the_two_factor_betas_not_the_one_factor_ones(world):
    """Measured .46/.44/.25/.19 at 30/60/150/200 days; one factor gives .63/.39/.11/.05."""
    change = np.diff(world.vix, axis=0).ravel()
    for days, low, high in (
        (30, 0.40, 0.58),
        (60, 0.33, 0.46),
        (150, 0.20, 0.30),
        (200, 0.15, 0.25),
    ):
        curve = np.stack([world.curve.future(day, days / 365.0) for day in range(2521)])
        beta = np.diff(curve, axis=0).ravel() @ change / (change @ change)
        assert low < beta < high, days


def test_the_quick_future_is_the_exact_transform_within_half_a_percent():
    years = np.array([7, 30, 110, 220]) / 365.0
    model = two_factor.EDU_2
    jumps = vix_pricing.VarianceJumps(intensity=model.jumps.intensity, mean=model.variance_jump)
    for v in ((0.0005, 0.01), (0.008, 0.02), (0.1, 0.03), (0.02, 0.1)):
        factors = tuple(
            Factor(v0=now, kappa=f.kappa, theta=f.theta, sigma=f.sigma, rho=f.rho)
            for now, f in zip(v, model.factors, strict=True)
        )
        exact = vix_pricing.VixModel(factors=factors, jumps=model.jumps, variance_jumps=jumps)
        assert float(two_factor.vix(model, v)) == pytest.approx(exact.spot, rel=1e-12)
        np.testing.assert_allclose(
            two_factor.future(model, v, years),
            vix_pricing.future(exact, expiry=years),
            rtol=0.005,
        )


def test_the_table_of_the_convexity_meets_the_gamma_law():
    k = np.array([0.2, 1.0, 5.0, 60.0])
    closed = 1.0 - np.exp(gammaln(k + 0.5) - gammaln(k)) / np.sqrt(k)
    np.testing.assert_allclose(two_factor.convexity(k, 0.0), closed, rtol=0.01)
    assert np.all(two_factor.convexity(k, 1.0) < 1e-12)


def test_a_future_with_no_time_is_spot_and_a_start_can_be_chosen():
    started = two_factor.started(two_factor.EDU_2, vix=26.0)
    v = tuple(factor.v0 for factor in started.factors)
    assert float(two_factor.vix(started, v)) == pytest.approx(26.0)
    assert float(two_factor.future(started, v, 0.0)) == pytest.approx(26.0, rel=1e-4)
    with pytest.raises(ParameterError) as refused:
        two_factor.started(two_factor.EDU_2, vix=9.0)
    assert refused.value.nearest > 9.0
