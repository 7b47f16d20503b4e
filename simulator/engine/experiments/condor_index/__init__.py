"""Would a plain monthly condor index have earned?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import FRACTION, POINTS
from .._baseline import PREMIUM, common_metrics
from .._book_params import number
from .._common import (
    market_parameters,
    trading_days,
    work_rule,
    year_rule,
)
from ..base import Boolean, Experiment, MetricSpec, ModelCard, Parameter, Preset


def wings_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """The wings are bought further out than the strikes that are sold."""
    if params["long_delta"] >= params["short_delta"]:
        yield ParameterError(
            "long_delta",
            f"must be below the delta of the short strikes, {params['short_delta']:g}",
            minimum=0.01,
            maximum=params["short_delta"],
            unit=FRACTION,
            nearest=params["short_delta"] / 4.0,
        )


def cost(params: Mapping[str, Any]) -> float:
    days = trading_days(params)
    paths = 1 if params["market"] == "replay" else params["paths"]
    return float(0.2 + 0.0016 * days + 1.6e-6 * paths * days)


def index_parameters() -> tuple[Parameter, ...]:
    return (
        number(
            "short_delta", "Delta of the short strikes", 0.20, FRACTION, 0.05, 0.45, group="rule"
        ),
        number("long_delta", "Delta of the wings", 0.05, FRACTION, 0.01, 0.30, group="rule"),
        number(
            "collateral",
            "Bills per point of the largest loss",
            10.0,
            FRACTION,
            1.0,
            50.0,
            group="rule",
            help="Ten: a month cannot lose more than about a tenth.",
        ),
        number(
            "bill_rate", "Interest on bills a year", 0.005, FRACTION, -0.01, 0.10, group="market"
        ),
        number(
            "index_yield", "Dividend yield of the index", 0.02, FRACTION, 0.0, 0.05, group="market"
        ),
        number(
            "skew",
            "Slope of the index smile (a)",
            -0.19,
            FRACTION,
            -0.25,
            -0.05,
            group="pricing",
            why="Fitted to the published path of 2010 to 2019; -0.11 without costs flatters.",
        ),
        number(
            "curvature", "Curvature of the smile (b)", 0.03, FRACTION, 0.0, 0.06, group="pricing"
        ),
        Boolean(name="costs", label="Trading costs", default=True, group="pricing"),
        number("leg_floor", "Cost of a leg, at least", 0.05, POINTS, 0.0, 1.0, group="pricing"),
        number(
            "leg_share", "Cost of a leg, of its price", 0.05, FRACTION, 0.0, 0.25, group="pricing"
        ),
    )


experiment = Experiment(
    slug="condor-index",
    title="A monthly condor index",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "The published rule of Cboe's condor index: every third Friday sell the 20-delta put and "
        "call, buy the 5-delta ones, keep ten times the largest loss in bills; beside bills alone."
    ),
    parameters=(*market_parameters(default="episode", paths=300), *index_parameters()),
    metrics=(
        *common_metrics("of bills", "of the condor index", change="the condors"),
        PREMIUM,
        MetricSpec("annual_return", "Return of the condor index a year", FRACTION),
        MetricSpec("annual_volatility", "Volatility a year, of monthly results", FRACTION),
        MetricSpec("worst_month", "Worst result from one expiry to the next", FRACTION),
        MetricSpec("months_below_six", "Months worse than −6 %", "count"),
        MetricSpec("bill_return", "Return of bills a year", FRACTION),
        MetricSpec("win_rate", "Months with a profit", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "Cboe's condor rule on closes: a skewed smile whose strip returns the VIX prices the "
            "four legs, each leg pays the larger of 0.05 points and 5 % of its price, the position "
            "is held to expiry, the collateral earns interest."
        ),
        leaves_out=(
            "Quotes, and the morning settlement: everything happens at closes.",
            "A skew that moves: before 2010 the true index earned more than this shape gives, and "
            "from 2010 to 2018 it lost 0.9 % a year where this shape loses 0.4.",
        ),
        would_change=(
            "An imported history of quoted skew.",
            "Costs near zero and a mild skew: they turn a flat decade into one of 4.5 % a year.",
        ),
        sources=(
            "Rule and index: Cboe, S&P 500 Iron Condor Index (CNDR), history from 30 June 1986.",
            "Levels 99.29, 771.31 and 713.49 of January 1988, 2010 and 2019: the-lazy-trader.com, "
            "2019, from Cboe's chart; 7.23 % a year to 2015: Black and Szado 2016.",
        ),
    ),
    rules=(wings_rule, work_rule, year_rule),
    cost=cost,
    presets=(
        Preset(
            "Cboe-like, 2010 to 2019",
            "The published rule on imported closes of the flat decade.",
            {"market": "replay", "first_year": 2010, "last_year": 2018},
        ),
        Preset(
            "Mid prices, mild skew",
            "The same, as a brochure would price it.",
            {
                "market": "replay",
                "first_year": 2010,
                "last_year": 2018,
                "skew": -0.11,
                "costs": False,
            },
        ),
    ),
)
