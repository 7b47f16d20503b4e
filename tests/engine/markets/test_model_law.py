"""Index options by the model's own law: against other routes, against its paths, and fair."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.data import NoData
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import _book, _worlds, get
from simulator.engine.markets import heston_paths, model_law, two_factor
from simulator.engine.numerics.times import Times
from simulator.engine.overlays.vix_marks import Pricing
from simulator.engine.pricing import bates, black76
from simulator.engine.pricing import vix as vix_pricing
from simulator.engine.pricing.affine import Factor, Jumps

RATE, YIELD = 0.03, 0.015
CARRY = RATE - YIELD
SPOT = 7138.80
CALM = two_factor.started(two_factor.EDU_2, vix=13.0)
USUAL = two_factor.started(two_factor.EDU_2, vix=17.95)
WILD = two_factor.started(two_factor.EDU_2, vix=50.0)


def smile(model, days):
    fast, slow = model.factors
    return model_law.smile(
        model,
        fast=np.array([fast.v0]),
        slow=np.array([slow.v0]),
        spot=np.array([SPOT]),
        expiry=days / 252.0,
        rate=RATE,
        dividend_yield=YIELD,
    )


@pytest.mark.parametrize("model", [CALM, USUAL, WILD], ids=["calm", "usual", "wild"])
@pytest.mark.parametrize("days", [1, 2, 5])
def test_prices_are_the_mean_payoffs_of_the_models_own_paths(model, days):
    paths = heston_paths.simulate(
        model.priced(CARRY), steps=days, paths=150_000, seed=4, spot=SPOT
    ).spot[-1]
    law = smile(model, days)
    for y in (-2.5, -1.5, -0.7, 0.0, 0.7, 1.4):
        strike = float(law.strike_at(y)[0])
        call = y >= 0.0
        payoff = np.maximum(paths - strike if call else strike - paths, 0.0)
        payoff *= np.exp(-RATE * days / 252.0)
        error = payoff.std() / np.sqrt(payoff.size)
        assert float(law.price(strike, call=call)[0]) == pytest.approx(
            payoff.mean(), abs=3.5 * error
        ), (days, y)


def test_one_factor_with_jumps_that_lift_nothing_is_the_model_of_bates():
    """The same law by the pricing module's own contour and quadrature."""
    heston = Factor(v0=0.03, kappa=5.0, theta=0.04, sigma=0.5, rho=-0.72)
    none = Factor(v0=0.0, kappa=1.0, theta=0.0, sigma=0.1, rho=0.0)
    jumps = Jumps(intensity=2.0, mean=-0.04, sd=0.03)
    model = replace(USUAL, factors=(heston, none), jumps=jumps, variance_jump=0.0)
    law = smile(model, 21)
    strikes = law.strike_at(np.linspace(-3.0, 1.5, 10)[:, None])[:, 0]
    other = bates.price(
        spot=SPOT,
        strike=strikes,
        expiry=21 / 252.0,
        rate=RATE,
        dividend_yield=YIELD,
        v0=heston.v0,
        kappa=heston.kappa,
        theta=heston.theta,
        sigma=heston.sigma,
        rho=heston.rho,
        jump_intensity=jumps.intensity,
        jump_mean=jumps.mean,
        jump_sd=jumps.sd,
        call=True,
    )
    own = law.price(strikes[:, None], call=True)[:, 0]
    np.testing.assert_allclose(own, other, rtol=2e-3, atol=0.02)


def test_variance_that_does_not_move_is_black_scholes():
    still = tuple(replace(f, sigma=1e-4, rho=0.0, theta=f.v0) for f in USUAL.factors)
    model = replace(USUAL, factors=still, jumps=Jumps(), variance_jump=0.0)
    for days in (1, 10):
        law = smile(model, days)
        vol = law.vol(law.strike_at(np.linspace(-2.0, 2.0, 9)[:, None]))
        np.testing.assert_allclose(vol, np.sqrt(sum(f.v0 for f in still)), rtol=2e-4)


@settings(max_examples=40)
@given(
    days=st.sampled_from([1, 3, 21]),
    fast=st.floats(0.0, 0.6),
    slow=st.floats(0.0, 0.6),
)
def test_between_its_points_the_table_says_what_the_transform_says(days, fast, slow):
    """Of the forward: a twentieth of a basis point is 0.04 points of an index of 7,000."""
    model = replace(
        USUAL,
        factors=(replace(USUAL.factors[0], v0=fast), replace(USUAL.factors[1], v0=slow)),
    )
    law = smile(model, days)
    y = np.linspace(-4.0, 2.0, 25)
    state = {"fast": np.array([fast]), "slow": np.array([slow])}
    width = model_law.implied_widths(model, days, **state, w=law.width, y=y)[0]
    strikes = law.strike_at(y[:, None])[:, 0]
    F = float(law.forward[0])
    exact = black76.of_width(
        forward=F,
        strike=strikes,
        log_moneyness=np.log(strikes / F),
        width=width,
        discount=float(law.discount),
        sign=np.where(y >= 0.0, 1.0, -1.0),
    )
    found = law.price(strikes[:, None], call=(y >= 0.0)[:, None])[:, 0]
    np.testing.assert_allclose(found, exact, rtol=0.01, atol=5e-6 * F)


@pytest.mark.parametrize("days", [1, 5, 21])
def test_calls_fall_and_bend_upwards_in_the_strike(days):
    law = smile(USUAL, days)
    strikes = np.linspace(0.94, 1.04, 81)[:, None] * SPOT
    price = law.price(strikes, call=True)[:, 0]
    assert np.all(np.diff(price) < 0.0)
    assert np.all(np.diff(price, 2) > -1e-3)


def test_deltas_lie_where_they_were_asked_for():
    law = smile(USUAL, 5)
    for call in (True, False):
        strike = law.strike_for_delta(0.15, call=call)
        assert abs(float(law.delta(strike, call=call)[0])) == pytest.approx(0.15, abs=1e-6)


def test_paths_with_different_days_to_go_read_their_own_laws():
    days = np.array([0, 1, 3, 1])
    fast, slow = (np.full(4, f.v0) for f in USUAL.factors)
    together = model_law.smile(
        USUAL,
        fast=fast,
        slow=slow,
        spot=np.full(4, SPOT),
        expiry=Times(np.arange(4) / 252.0, days),
        rate=RATE,
        dividend_yield=YIELD,
    )
    strike = 0.99 * SPOT
    price = together.price(strike, call=False)
    assert price[0] == 0.0
    assert price[1] == price[3] == pytest.approx(smile(USUAL, 1).price(strike, call=False)[0])
    assert price[2] == pytest.approx(smile(USUAL, 3).price(strike, call=False)[0])


# fair prices: under one measure nothing is earned

LEVELS = (0.0, 13.0, 15.0, 18.0, 22.0, 30.0, 200.0)


def sales(vols, *, paths=600, days=252, **changes):
    """Profit of every sale in points, and the VIX at which it was made, under one measure."""
    asked = {"short_dated_vol": vols, "gate_mode": "none", "costs": False, "min_credit_ratio": 0.0}
    p = SimpleNamespace(**get("alvh-condor").parse({**asked, **changes}))
    world = two_factor.world(paths=paths, days=days, seed=2, model=USUAL, carry=CARRY)
    offered = _book.book(p, world).sheets["conservative"].quotes
    k, S = offered.strikes[:, :-1], world.spx[1:]
    owed = np.maximum(k[1] - S, 0.0) - np.maximum(k[0] - S, 0.0)
    owed += np.maximum(S - k[2], 0.0) - np.maximum(S - k[3], 0.0)
    done = offered.possible[:-1]
    return (offered.credit[:-1] - owed)[done], world.vix[:-1][done]


def errors_from_nought(profit, vix):
    """Mean over its standard error in each class of VIX, and the largest standard error."""
    z, widest = [], 0.0
    for low, high in pairwise(LEVELS):
        here = profit[(vix >= low) & (vix < high)]
        assert here.size > 1000
        error = here.std() / np.sqrt(here.size)
        z.append(here.mean() / error)
        widest = max(widest, error)
    return np.array(z), widest


@pytest.mark.parametrize(
    "changes",
    [{}, {"strike_method": "delta"}, {"strike_method": "edr", "wing_width": 25.0}],
    ids=["credit", "delta", "range"],
)
def test_condors_at_the_models_own_law_earn_nothing_at_any_vix(changes):
    profit, vix = sales("model", **changes)
    z, widest = errors_from_nought(profit, vix)
    assert widest < 0.07  # points: no more than a tenth of a usual credit can hide
    assert np.abs(z).max() < 3.2
    assert abs(profit.mean()) < 3.0 * profit.std() / np.sqrt(profit.size)


@pytest.mark.parametrize("vols", ["vix", "horizon"])
def test_the_other_two_prices_are_too_dear_in_calm_and_too_cheap_in_fear(vols):
    z, _ = errors_from_nought(*sales(vols))
    assert z[0] > 20.0
    assert np.all(z[3:] < -15.0)


def test_a_week_and_a_month_are_fair_too():
    """Sold once on each path, held to the end; all conditions of one start."""
    for days in (5, 21):
        asked = {"short_dated_vol": "model", "ic_dte": days, "wing_width": 50.0, "costs": False}
        p = SimpleNamespace(**get("alvh-condor").parse({**asked, "min_credit_ratio": 0.0}))
        world = two_factor.world(paths=60_000, days=days, seed=6, model=USUAL, carry=CARRY)
        sheet = _book.book(p, world.first(2)).sheets["conservative"]
        offer = sheet.offer(0, world.first(2), days / 252.0)
        k, S = offer.strikes[:, :1], world.spx[-1]
        owed = np.maximum(k[1] - S, 0.0) - np.maximum(k[0] - S, 0.0)
        owed += np.maximum(S - k[2], 0.0) - np.maximum(S - k[3], 0.0)
        profit = offer.credit[0] - np.exp(-RATE * days / 252.0) * owed
        assert abs(profit.mean()) < 3.0 * profit.std() / np.sqrt(profit.size)


def test_a_market_known_by_its_vix_alone_prices_at_the_vix():
    asked = {"market": "episode", "episode": "unwind-2024", "paths": 5}
    books = []
    for vols in ("vix", "model"):
        p = SimpleNamespace(**get("alvh-condor").parse({**asked, "short_dated_vol": vols}))
        world = _worlds.build(p, seed=1, data=NoData())
        books.append(_book.accounts(p, world, seed=1, explain=False).hedged.equity())
    np.testing.assert_array_equal(*books)


def test_the_whole_account_runs_on_it_with_rolls_and_attribution():
    p = SimpleNamespace(
        **get("alvh-condor").parse({"short_dated_vol": "model", "paths": 20, "days": 63})
    )
    world = _worlds.build(p, seed=1, data=NoData())
    both = _book.accounts(p, world, seed=1)
    for line, gross in both.hedged.gross.items():
        assert np.all(np.abs(both.hedged.residual(line)) <= 1e-9 * np.maximum(gross, 1.0))
    np.testing.assert_allclose(both.hedged.now(), both.hedged.equity()[-1], rtol=1e-12)


def test_event_days_has_no_such_law_as_its_moves_are_not_the_models():
    with pytest.raises(ParametersRefused):
        get("event-days").parse({"short_dated_vol": "model"})


def by_transform(model):
    """The same VIX by the exact transform of the pricing module."""
    jumps = vix_pricing.VarianceJumps(intensity=model.jumps.intensity, mean=model.variance_jump)
    return vix_pricing.VixModel(factors=model.factors, jumps=model.jumps, variance_jumps=jumps)


@pytest.mark.parametrize("level", [14.0, 18.0, 30.0, 50.0])
@pytest.mark.parametrize("days", [21, 77])
def test_vix_futures_and_calls_at_the_models_own_law_earn_nothing_at_any_vix(level, days):
    """Bought at the exact transform's price and held, on paths of the measure that prices."""
    start = two_factor.started(two_factor.EDU_2, vix=level)
    own = by_transform(start)
    T = days / 252.0
    end = two_factor.world(paths=40_000, days=days, seed=8, model=start, carry=CARRY).vix[-1]
    future = float(vix_pricing.future(own, expiry=T))
    assert abs(end.mean() - future) < 3.5 * end.std() / np.sqrt(end.size)
    for strike in (0.9 * future, future, 1.2 * future):
        profit = np.maximum(end - strike, 0.0) - float(
            vix_pricing.option(own, strike=strike, expiry=T)
        )
        assert abs(profit.mean()) < 3.5 * profit.std() / np.sqrt(profit.size), strike


def test_the_market_rule_marks_vix_calls_above_the_models_law():
    """What docs/conventions.md says of the usual marks: one-month 30-delta calls cost about twice
    what the law gives, and more the higher the VIX.
    """
    ratio = []
    for level in (15.0, 18.0, 24.0):
        own = by_transform(two_factor.started(two_factor.EDU_2, vix=level))
        T, rule = 21 / 252.0, Pricing()
        future = float(vix_pricing.future(own, expiry=T))
        strike = rule.moneyness(T, 0.30) * future
        law = float(vix_pricing.option(own, strike=strike, expiry=T))
        ratio.append(float(rule.price(np.array(future), np.array(strike), T, 0.0)) / law)
    assert 1.4 < ratio[0] < 2.2
    assert ratio[2] > ratio[1] > 1.4
