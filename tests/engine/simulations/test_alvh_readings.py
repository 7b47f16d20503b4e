"""Ten readings of one hedge on the same paths."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine import backtest
from simulator.engine.data import NoData
from simulator.engine.documents import compute
from simulator.engine.experiments import _book, _worlds, get
from simulator.engine.experiments._readings import BY_SLUG, READINGS, Setting
from simulator.engine.experiments.alvh_readings import NAMES

EXPERIMENT = get("alvh-readings")
SMALL = {"paths": 8, "days": 63}


@cache
def document():
    return compute(EXPERIMENT, EXPERIMENT.parse(SMALL), seed=1)


@pytest.fixture(scope="module")
def stage():
    p = SimpleNamespace(**EXPERIMENT.parse(SMALL))
    return p, _worlds.build(p, seed=1, data=NoData())


def test_the_seven_readings_and_the_three_cores_are_there():
    slugs = {reading.slug for reading in READINGS}
    assert {f"r{n}" for n in range(1, 8)} | {"core", "as-published", "as-advertised"} == slugs
    assert slugs == set(NAMES)


def test_every_reading_has_effect_cost_and_interval():
    table = next(t for t in document()["tables"] if t["name"] == "readings")
    assert len(table["rows"]) == 10
    for row in table["rows"]:
        assert row[2] <= row[1] <= row[3]


def test_the_curve_is_sorted_and_marks_the_shown_one():
    chart = next(c for c in document()["charts"] if c["kind"] == "specification")
    assert np.all(np.diff(chart["series"][0]["values"]) >= 0.0)
    assert chart["marks"][0]["label"] == "shown"


def test_a_reading_that_sells_calls_gains_when_bought_ones_decay(stage):
    p, world = stage
    setting = Setting(p, 93_000.0, 0.02, 1)
    sold = backtest.run(world, BY_SLUG["r7"].policies(setting)[:1], capital=0.0)
    assert np.corrcoef(sold.profit().sum(axis=0), world.vix[-1] - world.vix[0])[0, 1] < 0.0


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.slug)
def test_cash_and_marks_make_up_the_profit_of_every_reading(stage, reading):
    p, world = stage
    ledger = backtest.run(world, reading.policies(Setting(p, 93_000.0, 0.02, 1)), capital=0.0)
    np.testing.assert_allclose(ledger.now(), ledger.equity()[-1], atol=1e-6)


def test_futures_earn_their_change_less_costs(stage):
    p, world = stage
    future = BY_SLUG["r5"].policies(Setting(p, 93_000.0, 0.02, 1))[0]
    ledger = backtest.run(world, [future], capital=0.0)
    day, T = 10, future.years - 10 / 252.0
    gained = world.curve.future(day, T) - world.curve.future(0, future.years)
    expected = future.contracts * 1000.0 * (gained - future.cost_points)
    np.testing.assert_allclose(ledger.equity()[day], expected)


def test_cap_makes_the_advertised_reading_cheaper_than_the_published(stage):
    p, world = stage
    setting = Setting(p, _book.book(p, world).capital, 0.02, 1)
    paid = {}
    for slug in ("as-published", "as-advertised"):
        ledger = backtest.run(world, BY_SLUG[slug].policies(setting), capital=0.0)
        paid[slug] = sum(ledger.paid.values()).mean()
    assert paid["as-advertised"] < paid["as-published"]
