"""How far apart are the careful and the promotional report of one run?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from .._common import (
    COMMON_METRICS,
    FRACTION,
    TRADING_DAYS,
    law_cost,
    market_parameters,
    trading_days,
    vix_pricing_parameters,
    work_rule,
    year_rule,
)
from ..base import Choice, Experiment, Integer, MetricSpec, ModelCard, Number, Parameter, Preset
from ..nft_hedge import experiment as nft_hedge
from ..nft_hedge import volatility_rule

PORTFOLIO = (
    "nft_notional",
    "nft_vol",
    "nft_eth_beta",
    "nft_macro_beta",
    "nft_macro_beta_calm",
    "nft_stress_vix",
    "nft_idio_jump_rate",
    "nft_idio_jump_size",
    "nft_death_hazard",
)

READINGS = {
    "monthly": "one-month calls of 30 delta, held",
    "monthly-half": "one-month calls of 50 delta, held",
    "monthly-sold": "one-month calls of 30 delta, sold at three times their price",
    "ladder": "30, 110 and 220 days, 40/40/20 % of the money, held",
    "ladder-renewed": "30, 110 and 220 days, renewed with 7, 80 and 180 left",
    "short-ladder": "7, 37 and 75 days, 40/40/20 % of the money",
    "out-of-the-money": "5 and 8 points out and at 32.5, bought above a VIX of 18",
}


def window_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """A window that is to be chosen is shorter than the days there are."""
    days = int(trading_days(params))
    if params["market"] in ("model", "bootstrap") and params["window_days"] >= days:
        yield ParameterError(
            "window_days",
            f"leaves nothing to choose from: the run has {days} days",
            minimum=10,
            maximum=days - 1,
            unit=TRADING_DAYS,
            nearest=max(days // 2, 10),
        )


def cost(params: Mapping[str, Any]) -> float:
    """CPU seconds: seven readings, day by day, and what grows with the paths."""
    days = trading_days(params)
    paths = 1 if params["market"] == "replay" else params["paths"]
    more = law_cost(params, start=1.0, day=0.007)
    return float(more + 0.1 + 0.0033 * days + 4.0e-6 * paths * days)


def _portfolio() -> tuple[Parameter, ...]:
    return tuple(p for p in nft_hedge.parameters if p.name in PORTFOLIO)


experiment = Experiment(
    slug="steward-promoter",
    title="Two reports of one run",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "One NFT portfolio with bought VIX calls, reported twice: best reading, best window and "
        "mid prices, or all readings, all paths and costs; and what each share of the portfolio "
        "spent on calls buys, from nothing to a tenth."
    ),
    parameters=(
        *market_parameters(paths=200),
        *_portfolio(),
        Number(
            name="nft_hedge_budget",
            label="The steward's premium a year",
            default=0.03,
            unit=FRACTION,
            minimum=0.0,
            maximum=0.10,
            step=0.005,
            group="reports",
            term="steward-promoter",
            help="Of the portfolio's value at the start.",
            why="2 to 5 % is what the vendor calls prudent.",
        ),
        Number(
            name="promoter_budget",
            label="The promoter's premium a year",
            default=0.10,
            unit=FRACTION,
            minimum=0.005,
            maximum=0.20,
            step=0.005,
            group="reports",
            why="Pages of the same vendor add 4, 4 and 2 % up to a tenth.",
        ),
        Choice(
            name="reading",
            label="Reading that the steward runs",
            default="ladder",
            options=READINGS,
            group="reports",
            term="four-four-two",
            help="The promoter runs all of them and shows the best.",
        ),
        Integer(
            name="window_days",
            label="Length of the window that the promoter shows",
            default=63,
            unit=TRADING_DAYS,
            minimum=10,
            maximum=1260,
            group="reports",
            why="A quarter is what a page with one chart shows.",
        ),
        Choice(
            name="promoter_path",
            label="Path that the promoter shows",
            default="median",
            options={
                "median": "the median by final value",
                "best": "the one on which the hedge did most",
            },
            group="reports",
        ),
        *vix_pricing_parameters(),
    ),
    metrics=(
        *COMMON_METRICS,
        MetricSpec(
            "promoter_effect",
            "Change of the deepest fall as the promoter reports it",
            FRACTION,
            "maximum-drawdown",
        ),
        MetricSpec(
            "steward_effect",
            "The same, mean over readings and paths, as the steward reports it",
            FRACTION,
            "maximum-drawdown",
        ),
        MetricSpec("worst_quartile", "The same on the worst quarter of paths", FRACTION),
        MetricSpec("distance", "Distance of the two reports", FRACTION),
        MetricSpec("promoter_profit", "Hedge's profit a year in the promoter's window", FRACTION),
        MetricSpec("steward_profit", "Hedge's profit a year, mean over readings", FRACTION),
        MetricSpec("best_reading", "Change of the deepest fall, best reading", FRACTION),
        MetricSpec("worst_reading", "Change of the deepest fall, worst reading", FRACTION),
        MetricSpec("readings", "Readings run", "count"),
        MetricSpec("knee", "Budget beyond which a point costs more than it saves", FRACTION),
        MetricSpec("knee_share", "Resamples in which such a knee exists", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "Seven readings of a VIX-call hedge with the same money on the same floor paths. The "
            "steward's report takes all of them, all paths, costs and the whole period; the "
            "promoter's takes the best reading, mid prices, one path and its best window."
        ),
        leaves_out=(
            "Readings that sell calls or hold futures: they have no premium to hold equal.",
            "What a determined promoter would still find to choose: start dates, denominations.",
        ),
        would_change=(
            "Readings that agree, on paths that agree: then there is nothing to choose from.",
            "A rule published before the period that it is shown on.",
        ),
        sources=(
            "The distinction, 2 to 5 % and the readings: vendor's pages, codes NF1, D1, D7, D9.",
            "Specification curves: Simonsohn, Simmons and Nelson 2020.",
        ),
    ),
    rules=(volatility_rule, window_rule, work_rule, year_rule),
    cost=cost,
    presets=(
        Preset("As it is done", "Three per cent beside ten, a median path, its best quarter.", {}),
        Preset(
            "At its boldest",
            "The best path of all, and the best month on it.",
            {"promoter_path": "best", "window_days": 21},
        ),
        Preset(
            "Nothing left to choose but the reading",
            "Equal money and the whole year: what remains is which reading one shows.",
            {"promoter_budget": 0.03, "window_days": 251},
        ),
    ),
)
