"""The text alternative of a chart, written from its data: range, extremes, crossings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import presentation
from . import heat
from .reading import Drawn, Places, read_series, read_x
from .xy import crossings

KINDS = {
    "line": "Line chart",
    "bars": "Bar chart",
    "histogram": "Histogram",
    "heatmap": "Heat map",
    "points": "Scatter chart",
    "payoff": "Payoff diagram",
    "specification": "Specification curve",
}
MOST = 6


def alt_text(chart: Mapping[str, Any]) -> str:
    """What the experiment says about the chart, then what its numbers say."""
    given = str(chart.get("alt") or "").strip()
    if given and given[-1] not in ".!?":
        given += "."
    told = _heat_map(chart) if chart.get("kind") == "heatmap" else _series(chart)
    return " ".join(part for part in (given, told) if part)


def _series(chart: Mapping[str, Any]) -> str:
    places = read_x(chart)
    drawn = [s for s in read_series(chart) if s.role != "choice"]
    y = chart.get("y") or {}
    kind = KINDS.get(str(chart.get("kind")), "Chart")
    out = [f"{kind} of {_lower(y.get('label') or chart.get('label') or 'values')}{_over(places)}."]
    out += [_one(s, places, y) for s in drawn[:MOST]]
    if len(drawn) > MOST:
        out.append(f"{len(drawn) - MOST} more series are in the table.")
    if chart.get("kind") == "payoff":
        out += [_zeros(s, places) for s in drawn[:MOST]]
    if chart.get("kind") in ("line", "payoff") and 1 < len(drawn) <= 4:
        out += [_pair(a, b, places) for i, a in enumerate(drawn) for b in drawn[i + 1 :]]
    return " ".join(part for part in out if part)


def _lower(words: Any) -> str:
    """A label in mid-sentence; an abbreviation keeps its capitals."""
    text = str(words)
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _over(places: Places) -> str:
    if not places.raw:
        return ", without values"
    if places.type == "category":
        return f" for {len(places.raw)} {'entry' if len(places.raw) == 1 else 'entries'}"
    ends = [places.raw[places.positions.index(f(places.known))] for f in (min, max)]
    return f" by {_lower(places.label) or 'x'} from {_x(ends[0], places)} to {_x(ends[1], places)}"


def _x(value: Any, places: Places) -> str:
    return presentation.figure_text(value, places.unit, places.label)


def _one(series: Drawn, places: Places, y: Mapping[str, Any]) -> str:
    known = [i for i, v in enumerate(series.values) if v is not None]
    if not known:
        return f"{series.label}: no values."

    def said(index: int) -> str:
        return presentation.figure_text(
            series.values[index], y.get("unit"), str(y.get("label", ""))
        )

    if len(known) == 1:
        return f"{series.label}: {said(known[0])} at {_x(places.raw[known[0]], places)}."
    lowest = min(known, key=lambda i: series.values[i] or 0.0)
    highest = max(known, key=lambda i: series.values[i] or 0.0)
    text = (
        f"lowest {said(lowest)} at {_x(places.raw[lowest], places)}, "
        f"highest {said(highest)} at {_x(places.raw[highest], places)}"
    )
    if places.type != "category":
        text = f"starts at {said(known[0])}, ends at {said(known[-1])}; {text}"
    gaps = len(series.values) - len(known)
    missing = f"; {gaps} {'value is' if gaps == 1 else 'values are'} missing" if gaps else ""
    return f"{series.label}: {text}{missing}."


def _zeros(series: Drawn, places: Places) -> str:
    if places.type == "category":
        return ""
    found = crossings(places, series.values)
    if not found:
        return ""
    shown = " and ".join(presentation.sensible(float(f"{p:.6g}")) for p in found[:4])
    return f"{series.label} crosses zero at {shown}."


def _pair(a: Drawn, b: Drawn, places: Places) -> str:
    difference = [
        None if u is None or v is None else u / 2 - v / 2
        for u, v in zip(a.values, b.values, strict=True)
    ]
    found = crossings(places, difference)
    if not found or places.type == "category":
        return ""
    times = {1: "once", 2: "twice"}.get(len(found), f"{len(found)} times")
    first = min(places.known, key=lambda p: abs(p - found[0]))
    where = _x(places.raw[places.positions.index(first)], places)
    near = f"near {where}" if len(found) == 1 else f"first near {where}"
    return f"{a.label} and {b.label} cross {times}, {near}."


def _heat_map(chart: Mapping[str, Any]) -> str:
    grid = heat.rows_of(chart)
    x, y, value = chart.get("x") or {}, chart.get("y") or {}, heat.value_of(chart)
    across, down = list(x.get("values") or []), heat.row_labels(chart)
    cells = [(v, i, j) for j, row in enumerate(grid) for i, v in enumerate(row) if v is not None]
    what = _lower(value.get("label") or chart.get("label") or "values")
    size = f"Heat map of {what}, {len(across)} columns by {len(down)} rows."
    if not cells:
        return f"{size} No cell has a value yet."

    def said(cell: tuple[float, int, int]) -> str:
        number, i, j = cell
        shown = presentation.figure_text(number, value.get("unit"), str(value.get("label", "")))
        return (
            f"{shown} at {x.get('label') or 'x'} {_axis(across[i], x)}, "
            f"{y.get('label') or 'y'} {_axis(down[j], y)}"
        )

    empty = len(across) * len(down) - len(cells)
    none = "1 cell has" if empty == 1 else f"{empty} cells have"
    gaps = f" {none} no value." if empty else ""
    return f"{size} Lowest {said(min(cells))}; highest {said(max(cells))}.{gaps}"


def _axis(value: Any, axis: Mapping[str, Any]) -> str:
    return presentation.figure_text(value, axis.get("unit"), str(axis.get("label", "")))


__all__: Sequence[str] = ("alt_text",)
