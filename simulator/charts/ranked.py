"""Charts of named things: bars by category and the specification curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import presentation
from . import frame as around
from . import scales, svg
from .frame import Frame
from .reading import Drawn, read_series, read_x, spread

BAR = 15.0


def bars_height(chart: Mapping[str, Any]) -> float:
    """Bars lie under their names, so the chart grows with what it holds."""
    groups = len((chart.get("x") or {}).get("values") or [])
    series = len(chart.get("series") or [])
    return (
        groups * (20.0 + BAR * max(series, 1) + 7)
        + 60
        + (20 * min(series - 1, 3) if series > 1 else 0)
    )


def bars(chart: Mapping[str, Any], frame: Frame, limits: tuple[float, float] | None) -> None:
    """Horizontal bars from zero, each under its name, with its value at its end."""
    places, all_series = read_x(chart), read_series(chart)
    axis = chart.get("y") or {}
    if len(all_series) > 1:
        around.legend(frame, all_series, "bars")
    lo, hi = limits or scales.extent(spread(all_series), zero=True)
    label_room = 64.0
    title = around.axis_title(axis)
    frame.bottom = 24.0 + (around.ROW if title else 0)
    marks = scales.ticks(lo, hi, 3 if frame.is_narrow else 5)
    left = label_room if lo < 0 else 4.0
    x = scales.Linear(marks[0], marks[-1], left, frame.width - label_room)
    labels = around.tick_labels(marks, axis.get("unit"), title)
    for value, label in zip(marks, labels, strict=True):
        at = x(value)
        frame.add(svg.line(at, frame.top, at, frame.y1, "zero" if value == 0 else "grid"))
        half = svg.width_of(label) / 2
        at_text = min(max(at, half), frame.width - half)
        frame.add(svg.text(at_text, frame.y1 + 17, label, "tick middle"))
    if title:
        frame.add(svg.text(frame.width - 2, frame.height - 5, title, "label end"))
    step = (frame.y1 - frame.top) / max(len(places.raw), 1)
    for i, category in enumerate(places.raw):
        top = frame.top + i * step
        frame.add(svg.text(4, top + 14, _cut(category, frame.width - 8), "label halo"))
        for number, series in enumerate(all_series):
            _bar(frame, series, i, top + 20 + number * BAR, x, axis)


def _cut(words: Any, room: float) -> str:
    full, most = str(words), max(int(room / 6.9), 4)
    return full if len(full) <= most else full[: most - 1] + "…"


def _bar(
    frame: Frame,
    series: Drawn,
    index: int,
    top: float,
    x: scales.Linear,
    axis: Mapping[str, Any],
) -> None:
    value = series.values[index]
    if value is None:
        frame.add(svg.text(x(0) + 4, top + 11, presentation.MISSING, "value"))
        return
    start, end = sorted((x(value), x(0)))
    frame.add(svg.rect(start, top, max(end - start, 0.6), BAR - 2, f"bar {series.slot}"))
    low, high = series.low[index], series.high[index]
    left, right = start, end
    if low is not None and high is not None:
        left, right = min(start, x(low)), max(end, x(high))
        frame.add(svg.line(x(low), top + 6.5, x(high), top + 6.5, "whisker ink"))
    words = presentation.short_text(value, axis.get("unit"), str(axis.get("label", "")))
    if value < 0:
        frame.add(svg.text(left - 4, top + 11, words, "value end halo"))
    else:
        frame.add(svg.text(right + 4, top + 11, words, "value halo"))


def choices(chart: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a specification curve's lower panel: which choice each estimate made."""
    return [s for s in chart.get("series") or [] if s.get("role") == "choice"]


def specification(
    chart: Mapping[str, Any], frame: Frame, limits: tuple[float, float] | None
) -> None:
    """Estimates from lowest to highest with their intervals; below, the choices behind each."""
    estimates = [s for s in read_series(chart) if s.role != "choice"]
    panel = choices(chart)
    axis = chart.get("y") or {}
    rows = 15.0 * len(panel)
    frame.bottom = rows + 24
    lo, hi = limits or scales.extent(spread(estimates), zero=True)
    y = around.y_axis(frame, axis, lo, hi, zero=True)
    names = max((svg.width_of(str(s.get("label", "")), 10) for s in panel), default=0) + 8
    frame.left = max(frame.left, min(names, frame.width * 0.4))
    first = estimates[0].values if estimates else []
    order = sorted(
        (i for i, value in enumerate(first) if value is not None), key=lambda i: first[i] or 0.0
    )
    x = scales.Bands(len(order), frame.left + 4, frame.x1 - 4)
    around.draw_y_marks(frame, chart, y)
    for rank, i in enumerate(order):
        for series in estimates:
            _estimate(frame, series, i, x(rank), y)
    for row, choice in enumerate(panel):
        at = frame.y1 + 18 + row * 15
        room = frame.left - 4
        label = str(choice.get("label", ""))
        frame.add(svg.text(frame.left - 6, at + 4, _cut(label, room * 1.15), "small end"))
        taken = choice.get("values") or []
        for rank, i in enumerate(order):
            chosen = i < len(taken) and bool(taken[i])
            frame.add(svg.marker(0, x(rank), at, "on" if chosen else "off", 2.6 if chosen else 1.2))
    words = f"{len(order)} specifications, lowest to highest"
    frame.add(svg.text(frame.x1, frame.height - 3, words, "small end"))
    frame.plot["order"] = " ".join(str(i) for i in order)


def _estimate(frame: Frame, series: Drawn, index: int, x: float, y: scales.Linear) -> None:
    value, low, high = series.values[index], series.low[index], series.high[index]
    if low is not None and high is not None:
        frame.add(svg.line(x, y(low), x, y(high), f"whisker {series.slot}"))
    if value is not None:
        frame.add(svg.marker(series.shape, x, y(value), f"dot {series.slot}", 2.8))
