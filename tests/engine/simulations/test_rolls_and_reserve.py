"""Rolling losers, and borrowing for more calls: what must hold whatever they bring."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine.data import NoData
from simulator.engine.documents import compute
from simulator.engine.experiments import _book, _worlds, get
from simulator.engine.experiments.second_engine.run import reserves
from simulator.engine.experiments.time_shift.run import fates, variant
from simulator.engine.markets import two_factor
from simulator.engine.markets.curves import AnchoredCurve
from simulator.engine.markets.state import World
from simulator.engine.overlays.rolling import Chains, TimeShift

SMALL = {"paths": 15, "days": 84}


@cache
def ask(slug, **parameters):
    experiment = get(slug)
    return compute(experiment, experiment.parse({**SMALL, **parameters}), seed=1)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


@pytest.fixture(scope="module")
def stage():
    p = SimpleNamespace(**get("time-shift").parse({**SMALL, "paths": 60, "gate_mode": "none"}))
    return p, _worlds.build(p, seed=1, data=NoData())


def test_no_roll_allowed_is_the_book_without_rolls_to_the_last_bit(stage):
    p, world = stage
    none, _ = variant(p, world, ts_max_rolls=0)
    off, _ = variant(p, world, ts_enabled=False)
    np.testing.assert_array_equal(none.equity(), off.equity())


def test_a_roll_is_two_legs_of_cash_and_creates_nothing(stage):
    """What the rolled book earns is what its cash says: no profit appears at the roll itself."""
    p, world = stage
    ledger, books = variant(p, world, costs=False)
    assert books[0].chains.rolled.sum() > 0
    np.testing.assert_allclose(ledger.now(), ledger.equity()[-1], rtol=1e-12)


def test_only_losers_are_counted_as_chains(stage):
    p, world = stage
    _, books = variant(p, world)
    first, later = fates(books)
    assert first.size > 0
    assert np.all(first > 0.0)
    assert np.all(later <= first.max() + 10 * p.wing_width * p.condors * 100)


def test_every_share_of_chains_stands_inside_its_interval():
    document = ask("time-shift", gate_mode="none", paths=60)
    names = ("rollable_share", "recovered_share", "recovered_fully", "ended_worse")
    shown = {metric["name"]: metric for metric in document["metrics"]}
    for name in (*names, "profit_per_chain"):
        assert shown[name]["low"] < shown[name]["value"] < shown[name]["high"], name


def test_chains_belong_to_the_path_that_they_ended_on():
    chains = Chains(3)
    second = np.array([False, True, False])
    chains.begin(second)
    chains.result(second, np.full(3, -100.0))
    chains.roll(second, np.full(3, 110.0), 5)
    chains.begin(second)
    assert chains.owners().tolist() == [1]


def test_chains_by_hand():
    """Lose 100, roll, win 30, roll again, lose 20: ten of a hundred came back."""
    yes = np.array([True])
    chains = Chains(1)
    chains.begin(yes)
    chains.result(yes, np.array([-100.0]))
    chains.roll(yes, np.array([110.0]), 5)
    chains.result(yes, np.array([30.0]))
    chains.roll(yes, np.array([0.0]), 5)
    chains.result(yes, np.array([-20.0]))
    chains.begin(yes)
    first, later = chains.ended()
    assert (first[0], later[0]) == (100.0, 10.0)
    assert chains.margin_days[0] == 10.0


def test_the_trigger_arms_by_range_or_by_vix_of_the_day_before():
    """EDR > 0.94 % is a VIX above 14.56 with the 1.025 bias."""
    world = two_factor.world(paths=40, days=30, seed=2)
    either, both = TimeShift(), TimeShift(either=False)
    either.begin(world)
    both.begin(world)
    before = np.vstack([world.vix[:1], world.vix[:-1]])
    np.testing.assert_array_equal(either.armed, before > 0.0094 * np.sqrt(252) / 1.025 * 100)
    np.testing.assert_array_equal(both.armed, before > 16.0)


FEAR, CALM = [18.0, 18.0], [12.0] * 8


def fell_and_calmed(**changes):
    """One loser: the index falls by 2 % on day 1 under a VIX of 18, which is 12 from day 2 on."""
    vix = np.array([*FEAR, *CALM])[:, None]
    spx = 7000.0 * np.cumprod([1.0, 0.98, *[0.999] * 8])[:, None]
    years = np.arange(len(vix)) / 252.0
    world = World(kind="model", spx=spx, vix=vix, years=years, curve=AnchoredCurve(vix))
    asked = {"ts_restrike": False, "gate_mode": "none", "event_size_factor": 1.0, **changes}
    return variant(SimpleNamespace(**get("time-shift").parse(asked)), world)


@pytest.mark.parametrize(("to", "days"), [(2, 4.0), (1, 3.0), (0, 2.0)])
def test_a_rolled_loser_goes_back_to_as_many_days_as_asked_when_it_is_calm(to, days):
    """Rolled on day 1 to day 6; the range of day 2 lets it go back at the close of day 3."""
    ledger, books = fell_and_calmed(ts_rollback_dte=to)
    chains = books[0].chains
    assert (chains.rolled.sum(), chains.rolled_back.sum()) == (1.0, 1.0)
    assert chains.margin_days.sum() == days
    np.testing.assert_allclose(ledger.now(), ledger.equity()[-1], rtol=1e-12)


def test_a_loser_that_may_not_go_back_is_held_to_its_later_expiry():
    _, books = fell_and_calmed(ts_rollback=False)
    chains = books[0].chains
    assert (chains.rolled.sum(), chains.rolled_back.sum()) == (1.0, 0.0)
    assert chains.margin_days.sum() == 5.0


def test_the_way_back_keeps_the_chain_and_its_size():
    """What the shorter condor brings belongs to the loser that it came from."""
    books = {to: fell_and_calmed(ts_rollback_dte=to)[1][0] for to in (0, 1)}
    first = {to: float(book.chains.ended()[0][0]) for to, book in books.items()}
    later = {to: float(book.chains.ended()[1][0]) for to, book in books.items()}
    assert first[0] == first[1] > 0.0
    usual = 10 * (100.0 * 0.70 - 100.0 * 0.10 - 4.0)  # credit less slippage and four legs, won
    assert later[1] - later[0] == pytest.approx(usual, abs=0.2)


def test_condors_that_were_never_rolled_do_not_go_back():
    monthly = {
        "ic_dte": 21,
        "strike_method": "delta",
        "wing_width": 50.0,
        "min_credit_ratio": 0.0,
        "gate_mode": "none",
        "ts_max_rolls": 0,
    }
    p = SimpleNamespace(**get("time-shift").parse({**SMALL, **monthly}))
    world = _worlds.build(p, seed=1, data=NoData())
    with_it, without = (variant(p, world, ts_rollback=on)[0].equity() for on in (True, False))
    np.testing.assert_array_equal(with_it, without)


def test_decay_moves_and_costs_add_up_to_what_the_rolls_brought(stage):
    document = ask("time-shift", gate_mode="none")
    assert figures(document)["residual_share"] < 0.02
    causes = next(table for table in document["tables"] if table["name"] == "causes")
    names = [column["name"] for column in causes["columns"]]
    for row in causes["rows"]:
        parts = dict(zip(names, row, strict=True))
        total = sum(parts[name] for name in names[1:-1])
        assert total == pytest.approx(parts["total"], rel=1e-9, abs=1e-6)


def test_rolling_for_a_smaller_debit_can_be_done_more_often(stage):
    p, world = stage
    strict = variant(p, world)[1][0].chains.rolled.sum()
    loose = variant(p, world, ts_restrike=False)[1][0].chains.rolled.sum()
    assert loose > strict


def test_no_draw_is_the_base_account_to_the_last_bit():
    figure = figures(ask("second-engine", se_draw=0.0))
    assert figure["max_drawdown_base"] == figure["max_drawdown_hedged"]
    assert figure["annual_return_difference"] == 0.0
    assert figure["draws"] == 0.0


def test_a_book_that_lost_nothing_since_its_high_draws_nothing():
    shut = ask("second-engine", vix0=45.0, gate_mode="learn15", days=30, paths=60)
    assert figures(shut)["max_drawdown_base"] < 0.0  # the calls themselves lose
    assert figures(shut)["draws"] == 0.0
    assert figures(shut)["annual_cost"] == 0.0


def test_dearer_money_and_recalls_never_raise_the_profit():
    p = SimpleNamespace(**get("second-engine").parse({**SMALL, "vix0": 27.0, "gate_mode": "none"}))
    world = _worlds.build(p, seed=1, data=NoData())
    profits = []
    for rate in (0.0, 0.10, 0.40):
        p.se_borrow_rate = rate
        _, ((ledger, engine),) = reserves([p], world, _book.book(p, world), 1)
        profits.append(ledger.profit("second engine").sum())
    assert engine.draws.sum() > 0
    assert profits[0] > profits[1] > profits[2]


def test_interest_is_the_loan_times_the_rate_times_the_days():
    p = SimpleNamespace(
        **get("second-engine").parse(
            {**SMALL, "vix0": 40.0, "se_recall_rate": 0.0, "se_cover": 1.0}
        )
    )
    p.gate_mode = "none"
    world = _worlds.build(p, seed=1, data=NoData())
    book = _book.book(p, world)
    _, ((_, engine),) = reserves([p], world, book, 1)
    once = engine.draws == 1
    assert once.any()
    most = 0.01 * book.capital * np.expm1(0.10 * 62 / 365.0)
    assert np.all(engine.interest[once] <= most)


@pytest.mark.parametrize("slug", ["time-shift", "second-engine"])
def test_same_seed_same_digest_and_every_preset_is_allowed(slug):
    experiment = get(slug)
    again = compute(experiment, experiment.parse(SMALL), seed=1)
    assert again["digest"] == ask(slug)["digest"]
    for preset in experiment.presets:
        experiment.parse(preset.parameters)
