"""A resampled history keeps its marginals, its joint days and the pull of the VIX."""

import numpy as np
import pytest

from simulator.engine.data import DailySeries
from simulator.engine.errors import DataMissing
from simulator.engine.markets import bootstrap, history

PHI = 0.97


@pytest.fixture(scope="module")
def world():
    """Twelve years in which falls and volatility come together and volatility reverts."""
    rng = np.random.default_rng(11)
    n = 3000
    shock = rng.normal(size=n)
    ln_vix = np.full(n + 1, np.log(18.0))
    for t in range(n):
        ln_vix[t + 1] = (1 - PHI) * np.log(18.0) + PHI * ln_vix[t] + 0.07 * shock[t]
    spx = np.exp(ln_vix[1:]) / 1600.0 * (-0.7 * shock + 0.7 * rng.normal(size=n))
    eth = 0.5 * spx + rng.normal(0, 0.04, n)
    return np.column_stack([spx, eth]), np.exp(ln_vix)


def resampled(world, **given):
    changes, vix = world
    wanted = {"paths": 200, "days": 250, "rng": np.random.default_rng(5)} | given
    return bootstrap.resample(changes=changes, vix=vix, **wanted)


def test_the_autoregression_is_found(world):
    model = bootstrap.log_autoregression(world[1])
    assert model.phi == pytest.approx(PHI, abs=0.01)
    assert model.half_life == pytest.approx(np.log(0.5) / np.log(PHI), rel=0.35)
    assert model.residuals.mean() == pytest.approx(0, abs=1e-12)


def test_rebuilding_from_its_own_residuals_is_the_history(world):
    model = bootstrap.log_autoregression(world[1])
    found = model.rebuild(start=world[1][0], residuals=model.residuals[None, :])
    np.testing.assert_allclose(found[0], world[1], rtol=1e-9)


def test_every_drawn_day_is_a_day_of_the_history_in_all_columns(world):
    found = resampled(world)
    np.testing.assert_array_equal(found.changes, world[0][found.rows])


def test_the_marginals_are_those_of_the_history(world):
    found = resampled(world, paths=400)
    for q in (0.01, 0.5, 0.99):
        got = np.quantile(found.changes, q, axis=(0, 1))
        np.testing.assert_allclose(got, np.quantile(world[0], q, axis=0), atol=0.002)


def test_the_vix_is_pulled_back_from_anywhere(world):
    calm, wild = (resampled(world, start_vix=start, days=400) for start in (9.0, 80.0))
    assert calm.vix[:, 0] == pytest.approx(9.0)
    for found in (calm, wild):
        assert np.median(found.vix[:, -1]) == pytest.approx(np.median(world[1]), rel=0.15)


def test_falls_and_volatility_still_come_together(world):
    found = resampled(world)
    moves = np.diff(np.log(found.vix), axis=1)
    together = np.corrcoef(moves.ravel(), found.changes[:, :, 0].ravel())[0, 1]
    history_moves = np.diff(np.log(world[1]))
    assert together == pytest.approx(np.corrcoef(history_moves, world[0][:, 0])[0, 1], abs=0.05)


def test_the_block_comes_from_squared_changes(world):
    assert resampled(world).mean_block > 5
    assert resampled(world, mean_block=3.0).mean_block == 3.0


def test_the_same_seed_draws_the_same_days(world):
    np.testing.assert_array_equal(resampled(world).rows, resampled(world).rows)


def test_a_short_history_is_not_resampled(world):
    with pytest.raises(DataMissing, match="252"):
        bootstrap.resample(
            changes=world[0][:100],
            vix=world[1][:101],
            paths=1,
            days=1,
            rng=np.random.default_rng(0),
        )


def test_a_flat_vix_is_refused():
    with pytest.raises(DataMissing, match="does not move"):
        bootstrap.log_autoregression([20.0] * 300)


def series(name, days, values):
    dates = np.array(days, dtype="datetime64[D]")
    return DailySeries(name=name, sha256="", dates=dates, values=np.array(values, dtype=float))


ONE = series("one", ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06"], [1, 2, 4, 8])
TWO = series("two", ["2020-01-02", "2020-01-03", "2020-01-04", "2020-01-06"], [5, 6, 7, 9])


def test_only_common_days_stand_side_by_side():
    both = history.aligned([ONE, TWO])
    assert [str(day) for day in both.dates] == ["2020-01-02", "2020-01-03", "2020-01-06"]
    np.testing.assert_array_equal(both.column("one"), [2, 4, 8])
    np.testing.assert_array_equal(both.column("two"), [5, 6, 9])


def test_a_change_spans_the_missing_day():
    np.testing.assert_allclose(
        history.aligned([ONE, TWO]).log_changes()[1], [np.log(2.0), np.log(1.5)]
    )


def test_too_few_common_days_are_data_missing():
    with pytest.raises(DataMissing, match="share 3 days"):
        history.aligned([ONE, TWO], at_least=10)


def test_a_window_includes_both_ends():
    window = history.aligned([ONE, TWO]).between("2020-01-03", "2020-01-06")
    assert len(window.dates) == 2
    with pytest.raises(DataMissing):
        history.aligned([ONE, TWO]).between("2021-01-01", None)


def test_prices_of_zero_have_no_log_changes():
    broken = series("one", ["2020-01-02", "2020-01-03"], [0, 2])
    with pytest.raises(DataMissing, match="not positive"):
        history.aligned([broken, TWO]).log_changes()
