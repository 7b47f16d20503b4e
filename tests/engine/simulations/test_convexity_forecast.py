"""Forecasting when calls pay: the procedure must fail on noise and succeed on what is there."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine import backtest
from simulator.engine.data import DailySeries
from simulator.engine.documents import compute
from simulator.engine.errors import DataMissing, ParametersRefused
from simulator.engine.experiments import _monthly_calls, get
from simulator.engine.experiments.convexity_forecast import run as forecasting
from simulator.engine.markets import two_factor
from simulator.engine.overlays.costs import VixCosts
from simulator.engine.overlays.layered import CallLayer
from simulator.engine.overlays.sizing import Fixed
from simulator.engine.overlays.vix_marks import Pricing

FORECAST = get("convexity-forecast")
SMALL = {"paths": 12, "days": 1974, "placebos": 39}


@cache
def ask(seed=1, **parameters):
    return compute(FORECAST, FORECAST.parse({**SMALL, **parameters}), seed=seed)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def test_random_noise_fails_the_test_about_nineteen_times_in_twenty():
    """400 histories of rare, fat payoffs: P(pass) = 5 %, binomial error 1.1 points."""
    params = SimpleNamespace(**FORECAST.parse({"placebos": 39, "first_window": 30}))
    rng = np.random.default_rng(11)
    passed = []
    for _ in range(400):
        y = np.where(rng.random(66) < 0.12, rng.pareto(2.0, 66) + 0.5, 0.0)
        pair = forecasting.null_pairs(params, 1, 66, rng)[0]
        passed.append(forecasting.judge(params, y, pair, rng).passes[0])
    assert 0.01 < np.mean(passed) < 0.09


def test_expanding_forecasts_are_those_of_a_regression_run_month_by_month():
    rng = np.random.default_rng(2)
    y, X = rng.normal(size=50), rng.normal(size=(3, 50, 2))
    found, means = forecasting.forecast(y, X, 30)
    for candidate in range(3):
        for month in (30, 41, 49):
            Z = np.column_stack([np.ones(month), X[candidate, :month]])
            b = np.linalg.lstsq(Z, y[:month], rcond=None)[0]
            expected = b @ np.append(1.0, X[candidate, month])
            assert found[candidate, month - 30] == pytest.approx(expected, rel=1e-9)
    assert means[5] == pytest.approx(y[:35].mean())


def test_a_forecast_never_reads_its_own_month_or_a_later_one():
    rng = np.random.default_rng(3)
    y, X = rng.normal(size=50), rng.normal(size=(1, 50, 2))
    found, _ = forecasting.forecast(y, X, 30)
    later = y.copy()
    later[40:] = 99.0
    changed, _ = forecasting.forecast(later, X, 30)
    np.testing.assert_array_equal(found[0, :11], changed[0, :11])
    assert found[0, 11] != changed[0, 11]


def test_the_default_finding_is_none():
    assert "No forecast can be detected" in ask()["headline"]


def test_what_is_planted_is_found():
    planted = ask(planted=0.8)
    assert figures(planted)["pass_rate"] > 0.5
    assert "forecasts in this market" in planted["headline"]
    assert figures(planted)["timing_gain"] > figures(ask())["timing_gain"]


def test_monthly_calls_pay_what_the_layer_of_the_ledger_pays():
    """The closed form against the one loop: the same calls bought every 21 days."""
    world = two_factor.world(paths=25, days=210, seed=4, model=two_factor.EDU_2)
    pricing = Pricing()
    calls = _monthly_calls.buy(world, delta=0.3, pricing=pricing, costs=VixCosts())
    layer = CallLayer(
        name="calls",
        dte=30.0,
        delta=0.3,
        sizing=Fixed(1.0),
        pricing=pricing,
        calendar=world.years[::21],
        explain=False,
        retry=False,
    )
    ledger = backtest.run(world, [layer], capital=0.0)
    expected = 100.0 * (calls.payoff - calls.paid).sum(axis=0)
    np.testing.assert_allclose(ledger.profit().sum(axis=0), expected, rtol=1e-9, atol=1e-7)


def test_costs_never_raise_what_a_call_pays():
    assert figures(ask())["mean_ratio"] < figures(ask(costs=False))["mean_ratio"]


class Imported:
    """Eleven years of invented closes and a monthly rate dated at the end of its month."""

    def __init__(self, *, rate_from="2004-01-31"):
        days = np.arange(np.datetime64("2005-01-03"), np.datetime64("2016-01-01"))
        self.days = days[np.is_busday(days)]
        rng = np.random.default_rng(8)
        moves = rng.normal(0.0, 0.01, self.days.size)
        self.spx = 1500.0 * np.exp(np.cumsum(moves))
        self.vix = 18.0 * np.exp(0.3 * np.cumsum(rng.normal(0, 0.1, self.days.size)) * 0.3)
        self.vix = np.clip(self.vix, 10.0, 60.0)
        months = np.arange(np.datetime64(rate_from[:7]), np.datetime64("2016-01"))
        self.months = (months + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
        self.rate = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, self.months.size)))

    def series(self, name):
        if name == "reer":
            return DailySeries(name, name, self.months, self.rate)
        return DailySeries(name, name, self.days, getattr(self, name), "index points")


REPLAY = {
    "market": "replay",
    "first_year": 2005,
    "last_year": 2015,
    "rate_series": "reer",
    "placebos": 39,
}


def test_an_imported_rate_is_used_only_after_its_publication():
    data = Imported()
    params = SimpleNamespace(**FORECAST.parse(REPLAY))
    bought = np.array(["2010-03-14", "2010-03-17", "2010-03-18"], dtype="datetime64[D]")
    known = forecasting._imported(params, "reer", bought, data, change=False)
    january = np.searchsorted(data.months, np.datetime64("2010-01-31"))
    december = data.rate[january - 1]
    assert known.tolist() == [december, december, data.rate[january]]


def test_one_imported_history_is_judged_by_itself():
    document = compute(FORECAST, FORECAST.parse(REPLAY), data=Imported(), seed=1)
    assert "reer" in {series["series"] for series in document["data"]}
    assert figures(document)["pass_rate"] in (0.0, 1.0)
    assert any("Synthetic: mood" in note for note in document["notes"])


def test_a_rate_that_begins_too_late_is_refused():
    with pytest.raises(DataMissing, match="begins too late"):
        compute(FORECAST, FORECAST.parse(REPLAY), data=Imported(rate_from="2006-01-31"), seed=1)


def test_too_few_months_name_the_least_number_of_days():
    with pytest.raises(ParametersRefused) as refused:
        FORECAST.parse({"days": 1000})
    assert refused.value.errors[0].nearest == 84 * 21


def test_an_episode_is_refused():
    with pytest.raises(ParametersRefused) as refused:
        FORECAST.parse({"market": "episode"})
    assert refused.value.errors[0].field == "market"


def test_the_same_seed_gives_the_same_digest_and_another_does_not():
    again = compute(FORECAST, FORECAST.parse(SMALL), seed=1)
    assert again["digest"] == ask()["digest"]
    assert ask(seed=2)["digest"] != ask()["digest"]


@pytest.mark.parametrize("preset", FORECAST.presets, ids=lambda preset: preset.name)
def test_every_preset_is_allowed(preset):
    FORECAST.parse(preset.parameters)
