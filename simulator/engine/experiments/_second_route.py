"""The table "The same number by another route": what a calculator checks itself against."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..markets import vix_curve
from ..markets.state import World
from ..pricing import second_route
from ..pricing.second_route import Law
from ..results import Cell, Column, Table
from ..units import DAYS_PER_YEAR

NAME = "second_route"
OF_FORWARD = 1e-8
"""Tolerance of a price, as a share of the (discounted) forward or strike."""


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


def vix_call_check(
    world: World, *, days: float, delta: float, vol_of_vix: float, skew: float
) -> Check:
    """A simulation's call as it would be bought at the first close of its first path."""
    T = days / DAYS_PER_YEAR
    future = float(np.ravel(world.curve.future(0, T))[0])
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


def route_of(law: Law) -> str:
    if law.sigma == 0.0 and law.jump_intensity == 0.0:
        return "the payoff integrated over the lognormal density"
    return "Gil-Pelaez inversion of the characteristic function on the real axis"
