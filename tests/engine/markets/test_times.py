"""Paths that share a time to go are valued as if each had come alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.markets import surface, two_factor
from simulator.engine.markets.curves import AnchoredCurve
from simulator.engine.numerics.times import Times
from simulator.engine.overlays.desk import Ends
from simulator.engine.overlays.vix_marks import Pricing

PATHS = 40
WORLD = two_factor.world(paths=PATHS, days=12, seed=5)
YEARS = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=5)


def grouped(years, seed):
    group = np.random.default_rng(seed).integers(0, len(years), PATHS)
    return Times(np.array(years), group)


@given(years=YEARS, seed=st.integers(0, 99), day=st.integers(0, 12))
def test_a_future_of_grouped_times_is_that_of_each_path_alone(years, seed, day):
    times = grouped(years, seed)
    for curve in (WORLD.curve, AnchoredCurve(WORLD.vix)):
        together = curve.future(day, times)
        alone = [
            float(curve.future(day, float(T), np.array([path]))[0])
            for path, T in enumerate(times.each())
        ]
        assert together == pytest.approx(alone, rel=1e-13)
        vols = curve.horizon_vol(day, times)
        assert vols == pytest.approx(curve.horizon_vol(day, times.each()), rel=1e-13)


@given(years=YEARS, seed=st.integers(0, 99))
def test_calls_and_legs_of_grouped_times_are_priced_as_one_by_one(years, seed):
    times = grouped(years, seed)
    F, K = WORLD.vix[3], WORLD.vix[3] * 1.1
    calls = Pricing().price(F, K, times, 0.03)
    assert calls == pytest.approx(Pricing().price(F, K, times.each(), 0.03), rel=1e-12, abs=1e-12)
    spot, vix = WORLD.spx[3], WORLD.vix[3]
    one, other = (
        surface.smile(vix=vix, spot=spot, expiry=T, rate=0.03, dividend_yield=0.01)
        for T in (times, times.each())
    )
    for put in (True, False):
        found = one.price(0.97 * spot, call=not put)
        assert found == pytest.approx(other.price(0.97 * spot, call=not put), rel=1e-11, abs=1e-9)


@given(st.lists(st.tuples(st.sets(st.integers(0, PATHS - 1)), st.floats(0.0, 2.0)), max_size=30))
def test_every_path_keeps_the_end_it_was_given_last(changes):
    ends, expected = Ends(PATHS), np.full(PATHS, -1.0)
    for paths, end in changes:
        at = np.array(sorted(paths), dtype=np.intp)
        ends.set(at, end, 0)
        expected[at] = end
        assert ends.left(-1.0).each() == pytest.approx(expected + 1.0, abs=0.0)
        assert set(ends.distinct) == set(expected)  # what nobody has any more is forgotten
