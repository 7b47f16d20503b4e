"""Betas are the textbook ones and their errors survive autocorrelation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.metrics import regression
from simulator.engine.metrics.smoothing import smoothed

NAN = float("nan")
MIXED = [NAN, 0.01, 0.10, -0.04, 0.02, 0.03, 0.02, 0.01, -0.10]
seeds = st.integers(0, 2**32 - 1)


def market(seed, n=300):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 0.01, n), rng.normal(0, 0.005, n)


def test_a_series_against_itself_has_beta_one():
    """K-a3: quantopian/empyrical, test_beta (mixed, mixed) and (mixed, negative mixed)."""
    assert regression.beta(returns=MIXED, benchmark=MIXED).value == pytest.approx(1, abs=1e-12)
    against = [-x for x in MIXED]
    assert regression.beta(returns=MIXED, benchmark=against).value == pytest.approx(-1, abs=1e-12)
    alpha = regression.alpha(returns=MIXED, benchmark=MIXED)
    assert alpha.value == pytest.approx(0, abs=1e-9)


@given(seeds, st.floats(-3, 3), st.floats(-0.001, 0.001))
def test_a_known_line_is_recovered(seed, slope, constant):
    b, _ = market(seed)
    y = constant + slope * b
    assert regression.beta(returns=y, benchmark=b).value == pytest.approx(slope, abs=1e-9)
    yearly = regression.alpha(returns=y, benchmark=b).value
    assert yearly == pytest.approx((1 + constant) ** 252 - 1, abs=1e-8)


@given(seeds)
def test_beta_is_covariance_over_variance(seed):
    b, e = market(seed)
    y = 0.7 * b + e
    expected = np.cov(y, b)[0, 1] / np.var(b, ddof=1)
    assert regression.beta(returns=y, benchmark=b).value == pytest.approx(expected, rel=1e-9)


def test_newey_west_errors_are_the_written_formula():
    b, e = market(3, n=120)
    y = 0.5 * b + e
    L = 4
    fit = regression.ols(y=y, x=b, lags=L)
    X = np.column_stack([np.ones(120), b])
    scores = X * (y - X @ fit.coefficients)[:, None]
    S = np.zeros((2, 2))
    for i in range(120):
        for j in range(120):
            if abs(i - j) <= L:
                S += (1 - abs(i - j) / (L + 1)) * np.outer(scores[i], scores[j])
    bread = np.linalg.inv(X.T @ X)
    np.testing.assert_allclose(fit.covariance, bread @ S @ bread, rtol=1e-8)


def test_persistent_noise_widens_the_error_of_the_mean():
    rng = np.random.default_rng(7)
    e = np.zeros(4000)
    for t in range(1, e.size):
        e[t] = 0.9 * e[t - 1] + rng.normal()
    b = rng.normal(size=e.size)
    robust = regression.ols(y=e, x=b, lags=60).errors[0]
    naive = regression.ols(y=e, x=b, lags=0).errors[0]
    assert robust / naive == pytest.approx(np.sqrt(19), rel=0.25)  # (1 + 0.9)/(1 − 0.9)


def test_the_usual_number_of_lags():
    assert [regression.newey_west_lags(n) for n in (100, 1000, 5000)] == [4, 6, 9]


def test_an_interval_covers_the_truth_about_as_often_as_it_says():
    covered = 0
    for seed in range(200):
        b, e = market(seed)
        found = regression.beta(returns=1.3 * b + e, benchmark=b)
        covered += found.low <= 1.3 <= found.high
    assert 180 <= covered <= 200


def test_lags_recover_the_beta_that_stale_prices_hide():
    rng = np.random.default_rng(1)
    b = rng.normal(0, 0.01, 20_000)
    stale = smoothed(returns=1.5 * b, phi=0.4)
    naive = regression.beta(returns=stale, benchmark=b).value
    assert naive == pytest.approx(0.6 * 1.5, abs=0.03)
    summed = regression.dimson_beta(returns=stale, benchmark=b, behind=8).value
    assert summed == pytest.approx(1.5, abs=0.03)


def test_dimson_without_lags_is_the_plain_beta():
    b, e = market(5)
    plain = regression.beta(returns=b + e, benchmark=b)
    none = regression.dimson_beta(returns=b + e, benchmark=b, behind=0)
    assert none.value == pytest.approx(plain.value, rel=1e-12)


def test_a_lead_is_an_extra_regressor():
    b, _ = market(6)
    ahead = np.append(b[1:], 0.0)
    found = regression.dimson_beta(returns=0.4 * b + 0.5 * ahead, benchmark=b, behind=1, ahead=1)
    assert found.value == pytest.approx(0.9, abs=1e-9)


def test_down_market_beta_reads_only_falling_days():
    b, _ = market(8)
    y = np.where(b < 0, 2.0 * b, 0.1 * b)
    assert regression.down_market_beta(returns=y, benchmark=b).value == pytest.approx(2, abs=1e-9)


@pytest.mark.parametrize(
    ("r", "b"),
    [([0.1], [0.1]), ([0.1, 0.2], [0.0, 0.0]), ([NAN] * 5, [0.1] * 5), ([0.1] * 4, [0.02] * 4)],
)
def test_without_variation_or_days_there_is_no_beta(r, b):
    for figure in (
        regression.beta,
        regression.alpha,
        regression.dimson_beta,
        regression.down_market_beta,
    ):
        assert np.isnan(figure(returns=r, benchmark=b).value)


def test_the_days_must_be_the_same():
    with pytest.raises(ValueError, match="same days"):
        regression.beta(returns=[0.1, 0.2], benchmark=[0.1])


def test_t_is_value_over_error():
    b, e = market(9)
    found = regression.beta(returns=b + e, benchmark=b)
    assert found.t == found.value / found.error
    assert np.isnan(regression.Coefficient(1.0, 0.0, 1.0, 1.0, 9).t)
