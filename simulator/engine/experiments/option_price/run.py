"""Prices one option, draws it against the underlying, and shows the model's smile."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...data import Data, Progress
from ...numerics.arrays import Floats
from ...pricing import bates, black76, black_scholes, heston, implied, merton, second_route
from ...pricing.greeks import UNDEFINED, Greeks
from ...results import Axis, Chart, Column, Mark, Result, Series, Table
from ...units import FRACTION, USD, YEARS
from ...words import percent
from .. import _second_route as twice
from .._defined import metrics_of
from . import experiment

Pricer = Callable[..., Any]
VISIBLE = 1e-9  # of the forward: a time value below it holds no vol worth drawing
NAMES = {
    "black-scholes": "Black-Scholes",
    "black-76": "Black-76",
    "merton": "Merton's jump model",
    "heston": "Heston's model",
    "bates": "Bates's model",
}


def run(params: SimpleNamespace, *, seed: int | None, data: Data, progress: Progress) -> Result:
    """Price, Greeks, implied vol; payoff and smile charts; a table over strikes."""
    call = params.right == "call"
    greeks = option(params, params.underlying, params.strike, call=call)
    notes = [_conventions(params)]
    values = _values(params, greeks, notes)
    values["implied_vol"] = _implied(params, float(greeks.price), notes)
    charts = [_value_chart(params, call)]
    strikes, table, vols = _over_strikes(params, call)
    if params.model in ("merton", "heston", "bates") and np.isfinite(vols).any():
        charts.append(_smile_chart(params, strikes, vols))
    return Result(
        headline=_headline(params, values),
        metrics=metrics_of(experiment.metrics, values),
        tables=[table, _second_route(params, greeks)],
        charts=charts,
        notes=notes,
    )


def option(p: SimpleNamespace, underlying: Any, strike: Any, *, call: Any) -> Greeks:
    """Price and Greeks under the chosen model, elementwise."""
    if p.model == "black-76":
        return black76.greeks(
            forward=underlying,
            strike=strike,
            expiry=p.expiry_years,
            vol=p.vol,
            rate=p.rate,
            call=call,
        )
    market = {
        "spot": underlying,
        "strike": strike,
        "expiry": p.expiry_years,
        "rate": p.rate,
        "dividend_yield": p.dividend_yield,
        "call": call,
    }
    variance = {name: getattr(p, name) for name in ("v0", "kappa", "theta", "sigma", "rho")}
    jumps = {name: getattr(p, name) for name in ("jump_intensity", "jump_mean", "jump_sd")}
    pricers: dict[str, tuple[Pricer, dict[str, float]]] = {
        "black-scholes": (black_scholes.greeks, {"vol": p.vol}),
        "merton": (merton.greeks, {"vol": p.vol, **jumps}),
        "heston": (heston.greeks, variance),
        "bates": (bates.greeks, {**variance, **jumps}),
    }
    pricer, parameters = pricers[p.model]
    greeks: Greeks = pricer(**market, **parameters)
    return greeks


def forward(p: SimpleNamespace) -> float:
    if p.model == "black-76":
        return float(p.underlying)
    return float(p.underlying * math.exp((p.rate - p.dividend_yield) * p.expiry_years))


def _values(p: SimpleNamespace, greeks: Greeks, notes: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: float(value) for name, value in zip(Greeks._fields, greeks, strict=True)
    }
    unbounded = [name for name in ("gamma", "theta") if abs(values[name]) > UNDEFINED]
    for name in unbounded:
        values[name] = None
    if unbounded:
        notes.append(
            f"{' and '.join(unbounded).capitalize()} have no finite value here: with no time or no "
            "vol left and the forward at the strike, the payoff has its kink exactly here."
        )
    if values["price"] > 0.0:
        values["elasticity"] = values["delta"] * p.underlying / values["price"]
    else:
        notes.append("There is no elasticity: the option is worth nothing.")
    return values


def _second_route(p: SimpleNamespace, greeks: Greeks) -> Table:
    """Price and delta again, by code that shares nothing with the pricers."""
    T, F, call = p.expiry_years, forward(p), p.right == "call"
    law = _law(p)
    price = twice.option_check(
        "price",
        float(greeks.price),
        law,
        forward=F,
        strike=p.strike,
        expiry=T,
        rate=p.rate,
        call=call,
    )
    shares = second_route.shares(law, log_strike=math.log(p.strike / F), expiry=T, call=call)
    carry = p.rate if p.model == "black-76" else p.dividend_yield
    share = math.exp(-carry * T)
    delta = twice.Check(
        "delta",
        float(greeks.delta),
        None if shares is None else share * shares.stock * (1.0 if call else -1.0),
        twice.OF_FORWARD * max(share, 1.0),
        price.route,
    )
    return twice.table([price, delta])


def _law(p: SimpleNamespace) -> second_route.Law:
    T = p.expiry_years
    jumps = {
        "jump_intensity": p.jump_intensity,
        "jump_mean": p.jump_mean,
        "jump_sd": p.jump_sd,
    }
    if p.model not in ("heston", "bates"):
        variance = p.vol * p.vol * T
        return second_route.Law(variance=variance, **(jumps if p.model == "merton" else {}))
    if p.model == "heston":
        jumps = {}
    if p.sigma == 0.0:
        variance = second_route.certain_variance(v0=p.v0, kappa=p.kappa, theta=p.theta, expiry=T)
        return second_route.Law(variance=variance, **jumps)
    names = ("v0", "kappa", "theta", "sigma", "rho")
    return second_route.Law(**{name: getattr(p, name) for name in names}, **jumps)


def _implied(p: SimpleNamespace, model_price: float, notes: list[str]) -> float | None:
    """The vol of the market's price, or of the model's own where none was given."""
    given = p.market_price is not None
    price = p.market_price if given else model_price
    call, F = p.right == "call", forward(p)
    limits = implied.bounds(
        forward=F, strike=p.strike, expiry=p.expiry_years, rate=p.rate, call=call
    )
    if given:
        notes.append("The implied vol is that of the market price, not of the model's price.")
    elif p.model in ("black-scholes", "black-76"):
        if p.expiry_years > 0.0:
            return float(p.vol)
    else:
        notes.append(
            "The implied vol is the one vol at which Black-Scholes gives this model's price; "
            "enter a market price to invert that instead."
        )
    vol = float(
        implied.black76_vol(
            price=price,
            forward=F,
            strike=p.strike,
            expiry=p.expiry_years,
            rate=p.rate,
            call=call,
        )
    )
    if math.isfinite(vol):
        return vol
    if p.expiry_years == 0.0:
        notes.append("No vol is implied: no time is left for it to act in.")
    else:
        notes.append(
            f"No vol is implied by a price of {price:.6g}: it must lie from "
            f"{float(limits.least):.6g}, the value without vol, to below "
            f"{float(limits.most):.6g}, the value with endless vol."
        )
    return None


def _conventions(p: SimpleNamespace) -> str:
    parts = [
        f"European option under {NAMES[p.model]}, in money per one unit of the underlying "
        "(no contract multiplier). Time is calendar days over 365, rates are continuous."
    ]
    if p.model == "black-76":
        parts.append("Delta, gamma and rho are to the forward and at a fixed forward.")
    if p.model in ("heston", "bates"):
        parts.append(
            "Vega is the change per 1.00 of the vol of today, the root of v0, all else fixed; "
            "delta holds the variance fixed."
        )
        if 2.0 * p.kappa * p.theta < p.sigma**2:
            parts.append(
                "Feller's condition fails: the variance can touch nought. That is allowed."
            )
    if p.model == "merton":
        parts.append("Vega is to the vol between jumps.")
    return " ".join(parts)


def _headline(p: SimpleNamespace, values: dict[str, Any]) -> str:
    moves = f"{values['delta']:.3f}".replace("-", "−")
    return (
        f"Under {NAMES[p.model]} a {p.right} struck at {p.strike:,g} with {p.expiry_years:.3g} "
        f"years left is worth {values['price']:,.4f} while the underlying is at "
        f"{p.underlying:,g}, and moves by {moves} for each 1 that the underlying moves."
    )


def _grid(p: SimpleNamespace, count: int) -> Floats:
    """Levels around underlying and strike, wide enough to see both ends of the option."""
    spread = 0.2 + (p.vol if p.model in ("black-scholes", "black-76", "merton") else 0.2) * (
        math.sqrt(min(p.expiry_years, 4.0))
    )
    low = min(p.underlying, p.strike) * math.exp(-min(spread, 2.0))
    high = max(p.underlying, p.strike) * math.exp(min(spread, 2.0))
    return np.linspace(low, high, count)


def _value_chart(p: SimpleNamespace, call: bool) -> Chart:
    levels = _grid(p, 61)
    now = option(p, levels, p.strike, call=call).price
    end = np.maximum((levels - p.strike) * (1.0 if call else -1.0), 0.0)
    return Chart(
        name="value",
        label="Value against the underlying, now and at expiry",
        kind="payoff",
        x=Axis("Underlying", USD, values=levels),
        y=Axis("Value", USD),
        series=[
            Series("now", f"Now, {p.expiry_years:.3g} years before expiry", now, role="hedged"),
            Series("expiry", "At expiry", end, role="reference"),
        ],
        marks=[
            Mark("x", p.strike, p.strike, "strike"),
            Mark("x", p.underlying, p.underlying, "underlying now"),
        ],
        alt=(
            f"The {p.right} is worth {float(now[0]):.3g} at {levels[0]:.4g} and "
            f"{float(now[-1]):.3g} at {levels[-1]:.4g}; at expiry it is the kinked "
            f"line from the strike {p.strike:g}."
        ),
    )


def _over_strikes(p: SimpleNamespace, call: bool) -> tuple[Floats, Table, Floats]:
    """Prices, deltas and implied vols at strikes around the forward."""
    F = forward(p)
    width = min(max(0.3 * math.sqrt(max(p.expiry_years, 1e-4)), 0.02), 1.5)
    strikes = F * np.exp(np.linspace(-1.5, 1.5, 25) * width)
    greeks = option(p, p.underlying, strikes, call=call)
    # the out-of-the-money twin carries the vol with the most digits
    twin = option(p, p.underlying, strikes, call=strikes >= F)
    vols = implied.black76_vol(
        price=twin.price,
        forward=F,
        strike=strikes,
        expiry=p.expiry_years,
        rate=p.rate,
        call=strikes >= F,
    )
    seen = twin.price * math.exp(p.rate * p.expiry_years) > VISIBLE * F
    vols = np.where(seen, vols, np.nan)
    table = Table(
        name="strikes",
        label=f"The same {p.right} at other strikes",
        columns=[
            Column("strike", "Strike", USD),
            Column("price", "Price", USD),
            Column("delta", "Delta", FRACTION),
            Column("implied_vol", "Implied vol", FRACTION),
        ],
        rows=zip(strikes, greeks.price, greeks.delta, vols, strict=True),
    )
    return strikes, table, vols


def _smile_chart(p: SimpleNamespace, strikes: Floats, vols: Floats) -> Chart:
    ends = vols[np.isfinite(vols)]
    return Chart(
        name="smile",
        label="The vol that each strike implies",
        kind="line",
        x=Axis("Strike", USD, values=strikes),
        y=Axis("Implied vol", FRACTION),
        series=[Series("implied_vol", NAMES[p.model], vols)],
        marks=[Mark("x", p.strike, p.strike, "strike")],
        alt=(
            f"Implied vol goes from {percent(ends[0])} at the lowest strike drawn to "
            f"{percent(ends[-1])} at "
            f"the highest, {p.expiry_years:.3g} {YEARS} before expiry."
        ),
    )
