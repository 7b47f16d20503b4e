"""Technical signals of a price history, with the seed of every average stated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import ParameterError
from ...signals.samples import SPY_2017
from ...units import COUNT, TRADING_DAYS
from ..base import Experiment, Integer, MetricSpec, ModelCard, NumberList, SeriesName

LARGEST = 1e9


def fast_below_slow(params: Mapping[str, Any]) -> Iterator[ParameterError]:
    """The fast average is the shorter one."""
    if params["macd_fast"] >= params["macd_slow"]:
        yield ParameterError(
            "macd_fast",
            f"the fast average ({params['macd_fast']} days) must be shorter than the slow one "
            f"({params['macd_slow']} days)",
            maximum=params["macd_slow"] - 1,
            unit=TRADING_DAYS,
            nearest=params["macd_slow"] - 1,
        )


def breadth_in_pairs(params: Mapping[str, Any]) -> Iterator[ParameterError]:
    """Advances and declines come together, for the same days."""
    up, down = params["advances"], params["declines"]
    if (up is None) != (down is None):
        missing = "advances" if up is None else "declines"
        yield ParameterError(missing, "advances and declines are given together or not at all")
    elif up is not None and len(up) != len(down):
        yield ParameterError(
            "declines",
            f"has {len(down)} days but advances has {len(up)}: both must cover the same days",
            minimum=len(up),
            maximum=len(up),
        )


def _days(name: str, label: str, default: int, text: str, term: str) -> Integer:
    return Integer(
        name=name,
        label=label,
        default=default,
        unit=TRADING_DAYS,
        minimum=1,
        maximum=500,
        step=1,
        help=text,
        why="From one day to two years.",
        term=term,
        group="Averages",
    )


def _counts(name: str, label: str, default: list[float]) -> NumberList:
    return NumberList(
        name=name,
        label=label,
        default=default,
        unit=COUNT,
        minimum=0.0,
        maximum=LARGEST,
        max_items=5000,
        nullable=True,
        help="One number a day; null for none.",
        why="As many days as a price list may have.",
        term="advance-decline-line",
        group="Breadth",
    )


experiment = Experiment(
    slug="signals",
    title="RSI, MACD and the advance–decline line",
    version=1,
    summary=(
        "Three technical signals of a price history, day by day and as last values. Every moving "
        "average is seeded by its simple mean, which published examples do and many libraries do "
        "not; the difference is visible for more than thirty days."
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
            default=list(SPY_2017[:60]),
            unit="USD",
            minimum=-LARGEST,
            maximum=LARGEST,
            min_items=1,
            max_items=5000,
            help=(
                "Daily closes, oldest first. By default 60 closes of the SPY fund from January "
                "to March 2017."
            ),
            why="Up to 5,000 days; a spread may be negative.",
            group="Prices",
        ),
        _days("rsi_days", "RSI days", 14, "Wilder's average.", "relative-strength-index"),
        _days("macd_fast", "MACD fast", 12, "Span of the fast average.", "macd"),
        _days("macd_slow", "MACD slow", 26, "Span of the slow average.", "macd"),
        _days("macd_signal", "MACD signal", 9, "Span of the average of MACD itself.", "macd"),
        _counts("advances", "Advancing shares", [1500.0, 1200.0, 900.0, 2000.0, 1000.0]),
        _counts("declines", "Declining shares", [1300.0, 1600.0, 1900.0, 800.0, 1800.0]),
    ),
    metrics=(
        MetricSpec("rsi", "RSI, last day", COUNT, "relative-strength-index"),
        MetricSpec("macd", "MACD, last day", "USD", "macd"),
        MetricSpec("macd_signal", "MACD signal line, last day", "USD", "macd"),
        MetricSpec("macd_histogram", "MACD less its signal line, last day", "USD", "macd"),
        MetricSpec("macd_fast_average", "Fast average, last day", "USD"),
        MetricSpec("macd_slow_average", "Slow average, last day", "USD"),
        MetricSpec("ad_line", "Advance–decline line, last day", COUNT, "advance-decline-line"),
        MetricSpec("days", "Days of prices", TRADING_DAYS),
    ),
    card=ModelCard(
        what_it_is=(
            "RSI after Wilder (1978), whose averages start from the simple mean of the first "
            "gains and losses; MACD after Appel with averages of span n that start from the "
            "simple mean of the first n; the running sum of advances less declines."
        ),
        leaves_out=(
            "whether any of it predicts anything: these are descriptions of past prices",
            "the trading day between a signal and an order: a decision uses the day before's value",
        ),
        would_change=(
            "another seed: an average that starts at its first value differs for weeks",
            "another source of closes, such as prices adjusted for dividends",
        ),
        sources=(
            "Wilder 1978, New Concepts in Technical Trading Systems",
            "StockCharts ChartSchool, worked example of RSI",
            "DaveSkender/Stock.Indicators, test data (Apache-2.0)",
        ),
    ),
    package=__name__,
    rules=(fast_below_slow, breadth_in_pairs),
)
