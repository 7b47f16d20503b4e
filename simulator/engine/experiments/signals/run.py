"""Every signal day by day, and its last value."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data import Data, Progress
from ...results import Axis, Chart, Column, Mark, Metric, Result, Series, Table
from ...signals.breadth import advance_decline_line
from ...signals.macd import Macd, macd
from ...signals.rsi import rsi
from ...units import COUNT
from .._defined import defined, metrics_of, number, unexplained
from . import experiment

Array = NDArray[np.float64]
SHOWN_DAYS = 5000


def run(params: SimpleNamespace, *, seed: int | None, data: Data, progress: Progress) -> Result:
    """RSI and MACD of the closes, the advance–decline line of the counts."""
    closes, days, unit = _closes(params, data)
    strength = rsi(closes=closes, days=params.rsi_days)
    lines = macd(
        closes=closes, fast=params.macd_fast, slow=params.macd_slow, signal=params.macd_signal
    )
    breadth = _breadth(params)
    values = _last(strength, lines, breadth) | {"days": closes.size}
    metrics = [_in_unit(m, unit) for m in metrics_of(experiment.metrics, values)]
    shown = slice(max(closes.size - SHOWN_DAYS, 0), None)
    return Result(
        headline=_headline(values, days),
        metrics=metrics,
        tables=[
            _signal_table(days, closes, strength, lines, unit, shown),
            *_breadth_table(breadth),
        ],
        charts=[
            _rsi_chart(days[shown], strength[shown], params),
            _macd_chart(days[shown], lines, shown, unit),
            *_breadth_chart(breadth),
        ],
        notes=[*unexplained(metrics, _reasons(closes, params)), *_cautions(closes)],
    )


def _closes(params: SimpleNamespace, data: Data) -> tuple[Array, list[Any], str]:
    """Closes, the label of each day (a date, or its number) and their unit."""
    if params.series is None:
        closes = np.array(params.values, dtype=np.float64)
        return closes, list(range(closes.size)), "USD"
    series = data.series(params.series)
    return np.asarray(series.values, dtype=np.float64), [str(d) for d in series.dates], series.unit


def _breadth(params: SimpleNamespace) -> Array:
    if params.advances is None or params.declines is None:
        return np.empty(0)
    return advance_decline_line(advances=params.advances, declines=params.declines)


def _last(strength: Array, lines: Macd, breadth: Array) -> dict[str, Any]:
    return {
        "rsi": strength[-1],
        "macd": lines.macd[-1],
        "macd_signal": lines.signal[-1],
        "macd_histogram": lines.histogram[-1],
        "macd_fast_average": lines.fast[-1],
        "macd_slow_average": lines.slow[-1],
        "ad_line": breadth[-1] if breadth.size else None,
    }


def _in_unit(metric: Metric, unit: str) -> Metric:
    """MACD is a difference of prices and carries their unit."""
    return replace(metric, unit=unit) if metric.unit == "USD" else metric


def _reasons(closes: Array, params: SimpleNamespace) -> dict[str, str]:
    def short(need: int) -> str:
        return f"it needs {need} days of prices and there are {closes.size}"

    flat = "the prices have not moved at all"
    slow, averaged = params.macd_slow, params.macd_slow + params.macd_signal - 1
    return {
        "rsi": short(params.rsi_days + 1) if closes.size <= params.rsi_days else flat,
        "macd": short(slow),
        "macd_signal": short(averaged),
        "macd_histogram": short(averaged),
        "macd_fast_average": short(params.macd_fast),
        "macd_slow_average": short(slow),
        "ad_line": "advances and declines were not given",
    }


def _cautions(closes: Array) -> list[str]:
    notes = [
        "Seeds: Wilder's averages start from the simple mean of the first changes, exponential "
        "averages of span n from the simple mean of the first n values.",
        "A value belongs to the close of its day; a decision may use it from the next day on.",
    ]
    if closes.size > SHOWN_DAYS:
        notes.append(f"Table and charts show the last {SHOWN_DAYS} of {closes.size} days.")
    return notes


def _headline(values: dict[str, Any], days: list[Any]) -> str:
    when = f"On {days[-1]}" if isinstance(days[-1], str) else f"After {len(days)} days"
    strength, gap = defined(values["rsi"]), defined(values["macd_histogram"])
    first = "there is no RSI yet" if strength is None else f"RSI stands at {strength:.1f}"
    if gap is None:
        return f"{when} {first} and MACD has no signal line yet."
    side = "above" if gap > 0.0 else "below" if gap < 0.0 else "on"
    return f"{when} {first} and MACD is {number(abs(gap), 3)} {side} its signal line."


def _signal_table(
    days: list[Any], closes: Array, strength: Array, lines: Macd, unit: str, shown: slice
) -> Table:
    columns = [closes, strength, lines.macd, lines.signal, lines.histogram, lines.fast, lines.slow]
    rows = np.column_stack(columns)[shown].tolist()
    return Table(
        name="signals",
        label="Day by day",
        columns=[
            Column("day", "Day"),
            Column("close", "Close", unit),
            Column("rsi", "RSI", COUNT),
            Column("macd", "MACD", unit),
            Column("macd_signal", "Signal line", unit),
            Column("macd_histogram", "MACD less signal", unit),
            Column("macd_fast_average", "Fast average", unit),
            Column("macd_slow_average", "Slow average", unit),
        ],
        rows=[[day, *row] for day, row in zip(days[shown], rows, strict=True)],
    )


def _axis(days: list[Any]) -> Axis:
    kind = "date" if days and isinstance(days[0], str) else "number"
    return Axis("Day", None, kind, days)


def _rsi_chart(days: list[Any], strength: Array, params: SimpleNamespace) -> Chart:
    return Chart(
        name="rsi",
        label=f"RSI over {params.rsi_days} days",
        kind="line",
        x=_axis(days),
        y=Axis("RSI", COUNT),
        series=[Series("rsi", "RSI", strength, role="base")],
        marks=[Mark("y", 70.0, 70.0, "70"), Mark("y", 30.0, 30.0, "30")],
        alt="RSI between 0 and 100 day by day; lines mark the customary 30 and 70.",
    )


def _macd_chart(days: list[Any], lines: Macd, shown: slice, unit: str) -> Chart:
    return Chart(
        name="macd",
        label="MACD and its signal line",
        kind="line",
        x=_axis(days),
        y=Axis("Difference of averages", unit),
        series=[
            Series("macd", "MACD", lines.macd[shown], role="base"),
            Series("macd_signal", "Signal line", lines.signal[shown], role="reference"),
            Series("macd_histogram", "MACD less signal", lines.histogram[shown]),
        ],
        marks=[Mark("y", 0.0, 0.0, "zero")],
        alt="MACD, its signal line and their difference day by day.",
    )


def _breadth_table(breadth: Array) -> list[Table]:
    if not breadth.size:
        return []
    columns = [Column("day", "Day", COUNT), Column("ad_line", "Advance–decline line", COUNT)]
    rows = [[day, value] for day, value in enumerate(breadth.tolist())]
    return [Table("breadth", "Advance–decline line day by day", columns, rows)]


def _breadth_chart(breadth: Array) -> list[Chart]:
    if not breadth.size:
        return []
    return [
        Chart(
            name="ad_line",
            label="Advance–decline line",
            kind="line",
            x=Axis("Day", COUNT, "number", np.arange(breadth.size)),
            y=Axis("Advances less declines, summed", COUNT),
            series=[Series("ad_line", "Advance–decline line", breadth, role="base")],
            alt=f"The running sum ends at {number(float(breadth[-1]), 0)}.",
        )
    ]
