"""How much a price has moved over horizons of every length, and where break-evens stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import ParameterError
from ...signals.samples import SPY_2017
from ...units import COUNT, FRACTION, TRADING_DAYS
from ..base import Experiment, Integer, MetricSpec, ModelCard, Number, NumberList, SeriesName

LARGEST = 1e9
SHORTEST, LONGEST = 2, 504


def whole_horizons(params: Mapping[str, Any]) -> Iterator[ParameterError]:
    """A horizon is a whole number of trading days."""
    for index, days in enumerate(params["horizons"]):
        if days != int(days):
            yield ParameterError(
                f"horizons[{index}]",
                f"{days:g} is not a whole number of days",
                minimum=SHORTEST,
                maximum=LONGEST,
                unit=TRADING_DAYS,
                nearest=round(days),
            )


def break_evens_in_order(params: Mapping[str, Any]) -> Iterator[ParameterError]:
    """The lower break-even lies below the upper one."""
    low, high = params["breakeven_low"], params["breakeven_high"]
    if low is not None and high is not None and low >= high:
        yield ParameterError(
            "breakeven_low", f"the lower break-even {low:g} must be below the upper one {high:g}"
        )


def _price(name: str, label: str, text: str) -> Number:
    return Number(
        name=name,
        label=label,
        default=None,
        nullable=True,
        above=0.0,
        maximum=LARGEST,
        help=text,
        why="In the unit of the closes.",
        term="break-even",
        group="Condor",
    )


experiment = Experiment(
    slug="volatility-cone",
    title="Volatility cone, with a condor's break-evens",
    version=1,
    summary=(
        "Quantiles of realised volatility by horizon, widened for overlapping windows, and how "
        "many standard deviations away a condor's break-evens stand against them."
    ),
    parameters=(
        SeriesName(
            name="series",
            label="Imported series",
            default=None,
            nullable=True,
            help="Daily closes by name; where it is given, the list of closes is not used.",
            group="Prices",
        ),
        NumberList(
            name="values",
            label="Closes",
            default=list(SPY_2017),
            unit="USD",
            minimum=1e-9,
            maximum=LARGEST,
            min_items=1,
            max_items=20_000,
            help="Daily closes, oldest first. By default 250 closes of the SPY fund in 2017.",
            why="Prices above zero; 20,000 days are 80 years.",
            group="Prices",
        ),
        NumberList(
            name="horizons",
            label="Horizons of the cone",
            default=[5.0, 10.0, 21.0, 42.0, 63.0],
            unit=TRADING_DAYS,
            minimum=SHORTEST,
            maximum=LONGEST,
            max_items=24,
            help="Whole numbers of trading days; 21 is about a month.",
            why="From two days to two years.",
            term="volatility-cone",
        ),
        NumberList(
            name="quantiles",
            label="Quantiles",
            default=[0.05, 0.25, 0.5, 0.75, 0.95],
            unit=FRACTION,
            minimum=0.0,
            maximum=1.0,
            max_items=11,
            help="Shares of all windows that were calmer; 0.5 is the median.",
            why="From the calmest window (0) to the wildest (1).",
        ),
        Integer(
            name="horizon",
            label="Horizon of the figures",
            default=21,
            unit=TRADING_DAYS,
            minimum=SHORTEST,
            maximum=LONGEST,
            step=1,
            help="The single horizon of the figures above the table, such as a condor's life.",
            why="From two days to two years.",
        ),
        _price("breakeven_low", "Lower break-even", "Of a condor, at expiry; null for none."),
        _price("breakeven_high", "Upper break-even", "Of a condor, at expiry; null for none."),
        _price(
            "spot", "Price now", "From which break-evens are measured; null for the last close."
        ),
    ),
    metrics=(
        MetricSpec("median_vol", "Median realised volatility", FRACTION, "realised-volatility"),
        MetricSpec("low_vol", "Realised volatility, first quartile", FRACTION),
        MetricSpec("high_vol", "Realised volatility, third quartile", FRACTION),
        MetricSpec("current_vol", "Realised volatility now", FRACTION, "realised-volatility"),
        MetricSpec("current_rank", "Share of windows calmer than now", FRACTION),
        MetricSpec(
            "overlap_factor", "Overlap correction (variance of the windows' variances)", FRACTION
        ),
        MetricSpec("z_low", "Lower break-even, median standard deviations away", FRACTION),
        MetricSpec("z_high", "Upper break-even, median standard deviations away", FRACTION),
        MetricSpec("returns_used", "Daily returns used", COUNT),
    ),
    card=ModelCard(
        what_it_is=(
            "Standard deviations of daily log returns (divisor h − 1, 252 days a year) over every "
            "window of h days and their quantiles. Windows that share days resemble each other; "
            "the correction of Hodges and Tompkins widens the cone around its mean variance."
        ),
        leaves_out=(
            "the drift of the price and the fat tails of its moves: z is not a probability",
            "how volatility bought in options differs from what is realised later",
            "gaps in the list: consecutive entries count as consecutive days",
        ),
        would_change=(
            "a history with a crash in it, which lifts the upper quantiles of short horizons most",
            "another estimator, from highs and lows instead of closes",
        ),
        sources=(
            "Hodges and Tompkins 2002, Volatility cones and their sampling properties",
            "Burghardt and Lane 1990, How to tell if options are cheap",
        ),
    ),
    package=__name__,
    rules=(whole_horizons, break_evens_in_order),
)
