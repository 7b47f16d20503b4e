"""Every figure of the list, and a reason for each one that does not exist."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data import Data, Progress
from ...metrics import drawdown, ratios, regression, returns, tails
from ...results import Axis, Chart, Column, Result, Series, Table
from ...units import COUNT, FRACTION, USD
from .._defined import defined, metrics_of, number, percent, unexplained
from . import experiment

Array = NDArray[np.float64]
NOTHING = "no period is present"
ONE = "at least two periods are needed"
FLAT = "the returns do not vary"
NO_FALL = "the value never fell"
NO_SHORTFALL = "no period fell short of the required return"
NO_BENCHMARK = "no benchmark was given"
FEW_DAYS = 20
BINS = 30
CHART_POINTS = 2500


def run(params: SimpleNamespace, *, seed: int | None, data: Data, progress: Progress) -> Result:
    """Growth, risk, falls, tails; beta and alpha where there is a benchmark."""
    given = np.array([np.nan if r is None else r for r in params.returns], dtype=np.float64)
    present = given[np.isfinite(given)]
    values = _growth(present, params) | _falls(present) | _tails(present, params.tail)
    values |= {"days_present": present.size, "days_missing": given.size - present.size}
    market, intervals = _market(given, params)
    metrics = metrics_of(experiment.metrics, values | market, intervals)
    reasons = _reasons(present, values, market, params)
    return Result(
        headline=_headline(present, values),
        metrics=metrics,
        tables=[_path_table(given)],
        charts=[_wealth_chart(given), _drawdown_chart(given), *_histogram(present)],
        notes=[*unexplained(metrics, reasons), *_cautions(given, present, params)],
    )


def _growth(r: Array, params: SimpleNamespace) -> dict[str, Any]:
    if not r.size:
        return {}
    m = params.periods_per_year
    with np.errstate(over="ignore", invalid="ignore"):
        return {
            "cumulative": returns.total_return(returns=r),
            "annual_return": returns.annual_return(returns=r, periods_per_year=m),
            "annual_volatility": returns.annual_volatility(returns=r, periods_per_year=m),
            "sharpe": ratios.sharpe(returns=r, periods_per_year=m),
            "sortino": ratios.sortino(
                returns=r, required_return=params.required_return, periods_per_year=m
            ),
            "downside_risk": ratios.downside_risk(
                returns=r, required_return=params.required_return, periods_per_year=m
            ),
            "calmar": ratios.calmar(returns=r, periods_per_year=m),
        }


def _falls(r: Array) -> dict[str, Any]:
    wealth = _wealth(r)
    if not r.size or not np.all(np.isfinite(wealth)):
        return {}
    worst = drawdown.deepest(levels=wealth)
    return {
        "max_drawdown": worst.depth,
        "drawdown_length": worst.length,
        "recovery": worst.recovery,
        "under_water": worst.under_water,
    }


def _tails(r: Array, tail: float) -> dict[str, Any]:
    return {
        "var": tails.value_at_risk(returns=r, tail=tail),
        "cvar": tails.expected_shortfall(returns=r, tail=tail),
    }


def _wealth(r: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        return returns.levels(returns=r)


def _market(given: Array, params: SimpleNamespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Betas and alpha with their intervals; empty without a benchmark."""
    if params.benchmark is None:
        return {}, {}
    b = np.array([np.nan if x is None else x for x in params.benchmark], dtype=np.float64)
    found = {
        "beta": regression.beta(returns=given, benchmark=b),
        "alpha": regression.alpha(
            returns=given, benchmark=b, periods_per_year=params.periods_per_year
        ),
        "down_market_beta": regression.down_market_beta(returns=given, benchmark=b),
        "lagged_beta": regression.dimson_beta(returns=given, benchmark=b),
    }
    intervals = {name: (c.low, c.high) for name, c in found.items() if c.n >= FEW_DAYS}
    return {name: c.value for name, c in found.items()}, intervals


def _reasons(
    r: Array, values: dict[str, Any], market: dict[str, Any], params: SimpleNamespace
) -> dict[str, str]:
    """Why a figure is missing, where it is."""
    names = [spec.name for spec in experiment.metrics]
    if not r.size:
        alone = {} if params.benchmark is not None else _without_benchmark()
        return dict.fromkeys(names, NOTHING) | alone
    large = dict.fromkeys(names, "it is larger than any number that can be written")
    short = ONE if r.size < 2 else FLAT
    fell = (values.get("max_drawdown") or 0.0) < 0.0
    reasons = large | {
        "annual_volatility": ONE,
        "sharpe": short,
        "sortino": NO_SHORTFALL,
        "calmar": large["calmar"] if fell else NO_FALL,
        "recovery": "the old high has not been reached again" if fell else NO_FALL,
    }
    if params.benchmark is None:
        return reasons | _without_benchmark()
    thin = "too few common periods, or the benchmark does not vary over them"
    if market.get("beta") is not None and np.isfinite(market["beta"]):
        return reasons | dict.fromkeys(("down_market_beta", "lagged_beta"), thin)
    return reasons | dict.fromkeys(_without_benchmark(), thin)


def _without_benchmark() -> dict[str, str]:
    return dict.fromkeys(("alpha", "beta", "down_market_beta", "lagged_beta"), NO_BENCHMARK)


def _cautions(given: Array, present: Array, params: SimpleNamespace) -> list[str]:
    notes = ["The Sharpe ratio takes a risk-free rate of zero; nothing here is a forecast."]
    missing = given.size - present.size
    if missing:
        notes.append(
            f"{missing} missing {'period was' if missing == 1 else 'periods were'} dropped; annual "
            f"figures use the {present.size} present."
        )
    if present.size < params.periods_per_year:
        notes.append("Less than a year of periods: annual figures extrapolate.")
    if params.benchmark is not None and present.size < FEW_DAYS:
        notes.append(f"No intervals for alpha and beta: fewer than {FEW_DAYS} periods.")
    return notes


def _headline(r: Array, values: dict[str, Any]) -> str:
    if not r.size:
        return "There is no return in this list."
    total, depth = defined(values.get("cumulative")), defined(values.get("max_drawdown"))
    sharpe = defined(values.get("sharpe"))
    grown = "beyond measure" if total is None else f"by {percent(total)}"
    fell = "never below its start or a former high"
    if depth is not None and depth < 0.0:
        fell = f"at worst {percent(-depth)} below a former high"
    ratio = "no Sharpe ratio exists" if sharpe is None else f"Sharpe ratio {number(sharpe)}"
    span = "one period" if r.size == 1 else f"{r.size} periods"
    return f"Over {span} the value changed {grown}, {fell}; {ratio}."


def _path_table(given: Array) -> Table:
    wealth, fall = _paths(given)
    return Table(
        name="path",
        label="Period by period",
        columns=[
            Column("period", "Period", COUNT),
            Column("return", "Return", FRACTION),
            Column("cumulative", "Total return so far", FRACTION),
            Column("drawdown", "Below the highest so far", FRACTION),
        ],
        rows=np.column_stack(
            [np.arange(1, given.size + 1), given, wealth[1:] - 1.0, fall[1:]]
        ).tolist(),
    )


def _paths(given: Array) -> tuple[Array, Array]:
    """Wealth and drawdown with the starting point; nan beyond the largest double."""
    wealth = _wealth(given)
    wealth = np.where(np.isfinite(wealth), wealth, np.nan)
    return wealth, drawdown.path(levels=wealth)


def _wealth_chart(given: Array) -> Chart:
    wealth, _ = _paths(given)
    series = Series("wealth", "Value", wealth[_thinned(wealth)], role="base")
    return _over_time(
        wealth, series, "wealth", "Growth of one dollar", Axis("Value", USD),
        "The value of one dollar after each period, starting at 1.",
    )  # fmt: skip


def _drawdown_chart(given: Array) -> Chart:
    _, fall = _paths(given)
    series = Series("drawdown", "Drawdown", fall[_thinned(fall)], role="base")
    return _over_time(
        fall, series, "drawdown", "Below the highest value so far", Axis("Drawdown", FRACTION),
        "The fall from the highest value so far after each period, never above zero.",
    )  # fmt: skip


def _over_time(path: Array, series: Series, name: str, label: str, y: Axis, alt: str) -> Chart:
    x = Axis("Period", COUNT, "number", np.arange(path.size)[_thinned(path)])
    return Chart(name=name, label=label, kind="line", x=x, y=y, series=[series], alt=alt)


def _thinned(path: Array) -> slice:
    """Every so many points, so that a chart has at most ``CHART_POINTS``; tables have all."""
    return slice(None, None, -(-path.size // CHART_POINTS))


def _histogram(r: Array) -> list[Chart]:
    if r.size < 2 or not np.ptp(r) > 1e-9 * np.max(np.abs(r)) + 1e-15:
        return []  # nothing to tell apart
    counts, edges = np.histogram(r, bins=min(BINS, max(5, r.size // 4)))
    return [
        Chart(
            name="distribution",
            label="How often returns of each size occurred",
            kind="histogram",
            x=Axis("Return", FRACTION, "number", (edges[:-1] + edges[1:]) / 2.0),
            y=Axis("Periods", COUNT),
            series=[Series("periods", "Periods", counts, role="base")],
            alt=f"Counts of {r.size} returns between {percent(r.min())} and {percent(r.max())}.",
        )
    ]
