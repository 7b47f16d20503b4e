"""Half size on event days: what must hold whatever the answer is."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine.data import DailySeries
from simulator.engine.documents import compute
from simulator.engine.errors import DataMissing, ParametersRefused
from simulator.engine.experiments import _worlds, get
from simulator.engine.experiments.event_days import run as event_days
from simulator.engine.markets import null_models

EVENTS = get("event-days")


@cache
def ask(seed=1, **parameters):
    return compute(EVENTS, EVENTS.parse({"paths": 40, **parameters}), seed=seed)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def table(document, name):
    found = next(t for t in document["tables"] if t["name"] == name)
    names = [column["name"] for column in found["columns"]]
    return [dict(zip(names, row, strict=True)) for row in found["rows"]]


def shelf_of(**parameters):
    params = SimpleNamespace(**EVENTS.parse({"paths": 30, **parameters}))
    world = _worlds.build(params, seed=1, data=None)
    events = event_days.calendar(params, world, None)
    wide = event_days.widened(world, events, params)
    return world, wide, events, event_days.stock(params, wide, events)


def test_full_size_on_event_days_is_full_size_to_the_last_bit():
    figure = figures(ask(event_size_factor=1.0))
    assert figure["max_drawdown_base"] == figure["max_drawdown_hedged"]
    assert figure["irr_base"] == figure["irr_hedged"]
    assert figure["annual_return_difference"] == 0.0
    assert figure["share_harmed"] == 0.0


@pytest.mark.parametrize("variance", [2.0, 4.0, 9.0])
def test_event_days_have_the_declared_multiple_of_the_variance(variance):
    """Var(event day) = m Var(the same day unwidened), exactly, about the mean move."""
    world, wide, events, _ = shelf_of(event_variance=variance)
    mean = world.log_returns().mean()
    before = (world.log_returns()[events[1:]] - mean) ** 2
    after = (wide.log_returns()[events[1:]] - mean) ** 2
    np.testing.assert_allclose(after, variance * before, rtol=1e-7, atol=1e-14)
    np.testing.assert_allclose(
        wide.log_returns()[~events[1:]], world.log_returns()[~events[1:]], atol=1e-12
    )


def test_an_ordinary_variance_leaves_the_market_alone():
    world, wide, _, _ = shelf_of(event_variance=1.0)
    assert wide is world


def test_eight_meetings_and_twelve_releases_a_year():
    kinds = {"fomc": False, "cpi": False, "ppi": False}
    assert event_days.synthetic(252, **{**kinds, "fomc": True}).sum() == 8
    assert event_days.synthetic(252, **{**kinds, "cpi": True}).sum() == 12
    assert event_days.synthetic(252, fomc=True, cpi=True, ppi=True).sum() == 32
    assert figures(ask())["events_a_year"] == pytest.approx(20.0)


def test_the_sale_that_bears_an_event_is_the_one_of_the_close_before():
    _, _, events, shelf = shelf_of(gate_mode="none", max_loss_per_trade=0.005)
    sold = event_days.sell(shelf, 0.0)
    days = np.flatnonzero(events)
    assert (sold.counts[days - 1] == 0.0).all()
    quiet = np.setdiff1d(np.arange(1, len(events) - 1), days - 1)
    assert (sold.counts[quiet] > 0.0).all()


def test_profits_of_the_sales_add_up_to_the_ledger():
    _, _, _, shelf = shelf_of()
    sold = event_days.sell(shelf, 0.5)
    np.testing.assert_allclose(
        sold.profits.sum(axis=0), sold.ledger.profit().sum(axis=0), rtol=1e-9, atol=1e-6
    )


def test_prices_that_know_nothing_make_half_size_right_and_prices_that_know_too_much_wrong():
    rows = table(ask(), "priced")
    differences = [row["difference"] for row in rows]
    assert differences == sorted(differences, reverse=True)
    assert rows[0]["low"] > 0.0 > rows[-1]["high"]


def test_where_prices_know_the_date_the_odds_are_those_of_any_other_day():
    figure = figures(ask(paths=150))
    assert figure["event_win_rate"] == pytest.approx(figure["other_win_rate"], abs=0.015)
    assert figure["variance_ratio"] == pytest.approx(4.0, rel=0.15)


def test_costs_never_raise_profit():
    charged, free = shelf_of()[3], shelf_of(costs=False)[3]
    with_costs, without = (event_days.sell(shelf, 0.5).ledger for shelf in (charged, free))
    assert with_costs.profit().sum() < without.profit().sum()


def test_the_placebo_cuts_as_many_sales_of_every_path_and_none_over_an_event():
    events = null_models.event_days(252)
    cut = event_days.random_days(events, 7, seed=3)
    bears = event_days.bears_event(events)
    assert (cut.sum(axis=0) == bears.sum()).all()
    assert not cut[bears].any()


def test_the_size_is_set_without_a_look_at_the_day_itself():
    """Replacing everything after a close changes no sale up to that close."""
    _, wide, _, shelf = shelf_of()
    sold = event_days.sell(shelf, 0.5)
    day = 121
    spx, vix = wide.spx.copy(), wide.vix.copy()
    spx[day + 1 :] = spx[day + 1 :, ::-1] * 1.01
    vix[day + 1 :] = vix[day + 1 :, ::-1]
    changed = event_days.replace(wide, spx=spx, vix=vix)
    params = SimpleNamespace(**EVENTS.parse({"paths": 30}))
    other = event_days.sell(event_days.stock(params, changed, shelf.events), 0.5)
    np.testing.assert_array_equal(sold.counts[: day + 1], other.counts[: day + 1])


class Imported:
    """Two years of invented closes, and whatever release dates the test names."""

    def __init__(self, released):
        self.released = np.asarray(released, dtype="datetime64[D]")
        days = np.arange(np.datetime64("2015-01-01"), np.datetime64("2017-01-01"))
        self.days = days[np.is_busday(days)]
        noise = np.random.default_rng(5).normal(0.0, 0.008, self.days.size)
        self.values = {
            "spx": 2000.0 * np.exp(np.cumsum(noise)),
            "vix": 15.0 + 3.0 * np.sin(np.arange(self.days.size) / 17.0),
        }

    def series(self, name):
        if name == "releases":
            return DailySeries(name, "r", self.released, np.ones(self.released.size))
        return DailySeries(name, name, self.days, self.values[name], "index points")


REPLAY = {
    "market": "replay",
    "event_series": "releases",
    "first_year": 2015,
    "last_year": 2016,
}


def test_a_replay_uses_release_dates_and_a_weekend_counts_for_the_next_close():
    released = ["2015-02-26", "2015-03-28", "2016-05-17"]
    params = SimpleNamespace(**EVENTS.parse(REPLAY))
    world = _worlds.build(params, seed=1, data=Imported(released))
    events = event_days.calendar(params, world, Imported(released))
    found = world.dates[events].astype(str).tolist()
    assert found == ["2015-02-26", "2015-03-30", "2016-05-17"]


def test_a_replay_runs_and_keeps_documented_moves():
    document = compute(EVENTS, EVENTS.parse(REPLAY), data=Imported(MIDMONTH), seed=1)
    assert document["data"][0]["series"] == "releases"
    assert 0.3 < figures(document)["variance_ratio"] < 3.0


MONTHS = [f"{year}-{month:02d}" for year in (2015, 2016) for month in range(1, 13)]
MIDMONTH = [f"{month}-16" for month in MONTHS]


def test_reference_months_are_refused_for_release_dates():
    firsts = Imported([f"{month}-01" for month in MONTHS])
    with pytest.raises(DataMissing, match="reference months"):
        compute(EVENTS, EVENTS.parse(REPLAY), data=firsts, seed=1)


def test_a_replay_without_release_dates_is_refused_in_words():
    with pytest.raises(ParametersRefused) as refused:
        EVENTS.parse({"market": "replay"})
    assert refused.value.errors[0].field == "event_series"


def test_the_same_seed_gives_the_same_digest_and_another_does_not():
    again = compute(EVENTS, EVENTS.parse({"paths": 40}), seed=1)
    assert again["digest"] == ask()["digest"]
    assert ask(seed=2)["digest"] != ask()["digest"]


@pytest.mark.parametrize("preset", EVENTS.presets, ids=lambda preset: preset.name)
def test_every_preset_is_allowed(preset):
    EVENTS.parse(preset.parameters)
