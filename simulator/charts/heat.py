"""Heat maps: one colour a cell, the number printed in it wherever it fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import presentation
from . import frame as around
from . import scales, svg
from .frame import Frame
from .reading import numbers

LEVELS = 9
MIDDLE = 5


def rows_of(chart: Mapping[str, Any]) -> list[list[float | None]]:
    length = len((chart.get("x") or {}).get("values") or [])
    return [numbers(s.get("values"), length) for s in chart.get("series") or []]


def row_labels(chart: Mapping[str, Any]) -> list[Any]:
    """What stands beside each row: the y axis' values, else the series' names."""
    named = [s.get("label") or s.get("name") for s in chart.get("series") or []]
    given = list((chart.get("y") or {}).get("values") or [])
    return given if len(given) == len(named) else named


def value_of(chart: Mapping[str, Any]) -> dict[str, Any]:
    """Label and unit of the cells; a chart may say so in ``value``."""
    return dict(chart.get("value") or {})


def level(value: float, lo: float, hi: float) -> int:
    """1 to 9 around zero where the values have both signs, else 5 to 9 from low to high."""
    if lo < 0 < hi:
        reach = max(-lo, hi)
        return round(MIDDLE + (LEVELS - MIDDLE) * (value / reach))
    share = scales.Linear(lo, hi, 0.0, 1.0)(value)
    if hi <= 0:
        return round(1 + (MIDDLE - 1) * share)
    return round(MIDDLE + (LEVELS - MIDDLE) * share)


def height(chart: Mapping[str, Any], width: float) -> float:
    rows = max(len(chart.get("series") or []), 1)
    return rows * min(max(width / 20, 26.0), 44.0) + 92


def draw(chart: Mapping[str, Any], frame: Frame, limits: tuple[float, float] | None) -> None:
    axis, value = chart.get("x") or {}, value_of(chart)
    grid, sides = rows_of(chart), row_labels(chart)
    y_axis = chart.get("y") or {}
    lo, hi = limits or scales.extent(v for row in grid for v in row)
    _scale(frame, lo, hi, value)
    side = [tick(v, y_axis) for v in sides]
    across = [tick(v, axis) for v in axis.get("values") or []]
    frame.left = min(max((svg.width_of(s) for s in side), default=20) + 10, frame.width * 0.4)
    frame.top += 20
    frame.bottom = 42
    frame.add(svg.text(2, frame.top - 7, around.axis_title(y_axis), "label"))
    xs = scales.Bands(len(across), frame.left, frame.x1)
    ys = scales.Bands(len(grid), frame.top, frame.y1)
    for j, row in enumerate(grid):
        frame.add(svg.text(frame.left - 6, ys(j) + 4, side[j], "tick end"))
        for i, cell in enumerate(row):
            _cell(frame, cell, xs(i), ys(j), xs.step, ys.step, (lo, hi), value)
    _across(frame, across, xs)
    frame.add(svg.text(frame.x1, frame.height - 5, around.axis_title(axis), "label end"))


def tick(value: Any, axis: Mapping[str, Any]) -> str:
    return presentation.short_text(value, axis.get("unit"), str(axis.get("label", "")))


def _across(frame: Frame, labels: Sequence[str], xs: scales.Bands) -> None:
    previous = -1e9
    for i, label in enumerate(labels):
        half = svg.width_of(label) / 2
        if xs(i) - half > previous + 4:
            frame.add(svg.text(xs(i), frame.y1 + 17, label, "tick middle"))
            previous = xs(i) + half


def _cell(
    frame: Frame,
    value: float | None,
    x: float,
    y: float,
    wide: float,
    high: float,
    limits: tuple[float, float],
    about: Mapping[str, Any],
) -> None:
    left, top = x - wide / 2, y - high / 2
    if value is None:
        frame.add(svg.rect(left, top, wide, high, "cell gap"))
        frame.add(svg.text(x, y + 4, presentation.MISSING, "value middle"))
        return
    step = min(max(level(value, *limits), 1), LEVELS)
    frame.add(svg.rect(left, top, wide, high, f"cell h{step}"))
    words = presentation.cell_text(value, about.get("unit"), str(about.get("label", "")))
    if svg.width_of(words, 11) < wide - 4 and high >= 14:
        strong = " light" if step in (1, LEVELS) else ""
        frame.add(svg.text(x, y + 4, words, "value middle" + strong))


def _scale(frame: Frame, lo: float, hi: float, about: Mapping[str, Any]) -> None:
    """The key: lowest and highest with the colours between them."""
    unit, label = about.get("unit"), str(about.get("label") or "")
    ends = [presentation.figure_text(v, unit, label) for v in (lo, hi)]
    used = sorted(
        {min(max(level(lo * (1 - i / 40) + hi * (i / 40), lo, hi), 1), LEVELS) for i in range(41)}
    )
    x = 2.0
    if label:
        frame.add(svg.text(x, frame.top + 11, label, "label"))
        if frame.is_narrow:
            frame.top += around.ROW
        else:
            x += svg.width_of(label) + 16
    frame.add(svg.text(x, frame.top + 11, ends[0], "tick"))
    x += svg.width_of(ends[0]) + 6
    for step in used:
        frame.add(svg.rect(x, frame.top + 1, 16, 12, f"cell h{step}"))
        x += 16
    frame.add(svg.text(x + 6, frame.top + 11, ends[1], "tick"))
    frame.top += 24
