"""The two plain benchmarks: their rules, their laws, and the bands of their published paths."""

import csv
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.data import DailySeries
from simulator.engine.documents import compute
from simulator.engine.errors import DataMissing, ParametersRefused
from simulator.engine.experiments import get
from simulator.engine.markets import episodes
from simulator.engine.overlays import schedule

FOLDER = Path(os.environ.get("MARKET_DATA", Path(__file__).parents[4] / "shared" / "data"))
FILES = {"spx": ("sp500-yahoo.csv", "Date", "Close"), "vix": ("vix-daily.csv", "DATE", "CLOSE")}

needs_history = pytest.mark.skipif(
    not all((FOLDER / name).is_file() for name, *_ in FILES.values()),
    reason="no imported market data beside the repository (set MARKET_DATA)",
)


class History:
    """The engine's data protocol on those files."""

    def series(self, name):
        if name not in FILES:
            raise DataMissing(name)
        file, day, close = FILES[name]
        with (FOLDER / file).open(encoding="utf-8") as lines:
            rows = [(row[day], float(row[close])) for row in csv.DictReader(lines) if row[close]]
        dates = np.array([date for date, _ in rows], dtype="datetime64[D]")
        return DailySeries(name, "0" * 64, dates, np.array([value for _, value in rows]))


CONDOR, TAIL = get("condor-index"), get("tail-hedge-index")


@cache
def ask(slug, seed=1, data=None, **parameters):
    experiment = get(slug)
    return compute(experiment, experiment.parse({"paths": 12, **parameters}), seed=seed, data=data)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def windows(document):
    found = next(table for table in document["tables"] if table["name"] == "windows")
    return {row[0]: (row[3], row[4]) for row in found["rows"]}


@needs_history
def test_the_condor_replay_lands_in_the_bands_of_the_published_index():
    """Published: CNDR 2010-01 to 2019-01 -0.86 %/yr; band -2.0 to +0.5; s.d. 5.8 to 7.5."""
    figure = figures(
        ask("condor-index", data=History(), market="replay", first_year=2010, last_year=2018)
    )
    assert -0.020 <= figure["annual_return"] <= 0.005
    assert 0.058 <= figure["annual_volatility"] <= 0.075
    assert -0.095 <= figure["worst_month"] <= -0.075


@needs_history
def test_the_tail_hedge_replay_lands_in_the_bands_of_the_published_index():
    """Published: VXTH, five years to October 2023 +98.6 % published; other bands of replays."""
    document = ask(
        "tail-hedge-index",
        data=History(),
        market="replay",
        first_year=2006,
        last_year=2023,
        costs=False,
    )
    found = windows(document)
    assert 0.90 <= found["five years to October 2023"][1] <= 1.15
    assert 0.35 <= found["the pandemic"][1] <= 0.435
    assert found["the pandemic"][0] == pytest.approx(-0.29, abs=0.005)
    assert -0.01 <= found["Lehman"][1] <= 0.011
    assert found["Lehman"][0] == pytest.approx(-0.22, abs=0.005)
    decade = 1.0 + found["the calm decade"][1]
    assert 0.05 <= decade**0.1 - 1.0 <= 0.07
    figure = figures(document)
    assert figure["expiry_drawdown_base"] == pytest.approx(-0.48, abs=0.01)
    assert -0.33 <= figure["expiry_drawdown_hedged"] <= -0.24


def test_no_weight_is_the_index_itself_to_the_last_bit():
    figure = figures(ask("tail-hedge-index", weight_low=0.0, weight_high=0.0))
    assert figure["max_drawdown_base"] == figure["max_drawdown_hedged"]
    assert figure["annual_return_difference"] == 0.0


def test_nothing_is_bought_at_a_future_of_fifteen_or_below():
    figure = figures(ask("tail-hedge-index", episode="volmageddon-2018"))
    assert figure["annual_premium"] == 0.0


def test_a_condor_month_cannot_lose_more_than_its_collateral_allows():
    assert figures(ask("condor-index", episode="covid-2020"))["worst_month"] > -0.11


@pytest.mark.parametrize("slug", ["condor-index", "tail-hedge-index"])
def test_costs_never_raise_profit(slug):
    assert figures(ask(slug))["annual_cost"] <= figures(ask(slug, costs=False))["annual_cost"]


@pytest.mark.parametrize("slug", ["condor-index", "tail-hedge-index"])
def test_same_seed_same_digest(slug):
    experiment = get(slug)
    again = compute(experiment, experiment.parse({"paths": 12}), seed=1)
    assert again["digest"] == ask(slug)["digest"]


def test_a_replay_without_imported_series_says_what_is_missing():
    with pytest.raises(DataMissing, match="spx"):
        ask("condor-index", market="replay")


def test_wings_nearer_than_the_strikes_sold_are_refused():
    with pytest.raises(ParametersRefused):
        CONDOR.parse({"short_delta": 0.10, "long_delta": 0.20})
    with pytest.raises(ParametersRefused):
        TAIL.parse({"level_low": 40.0})


def test_expiries_are_third_fridays_and_thirty_days_before_them():
    world = episodes.world(episodes.find("bear-2022"), paths=1, seed=1)
    third = {str(world.dates[day]) for day in schedule.index_expiries(world)}
    # Good Friday 2022 was the third Friday of April: the exchange expired on the Thursday
    assert {"2022-01-21", "2022-04-14", "2022-09-16"} <= third
    assert "2022-04-15" not in third
    vix = {str(world.dates[day]) for day in schedule.vix_expiries(world)}
    assert {"2022-01-19", "2022-02-16", "2022-10-19"} <= vix


def test_markets_without_dates_expire_every_21_days():
    document = ask("tail-hedge-index", market="model", days=63)
    assert figures(document)["crises"] >= 0.0
    assert np.isfinite(figures(document)["annual_return_base"])
