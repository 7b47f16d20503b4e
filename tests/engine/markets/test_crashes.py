"""Crashes in the model's paths: laws that hold whatever their number, and the facts they copy."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.data import NoData
from simulator.engine.documents import compute
from simulator.engine.experiments import _worlds, get
from simulator.engine.markets import heston_paths, two_factor

YEAR = 252


def world(a_century, *, seed=1, paths=200, days=YEAR, fall=-0.20, vix=80.0):
    model = two_factor.started(two_factor.EDU_2, vix=18.0)
    model = two_factor.crashing(model, a_century=a_century, fall=fall, vix=vix)
    return two_factor.world(paths=paths, days=days, seed=seed, model=model)


def crash_days(found, plain):
    """Days of ``found`` that jumped and did not in ``plain``: crashes fall beside other jumps."""
    return found.jumped & ~plain.jumped


@settings(max_examples=15)
@given(seed=st.integers(0, 2**31), fall=st.floats(-0.4, -0.05), vix=st.floats(30.0, 150.0))
def test_no_crashes_are_the_old_paths_to_the_last_bit(seed, fall, vix):
    none = world(0.0, seed=seed, paths=4, days=30, fall=fall, vix=vix)
    old = two_factor.world(
        paths=4, days=30, seed=seed, model=two_factor.started(two_factor.EDU_2, vix=18.0)
    )
    np.testing.assert_array_equal(none.spx, old.spx)
    np.testing.assert_array_equal(none.vix, old.vix)
    np.testing.assert_array_equal(none.jumped, old.jumped)


def test_until_its_first_crash_a_path_gains_only_the_compensation():
    """The days around crashes are the old ones, better by what crashes take on average."""
    old, new = world(0.0), world(20.0)
    extra = np.log(new.spx / old.spx)
    steady = 0.20 * 0.20 / YEAR * np.arange(YEAR + 1)[:, None]
    quiet = ~np.any(new.jumped != old.jumped, axis=0)
    quiet &= np.abs(extra[-1] - steady[-1]) < 1e-6
    assert 0.7 < quiet.mean() < 0.9  # exp(-0.2) of the paths
    np.testing.assert_allclose(extra[:, quiet] - steady, 0.0, atol=1e-9)
    np.testing.assert_array_equal(new.vix[:, quiet], old.vix[:, quiet])


def test_the_index_grows_as_it_did():
    found = world(50.0, paths=40_000, days=63).spx[-1] / 7138.80
    expected = np.exp(two_factor.EDU_2.growth * 63 / YEAR)
    assert abs(found.mean() - expected) < 3.0 * found.std() / np.sqrt(found.size)


def test_as_many_crashes_as_asked_for():
    plain, found = world(0.0, paths=4000), world(10.0, paths=4000)
    a_year = crash_days(found, plain).sum() / 4000
    assert a_year == pytest.approx(0.10, abs=3.0 * np.sqrt(0.10 / 4000))


def test_fewer_crashes_fall_on_days_of_the_more():
    plain, few, many = (world(n, paths=1000) for n in (0.0, 4.0, 16.0))
    assert not np.any(crash_days(few, plain) & ~crash_days(many, plain))


def test_a_crash_takes_the_vix_from_18_to_the_level_asked_for():
    """Highest closes: 80.86 (November 2008), 82.69 (March 2020), VXO 150.19 (October 1987)."""
    for level in (80.0, 150.0):
        start = two_factor.started(two_factor.EDU_2, vix=18.0)
        crashing = two_factor.crashing(start, a_century=8.0, fall=-0.20, vix=level)
        v = tuple(
            factor.v0 + lift
            for factor, lift in zip(start.factors, crashing.crashes.lifts, strict=True)
        )
        assert two_factor.vix(start, v) == pytest.approx(level, abs=1e-9)


def test_the_index_falls_by_a_fifth_on_the_day():
    plain, found = world(0.0, paths=2000), world(20.0, paths=2000)
    moves = found.log_returns()[crash_days(found, plain)]
    assert np.median(np.expm1(moves)) == pytest.approx(-0.20, abs=0.01)


def test_the_fear_fades_as_it_did_after_2008_and_2020():
    """Three months after 80.86 in November 2008 the VIX stood at 49, after 82.69 in 2020 at 34."""
    plain, found = world(0.0, paths=6000, days=189), world(20.0, paths=6000, days=189)
    when, who = np.nonzero(crash_days(found, plain)[:120])
    later = found.vix[when + 1 + 63, who]
    assert 33.0 < np.median(later) < 50.0


def test_a_blocks_crashes_do_not_hang_on_the_number_of_paths():
    few = world(20.0, paths=heston_paths.BLOCK, days=20)
    many = world(20.0, paths=heston_paths.BLOCK + 5, days=20)
    np.testing.assert_array_equal(few.spx, many.spx[:, : heston_paths.BLOCK])


@pytest.mark.parametrize("slug", ["alvh-condor", "time-shift", "second-engine", "nft-hedge"])
def test_the_experiments_read_the_same_crashes(slug):
    experiment = get(slug)
    asked = {"market": "model", "paths": 300, "days": 63, "crashes_per_century": 50.0}
    p = SimpleNamespace(**experiment.parse({**asked, "crash_fall": -0.30}))
    found = _worlds.build(p, seed=1, data=NoData())
    assert found.log_returns().min() < np.log(0.75)
    p.crashes_per_century = 0.0
    assert _worlds.build(p, seed=1, data=NoData()).log_returns().min() > np.log(0.75)


def table(document, name):
    return next(one for one in document["tables"] if one["name"] == name)


@pytest.mark.parametrize(("slug", "name"), [("alvh-condor", "band"), ("nft-hedge", "variants")])
def test_the_model_risk_band_has_a_row_with_crashes_in_the_model_alone(slug, name):
    experiment = get(slug)
    small = {"paths": 6, "days": 30}
    model = compute(experiment, experiment.parse({**small, "market": "model"}), seed=1)
    episode = compute(experiment, experiment.parse({**small, "market": "episode"}), seed=1)
    labels = [[row[0] for row in table(one, name)["rows"]] for one in (model, episode)]
    assert any("crashes a century" in label for label in labels[0])
    assert not any("crashes a century" in label for label in labels[1])


def test_the_note_says_that_prices_do_not_know_the_crashes():
    experiment = get("nft-hedge")
    asked = {"market": "model", "paths": 6, "days": 30, "crashes_per_century": 8.0}
    notes = " ".join(compute(experiment, experiment.parse(asked), seed=1)["notes"])
    assert "8 crashes a century" in notes
    assert "no option price knows" in notes
