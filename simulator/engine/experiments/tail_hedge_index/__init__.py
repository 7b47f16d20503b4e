"""Would the plain VIX-call rule have helped?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import FRACTION, POINTS
from .._book_params import number
from .._common import (
    COMMON_METRICS,
    law_cost,
    market_parameters,
    trading_days,
    vix_pricing_parameters,
    work_rule,
    year_rule,
)
from ..base import Experiment, MetricSpec, ModelCard, Preset

CURVE_HELP = (
    "Of a curve known by its VIX alone; the model's market has its own and does not read it."
)


def level_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """The levels of the forward are in order."""
    pairs = (("level_low", "level_middle"), ("level_middle", "level_high"))
    for low, high in pairs:
        if params[low] > params[high]:
            yield ParameterError(
                low,
                f"lies above the next level, {params[high]:g}",
                maximum=params[high],
                unit=POINTS,
                nearest=params[high],
            )


def cost(params: Mapping[str, Any]) -> float:
    days = trading_days(params)
    paths = 1 if params["market"] == "replay" else params["paths"]
    more = law_cost(params, start=0.6)
    return float(more + 0.1 + 0.0009 * days + 0.9e-6 * paths * days)


experiment = Experiment(
    slug="tail-hedge-index",
    title="The plain VIX-call rule on the index",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "The published weights of Cboe's tail-hedge index: each month one-month 30-delta VIX calls "
        "for 1 % of the account, half a percent or nothing, by the level of the VIX future."
    ),
    parameters=(
        *market_parameters(default="episode", paths=300),
        number("level_low", "Nothing up to a future of", 15.0, POINTS, 5.0, 100.0, group="rule"),
        number("level_middle", "First weight up to", 30.0, POINTS, 5.0, 100.0, group="rule"),
        number("level_high", "Second weight up to", 50.0, POINTS, 5.0, 200.0, group="rule"),
        number("weight_low", "First weight", 0.01, FRACTION, 0.0, 0.05, group="rule"),
        number("weight_high", "Second weight", 0.005, FRACTION, 0.0, 0.05, group="rule"),
        number("call_delta", "Delta of the calls", 0.30, FRACTION, 0.05, 0.60, group="rule"),
        number(
            "index_yield", "Dividend yield of the index", 0.019, FRACTION, 0.0, 0.05, group="market"
        ),
        *vix_pricing_parameters(vol_of_vix=0.95),
        number(
            "anchor_half_life",
            "Half-life of the curve's anchor",
            90.0,
            "trading days",
            20.0,
            250.0,
            group="pricing",
            help=CURVE_HELP,
        ),
        number(
            "anchor_premium",
            "The anchor stands above the average VIX by",
            3.0,
            POINTS,
            0.0,
            6.0,
            group="pricing",
            help=CURVE_HELP,
        ),
    ),
    metrics=(
        *COMMON_METRICS,
        MetricSpec("annual_return_base", "Return of the index a year, with dividends", FRACTION),
        MetricSpec("annual_return_hedged", "Return with the calls a year", FRACTION),
        MetricSpec("total_return_hedged", "Total return with the calls", FRACTION),
        MetricSpec("expiry_drawdown_base", "Deepest fall at expiries, index", FRACTION),
        MetricSpec("expiry_drawdown_hedged", "Deepest fall at expiries, with the calls", FRACTION),
        MetricSpec("months_paying", "Months in which the calls paid anything", FRACTION),
        MetricSpec("best_month_share", "Share of all payoffs from the best month", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "The S&P 500 with dividends, rebalanced on each VIX expiry into one-month 30-delta VIX "
            "calls of a weight that the front future decides; the calls are held to expiry."
        ),
        leaves_out=(
            "Quoted VIX options and the special settlement: calls pay on the VIX close.",
            "Dividends as they fell: a constant yield stands in.",
        ),
        would_change=(
            "A rule that sells calls into a spike rather than at expiry.",
            "The vol of the calls: 0.85 instead of 1.05 adds some 30 points in five years.",
            "The curve's anchor: where it puts the future above 15 and the true one stands below, "
            "calls are bought that the index does not buy.",
        ),
        sources=(
            "Rule: Cboe VIX Tail Hedge Index (VXTH), data from 2006.",
            "+98.6 % for five years to October 2023: Cboe Insights, 2023-11-06.",
        ),
    ),
    rules=(level_rule, work_rule, year_rule),
    cost=cost,
    presets=(
        Preset(
            "Cboe-like, 2006 to 2023",
            "The published rule on imported closes.",
            {"market": "replay", "first_year": 2006, "last_year": 2023, "costs": False},
        ),
        Preset(
            "The pandemic",
            "The weeks of February and March 2020.",
            {"episode": "covid-2020"},
        ),
    ),
)
