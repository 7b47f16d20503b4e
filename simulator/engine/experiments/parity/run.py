"""The gap from parity, both trades on it, the implied rate and the box."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...data import Data, Progress
from ...results import Axis, Chart, Column, Mark, Result, Series, Table
from ...structures import conversion
from ...structures.conversion import Market
from ...units import USD
from ...words import percent
from .. import _second_route as twice
from .._defined import metrics_of
from . import experiment

VOL = 0.2  # any will do: parity holds under every law


def run(params: SimpleNamespace, *, seed: int | None, data: Data, progress: Progress) -> Result:
    """Metrics, the trades at expiry, and the call price that parity asks for."""
    market = Market(
        spot=params.spot,
        strike=params.strike,
        expiry=params.expiry_years,
        rate=params.rate,
        dividend_yield=params.dividend_yield,
        call=params.call,
        put=params.put,
    )
    tradable = params.asset == "listed"
    notes = [
        "European options, continuous rates, calendar days over 365; amounts per one unit of the "
        "underlying. Profits are present values after the cost; the table has them at expiry."
    ]
    values: dict[str, Any] = {
        "parity_gap": conversion.gap(market),
        "implied_rate": conversion.implied_rate(market),
    }
    if tradable:
        values["conversion_profit"] = conversion.conversion_profit(market, cost=params.cost)
        values["reversal_profit"] = conversion.reversal_profit(market, cost=params.cost)
    else:
        notes.append(
            "An NFT cannot be borrowed to be sold short and has no listed options, so nobody can "
            "trade this gap away: there is no bound on it, and no conversion or reversal profit. "
            "The gap is arithmetic only."
        )
    if params.strike_2 is None:
        notes.append("No box value: no second strike was given.")
    else:
        values["box_value"] = conversion.box_value(
            low=min(params.strike, params.strike_2),
            high=max(params.strike, params.strike_2),
            expiry=params.expiry_years,
            rate=params.rate,
        )
    if values["implied_rate"] is None:
        notes.append(
            "No rate is implied: with no time left, or quotes that leave the strike's present "
            "value at or under nought, no rate restores parity."
        )
    return Result(
        headline=_headline(params, values, tradable),
        metrics=metrics_of(experiment.metrics, values),
        tables=[_trades(market, params, tradable), _second_route(market, params, values)],
        charts=[_chart(market, params)],
        notes=notes,
    )


def _second_route(market: Market, p: SimpleNamespace, values: dict[str, Any]) -> Table:
    """Parity and the box again, from options that are integrated and not related by it."""
    T = p.expiry_years
    F = p.spot * math.exp((p.rate - p.dividend_yield) * T)
    discount = math.exp(-p.rate * T)
    scale = discount * max(F, p.strike, p.strike_2 or 0.0)
    route = f"a call and a put integrated over a lognormal density with a vol of {percent(VOL, 0)}"

    def bought(strike: float) -> float | None:
        """A call less a put."""
        both = [
            twice.black_check(
                "", 0.0, forward=F, strike=strike, expiry=T, vol=VOL, rate=p.rate, call=call
            ).other
            for call in (True, False)
        ]
        return None if both[0] is None or both[1] is None else both[0] - both[1]

    fair = bought(p.strike)
    gap = None if fair is None else p.call - p.put - fair
    tolerance = twice.OF_FORWARD * scale
    checks = [twice.Check("parity_gap", values["parity_gap"], gap, tolerance, route)]
    if "box_value" in values:
        low, high = sorted((p.strike, p.strike_2))
        ends = bought(low), bought(high)
        box = None if ends[0] is None or ends[1] is None else ends[0] - ends[1]
        checks.append(twice.Check("box_value", values["box_value"], box, tolerance, route))
    return twice.table(checks)


HALF_A_CENT = 0.005


def _headline(p: SimpleNamespace, values: dict[str, Any], tradable: bool) -> str:
    gap = values["parity_gap"]
    where = "at parity" if abs(gap) < HALF_A_CENT else f"{gap:+.2f} from parity".replace("-", "−")
    if not tradable:
        return (
            f"The quotes are {where}, but with no way to borrow the NFT and no "
            "options on it there is no bound that this could break."
        )
    profits = {
        "a conversion": values["conversion_profit"],
        "a reversal": values["reversal_profit"],
    }
    name, best = max(profits.items(), key=lambda item: item[1])
    if best >= HALF_A_CENT:
        return f"The quotes are {where}: {name} makes {best:.2f} today after costs."
    nothing = "neither a conversion nor a reversal makes money"
    if abs(gap) < HALF_A_CENT:
        return f"The quotes are {where}, to the cent: {nothing}."
    return f"The quotes are {where}, which does not cover the cost of {p.cost:g}: {nothing}."


def _trades(market: Market, p: SimpleNamespace, tradable: bool) -> Table:
    rows = []
    for name, profit in (
        ("conversion: buy underlying and put, sell call", conversion.conversion_profit),
        ("reversal: sell underlying and put, buy call", conversion.reversal_profit),
    ):
        free, net = profit(market), profit(market, cost=p.cost)
        rows.append(
            [name, free, net, conversion.at_expiry(market, free), conversion.at_expiry(market, net)]
            if tradable
            else [name, None, None, None, None]
        )
    return Table(
        name="trades",
        label="Both trades, today and at expiry",
        columns=[
            Column("trade", "Trade"),
            Column("before_cost", "Today, before cost", USD),
            Column("after_cost", "Today, after cost", USD),
            Column("expiry_before_cost", "At expiry, before cost", USD),
            Column("expiry_after_cost", "At expiry, after cost", USD),
        ],
        rows=rows,
    )


def _chart(market: Market, p: SimpleNamespace) -> Chart:
    """Both profits against the call's price: the band between them is the cost."""
    fair = market.call - conversion.gap(market)
    reach = max(3.0 * p.cost, 1.5 * abs(market.call - fair), 0.02 * market.spot)
    calls = np.linspace(max(fair - reach, 0.0), max(fair + reach, 0.1 * reach), 41)
    gaps = calls - fair
    return Chart(
        name="profit",
        label="Profit of both trades against the price of the call",
        kind="line",
        x=Axis("Call price", USD, values=calls),
        y=Axis("Profit today, after cost", USD),
        series=[
            Series("conversion", "Conversion", gaps - p.cost, role="hedged"),
            Series("reversal", "Reversal", -gaps - p.cost, role="hedge"),
        ],
        marks=[
            Mark("x", fair, fair, "parity"),
            Mark("x", market.call, market.call, "quoted call"),
        ],
        alt=(
            f"At the parity price of {fair:.2f} both trades lose the cost of {p.cost:g}; each "
            "unit of call price further away earns one of them a unit."
        ),
    )
