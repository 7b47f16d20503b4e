"""What the declarations of simulations share: common metrics and parameters. No numpy here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import ParameterError
from ..units import COUNT, DAYS, FRACTION, POINTS, TRADING_DAYS, USD
from .base import Boolean, Choice, Integer, MetricSpec, Number, Parameter, SeriesName

COMMON_METRICS = (
    MetricSpec(
        "max_drawdown_base",
        "Deepest fall without the hedge, mean over paths",
        FRACTION,
        "maximum-drawdown",
    ),
    MetricSpec(
        "max_drawdown_hedged",
        "Deepest fall with the hedge, mean over paths",
        FRACTION,
        "maximum-drawdown",
    ),
    MetricSpec(
        "max_drawdown_difference",
        "Change of the deepest fall (above zero: less deep)",
        FRACTION,
        "maximum-drawdown",
    ),
    MetricSpec("annual_cost", "The hedge's own profit a year, of capital", FRACTION),
    MetricSpec(
        "annual_premium", "Premium paid a year, less calls sold on renewal, of capital", FRACTION
    ),
    MetricSpec("annual_return_difference", "Change of the return a year", FRACTION),
    MetricSpec("irr_base", "IRR without the hedge", FRACTION, "internal-rate-of-return"),
    MetricSpec("irr_hedged", "IRR with the hedge", FRACTION, "internal-rate-of-return"),
    MetricSpec("share_harmed", "Share of paths that end with less money", FRACTION),
    MetricSpec("probability_of_benefit", "Share of paths with a less deep fall", FRACTION),
    MetricSpec("median_path", "Total return of the median path, hedged", FRACTION),
    MetricSpec("worst_path", "Total return of the worst path, hedged", FRACTION),
    MetricSpec("crises", "Independent crises a path, mean", COUNT),
    MetricSpec(
        "without_best_month",
        "Change of the deepest fall without the hedge's best month",
        FRACTION,
    ),
)

EPISODE_OPTIONS = {
    "bear-2022": "2022: the slow bear market, with Terra and FTX",
    "covid-2020": "February to March 2020",
    "terra-2022": "May to June 2022: Terra",
    "ftx-2022": "November 2022: FTX",
    "lehman-2008": "2007 to 2009",
    "downgrade-2011": "July to October 2011",
    "volmageddon-2018": "February 2018",
    "unwind-2024": "August 2024",
    "tariffs-2025": "February to April 2025",
    "crash-1987": "October 1987 (with the VXO; nothing could be bought)",
    "rug-pull": "invented: one collection fails in a calm market",
    "wash-mirage": "invented: the volume was wash trading",
}

MARKETS = {
    "model": "model: two variance factors with jumps",
    "episode": "episode: documented closes, reconstructed days between",
    "replay": "replay: imported daily closes",
    "bootstrap": "bootstrap: blocks of imported daily closes",
}


def from_history(params: Mapping[str, Any]) -> bool:
    """Whether the chosen market is made of imported closes."""
    return params["market"] in ("replay", "bootstrap")


MOST_WORK = 900_000
BOOK_WORK = 560_000
"""Paths times days that one run may ask for, of one line of trades and of a book of condors: what
fits in 300 MB beside the program (``bench/memory.py``)."""
LONGEST_REPLAY = 40


def market_parameters(
    *, default: str = "model", days: int = 252, paths: int = 1000, most_paths: int = 20_000
) -> tuple[Parameter, ...]:
    """Which market a simulation runs on, with how many paths and days."""
    group = "market"
    return (
        Choice(
            name="market",
            label="Market",
            default=default,
            options=MARKETS,
            group=group,
            help="Replay and bootstrap need imported series.",
        ),
        Choice(
            name="episode",
            label="Episode",
            default="bear-2022",
            options=EPISODE_OPTIONS,
            group=group,
            help="Used by the market of that name.",
        ),
        Integer(
            name="paths",
            label="Paths",
            default=paths,
            unit=COUNT,
            minimum=1,
            maximum=most_paths,
            group=group,
            why="More paths narrow the interval of a model's mean, not the error of the model.",
        ),
        Integer(
            name="days",
            label="Trading days",
            default=days,
            unit=TRADING_DAYS,
            minimum=20,
            maximum=2520,
            group=group,
            help="Used by the model and the bootstrap; 252 is a year.",
        ),
        SeriesName(
            name="spx_series",
            label="Imported series of the index",
            default="spx",
            group=group,
            help="Used by replay and bootstrap.",
            read_when=from_history,
        ),
        SeriesName(
            name="vix_series",
            label="Imported series of the VIX",
            default="vix",
            group=group,
            help="Used by replay and bootstrap.",
            read_when=from_history,
        ),
        Integer(
            name="first_year",
            label="From the year",
            default=2010,
            minimum=1970,
            maximum=2100,
            group=group,
            help="Of the imported series.",
        ),
        Integer(
            name="last_year",
            label="To the year",
            default=2019,
            minimum=1970,
            maximum=2100,
            group=group,
        ),
    )


def crash_parameters() -> tuple[Parameter, ...]:
    """Crashes that the model's market lacks: how many, how deep, with which VIX."""
    group = "market"
    return (
        Number(
            name="crashes_per_century",
            label="Crashes a century",
            default=0.0,
            unit=COUNT,
            minimum=0.0,
            maximum=50.0,
            step=1.0,
            group=group,
            help="In the model's paths only: option prices do not know them. 0: none.",
            why="From 1986 to 2023 the VIX (before 1990 the VXO) closed above 80 in three years "
            "and the index fell by a fifth in a day once: eight and three a century.",
        ),
        Number(
            name="crash_fall",
            label="Fall of the index on that day",
            default=-0.20,
            unit=FRACTION,
            minimum=-0.40,
            maximum=-0.05,
            step=0.05,
            group=group,
            why="19 October 1987: -20.5 %. March 2020: -12.0 % on the 16th, -29.5 % in 18 days.",
        ),
        Number(
            name="crash_vix",
            label="VIX after it, from 18 before",
            default=80.0,
            unit=POINTS,
            minimum=30.0,
            maximum=150.0,
            step=5.0,
            group=group,
            why="Highest closes: 150.19 (VXO, 1987), 80.86 (2008), 82.69 (2020).",
        ),
    )


def year_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """The years are in order, and a replay is no longer than one run may be."""
    first, last = params["first_year"], params["last_year"]
    if last < first:
        yield ParameterError(
            "last_year", f"lies before {first}", minimum=first, maximum=2100, nearest=first
        )
    elif params["market"] == "replay" and last - first >= LONGEST_REPLAY:
        yield ParameterError(
            "last_year",
            f"a replay holds at most {LONGEST_REPLAY} years",
            minimum=first,
            maximum=first + LONGEST_REPLAY - 1,
            nearest=first + LONGEST_REPLAY - 1,
        )


def trading_days(params: Mapping[str, Any]) -> float:
    """How many days the chosen market has: what the cost of a run grows with."""
    if params["market"] == "episode":
        return {"lehman-2008": 376.0, "bear-2022": 238.0}.get(str(params["episode"]), 60.0)
    if params["market"] == "replay":
        return 252.0 * max(int(params["last_year"]) - int(params["first_year"]) + 1, 1)
    return float(params["days"])


def law_cost(params: Mapping[str, Any], *, start: float, day: float = 0.0) -> float:
    """CPU seconds that VIX calls at the model's own law add: their tables, then day by day."""
    if params["vix_call_vol"] != "model" or params["market"] != "model":
        return 0.0
    return start + day * trading_days(params)


def vix_pricing_parameters(*, vol_of_vix: float = 1.05) -> tuple[Parameter, ...]:
    """How VIX calls are marked, and whether trading costs anything."""
    return (
        Choice(
            name="vix_call_vol",
            label="VIX calls are priced at",
            default="market",
            options={"market": "the market's marks", "model": "the model's own law"},
            group="pricing",
            help="The first is the vol below. The second is what the model's paths are worth "
            "under its pricing measure, and does not read it. Markets that are known by their VIX "
            "alone use the marks.",
        ),
        Number(
            name="vol_of_vix",
            label="Vol of one-month VIX options",
            default=vol_of_vix,
            unit=FRACTION,
            minimum=0.4,
            maximum=2.0,
            step=0.05,
            group="pricing",
            why="0.95 to 1.05 replays the published tail-hedge index; 0.85 flatters the hedge.",
        ),
        Number(
            name="vix_skew",
            label="Rise of that vol with ln(strike / future)",
            default=0.45,
            unit=FRACTION,
            minimum=0.0,
            maximum=1.0,
            step=0.05,
            group="pricing",
        ),
        Boolean(name="costs", label="Trading costs", default=True, group="pricing"),
    )


def work_rule(params: Mapping[str, Any], *, most: int = MOST_WORK) -> Iterable[ParameterError]:
    """Refuses more paths times days than a run may hold, with the nearest that is allowed."""
    if params["paths"] * params["days"] > most:
        nearest = most // params["days"]
        yield ParameterError(
            "paths",
            f"{params['paths']} paths of {params['days']} days are more than one run may hold; "
            f"with these days at most {nearest} paths",
            minimum=1,
            maximum=nearest,
            unit=COUNT,
            nearest=nearest,
        )


def book_work_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """Refuses more paths times days than a book may hold, with the nearest that is allowed."""
    return work_rule(params, most=BOOK_WORK)


__all__ = [
    "BOOK_WORK",
    "COMMON_METRICS",
    "COUNT",
    "DAYS",
    "EPISODE_OPTIONS",
    "FRACTION",
    "POINTS",
    "TRADING_DAYS",
    "USD",
    "book_work_rule",
    "crash_parameters",
    "law_cost",
    "market_parameters",
    "trading_days",
    "vix_pricing_parameters",
    "work_rule",
    "year_rule",
]
