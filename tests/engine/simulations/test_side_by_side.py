"""What is run beside others is to the last bit what it would be alone."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine import backtest
from simulator.engine.data import NoData
from simulator.engine.experiments import _book, _worlds, get
from simulator.engine.experiments._readings import READINGS, Setting
from simulator.engine.markets.state import side_by_side
from simulator.engine.overlays.desk import Desk

CONDOR = get("alvh-condor")
SMALL = {"paths": 7, "days": 42, "ts_enabled": False}
MARKETS = {
    "model": {},
    "with crashes": {"crashes_per_century": 50.0},
    "episode": {"market": "episode", "episode": "covid-2020"},
}


def asked(**parameters):
    return SimpleNamespace(**CONDOR.parse({**SMALL, **parameters}))


def market(p):
    return _worlds.build(p, seed=1, data=NoData())


BOOKS = st.lists(
    st.fixed_dictionaries(
        {
            "wing_width": st.sampled_from([5.0, 10.0, 25.0]),
            "min_credit_ratio": st.just(0.0),
            "skew": st.sampled_from([-0.19, -0.11]),
            "short_dated_vol": st.sampled_from(["vix", "horizon"]),
            "gate_mode": st.sampled_from(["glossary", "none"]),
            "crashes_per_century": st.sampled_from([0.0, 50.0]),
            "max_loss_per_trade": st.sampled_from([0.1, 0.02]),
        }
    ),
    min_size=2,
    max_size=3,
)


@settings(max_examples=5, deadline=None)
@given(books=BOOKS, dte=st.sampled_from([1, 1, 3]))
def test_a_book_beside_others_earns_what_it_earns_alone(books, dte):
    each = [(p, market(p)) for p in (asked(**one, ic_dte=dte) for one in books)]
    together = _book.alone(each)
    for one, sold in zip(each, together, strict=True):
        (alone,) = _book.alone([one])
        np.testing.assert_array_equal(sold.equity, alone.equity)
        assert sold.book.capital == alone.book.capital


@settings(max_examples=8, deadline=None)
@given(
    marks=st.lists(st.sampled_from([0.85, 1.05, 1.15]), min_size=2, max_size=4),
    overlay=st.sampled_from(["off", "all"]),
    cap=st.sampled_from([None, 0.02]),
    where=st.sampled_from(sorted(MARKETS)),
)
def test_layers_at_one_desk_earn_what_they_earn_alone(marks, overlay, cap, where):
    each = []
    for number, mark in enumerate(marks):
        changed = MARKETS[where] if number else {k: v for k, v in MARKETS[where].items()
                                                 if k != "crashes_per_century"}  # fmt: skip
        p = asked(vol_of_vix=mark, signal_overlay=overlay, annual_budget_cap=cap, **changed)
        each.append((p, market(p), 93_000.0))
    together = _book.calls_alone(each, seed=1)
    for one, bought in zip(each, together, strict=True):
        (alone,) = _book.calls_alone([one], seed=1)
        np.testing.assert_array_equal(bought.profit, alone.profit)
        np.testing.assert_array_equal(bought.premium, alone.premium)


def test_causes_of_layers_at_one_desk_are_those_of_each_alone():
    p = asked()
    world = market(p)

    def causes(desks):
        calls = _book.layers(p, capital=93_000.0, seed=1)
        for layer, desk in zip(calls, desks, strict=True):
            layer.desk = desk
        return backtest.run(world, calls, capital=0.0).causes

    shared = Desk()
    alone, together = causes([Desk(), Desk(), Desk()]), causes([shared] * 3)
    for line, parts in alone.items():
        for cause, amount in parts.items():
            np.testing.assert_array_equal(together[line][cause], amount, f"{line}: {cause}")


@pytest.mark.parametrize("paths", [7, 2100])  # the second is more than is marked at a time
def test_a_reading_in_one_walk_with_all_others_is_what_it_is_alone(paths):
    p = asked(paths=paths, days=21)
    world = market(p)

    def ledgers(readings):
        setting = Setting(p, 93_000.0, 0.02, 1)
        accounts = [
            backtest.Account(world=world, policies=one.policies(setting)) for one in readings
        ]
        return backtest.run_together(accounts)

    chosen = READINGS if paths < 100 else READINGS[:3]
    for reading, beside in zip(chosen, ledgers(chosen), strict=True):
        (alone,) = ledgers([reading])
        np.testing.assert_array_equal(beside.profit(), alone.profit(), reading.slug)


def test_accounts_that_walk_together_need_equally_long_markets():
    long, short = market(asked()), market(asked(days=21))
    with pytest.raises(ValueError, match="equally many days"):
        backtest.run_together([backtest.Account(world=one, policies=()) for one in (long, short)])


def test_markets_that_differ_in_more_than_their_paths_are_not_joined():
    model, episode = market(asked()), market(asked(**MARKETS["episode"]))
    with pytest.raises(ValueError, match="one kind"):
        side_by_side([model, episode])


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"ts_enabled": True},
        {"ts_enabled": True, "gate_mode": "none", "days": 126},  # accounts that run dry
        {"sizing": "fraction"},
        {"tiers_enabled": "all", "signal_overlay": "all"},
        {"alvh_enabled": False},
    ],
    ids=str,
)
def test_accounts_walked_with_one_book_are_those_walked_apart(parameters):
    p = asked(**parameters)
    world = market(p)
    both = _book.accounts(p, world, seed=1)
    book = _book.book(p, world)
    unhedged = backtest.run(world, _book.condors(book), capital=book.capital)
    calls = _book.layers(p, capital=book.capital, seed=1)
    hedged = backtest.run(world, [*_book.condors(book), *calls], capital=book.capital)
    np.testing.assert_array_equal(both.base.equity(), unhedged.equity())
    np.testing.assert_array_equal(both.hedged.equity(), hedged.equity())
    assert both.hedged.attribution() == hedged.attribution()
    np.testing.assert_allclose(both.hedged.now(), hedged.now(), rtol=1e-12)


class Gift:
    """A line that is given a million on the first day, or owes it."""

    def __init__(self, amount):
        self.name, self.amount = "gift", amount

    def begin(self, world, ledger):
        self.value = np.zeros(world.paths)

    def step(self, day, world, ledger):
        if day == 0:
            ledger.trade(day, self.name, np.full(world.paths, self.amount))
        ledger.mark(day, self.name, self.value)


@pytest.mark.parametrize("amount", [-92_000.0, 0.0, 1e6])
def test_an_account_that_can_bear_more_or_less_sells_what_it_would_sell_alone(amount):
    p = asked(gate_mode="none", days=126)
    world = market(p)
    book = _book.book(p, world)

    def condors():
        return _book.condors(book, explain=False)

    def gift():
        return [Gift(amount)]

    base, (more,) = backtest.with_more(world, condors, [gift], capital=book.capital)
    apart = backtest.run(world, [*condors(), *gift()], capital=book.capital)
    np.testing.assert_array_equal(more.ledger.equity(), apart.equity())
    sold = [one.profit("conservative condors") for one in (base.ledger, more.ledger)]
    assert np.array_equal(*sold) == (amount == 0.0)


def test_a_walk_leaves_those_alone_that_walked_before_at_its_desk():
    p = asked()
    world = market(p)
    desk = Desk()
    first = _book.layers(p, capital=93_000.0, seed=1, desk=desk)
    before = backtest.run(world, first, capital=0.0)
    kept = before.equity()
    again = backtest.run(world, _book.layers(p, capital=93_000.0, seed=1, desk=desk), capital=0.0)
    np.testing.assert_array_equal(before.equity(), kept)
    np.testing.assert_array_equal(again.equity(), kept)
