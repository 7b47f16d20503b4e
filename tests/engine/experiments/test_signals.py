"""RSI, MACD and breadth are the published ones; a named series is used instead of the list."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.data import DailySeries
from simulator.engine.documents import compute
from simulator.engine.errors import DataMissing, ParametersRefused
from simulator.engine.experiments.signals import experiment
from simulator.engine.signals.samples import SPY_2017

CASES = tomllib.loads((Path(__file__).parents[1] / "tables" / "signals.toml").read_text())["case"]
STOCKCHARTS = next(case for case in CASES if case["id"] == "T-a1")


class OneSeries:
    def __init__(self, values, start="2020-01-01"):
        first = np.datetime64(start)
        self.held = DailySeries(
            name="vix",
            sha256="ab" * 32,
            dates=first + np.arange(len(values)),
            values=np.array(values, dtype=float),
            unit="index points",
        )

    def series(self, name):
        if name != "vix":
            raise DataMissing(name)
        return self.held


def answer(data=None, **raw):
    return compute(experiment, experiment.parse(raw), data=data)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def column(document, name, table="signals"):
    (found,) = [t for t in document["tables"] if t["name"] == table]
    place = [c["name"] for c in found["columns"]].index(name)
    return [row[place] for row in found["rows"]]


def test_the_worked_example_of_rsi():
    """T-a1: StockCharts."""
    found = column(answer(values=STOCKCHARTS["closes"]), "rsi")
    assert found[:14] == [None] * 14
    np.testing.assert_allclose(found[14:], STOCKCHARTS["expected"], atol=0.005)


def test_the_default_reproduces_published_macd_and_rsi():
    """T-a3 and T-a4: DaveSkender/Stock.Indicators."""
    document = answer()
    assert column(document, "rsi")[14] == pytest.approx(62.0541, abs=5e-5)
    expected = {"macd": 1.7203, "macd_signal": 1.9675, "macd_histogram": -0.2472}
    for name, value in expected.items():
        assert column(document, name)[49] == pytest.approx(value, abs=5e-5)


def test_the_last_values_are_the_last_of_the_series():
    document = answer(values=list(SPY_2017))
    found = figures(document)
    for name in ("rsi", "macd", "macd_signal", "macd_histogram"):
        assert found[name] == column(document, name)[-1]
    assert found["rsi"] == pytest.approx(70.9368, abs=5e-5)


def test_the_advance_decline_line():
    """T-a5."""
    document = answer()
    assert column(document, "ad_line", "breadth") == [200, -200, -1200, 0, -800]
    assert figures(document)["ad_line"] == -800


def test_without_breadth_there_is_no_line():
    document = answer(advances=None, declines=None)
    assert figures(document)["ad_line"] is None
    assert any("not given" in note for note in document["notes"])


@pytest.mark.parametrize("n", [1, 14, 15, 26, 33, 34])
def test_short_lists_say_how_many_days_are_missing(n):
    document = answer(values=list(SPY_2017[:n]))
    found = figures(document)
    assert (found["rsi"] is None) == (n < 15)
    assert (found["macd"] is None) == (n < 26)
    assert (found["macd_signal"] is None) == (n < 34)
    if n < 34:
        assert any("needs 34 days" in note for note in document["notes"])


def test_prices_that_do_not_move_have_no_rsi():
    document = answer(values=[5.0] * 40)
    assert figures(document)["rsi"] is None
    assert any("not moved" in note for note in document["notes"])


def test_a_named_series_is_used_with_its_dates_and_unit():
    document = answer(data=OneSeries(SPY_2017), series="vix")
    assert document["data"][0]["series"] == "vix"
    assert column(document, "day")[0] == "2020-01-01"
    assert document["charts"][0]["x"]["type"] == "date"
    macd = next(m for m in document["metrics"] if m["name"] == "macd")
    assert macd["unit"] == "index points"
    assert "On 2020-09-06" in document["headline"]


def test_a_series_that_is_not_there_is_data_missing():
    with pytest.raises(DataMissing):
        answer(series="gold")


def test_a_very_long_series_is_shown_in_part_and_says_so():
    document = answer(data=OneSeries(100 + np.sin(np.arange(6000))), series="vix")
    assert len(column(document, "rsi")) == 5000
    assert any("last 5000 of 6000" in note for note in document["notes"])


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"macd_fast": 26}, "macd_fast"),
        ({"macd_fast": 30, "macd_slow": 20}, "macd_fast"),
        ({"advances": [1, 2], "declines": [1]}, "declines"),
        ({"advances": None}, "advances"),
        ({"declines": None}, "declines"),
        ({"rsi_days": 0}, "rsi_days"),
        ({"values": []}, "values"),
        ({"values": [1, None]}, "values[1]"),
        ({"series": "VIX!"}, "series"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_field(raw, field):
    with pytest.raises(ParametersRefused) as caught:
        experiment.parse(raw)
    assert caught.value.errors[0].field == field


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60),
    st.integers(1, 30),
    st.integers(1, 10),
)
def test_any_list_is_answered_with_finite_numbers(values, days, fast):
    document = answer(values=values, rsi_days=days, macd_fast=fast, macd_slow=fast + 5)
    assert json.dumps(document, allow_nan=False)
    rsi = figures(document)["rsi"]
    assert rsi is None or 0 <= rsi <= 100
