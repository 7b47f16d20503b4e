"""The cone holds what prices realised, and break-evens are measured against it."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaincinv

from simulator.engine.data import DailySeries
from simulator.engine.documents import compute
from simulator.engine.errors import DataMissing, ParametersRefused
from simulator.engine.experiments.volatility_cone import experiment


def answer(data=None, **raw):
    return compute(experiment, experiment.parse(raw), data=data)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def rows(document, table="cone"):
    (found,) = [t for t in document["tables"] if t["name"] == table]
    names = [c["name"] for c in found["columns"]]
    return [dict(zip(names, row, strict=True)) for row in found["rows"]]


def walk(n=1261, seed=0, vol=0.2):
    steps = np.random.default_rng(seed).normal(0, vol / np.sqrt(252), n - 1)
    return (100 * np.exp(np.concatenate([[0.0], np.cumsum(steps)]))).tolist()


def test_the_overlap_factor_of_five_years_and_a_month():
    """S-a3: Hodges and Tompkins 2002."""
    found = figures(answer(values=walk()))
    assert found["returns_used"] == 1260
    assert found["overlap_factor"] == pytest.approx(1.0171285, abs=1e-6)


def test_a_random_walk_realises_its_volatility_at_every_horizon():
    for row in rows(answer(values=walk(n=5001), quantiles=[0.5])):
        free = row["horizon"] - 1  # a window's variance is chi-squared, whose median is below 1
        median = np.sqrt(2 * gammaincinv(free / 2, 0.5) / free)
        assert row["raw_q50"] == pytest.approx(0.2 * median, rel=0.05)


def test_the_cone_narrows_with_the_horizon_and_its_quantiles_are_in_order():
    found = rows(answer(values=walk()))
    widths = [row["q95"] - row["q5"] for row in found]
    assert widths == sorted(widths, reverse=True)
    for row in found:
        levels = [row[f"q{q}"] for q in (5, 25, 50, 75, 95)]
        assert levels == sorted(levels)
        assert row["q95"] > row["raw_q95"]
        assert row["q5"] < row["raw_q5"]


def test_the_counted_quantiles_are_those_of_all_windows():
    values = walk(n=200)
    moves = np.diff(np.log(values))
    vols = [np.std(moves[i : i + 21], ddof=1) * np.sqrt(252) for i in range(199 - 21 + 1)]
    (row,) = rows(answer(values=values, horizons=[21], quantiles=[0.25]))
    assert row["windows"] == len(vols)
    assert row["raw_q25"] == pytest.approx(np.quantile(vols, 0.25))
    assert row["now"] == pytest.approx(vols[-1])


def test_break_evens_in_standard_deviations():
    document = answer(values=walk(), spot=100, breakeven_low=95, breakeven_high=106)
    found = figures(document)
    width = found["median_vol"] * np.sqrt(21 / 252)
    assert found["z_low"] == pytest.approx(np.log(0.95) / width)
    assert found["z_high"] == pytest.approx(np.log(1.06) / width)
    table = rows(document, "break_evens")
    assert [row["quantile"] for row in table[:3]] == [0.25, 0.5, 0.75]
    assert abs(table[0]["z_low"]) > abs(table[2]["z_low"])
    assert "break-evens stand" in document["headline"]


def test_the_last_close_is_the_price_unless_one_is_given():
    values = walk()
    implied = figures(answer(values=values, breakeven_high=150))["z_high"]
    given = figures(answer(values=values, breakeven_high=150, spot=values[-1]))["z_high"]
    assert implied == given


def test_one_break_even_alone():
    document = answer(values=walk(), breakeven_low=90)
    found = figures(document)
    assert found["z_low"] is not None
    assert found["z_high"] is None
    assert "break-even stands" in document["headline"]
    assert any("no break-even was given" in note for note in document["notes"])


def test_short_histories_leave_long_horizons_out_and_say_so():
    document = answer(values=walk(n=60))
    assert [row["horizon"] for row in rows(document)] == [5, 10, 21]
    assert any("42, 63 days" in note for note in document["notes"])


def test_one_price_has_no_cone():
    document = answer(values=[100.0])
    assert figures(document)["median_vol"] is None
    assert rows(document) == []
    assert document["charts"] == []
    assert "too short" in document["headline"]


def test_a_price_that_does_not_move_has_no_distance():
    document = answer(values=[5.0] * 80, breakeven_low=4)
    assert figures(document)["median_vol"] == 0
    assert figures(document)["z_low"] is None
    assert any("not moved" in note for note in document["notes"])


class Held:
    def __init__(self, values):
        dates = np.datetime64("2020-01-01") + np.arange(len(values))
        self.held = DailySeries("spx", "00" * 32, dates, np.array(values), "index points")

    def series(self, name):
        return self.held


def test_a_named_series_is_used_instead_of_the_list():
    values = walk(seed=4)
    named = answer(data=Held(values), series="spx")
    assert figures(named) == figures(answer(values=values))
    assert named["data"][0]["series"] == "spx"


def test_a_series_with_a_zero_has_no_log_returns():
    with pytest.raises(DataMissing, match="log returns"):
        answer(data=Held([1.0, 0.0, 2.0]), series="spx")


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"horizons": [5.5]}, "horizons[0]"),
        ({"horizons": [1]}, "horizons[0]"),
        ({"horizons": []}, "horizons"),
        ({"quantiles": [1.5]}, "quantiles[0]"),
        ({"breakeven_low": 110, "breakeven_high": 90}, "breakeven_low"),
        ({"breakeven_low": 0}, "breakeven_low"),
        ({"spot": -1}, "spot"),
        ({"values": [0]}, "values[0]"),
        ({"horizon": 505}, "horizon"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_field(raw, field):
    with pytest.raises(ParametersRefused) as caught:
        experiment.parse(raw)
    assert caught.value.errors[0].field == field


@given(st.lists(st.floats(1e-9, 1e9), min_size=1, max_size=60), st.integers(2, 40))
def test_any_prices_are_answered_with_finite_numbers(values, horizon):
    document = answer(values=values, horizon=horizon, breakeven_low=1e-9, breakeven_high=1e9)
    assert json.dumps(document, allow_nan=False)
