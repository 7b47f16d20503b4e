"""VIX calls by the model's own law: against the exact transform, and fair on its own paths."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from simulator.engine import backtest
from simulator.engine.data import NoData
from simulator.engine.documents import compute
from simulator.engine.experiments import _book, _worlds, get
from simulator.engine.markets import two_factor, vix_law
from simulator.engine.numerics.times import Times
from simulator.engine.overlays.costs import FREE_VIX
from simulator.engine.overlays.desk import Desk
from simulator.engine.overlays.layered import CallLayer
from simulator.engine.overlays.sizing import Fixed
from simulator.engine.overlays.vix_marks import Pricing
from simulator.engine.pricing import vix as vix_pricing

RATE, CARRY = 0.03, 0.015
USUAL = two_factor.started(two_factor.EDU_2, vix=17.95)
LAW, RULE = Pricing(by_law=True), Pricing()


def at_factors(fast, slow):
    one, two = USUAL.factors
    return replace(USUAL, factors=(replace(one, v0=fast), replace(two, v0=slow)))


def marks_of(model, years):
    fast, slow = (np.array([factor.v0]) for factor in model.factors)
    return vix_law.LawMarks(vix_law.law(model), fast, slow, Times.of(years))


@settings(max_examples=60)
@given(
    fast=st.floats(0.0, 0.5),
    slow=st.floats(0.0, 0.4),
    days=st.sampled_from([2, 5, 21, 45, 77, 152, 250]),
    width=st.floats(0.0, 1.0),
)
def test_between_its_points_the_table_says_what_the_exact_transform_says(fast, slow, days, width):
    """Calls from the future to one standard deviation above it; 1.5 % of the price, and 4 % in the
    last week of calls on a market of next to no variance, which then moves by jumps alone.
    """
    model, T = at_factors(fast, slow), days / 252.0
    weights = vix_law.law(model).weights
    state = (np.array([fast]), np.array([slow]))
    future = weights.future(state, np.asarray(T))
    mean, variance = weights.moments(state, np.asarray(T))
    strike = future * np.exp(width * 0.5 * np.sqrt(variance) / mean)
    exact = vix_pricing.option(vix_law.by_transform(model), strike=float(strike[0]), expiry=T)
    found = marks_of(model, T).price(future, strike, 0.0)
    dormant = fast + slow < 0.005 and days <= 5
    allowed = 0.04 if dormant else 0.015
    assert float(found[0]) == pytest.approx(float(exact), rel=allowed, abs=1e-4)


@pytest.mark.parametrize("level", [14.0, 18.0, 30.0, 50.0])
def test_its_own_line_gives_the_transforms_price_at_every_strike(level):
    """The integral itself, before any table, against the line that suits each strike."""
    model = two_factor.started(two_factor.EDU_2, vix=level)
    fast, slow = (np.array([factor.v0]) for factor in model.factors)
    strike = level * np.array([[0.9, 1.0, 1.2, 1.6]])
    for days in (3, 21, 152):
        T = days / 252.0
        exact = vix_pricing.option(vix_law.by_transform(model), strike=strike[0], expiry=T)
        own = vix_law.calls(model, fast=fast, slow=slow, years=T, strike=strike)[0]
        np.testing.assert_allclose(own, exact, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("days", [5, 21, 110])
def test_calls_fall_and_bend_upwards_in_the_strike(days):
    marks = marks_of(USUAL, days / 252.0)
    strike = np.linspace(16.0, 45.0, 117)
    future = vix_law.law(USUAL).weights.future((marks.fast, marks.slow), np.asarray(days / 252.0))
    price = np.array([float(marks.price(future, np.array([K]), RATE)[0]) for K in strike])
    assert np.all(np.diff(price) < 0.0)
    assert np.all(np.diff(price, 2) > -2e-4)


@pytest.mark.parametrize("delta", [0.15, 0.30, 0.50, 0.60])
def test_deltas_lie_where_they_were_asked_for(delta):
    marks = marks_of(USUAL, 30.0 / 365.0)
    k = np.log(marks.moneyness(delta))
    width = marks.width(k)
    assert float(ndtr(-k / width + 0.5 * width)[0]) == pytest.approx(delta, abs=1e-6)


def test_paths_with_different_days_to_go_read_their_own_laws():
    fast, slow = (np.full(4, factor.v0) for factor in USUAL.factors)
    years = np.array([21.0, 110.0, 21.0, 3.0]) / 252.0
    future, strike = np.full(4, 19.0), np.full(4, 22.0)
    curve = two_factor.FactorCurve(USUAL, (fast[None], slow[None]))
    together = vix_law.LawMarks.of(curve, 0, years).price(future, strike, RATE)
    for path, T in enumerate(years):
        alone = marks_of(USUAL, float(T)).price(future[:1], strike[:1], RATE)
        assert together[path] == pytest.approx(float(alone[0]), rel=1e-12)


# the martingale law: under one measure nothing is earned


def fair_market(level, days, paths, seed=8):
    start = two_factor.started(two_factor.EDU_2, vix=level)
    return two_factor.world(paths=paths, days=days, seed=seed, model=start, carry=CARRY)


@pytest.mark.parametrize("level", [14.0, 18.0, 30.0, 50.0])
@pytest.mark.parametrize("days", [21, 77])
def test_a_mark_is_the_mean_of_later_marks_and_of_the_payoff(level, days):
    world = fair_market(level, days, 30_000)
    T, first, middle = days / 252.0, np.array([0]), days // 3
    now = LAW.on(world, 0, T, first)
    future = world.curve.future(0, T, first)
    for delta in (0.5, 0.3):
        strike = float((now.moneyness(delta) * future)[0])
        price = float(now.price(future, np.array([strike]), RATE)[0])
        left = (days - middle) / 252.0
        later = LAW.on(world, middle, left).price(
            world.curve.future(middle, left), np.full(world.paths, strike), RATE
        )
        payoff = np.maximum(world.vix[-1] - strike, 0.0)
        for day, worth in ((middle, later), (days, payoff)):
            profit = np.exp(-RATE * day / 252.0) * worth - price
            assert abs(profit.mean()) < 3.5 * profit.std() / np.sqrt(profit.size), (delta, day)


def year_of_calls(pricing, dte, roll_at):
    world = fair_market(17.95, 252, 3000, seed=4)
    layer = CallLayer(
        name="calls",
        dte=dte,
        delta=0.5,
        roll_at=roll_at,
        sizing=Fixed(4.0),
        costs=FREE_VIX,
        pricing=pricing,
        explain=False,
    )
    # nothing is lent at a rate of nought: what is left is fair or not by the prices alone
    profit = backtest.run(replace(world, rate=0.0), [layer], capital=0.0).profit().sum(axis=0)
    return profit.mean() / (profit.std() / np.sqrt(profit.size))


@pytest.mark.parametrize(("dte", "roll_at"), [(30.0, 7.0), (110.0, 80.0), (220.0, 180.0)])
def test_a_layer_renewed_through_a_year_earns_nothing_at_the_law(dte, roll_at):
    assert abs(year_of_calls(LAW, dte, roll_at)) < 3.2


def test_the_shortest_layer_loses_at_the_markets_marks_even_under_the_measure_that_prices():
    assert year_of_calls(RULE, 30.0, 7.0) < -8.0


def test_layers_at_one_desk_are_marked_by_the_law_as_each_alone():
    world = two_factor.world(paths=30, days=60, seed=5)
    kinds = {"near": (30.0, 7.0, 0.5), "far": (110.0, 80.0, 0.3)}

    def bought(names, desk):
        layers = [
            CallLayer(
                name=name,
                dte=kinds[name][0],
                roll_at=kinds[name][1],
                delta=kinds[name][2],
                sizing=Fixed(3.0),
                pricing=LAW,
                phase_seed=7,
                desk=desk,
            )
            for name in names
        ]
        return backtest.run(world, layers, capital=0.0)

    together = bought(kinds, Desk())
    for name in kinds:
        alone = bought([name], Desk())
        np.testing.assert_allclose(together.profit(name), alone.profit(name), rtol=1e-12, atol=1e-9)


# in the book


def accounts(**parameters):
    p = SimpleNamespace(**get("alvh-condor").parse({"paths": 12, "days": 63, **parameters}))
    world = _worlds.build(p, seed=1, data=NoData())
    return _book.accounts(p, world, seed=1)


def test_causes_add_up_at_the_law():
    both = accounts(vix_call_vol="model")
    for line, gross in both.hedged.gross.items():
        assert np.all(np.abs(both.hedged.residual(line)) <= 1e-9 * np.maximum(gross, 1.0))
    np.testing.assert_allclose(both.hedged.now(), both.hedged.equity()[-1], rtol=1e-12)


def test_the_law_does_not_read_the_market_rules_vol():
    one, other = (
        accounts(vix_call_vol="model", vol_of_vix=vol).hedged.equity() for vol in (0.85, 1.15)
    )
    np.testing.assert_array_equal(one, other)


def test_a_market_known_by_its_vix_alone_keeps_the_marks():
    episode = {"market": "episode", "episode": "unwind-2024"}
    one, other = (
        accounts(**episode, vix_call_vol=name).hedged.equity() for name in ("market", "model")
    )
    np.testing.assert_array_equal(one, other)


SMALL = {"market": "model", "paths": 8, "days": 63}
LONGER = {"hedge-carry": 504, "convexity-forecast": 1764, "steward-promoter": 252}


@pytest.mark.parametrize(
    "slug",
    [
        "alvh-readings",
        "convexity-forecast",
        "hedge-carry",
        "nft-hedge",
        "second-engine",
        "steward-promoter",
        "tail-hedge-index",
    ],
)
def test_every_simulation_that_buys_vix_calls_can_buy_them_at_the_law(slug):
    experiment = get(slug)
    asked = {**SMALL, "days": LONGER.get(slug, 63)}
    figures, told = [], []
    for name in ("market", "model"):
        document = compute(experiment, experiment.parse({**asked, "vix_call_vol": name}), seed=3)
        figures.append([metric["value"] for metric in document["metrics"]])
        told.append(any("VIX calls are priced by" in note for note in document["notes"]))
    assert figures[0] != figures[1]
    assert told == [False, True]


def test_a_call_of_the_table_is_held_against_the_transform_on_the_page():
    experiment = get("nft-hedge")
    asked = {**SMALL, "vix_call_vol": "model"}
    document = compute(experiment, experiment.parse(asked), seed=1)
    (row,) = next(t for t in document["tables"] if t["name"] == "second_route")["rows"]
    assert "transform" in row[5]
    assert abs(row[3]) <= row[4]
