"""The table "The same number by another route": what a calculator checks itself against."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ..markets import vix_curve, vix_law
from ..markets.state import World
from ..markets.two_factor import FactorCurve
from ..overlays.vix_marks import Pricing
from ..pricing import second_route, vix
from ..pricing.second_route import Law
from ..results import Cell, Column, Table
from ..units import DAYS_PER_YEAR

NAME = "second_route"
OF_FORWARD = 1e-8
"""Tolerance of a price, as a share of the (discounted) forward or strike."""
OF_LAW = 0.02
"""Tolerance of a call read from the table of the model's law, as a share of its price."""


@dataclass(frozen=True)
class Check:
    """One figure found twice; ``other`` is None where the other route cannot decide."""

    figure: str
    here: float
    other: float | None
    tolerance: float
    route: str


def table(checks: Iterable[Check]) -> Table:
    """One row a check; the difference is other minus here.

    Differences are rounded to a thousandth of the tolerance: what is under that is the
    rounding of one machine, and must not make a digest that another cannot repeat.
    """
    rows = [_row(check) for check in checks]
    return Table(
        name=NAME,
        label="The same number by another route",
        columns=[
            Column("figure", "Figure"),
            Column("here", "Here"),
            Column("other", "Other route"),
            Column("difference", "Difference"),
            Column("tolerance", "Tolerance"),
            Column("route", "How"),
        ],
        rows=rows,
    )


def _row(check: Check) -> list[Cell]:
    if check.other is None:
        route = f"{check.route} (does not settle here)"
        return [check.figure, check.here, None, None, check.tolerance, route]
    quantum = 1e-3 * check.tolerance
    difference = quantum * round((check.other - check.here) / quantum)
    other = check.here + difference
    return [check.figure, check.here, other, difference, check.tolerance, check.route]


def option_check(
    figure: str,
    here: float,
    law: Law,
    *,
    forward: float,
    strike: float,
    expiry: float,
    rate: float,
    call: bool,
) -> Check:
    """The present value of one option against the second route under ``law``."""
    discount = math.exp(-rate * expiry)
    shares = second_route.shares(
        law, log_strike=math.log(strike / forward), expiry=expiry, call=call
    )
    other = None
    if shares is not None:
        other = second_route.price(
            shares, forward=forward, strike=strike, discount=discount, call=call
        )
    return Check(figure, here, other, OF_FORWARD * discount * max(forward, strike), route_of(law))


def black_check(
    figure: str,
    here: float,
    *,
    forward: float,
    strike: float,
    expiry: float,
    vol: float,
    rate: float,
    call: bool,
) -> Check:
    """The same for an option priced with one vol."""
    return option_check(
        figure,
        here,
        Law(variance=vol * vol * expiry),
        forward=forward,
        strike=strike,
        expiry=expiry,
        rate=rate,
        call=call,
    )


def vix_call_check(world: World, *, days: float, delta: float, pricing: Pricing) -> Check:
    """A simulation's call as it would be bought at the first close of its first path."""
    T = days / DAYS_PER_YEAR
    future = float(np.ravel(world.curve.future(0, T))[0])
    if isinstance(world.curve, FactorCurve) and pricing.is_by_law(world):
        return _law_check(world, world.curve, days=days, delta=delta, pricing=pricing)
    vol_of_vix, skew = pricing.vol_of_vix, pricing.skew
    shape = {"vol_of_vix": vol_of_vix, "skew": skew}
    strike = float(vix_curve.call_strike_for_delta(future=future, expiry=T, delta=delta, **shape))
    option = {"future": future, "strike": strike, "expiry": T}
    return black_check(
        f"a {days:.0f}-day VIX call struck at {strike:.2f}",
        float(vix_curve.option_price(**option, **shape, rate=world.rate)),
        forward=future,
        strike=strike,
        expiry=T,
        vol=float(vix_curve.option_vol(**option, **shape)),
        rate=world.rate,
        call=True,
    )


def _law_check(
    world: World, curve: FactorCurve, *, days: float, delta: float, pricing: Pricing
) -> Check:
    """The same where the model's own law marks: its table against the exact transform."""
    T, first = days / DAYS_PER_YEAR, np.array([0])
    future = curve.future(0, T, first)
    marks = pricing.on(world, 0, T, first)
    strike = marks.moneyness(delta) * future
    here = float(marks.price(future, np.asarray(strike), world.rate)[0])
    fast, slow = (float(v[0, 0]) for v in curve.variances)
    one, two = curve.model.factors
    model = replace(curve.model, factors=(replace(one, v0=fast), replace(two, v0=slow)))
    other = vix.option(
        vix_law.by_transform(model), strike=float(strike[0]), expiry=T, rate=world.rate
    )
    return Check(
        f"a {days:.0f}-day VIX call struck at {float(strike[0]):.2f}",
        here,
        float(other),
        OF_LAW * here,
        "the exact transform of the model's VIX, at this state and strike alone",
    )


def route_of(law: Law) -> str:
    if law.sigma == 0.0 and law.jump_intensity == 0.0:
        return "the payoff integrated over the lognormal density"
    return "Gil-Pelaez inversion of the characteristic function on the real axis"
