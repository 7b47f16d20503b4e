"""Places the strikes, prices the legs, and states the seller's figures and odds."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...data import Data, Progress
from ...errors import ParameterError
from ...markets.surface import Z_HIGH, Z_LOW, Smile
from ...numerics.arrays import Floats
from ...pricing import black_scholes, second_route
from ...pricing.greeks import UNDEFINED
from ...results import Axis, Chart, Column, Mark, Result, Series, Table
from ...structures import iron_condor
from ...structures.iron_condor import IronCondor
from ...units import DAYS_PER_YEAR, FRACTION, POINTS
from ...words import percent
from .. import _second_route as twice
from .._defined import metrics_of
from . import CREDIT_SHARE, STRIKES, TARGETS, chosen_method, experiment

LEGS = ("Long put", "Short put", "Short call", "Long call")


def run(params: SimpleNamespace, *, seed: int | None, data: Data, progress: Progress) -> Result:
    """The condor's figures, its legs, and its profit over the index now and at expiry."""
    smile = Smile(
        spot=params.spot,
        expiry=params.days / DAYS_PER_YEAR,
        atm_vol=params.vol,
        rate=params.rate,
        dividend_yield=params.dividend_yield,
        a=params.skew,
        b=0.0,
    )
    condor = place(params, smile)
    notes = [
        "All figures are the seller's, for one condor, in index points: a contract is 100 USD a "
        "point. European options, settled in cash; calendar days over 365; no costs.",
        "Probabilities are risk-neutral: what the option prices charge for, not a forecast. At "
        "fair prices the expected profit is therefore nought, less the interest that the credit "
        "is not given here.",
        "The win rate to break even supposes every win to be the whole credit and every loss "
        "the largest one.",
    ]
    if chosen_method(vars(params)) != "strikes":
        notes.append("Strikes are not rounded to listed ones.")
    values = figures(params, smile, condor, notes)
    return Result(
        headline=_headline(params, values),
        metrics=metrics_of(experiment.metrics, values),
        tables=[
            _legs(smile, condor),
            _at_expiry(params, condor, values),
            _second_route(params, smile, condor, values),
        ],
        charts=[_chart(params, smile, condor, values)],
        notes=notes,
    )


def place(p: SimpleNamespace, smile: Smile) -> IronCondor:
    """The four strikes by the method in force."""
    method = chosen_method(vars(p))
    if method == "strikes":
        return IronCondor(**{name: getattr(p, name) for name in STRIKES})
    usual = CREDIT_SHARE * p.wing_width if method == "credit" else TARGETS[method]
    target: float = usual if p.strike_target is None else p.strike_target
    if method == "credit":
        condor = iron_condor.strikes_by_credit(smile, target=target, wing_width=p.wing_width)
    elif method == "delta":
        condor = iron_condor.strikes_by_delta(smile, short_delta=target, wing_width=p.wing_width)
    elif method == "sigma":
        condor = iron_condor.strikes_by_sigma(smile, multiple=target, wing_width=p.wing_width)
    else:
        condor = iron_condor.strikes_by_edr(
            spot=p.spot,
            vol=p.vol,
            expiry=p.days / DAYS_PER_YEAR,
            multiple=target,
            wing_width=p.wing_width,
        )
    k1, k2, k3, _ = (float(strike) for strike in condor.strikes)
    if k2 > k3:
        raise ParameterError(
            "strike_target", "this delta would put the short put above the short call; choose less"
        )
    if k1 <= 0.0:
        raise ParameterError(
            "wing_width",
            f"the long put would be struck at {k1:.2f}: with this short put the wing must be "
            f"below {max(k2, 0.0):.2f}",
            maximum=max(k2, 0.0),
            unit=POINTS,
        )
    return condor


def figures(
    p: SimpleNamespace, smile: Smile, condor: IronCondor, notes: list[str]
) -> dict[str, Any]:
    """Every metric; what does not exist is None and explained in ``notes``."""
    _, k2, k3, _ = condor.strikes
    credit = float(iron_condor.credit(condor, smile))
    loss = float(iron_condor.max_loss(condor, credit=credit))
    low, high = (float(x) for x in iron_condor.break_evens(condor, credit=credit))
    greeks = iron_condor.greeks(condor, smile)
    values: dict[str, Any] = {
        "credit": credit,
        "max_loss": loss,
        "breakeven_low": low,
        "breakeven_high": high,
        "delta": float(greeks.delta),
        "gamma": float(greeks.gamma),
        "vega": float(greeks.vega),
        "theta_per_day": float(greeks.theta) / DAYS_PER_YEAR,
        "probability_of_profit": _probability_of_profit(smile, credit, low, high),
        "probability_between_shorts": float(
            smile.probability_below(k3) - smile.probability_below(k2)
        ),
        "expected_value": credit * -math.expm1(p.rate * p.days / DAYS_PER_YEAR),
    }
    if credit > 0.0 and loss > 0.0:
        values["breakeven_win_rate"] = loss / (loss + credit)
    if credit <= 0.0:
        notes.append(
            "The options are worth no credit, so there is no profit to lose: no break-evens and "
            "no win rate."
        )
    elif not (math.isfinite(low) and math.isfinite(high)):
        notes.append("A side whose wing is no wider than the credit has no break-even.")
    elif loss <= 0.0:
        notes.append(
            "The credit covers the widest wing: nothing can be lost, and no win rate is needed."
        )
    for name in ("gamma", "theta_per_day"):
        if abs(values[name]) > UNDEFINED / DAYS_PER_YEAR:
            values[name] = None
            notes.append(f"No {name}: the index stands at a strike with no time or no vol left.")
    return values


def _probability_of_profit(smile: Smile, credit: float, low: float, high: float) -> float:
    """Risk-neutral probability of ending between the break-evens."""
    if credit <= 0.0:
        return 0.0
    below = float(smile.probability_below(low)) if math.isfinite(low) else 0.0
    above = 1.0 - float(smile.probability_below(high)) if math.isfinite(high) else 0.0
    return max(1.0 - below - above, 0.0)


def _second_route(
    p: SimpleNamespace, smile: Smile, condor: IronCondor, values: dict[str, Any]
) -> Table:
    """The credit from the distribution that the smile implies, and each leg by its density.

    A put spread is worth the area under P(S < k) between its strikes, a call spread the
    area under P(S > k): the payoff integrated over the implied density, by parts.
    """
    T = p.days / DAYS_PER_YEAR
    k1, k2, k3, k4 = (float(strike) for strike in condor.strikes)
    credit = None
    if T > 0.0 and p.vol > 0.0:
        below = _area_below(smile, k1, k2)
        above = (k4 - k3) - _area_below(smile, k3, k4)
        credit = math.exp(-p.rate * T) * (below + above)
    tolerance = twice.OF_FORWARD * p.spot * max(1.0, math.exp(-p.rate * T))
    checks = [
        twice.Check(
            "credit",
            values["credit"],
            credit,
            tolerance,
            "the payoff integrated over the distribution that the smile implies",
        )
    ]
    prices = iron_condor.leg_prices(condor, smile)
    for leg, strike, price, call in zip(
        LEGS, condor.strikes, prices, iron_condor.CALLS, strict=True
    ):
        checks.append(
            twice.black_check(
                leg.lower(),
                float(price),
                forward=float(smile.forward),
                strike=float(strike),
                expiry=T,
                vol=float(smile.vol(strike)),
                rate=p.rate,
                call=bool(call),
            )
        )
    return twice.table(checks)


def _area_below(smile: Smile, low: float, high: float) -> float:
    """int P(S < k) dk; panels end where the smile is cut off."""
    if high <= low:
        return 0.0
    cuts = [float(smile.strike_at(z)) for z in (Z_LOW, Z_HIGH)]
    edges = np.unique([*np.linspace(low, high, 9), *(c for c in cuts if low < c < high)])
    k, weight = second_route.panels(edges)
    return float(np.sum(weight * smile.probability_below(k)))


def _headline(p: SimpleNamespace, values: dict[str, Any]) -> str:
    start = (
        f"The seller is paid {values['credit']:.2f} points against a loss of at most "
        f"{values['max_loss']:.2f}"
    )
    if values.get("breakeven_win_rate") is None:
        return start + "."
    return (
        f"{start}, so must win {percent(values['breakeven_win_rate'])} of the time if losses are "
        "full "
        f"ones; the options themselves put the odds of any profit at "
        f"{percent(values['probability_of_profit'])}."
    )


def _legs(smile: Smile, condor: IronCondor) -> Table:
    prices = iron_condor.leg_prices(condor, smile)
    rows = [
        [
            name,
            quantity,
            float(strike),
            float(smile.vol(strike)),
            float(price),
            float(smile.greeks(strike, call=call).delta),
        ]
        for name, quantity, strike, price, call in zip(
            LEGS,
            iron_condor.QUANTITIES,
            condor.strikes,
            prices,
            iron_condor.CALLS,
            strict=True,
        )
    ]
    return Table(
        name="legs",
        label="The four legs; prices and deltas are of one option bought",
        columns=[
            Column("leg", "Leg"),
            Column("quantity", "Quantity", "count"),
            Column("strike", "Strike", POINTS),
            Column("vol", "Vol", FRACTION),
            Column("price", "Price", POINTS),
            Column("delta", "Delta", FRACTION),
        ],
        rows=rows,
    )


def _levels(p: SimpleNamespace, condor: IronCondor) -> Floats:
    """An even grid past both wings, with every kink on it."""
    k1, k2, k3, k4 = (float(strike) for strike in condor.strikes)
    margin = max(0.4 * (k4 - k1), 0.02 * p.spot)
    even = np.linspace(max(min(k1, p.spot) - margin, 0.01 * k1), max(k4, p.spot) + margin, 77)
    return np.unique(np.concatenate([even, [k1, k2, k3, k4, p.spot]]))


def _at_expiry(p: SimpleNamespace, condor: IronCondor, values: dict[str, Any]) -> Table:
    named = [
        ("long put", float(condor.long_put)),
        ("lower break-even", values["breakeven_low"]),
        ("short put", float(condor.short_put)),
        ("index today", p.spot),
        ("short call", float(condor.short_call)),
        ("upper break-even", values["breakeven_high"]),
        ("long call", float(condor.long_call)),
    ]
    rows = sorted(
        (
            [
                name,
                level,
                float(iron_condor.profit_at_expiry(condor, credit=values["credit"], spot=level)),
            ]
            for name, level in named
            if math.isfinite(level)
        ),
        key=lambda row: float(row[1]),
    )
    return Table(
        name="expiry",
        label="Profit at expiry at the levels that matter",
        columns=[
            Column("point", "Level"),
            Column("index", "Index at expiry", POINTS),
            Column("profit", "Profit", POINTS),
        ],
        rows=rows,
    )


def _profit_before(
    p: SimpleNamespace, smile: Smile, condor: IronCondor, levels: Floats, days_left: float
) -> Floats:
    """Credit less the cost of closing, each strike keeping today's vol."""
    closing = np.zeros_like(levels)
    for strike, call, quantity in zip(
        condor.strikes, iron_condor.CALLS, iron_condor.QUANTITIES, strict=True
    ):
        closing -= quantity * black_scholes.price(
            spot=levels,
            strike=strike,
            expiry=days_left / DAYS_PER_YEAR,
            vol=smile.vol(strike),
            rate=p.rate,
            dividend_yield=p.dividend_yield,
            call=call,
        )
    result: Floats = float(iron_condor.credit(condor, smile)) - closing
    return result


def _chart(p: SimpleNamespace, smile: Smile, condor: IronCondor, values: dict[str, Any]) -> Chart:
    levels = _levels(p, condor)
    end = iron_condor.profit_at_expiry(condor, credit=values["credit"], spot=levels)
    series = [
        Series(
            "now",
            f"Today, {p.days:g} days before expiry",
            _profit_before(p, smile, condor, levels, p.days),
            role="hedged",
        ),
        Series(
            "halfway",
            f"Halfway, {p.days / 2:g} days before expiry",
            _profit_before(p, smile, condor, levels, p.days / 2),
            role="hedge",
        ),
        Series("expiry", "At expiry", end, role="reference"),
    ]
    marks = [Mark("x", p.spot, p.spot, "index today")]
    if math.isfinite(values["breakeven_low"]) and math.isfinite(values["breakeven_high"]):
        marks.append(
            Mark("x", values["breakeven_low"], values["breakeven_high"], "profit at expiry")
        )
    return Chart(
        name="payoff",
        label="The seller's profit over the index, today and at expiry",
        kind="payoff",
        x=Axis("Index", POINTS, values=levels),
        y=Axis("Profit", POINTS),
        series=series,
        marks=marks,
        alt=(
            f"At expiry the profit is {values['credit']:.2f} points between "
            f"{float(condor.short_put):.0f} and {float(condor.short_call):.0f} and falls to "
            f"{float(end.min()):.2f} beyond the wings."
        ),
    )
