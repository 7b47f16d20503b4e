"""What smoothing hides can be undone, and what it hides is what the formula says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.errors import ParameterError
from simulator.engine.metrics import smoothing

series = st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=40)


@given(series, st.floats(0.0, 0.95))
def test_unsmoothing_undoes_smoothing(r, phi):
    observed = smoothing.smoothed(returns=r, phi=phi)
    np.testing.assert_allclose(smoothing.unsmoothed(observed=observed, phi=phi), r, atol=1e-9)


@given(
    st.lists(st.floats(-0.5, 0.5), min_size=4, max_size=40),
    st.floats(0.55, 1.0),
    st.floats(0.0, 1.0),
)
def test_a_moving_average_is_undone_given_the_first_returns(r, first, split):
    theta = [first, (1 - first) * split, (1 - first) * (1 - split)]
    observed = smoothing.moving_average(returns=r, weights=theta)
    back = smoothing.undo_moving_average(observed=observed, weights=theta, before=r[:2])
    np.testing.assert_allclose(back, r[2:], atol=1e-6)


def test_smoothing_keeps_the_stated_share_of_variance():
    rng = np.random.default_rng(2)
    r = rng.normal(size=400_000)
    observed = smoothing.smoothed(returns=r, phi=0.4)
    assert observed.var() / r.var() == pytest.approx(smoothing.variance_kept(phi=0.4), rel=0.02)


def test_weights_must_sum_to_one():
    with pytest.raises(ParameterError):
        smoothing.moving_average(returns=[0.1, 0.2], weights=[0.5, 0.4])
    with pytest.raises(ParameterError):
        smoothing.undo_moving_average(observed=[0.1], weights=[0.4, 0.6], before=[0.0])


@pytest.mark.parametrize("phi", [-0.1, 1.0, 1.5])
def test_phi_is_below_one(phi):
    with pytest.raises(ParameterError):
        smoothing.unsmoothed(observed=[0.1], phi=phi)
