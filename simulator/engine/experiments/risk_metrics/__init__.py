"""The usual figures of a return series, and which of them do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import COUNT, FRACTION
from ..base import Experiment, MetricSpec, ModelCard, Number, NumberList

LARGEST = 1000.0


def same_length(params: Mapping[str, Any]) -> Iterator[ParameterError]:
    """The benchmark covers the same days as the returns."""
    returns, benchmark = params["returns"], params["benchmark"]
    if benchmark is not None and len(benchmark) != len(returns):
        yield ParameterError(
            "benchmark",
            f"has {len(benchmark)} entries but returns has {len(returns)}: both must cover the "
            "same days (null for a missing one)",
            minimum=len(returns),
            maximum=len(returns),
        )


def _returns(name: str, label: str, *, default: Any, help: str, nullable: bool) -> NumberList:
    return NumberList(
        name=name,
        label=label,
        default=default,
        unit=FRACTION,
        minimum=-1.0,
        maximum=LARGEST,
        min_items=1,
        max_items=20_000,
        gaps=True,
        nullable=nullable,
        help=help,
        why="Nothing can lose more than everything (−1); 20,000 days are 80 years.",
    )


experiment = Experiment(
    slug="risk-metrics",
    title="Risk and reward of a series of returns",
    version=1,
    summary=(
        "Growth, volatility, falls, tails and ratios of a list of returns, with beta and alpha "
        "against a benchmark; a ratio that does not exist says so instead of showing a number."
    ),
    parameters=(
        _returns(
            "returns",
            "Returns",
            default=[None, 0.01, 0.10, -0.04, 0.02, 0.03, 0.02, 0.01, -0.10],
            help="Simple returns of consecutive periods, 0.01 for 1 %; null for a missing period.",
            nullable=False,
        ),
        Number(
            name="periods_per_year",
            label="Periods a year",
            default=252.0,
            unit=COUNT,
            minimum=1.0,
            maximum=10_000.0,
            step=1.0,
            help="252 trading days, 365 days of a market that never closes, 52 weeks, 12 months.",
            why="From years to a few minutes.",
        ),
        Number(
            name="required_return",
            label="Required return a period",
            default=0.0,
            unit=FRACTION,
            minimum=-1.0,
            maximum=1.0,
            step=0.0001,
            help="Below it a period counts as downside, for the Sortino ratio.",
            why="A period's return, not a year's.",
            term="sortino-ratio",
        ),
        _returns(
            "benchmark",
            "Benchmark returns",
            default=None,
            help="Returns of a market over the same periods, for beta and alpha; null for none.",
            nullable=True,
        ),
        Number(
            name="tail",
            label="Tail probability",
            default=0.05,
            unit=FRACTION,
            minimum=0.001,
            maximum=0.5,
            step=0.01,
            help="Share of the worst periods, for value at risk and what lies beyond it.",
            why="From one in a thousand to one in two.",
            term="value-at-risk",
        ),
    ),
    metrics=(
        MetricSpec("cumulative", "Total return", FRACTION),
        MetricSpec("annual_return", "Return a year", FRACTION),
        MetricSpec("annual_volatility", "Volatility a year", FRACTION, "volatility"),
        MetricSpec("sharpe", "Sharpe ratio", FRACTION, "sharpe-ratio"),
        MetricSpec("sortino", "Sortino ratio", FRACTION, "sortino-ratio"),
        MetricSpec("downside_risk", "Downside risk a year", FRACTION, "downside-risk"),
        MetricSpec("max_drawdown", "Deepest fall", FRACTION, "maximum-drawdown"),
        MetricSpec("calmar", "Calmar ratio", FRACTION, "calmar-ratio"),
        MetricSpec("var", "Value at risk, as a return", FRACTION, "value-at-risk"),
        MetricSpec("cvar", "Mean return beyond it", FRACTION, "expected-shortfall"),
        MetricSpec("alpha", "Alpha a year", FRACTION, "alpha"),
        MetricSpec("beta", "Beta", FRACTION, "beta"),
        MetricSpec("down_market_beta", "Beta on the benchmark's falling days", FRACTION, "beta"),
        MetricSpec("lagged_beta", "Beta with two lags (Dimson)", FRACTION, "beta"),
        MetricSpec("days_present", "Periods present", COUNT),
        MetricSpec("days_missing", "Periods missing", COUNT),
        MetricSpec("drawdown_length", "Periods from the high to the low", COUNT),
        MetricSpec("recovery", "Periods from the low to a new high", COUNT),
        MetricSpec("under_water", "Longest run of periods below a high", COUNT),
    ),
    card=ModelCard(
        what_it_is=(
            "Historical figures of the list itself. The Sharpe ratio takes a risk-free rate of "
            "zero; value at risk is the linear quantile and CVaR the mean at or below it; alpha "
            "is compounded to a year; intervals of alpha and beta use Newey–West errors."
        ),
        leaves_out=(
            "what has not happened in the list: history has few crashes",
            "serial correlation in the annual figures (a stale price looks calm)",
            "an interval for the ratios, which on a short list would be wide",
        ),
        would_change=(
            "one more crash",
            "another rule for missing days: here they are dropped and counted",
        ),
        sources=(
            "quantopian/empyrical, published test cases",
            "Sortino and Price 1994",
            "Newey and West 1987",
            "Dimson 1979",
        ),
    ),
    package=__name__,
    rules=(same_length,),
)
