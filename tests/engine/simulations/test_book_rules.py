"""Rules of the book that a reader may choose: the expected range, the threat, the vega target."""

from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine.data import NoData
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import _book, _worlds, get
from simulator.engine.markets import null_models
from simulator.engine.markets.curves import AnchoredCurve
from simulator.engine.markets.state import World
from simulator.engine.overlays.daily_range import DailyRange
from simulator.engine.overlays.rolling import TimeShift

ALVH = get("alvh-condor")
SMALL = {"paths": 12, "days": 63}
BLEND = DailyRange(mode="glossary_blend", multiplier=2.0)
LAST_BIT = {"rtol": 0.0, "atol": 0.0}


def asked(**parameters):
    return SimpleNamespace(**ALVH.parse({**SMALL, **parameters}))


def market(p, seed=1):
    return _worlds.build(p, seed=seed, data=NoData())


def unhedged(p, world):
    return _book.accounts(p, world, seed=1, explain=False).base.equity()


def steady(daily_move, vix, days=40):
    """An index that goes up and down by the same log move, under a VIX that stands still."""
    logs = np.where(np.arange(days + 1) % 2, daily_move, 0.0)[:, None]
    level = np.full((days + 1, 1), float(vix))
    return World(
        kind="model",
        spx=7000.0 * np.exp(logs),
        vix=level,
        years=np.arange(days + 1) / 252.0,
        curve=AnchoredCurve(level),
    )


def test_the_glossarys_range_by_hand():
    """VIX9D 18, HV20 14.8, multiplier 2: 2 (0.1 * 18 + 0.5 * 14.8) / sqrt(252) = 1.16 %."""
    world = steady(0.148 / np.sqrt(252.0), 18.0)
    assert BLEND.at_close(world)[30, 0] == pytest.approx(0.0116, abs=5e-5)
    assert BLEND.before(world)[30, 0] == BLEND.at_close(world)[29, 0]


def test_before_the_first_close_moves_are_what_the_vix_expected():
    world = steady(0.0, 18.0)
    first = 2.0 * (0.1 * 18.0 + 0.5 * 18.0) / 100.0 / np.sqrt(252.0)
    assert BLEND.at_close(world)[0, 0] == pytest.approx(first)
    quiet = 2.0 * 0.1 * 18.0 / 100.0 / np.sqrt(252.0)  # twenty days without a move later
    assert BLEND.at_close(world)[20, 0] == pytest.approx(quiet)


def test_the_nine_day_vol_is_the_models_own_and_not_the_vix():
    p = asked()
    world = market(p)
    only = DailyRange(mode="glossary_blend", implied_weight=1.0, realised_weight=0.0)
    near = world.curve.horizon_vol(20, 9.0 / 365.0) / 100.0 / np.sqrt(252.0)
    np.testing.assert_allclose(only.at_close(world)[20], near)
    assert np.abs(near / (world.vix[20] / 100.0 / np.sqrt(252.0)) - 1.0).max() > 0.01


def test_strikes_by_range_stand_a_multiple_of_the_blend_away():
    p = asked(edr_mode="glossary_blend", edr_multiplier=1.6, strike_method="edr")
    p.min_credit_ratio = 0.0
    world = market(p)
    sheet = _book.book(p, world).sheets["conservative"]
    away = 1.75 * _book.daily_range(p).at_close(world) * world.spx
    np.testing.assert_allclose(world.spx - sheet.quotes.strikes[1], away, rtol=1e-12)
    np.testing.assert_allclose(sheet.quotes.strikes[2] - world.spx, away, rtol=1e-12)


def test_a_narrower_range_arms_fewer_rolls():
    world = market(asked(paths=200))
    armed = {}
    for name, reading in {"vix": DailyRange(), "blend": DailyRange(mode="glossary_blend")}.items():
        shift = TimeShift(daily_range=reading, either=False)
        shift.begin(world)
        armed[name] = shift.armed.mean()
    assert armed["blend"] < armed["vix"]


def test_one_day_condors_have_no_close_at_which_a_delta_could_warn():
    """Their only close after the sale is the last one, where a delta is nought or one."""
    by_strike = asked(gate_mode="none", ts_max_rolls=0)
    by_delta = asked(gate_mode="none", ts_max_rolls=0, threatened_if="delta")
    world = market(by_strike)
    np.testing.assert_allclose(unhedged(by_delta, world), unhedged(by_strike, world), **LAST_BIT)


MONTHLY = {
    "ic_dte": 21,
    "strike_method": "delta",
    "wing_width": 100.0,
    "gate_mode": "none",
    "min_credit_ratio": 0.0,
    "ts_forward_dte": 30,
    "ts_restrike": False,
    "days": 126,
}


def rolls(**changes):
    p = asked(**{**MONTHLY, **changes})
    world = market(p)
    accounts = _book.accounts(p, world, seed=1, explain=False)
    return accounts.base_books[0].chains, accounts.base


def test_a_delta_rolls_losers_before_they_expire():
    late, _ = rolls()
    early, ledger = rolls(threatened_if="delta")
    assert early.rolled.sum() > late.rolled.sum()
    np.testing.assert_allclose(ledger.now(), ledger.equity()[-1], rtol=1e-12)


def test_the_higher_the_delta_asked_for_the_fewer_rolls():
    counts = [rolls(threatened_if="delta", ts_threat_delta=x)[0].rolled.sum() for x in (0.3, 0.6)]
    assert counts[0] > counts[1]


def test_a_loser_that_waits_for_a_credit_is_asked_for_once():
    chains, _ = rolls(threatened_if="delta", ts_restrike=True, ts_cushion=5.0)
    sales, _ = rolls(ts_enabled=False)
    assert chains.asked.sum() > chains.rolled.sum()
    assert np.all(chains.asked <= 126 / 21 + chains.rolled + 1)
    assert sales.asked.sum() == 0


def gain_for_a_point(p, world):
    """USD that the hedge gains for a point of VIX, of what the condors lose, at the start."""
    factor = _book.vega_factor(p, world)
    sheet = _book.book(p, world).sheets["conservative"]
    strikes = sheet.quotes.strikes[:, 0]
    owed = []
    for more in (0.5, -0.5):
        smile = sheet.smile(0, world, 1.0 / 252.0, world.spx[0], more=more)
        legs = [smile.price(strikes[row], call=row > 1) for row in range(4)]
        owed.append(legs[1] + legs[2] - legs[0] - legs[3])
    lost = 100.0 * p.condors * (owed[0] - owed[1]).mean()
    return factor * _book.layers_gain(p) / lost


@pytest.mark.parametrize("share", [0.2, 0.4, 1.0])
def test_layers_gain_the_asked_share_of_what_the_condors_lose(share):
    p = asked(vega_target_mode=share)
    assert gain_for_a_point(p, market(p)) == pytest.approx(share, rel=1e-9)


def test_four_four_and_two_calls_gain_162_dollars_a_point():
    """By hand: futures of 30, 110 and 220 days move by .48, .25 and .16 of spot VIX, so that
    100 * .5 * (4 * .48 + 4 * .25 + 2 * .16) = 162.
    """
    assert _book.layers_gain(asked()) == pytest.approx(162.0, abs=2.0)


def test_twice_the_share_is_twice_the_calls():
    world = market(asked())
    spent = []
    for share in (0.4, 0.8):
        both = _book.accounts(asked(vega_target_mode=share), world, seed=1, explain=False)
        spent.append(sum(layer.purchases.sum() for layer in both.hedged_layers[2:]))
    assert spent[1] == pytest.approx(2.0 * spent[0], rel=0.05)  # gifts of layer 1 hang on its gain


def test_a_cap_holds_over_a_vega_target():
    p = asked(vega_target_mode=1.0, wing_width=100.0, min_credit_ratio=0.0)
    world = market(p)
    free = _book.accounts(p, world, seed=1, explain=False)
    p.annual_budget_cap = 0.0025
    capped = _book.accounts(p, world, seed=1, explain=False)
    assert capped.hedged_layers[0].purchases.sum() < 0.7 * free.hedged_layers[0].purchases.sum()


def test_the_new_rules_know_nothing_of_the_days_to_come():
    p = asked(
        **{**MONTHLY, "threatened_if": "delta", "edr_mode": "glossary_blend"}, vega_target_mode=0.4
    )
    world = market(p)
    before = _book.accounts(p, world, seed=1).hedged.equity()
    cut = 60
    for array in (world.spx, world.vix, *world.curve.variances):
        array[cut + 1 :] = array[cut + 1 :][::-1].copy()
    after = _book.accounts(p, world, seed=1).hedged.equity()
    np.testing.assert_array_equal(before[: cut + 1], after[: cut + 1])
    assert np.any(before[cut + 1 :] != after[cut + 1 :])


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        (
            {"edr_mode": "glossary_blend", "edr_implied_weight": 0, "edr_realised_weight": 0},
            "edr_realised_weight",
        ),
        (
            {
                "threatened_if": "delta",
                "strike_method": "delta",
                "short_delta_conservative": 0.3,
                "ts_threat_delta": 0.25,
            },
            "ts_threat_delta",
        ),
        (
            {
                "vega_target_mode": 0.4,
                "layer_1_contracts": 0,
                "layer_2_contracts": 0,
                "layer_3_contracts": 0,
            },
            "vega_target_mode",
        ),
        ({"vega_target_mode": 0.1}, "vega_target_mode"),
        ({"ts_threat_delta": 0.1}, "ts_threat_delta"),
        ({"edr_multiplier": 2.1}, "edr_multiplier"),
    ],
)
def test_wrong_combinations_are_refused_in_words(parameters, field):
    with pytest.raises(ParametersRefused) as refused:
        ALVH.parse(parameters)
    assert [error.field for error in refused.value.errors] == [field]


def test_what_the_chosen_rules_do_not_read_is_accepted():
    weights = {"edr_implied_weight": 0, "edr_realised_weight": 0}
    none = {f"layer_{n}_contracts": 0 for n in (1, 2, 3)}
    ALVH.parse({**weights, "alvh_enabled": False, "vega_target_mode": 0.4, **none})


@pytest.mark.parametrize(("fomc", "cpi"), [(0, 0), (8, 12), (4, 0), (24, 24)])
def test_a_year_has_as_many_event_days_as_asked_for(fomc, cpi):
    once = null_models.event_days(251, fomc=fomc, cpi=0).sum()
    again = null_models.event_days(251, fomc=0, cpi=cpi).sum()
    assert (once, again) == (fomc, cpi)


def test_no_event_days_is_full_size_on_every_day_to_the_last_bit():
    world = market(asked(days=126))
    none = asked(fomc_days=0, cpi_days=0, event_size_factor=0.0)
    whole = asked(event_size_factor=1.0)
    np.testing.assert_allclose(unhedged(none, world), unhedged(whole, world), **LAST_BIT)


def test_more_event_days_are_fewer_condors():
    world = market(asked(days=252))
    sold = []
    for count in (0, 12, 24):
        p = asked(cpi_days=count, event_size_factor=0.0, gate_mode="none")
        both = _book.accounts(p, world, seed=1, explain=False)
        sold.append(both.base_books[0].sold.sum())
    assert sold[0] > sold[1] > sold[2]
