"""Blocks of days: right lengths, right marginals, right optimal size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.numerics import resampling


def autoregression(phi, n, rng):
    """AR(1) with a burn-in of 100, as arch's own test builds it."""
    y = rng.standard_normal(n + 100)
    for t in range(1, y.size):
        y[t] += phi * y[t - 1]
    return y[100:]


def test_the_optimal_block_is_that_of_the_published_code():
    """S-a1: bashtage/arch, tests/bootstrap, optimal_block_length on AR(1) 0.3."""
    found = resampling.block_length(values=autoregression(0.3, 10_000, np.random.RandomState(0)))
    assert found.stationary == pytest.approx(13.635665, rel=1e-4)
    assert found.circular == pytest.approx(15.608940, rel=1e-4)


def test_independent_days_need_hardly_any_block():
    x = np.random.default_rng(4).normal(size=5000)
    assert resampling.block_length(values=x).stationary < 5


def test_more_persistence_needs_longer_blocks():
    rng = np.random.default_rng(4)
    short, long = (autoregression(phi, 4000, rng) for phi in (0.2, 0.9))
    found = [resampling.block_length(values=x).stationary for x in (short, long)]
    assert found[0] < found[1]


@given(st.floats(-1e3, 1e3), st.floats(0.01, 1e4), st.integers(0, 100))
def test_the_optimal_block_ignores_place_and_scale(shift, scale, seed):
    x = autoregression(0.5, 200, np.random.default_rng(seed))
    plain = resampling.block_length(values=x)
    moved = resampling.block_length(values=shift + scale * x)
    assert moved == pytest.approx(plain, rel=1e-4)


@pytest.mark.parametrize("n", [1, 5, 11, 40])
def test_a_flat_or_short_series_has_blocks_of_one_day(n):
    assert resampling.block_length(values=[0.1] * n) == (1.0, 1.0)


@given(st.integers(10, 60), st.integers(0, 50))
def test_any_series_has_a_block_between_one_day_and_its_length(n, seed):
    x = np.random.default_rng(seed).normal(size=n).cumsum()
    found = resampling.block_length(values=x)
    assert all(1.0 <= b <= n for b in found)


@given(
    st.integers(1, 50), st.integers(1, 20), st.floats(1.0, 30.0), st.integers(1, 40), st.integers()
)
def test_indices_are_days_of_the_sample(n, draws, block, length, seed):
    rng = np.random.default_rng(abs(seed))
    found = resampling.stationary_indices(
        n=n, draws=draws, mean_block=block, rng=rng, length=length
    )
    assert found.shape == (draws, length)
    assert found.min() >= 0
    assert found.max() < n


def test_every_day_is_drawn_equally_often():
    rng = np.random.default_rng(0)
    found = resampling.stationary_indices(n=20, draws=20_000, mean_block=7.0, rng=rng)
    counts = np.bincount(found.ravel(), minlength=20) / found.size
    np.testing.assert_allclose(counts, 0.05, atol=0.001)
    last_day = np.bincount(found[:, -1], minlength=20) / 20_000
    np.testing.assert_allclose(last_day, 0.05, atol=0.008)


def test_blocks_have_the_wanted_mean_length():
    rng = np.random.default_rng(1)
    n, block = 5000, 8.0
    found = resampling.stationary_indices(n=n, draws=200, mean_block=block, rng=rng)
    follows = (found[:, 1:] - found[:, :-1]) % n == 1
    assert 1.0 / (1.0 - follows.mean()) == pytest.approx(block, rel=0.02)


def test_a_mean_block_of_one_is_the_plain_bootstrap():
    rng = np.random.default_rng(2)
    found = resampling.stationary_indices(n=1000, draws=50, mean_block=1.0, rng=rng)
    follows = (found[:, 1:] - found[:, :-1]) % 1000 == 1
    assert follows.mean() < 0.005


def test_batches_add_up_and_repeat_with_the_seed(monkeypatch):
    monkeypatch.setattr(resampling, "BATCH_CELLS", 50)

    def drawn():
        rng = np.random.default_rng(3)
        return list(resampling.batches(n=10, draws=13, mean_block=3.0, rng=rng))

    first, again = drawn(), drawn()
    assert [batch.shape for batch in first] == [(5, 10), (5, 10), (3, 10)]
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
