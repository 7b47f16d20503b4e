"""Is the insurance worth its capital?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import FRACTION
from .._book_params import number
from .._common import (
    COMMON_METRICS,
    crash_parameters,
    law_cost,
    market_parameters,
    trading_days,
    vix_pricing_parameters,
    work_rule,
    year_rule,
)
from ..base import Experiment, MetricSpec, ModelCard, Preset

FEWEST_MONTHS = 24


def length_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """A beta needs months: two years of one path, or as many months over several."""
    if params["market"] == "episode":
        yield ParameterError("market", "an episode is too short for a beta", nearest="model")
    elif params["market"] != "replay" and params["days"] < 21 * FEWEST_MONTHS:
        yield ParameterError(
            "days",
            f"a beta needs at least {FEWEST_MONTHS} months",
            minimum=21 * FEWEST_MONTHS,
            maximum=2520,
            unit="trading days",
            nearest=21 * FEWEST_MONTHS,
        )


def cost(params: Mapping[str, Any]) -> float:
    paths = 1 if params["market"] == "replay" else params["paths"]
    days = trading_days(params)
    more = law_cost(params, start=1.0, day=0.0001)
    return float(more + 0.25 + 0.0003 * days + 0.7e-6 * paths * days)


experiment = Experiment(
    slug="hedge-carry",
    title="The carry of a volatility hedge",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "One-month VIX calls beside the index, as insurance and as an investment: what its capital "
        "costs, its beta measured four ways, and its alpha with an interval."
    ),
    parameters=(
        *market_parameters(paths=60, days=2520, most_paths=1000),
        *crash_parameters(),
        number(
            "sleeve", "Premium a month, of the account", 0.01, FRACTION, 0.0, 0.05, group="hedge"
        ),
        number("call_delta", "Delta of the calls", 0.30, FRACTION, 0.05, 0.60, group="hedge"),
        *vix_pricing_parameters(),
        number("risk_free", "Riskless rate", 0.03, FRACTION, -0.02, 0.20, group="capital"),
        number(
            "market_return",
            "Return of the market a year",
            0.08,
            FRACTION,
            -0.10,
            0.30,
            group="capital",
        ),
        number("book_beta", "Beta of the hedged book", 1.3, FRACTION, -2.0, 5.0, group="capital"),
        number(
            "equity_share", "Equity in the book's capital", 0.7, FRACTION, 0.0, 1.0, group="capital"
        ),
        number(
            "cost_of_debt",
            "Interest on the book's loans",
            0.09,
            FRACTION,
            0.0,
            1.0,
            group="capital",
        ),
        number("tax_rate", "Tax rate", 0.25, FRACTION, 0.0, 0.9, group="capital"),
        number("crypto_rate", "Rate of crypto lending", 0.06, FRACTION, 0.0, 1.0, group="capital"),
    ),
    metrics=(
        *COMMON_METRICS,
        MetricSpec("payoff_ratio", "Paid back of each dollar of premium", FRACTION),
        MetricSpec("beta", "Beta of the calls' months", FRACTION, "beta"),
        MetricSpec("dimson_beta", "Beta with a lag", FRACTION),
        MetricSpec("down_beta", "Beta in months when the index fell", FRACTION),
        MetricSpec("alpha", "Alpha a month", FRACTION, "alpha"),
        MetricSpec("months", "Months in the regression", "count"),
        MetricSpec("wacc", "Weighted cost of the book's capital", FRACTION),
        MetricSpec("carry", "Carry of the capital tied up in premium, a year", FRACTION),
        MetricSpec("rate_differential", "Riskless less crypto lending rate", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "Monthly results of calls held to expiry, over their premium, regressed on the index's "
            "months in excess of the riskless rate; errors after Newey and West. The account is "
            "the index, with and without the calls."
        ),
        leaves_out=(
            "Any covariance with an NFT book: see the experiment of that name.",
            "Crashes as on record: in the model 23 cents of a dollar come back, beta is -8 and "
            "alpha -0.74 a month; on the closes of 2006 to 2023 58 cents, -57 and -0.08 with an "
            "interval from -0.94 to 0.78. The model's word on the investment is not history's.",
        ),
        would_change=(
            "A few more crises: the best month carries a third of all payoffs.",
            "Cheaper calls: at the model's own law instead of the market's marks 53 cents of a "
            "dollar come back, and alpha is -0.40 a month.",
        ),
        sources=(
            "Beta about -61 to -66 and alpha +0.16 to +0.30 a month with an error of 0.27 on "
            "2006-2025: our own measurements (docs/measurements.md).",
        ),
    ),
    rules=(length_rule, work_rule, year_rule),
    cost=cost,
    presets=(
        Preset(
            "With crashes",
            "Eight crashes a century, as often as a VIX above 80 has been seen since 1986: what "
            "comes back of the premium then.",
            {"crashes_per_century": 8.0},
        ),
        Preset(
            "History, 2006 to 2023",
            "On imported closes.",
            {"market": "replay", "first_year": 2006, "last_year": 2023},
        ),
    ),
)
