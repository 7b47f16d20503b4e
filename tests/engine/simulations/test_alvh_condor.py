"""The layered hedge on a book of condors: published arithmetic, and what must always hold."""

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine import backtest
from simulator.engine.data import NoData
from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import _arithmetic, _book, _worlds, get
from simulator.engine.experiments._readings import READINGS

ALVH = get("alvh-condor")
SMALL = {"paths": 15, "days": 63}


@cache
def ask(seed=1, **parameters):
    return compute(ALVH, ALVH.parse({**SMALL, **parameters}), seed=seed)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def accounts(seed=1, **parameters):
    p = SimpleNamespace(**ALVH.parse({**SMALL, **parameters}))
    world = _worlds.build(p, seed=seed, data=NoData())
    return world, _book.accounts(p, world, seed=seed)


@pytest.mark.parametrize(
    ("delta", "layers", "outlay", "quiet_year"),
    [
        # Our own arithmetic, by hand: VIX 18, 4/4/2 calls of 30/110/220 days
        (0.50, (735.0, 1139.0, 624.0), 2498.0, 10_500.0),
        (0.30, None, 1260.0, 7200.0),
    ],
)
def test_the_published_outlay_and_quiet_year(delta, layers, outlay, quiet_year):
    found = _arithmetic.layered_hedge(
        vix=18.0, delta=delta, contracts=(4, 4, 2), account=93_000.0, full_loss=9_300.0
    )
    if layers:
        np.testing.assert_allclose(found.outlays, layers, atol=1.0)
    assert found.outlays.sum() == pytest.approx(outlay, rel=0.01)
    assert found.quiet_year == pytest.approx(quiet_year, rel=0.01)


def test_published_futures_and_vols_of_the_arithmetic():
    years = _arithmetic.DTES / 365.0
    np.testing.assert_allclose(_arithmetic.futures(18.0, years), [19.0, 20.1, 20.9], atol=0.06)
    np.testing.assert_allclose(_arithmetic.vols(years), [1.04, 0.82, 0.64], atol=0.006)


@pytest.mark.parametrize(
    ("wing", "bleed", "cover"),
    [(5, 0.24, 0.89), (10, 0.11, 0.41), (25, 0.043, 0.16), (50, 0.021, 0.08), (100, 0.011, 0.04)],
)
def test_the_published_trade_off_of_cost_and_cover(wing, bleed, cover):
    """By hand. Its gains are a tenth larger than those of calls just bought."""
    loss = 10 * (wing - 0.70) * 100.0
    found = _arithmetic.layered_hedge(
        vix=18.0, delta=0.50, contracts=(4, 4, 2), account=10 * loss, full_loss=loss
    )
    assert found.quiet_year / (10 * loss) == pytest.approx(bleed, rel=0.05)
    assert found.cover == pytest.approx(cover, rel=0.15)


def test_the_sweep_shows_cost_and_cover_falling_together():
    sweep = next(t for t in ask()["tables"] if t["name"] == "wings")
    names = [column["name"] for column in sweep["columns"]]
    cover = [row[names.index("cover")] for row in sweep["rows"]]
    quiet = [-row[names.index("quiet_year")] for row in sweep["rows"]]
    assert np.all(np.diff(cover) < 0)
    assert np.all(np.diff(quiet) < 0)


def rows_of(document, name):
    """A table's rows by their first cell."""
    table = next(t for t in document["tables"] if t["name"] == name)
    return {row[0]: row[1:] for row in table["rows"]}


def test_this_run_stands_among_all_readings_of_the_hedge():
    readings = rows_of(ask(), "readings")
    assert set(readings) == {reading.label for reading in READINGS} | {"This run"}
    assert readings["This run"] == rows_of(ask(), "band")["as run"]
    published = next(label for label in readings if label.startswith("As published"))
    assert readings["This run"] == pytest.approx(readings[published])  # the defaults are that
    effects = [row[0] for row in readings.values()]
    assert effects == sorted(effects)
    assert all(row[1] <= row[0] <= row[2] for row in readings.values())


def test_readings_with_layers_of_their_own_keep_them_whatever_the_run_asks_for():
    usual, changed = (
        rows_of(ask(**layers), "readings") for layers in ({}, {"layer_1_contracts": 1.0})
    )
    assert changed["This run"] != usual["This run"]
    for reading in READINGS:
        its_own = reading.slug.startswith("r")
        assert (changed[reading.label] == usual[reading.label]) == its_own, reading.slug


def test_the_strip_marks_the_run_shown():
    strip = next(c for c in ask()["charts"] if c["kind"] == "specification")
    shown = next(s for s in strip["series"] if s["name"] == "shown")
    (at,) = [place for place, value in enumerate(shown["values"]) if value is not None]
    assert strip["x"]["values"][at] == strip["marks"][0]["from"] == "this run"


@pytest.mark.parametrize(
    "nothing",
    [
        {"alvh_enabled": False},
        {"layer_1_contracts": 0.0, "layer_2_contracts": 0.0, "layer_3_contracts": 0.0},
    ],
)
def test_no_layers_is_the_base_account_to_the_last_bit(nothing):
    _, both = accounts(**nothing)
    np.testing.assert_array_equal(both.base.equity(), both.hedged.equity())


def test_cash_and_positions_make_up_the_equity():
    _, both = accounts()
    np.testing.assert_allclose(both.hedged.now(), both.hedged.equity()[-1], rtol=1e-12)


def test_causes_add_up_to_the_profit_of_every_line():
    _, both = accounts()
    for line, gross in both.hedged.gross.items():
        assert np.all(np.abs(both.hedged.residual(line)) <= 1e-9 * np.maximum(gross, 1.0))
    assert figures(ask())["residual_share"] < 0.02


def test_costs_never_raise_profit():
    free, paid = accounts(costs=False)[1], accounts()[1]
    assert np.all(paid.hedged.profit("layer 1").sum() <= free.hedged.profit("layer 1").sum())
    assert paid.base.profit().sum() < free.base.profit().sum()


def test_no_condor_loses_more_than_its_wing():
    _, both = accounts(ts_enabled=False, costs=False)
    worst = both.base.profit().min()
    assert worst >= -10 * 100 * 10.0


def test_decisions_know_nothing_of_the_days_to_come():
    """Shuffle the days after day 40: everything before it stays as it was."""
    p = SimpleNamespace(**ALVH.parse({**SMALL, "signal_overlay": "all"}))
    world = _worlds.build(p, seed=1, data=NoData())
    before = _book.accounts(p, world, seed=1)
    cut = 40
    for array in (world.spx, world.vix, *world.curve.variances):
        array[cut + 1 :] = array[cut + 1 :][::-1].copy()
    after = _book.accounts(p, world, seed=1)
    np.testing.assert_array_equal(
        before.hedged.equity()[: cut + 1], after.hedged.equity()[: cut + 1]
    )


def test_shares_of_all_sales_have_intervals_that_narrow_with_paths():
    names = ("win_rate", "hedge_to_credit", "premium_kept", "drawdown_cut", "trading_share")
    wide = {}
    for paths in (15, 60):
        shown = {metric["name"]: metric for metric in ask(paths=paths)["metrics"]}
        for name in names:
            one = shown[name]
            assert one["low"] <= one["value"] <= one["high"], name
            wide.setdefault(name, []).append(one["high"] - one["low"])
    assert wide["win_rate"][1] < wide["win_rate"][0]


def test_a_cap_makes_the_hedge_smaller():
    capped, free = figures(ask(annual_budget_cap=0.02)), figures(ask())
    assert abs(capped["annual_premium"]) < abs(free["annual_premium"])


def test_the_same_seed_gives_the_same_digest():
    again = compute(ALVH, ALVH.parse(SMALL), seed=1)
    assert ask()["digest"] == again["digest"]
    assert ask()["digest"] != ask(seed=9)["digest"]


@pytest.mark.parametrize("preset", ALVH.presets, ids=lambda preset: preset.name)
def test_every_preset_runs(preset):
    document = compute(ALVH, ALVH.parse({**preset.parameters, "paths": 6, "days": 42}), seed=1)
    assert document["headline"]


@pytest.mark.parametrize(
    ("parameters", "field", "nearest"),
    [
        ({"layer_1_dte": 30, "layer_1_roll_at": 30}, "layer_1_roll_at", 29.0),
        ({"gate_low": 25, "gate_high": 20}, "gate_low", 20.0),
        ({"wing_width": 25}, "min_credit_ratio", 0.028),
        ({"wing_width": 5, "credit_conservative": 3.0}, "credit_conservative", 2.25),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(parameters, field, nearest):
    with pytest.raises(ParametersRefused) as refused:
        ALVH.parse(parameters)
    error = refused.value.errors[0]
    assert error.field == field
    assert error.nearest == pytest.approx(nearest)


def test_policies_of_one_name_are_refused():
    world, both = accounts()
    layers = _book.layers(both.book.params, capital=1.0, seed=1)
    with pytest.raises(ValueError, match="share a name"):
        backtest.run(world, [*layers, *layers], capital=1.0)


def test_without_layers_the_headline_compares_nothing():
    headline = ask(alvh_enabled=False, paths=20, days=40)["headline"]
    assert "No layers are held" in headline
    assert "with them" not in headline
