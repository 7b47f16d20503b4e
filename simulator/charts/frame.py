"""What surrounds the data: room, grid, axes, legend, direct labels, marked spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import presentation
from . import scales, svg
from .reading import Drawn, Places
from .svg import Element

NARROW = 480
ROW = 17.0
LABEL_ROOM = 190.0


@dataclass
class Frame:
    """The rectangle that the data may use, and what has been drawn so far."""

    width: float
    height: float
    left: float = 8.0
    top: float = 8.0
    right: float = 12.0
    bottom: float = 8.0
    items: list[Element] = field(default_factory=list)
    definitions: list[Element] = field(default_factory=list)
    plot: dict[str, Any] = field(default_factory=dict)

    @property
    def x1(self) -> float:
        return self.width - self.right

    @property
    def y1(self) -> float:
        return self.height - self.bottom

    @property
    def is_narrow(self) -> bool:
        return self.width < NARROW

    def add(self, *items: Element) -> None:
        self.items.extend(items)


def tick_labels(values: Sequence[float], unit: str | None, name: str = "") -> list[str]:
    """Labels with just the decimals that tell the ticks apart."""
    if presentation.is_percentage(unit, name):
        shown = [v * 100 for v in values]
        decimals = scales.decimals_of(shown)
        return [presentation.digits(v, decimals) + presentation.PERCENT for v in shown]
    if all(presentation.is_year(v, unit, name) for v in values):
        return [str(int(v)) for v in values]
    if any(abs(v) >= 1e9 or 0 < abs(v) < 1e-6 for v in values):
        return [presentation.sensible(v, 3) for v in values]
    decimals = scales.decimals_of(values)
    plain = [presentation.digits(v, decimals) for v in values]
    if unit != "USD":
        return plain
    return [f"−${t[1:]}" if t.startswith("−") else f"${t}" for t in plain]


def axis_title(axis: Mapping[str, Any]) -> str:
    """The label with its unit where the ticks do not already show it."""
    label, unit = str(axis.get("label") or ""), axis.get("unit")
    if not unit or unit in ("1", "USD", "count") or unit.lower().rstrip("s") in label.lower():
        return label
    return f"{label}, {unit}" if label else str(unit)


def legend(frame: Frame, all_series: Sequence[Drawn], kind: str = "line") -> None:
    """Samples with names, in as many rows as they need, above the plot."""
    x, y = 2.0, frame.top + 11
    for series in all_series:
        wide = 34 + svg.width_of(series.label)
        if x > 2 and x + wide > frame.width:
            x, y = 2.0, y + ROW
        frame.add(*_sample(series, x, y - 4, kind))
        frame.add(svg.text(x + 30, y, series.label, "label"))
        x += wide + 14
    frame.top = y + 9


def _sample(series: Drawn, x: float, y: float, kind: str) -> list[Element]:
    slot = series.slot
    if kind == "bars":
        return [svg.rect(x + 8, y - 5, 14, 10, f"bar {slot}")]
    stroke = svg.line(x, y, x + 24, y, f"line {slot}")
    dot = svg.marker(series.shape, x + 12, y, f"dot {slot}")
    return [dot] if kind == "points" else [stroke, dot]


def room_for_labels(frame: Frame, all_series: Sequence[Drawn]) -> bool:
    """Whether names can stand at the ends of their lines; makes room at the right if so."""
    if frame.is_narrow or not 1 < len(all_series) <= 6:
        return False
    widest = max(svg.width_of(s.label) for s in all_series)
    if widest > LABEL_ROOM:
        return False
    frame.right = widest + 16
    return True


def direct_labels(frame: Frame, all_series: Sequence[Drawn], y: scales.Linear) -> None:
    """Names at the last value of each line, pushed apart where they would touch."""
    ends = []
    for series in all_series:
        if series.last is not None:
            value = series.values[series.last]
            ends.append((y(value if value is not None else 0.0), series))
    ends.sort(key=lambda pair: pair[0])
    heights = [end for end, _ in ends]
    for i in range(1, len(heights)):
        heights[i] = max(heights[i], heights[i - 1] + 14)
    over = (heights[-1] - frame.y1) if heights else 0
    if over > 0:
        heights[-1] -= over
        for i in reversed(range(len(heights) - 1)):
            heights[i] = min(heights[i], heights[i + 1] - 14)
    for height, (_, series) in zip(heights, ends, strict=True):
        frame.add(svg.text(frame.x1 + 9, height + 4, series.label, f"name {series.slot}"))


def y_axis(
    frame: Frame, axis: Mapping[str, Any], lo: float, hi: float, *, zero: bool = False
) -> scales.Linear:
    """Title above, round ticks, hairlines across; returns the scale. Sets the left margin."""
    marks = scales.ticks(lo, hi, 4 if frame.is_narrow else 5)
    title = axis_title(axis)
    labels = tick_labels(marks, axis.get("unit"), title)
    frame.left = max(max(svg.width_of(label) for label in labels) + 8, 20.0)
    if title:
        frame.add(svg.text(2, frame.top + 11, title, "label"))
        frame.top += 19
    frame.top += 6
    scale = scales.Linear(marks[0], marks[-1], frame.y1, frame.top)
    for value, label in zip(marks, labels, strict=True):
        at = scale(value)
        frame.add(svg.line(frame.left, at, frame.x1, at, "zero" if zero and value == 0 else "grid"))
        frame.add(svg.text(frame.left - 6, at + 4, label, "tick end"))
    frame.plot |= {"y-lo": marks[0], "y-hi": marks[-1]}
    return scale


def reserve_x(frame: Frame, places: Places) -> None:
    """Room below for ticks and the axis title."""
    frame.bottom = 24.0 + (ROW if axis_title({"label": places.label, "unit": places.unit}) else 0)


def x_axis(
    frame: Frame, places: Places, limits: tuple[float, float] | None = None, pad: float = 0.0
) -> scales.Linear:
    """Ticks and title below the plot; returns the scale over positions."""
    lo, hi = limits or scales.extent(places.known)
    scale = scales.Linear(lo, hi, frame.left + pad, frame.x1 - pad)
    count = max(2, int((frame.x1 - frame.left) / 85))
    frame.add(svg.line(frame.left, frame.y1, frame.x1, frame.y1, "axis"))
    previous = -1e9
    for value, label in _x_ticks(places, lo, hi, count):
        at = scale(value)
        half = svg.width_of(label) / 2
        at_text = min(max(at, half + 1), frame.width - half - 1)
        if at_text - half < previous + 6:
            continue
        previous = at_text + half
        frame.add(svg.line(at, frame.y1, at, frame.y1 + 4, "axis"))
        frame.add(svg.text(at_text, frame.y1 + 17, label, "tick middle"))
    title = axis_title({"label": places.label, "unit": places.unit})
    if title:
        frame.add(svg.text(frame.x1, frame.height - 5, title, "label end"))
    frame.plot |= {"x-lo": lo, "x-hi": hi, "x-type": places.type}
    return scale


def _x_ticks(places: Places, lo: float, hi: float, count: int) -> list[tuple[float, str]]:
    if places.type == "date":
        found = [(float(d), label) for d, label in scales.date_ticks(int(lo), int(hi), count)]
        return found or [(p, str(places.raw[places.positions.index(p)])) for p in places.known[:1]]
    if places.type == "number":
        marks = scales.inner_ticks(lo, hi, count)
        return list(zip(marks, tick_labels(marks, places.unit, places.label), strict=True))
    every = max(1, -(-len(places.raw) // count))
    return [(float(i), str(v)) for i, v in enumerate(places.raw) if i % every == 0]


@dataclass(frozen=True)
class Span:
    start: float
    end: float
    label: str
    row: int


def x_spans(frame: Frame, chart: Mapping[str, Any], places: Places) -> list[Span]:
    """Marks on x with a row each for their labels, so that no two labels touch."""
    lo, hi = scales.extent(places.known)
    rows: list[float] = []
    out = []
    room = max(frame.width - frame.left - frame.right, 50)
    guess = scales.Linear(lo, hi, 0, room)
    found = []
    for mark in chart.get("marks") or []:
        if mark.get("axis") != "x":
            continue
        start, end = places.position(mark.get("from")), places.position(mark.get("to"))
        if (
            start is not None
            and end is not None
            and max(start, end) >= lo
            and min(start, end) <= hi
        ):
            found.append((min(start, end), max(start, end), str(mark.get("label") or "")))
    for start, end, label in sorted(found):
        wide = svg.width_of(label, 11)
        middle = (guess(start) + guess(end)) / 2
        left = min(max(middle - wide / 2, 0), max(room - wide, 0))
        row = next((i for i, edge in enumerate(rows) if edge + 8 < left), len(rows))
        rows[row : row + 1] = [left + wide]
        out.append(Span(start, end, label, row))
    return out


def draw_spans(frame: Frame, spans: Sequence[Span], x: scales.Linear) -> None:
    """Shaded spans or dashed lines, their labels in rows above the plot."""
    rows = max((s.row for s in spans), default=-1) + 1
    for span in spans:
        a, b = x(span.start), x(span.end)
        if b - a > 1:
            frame.add(svg.rect(a, frame.top, b - a, frame.y1 - frame.top, "mark"))
        else:
            frame.add(svg.line(a, frame.top - 2, a, frame.y1, "markline"))
        half = svg.width_of(span.label, 11) / 2
        at = min(max((a + b) / 2, frame.left + half), max(frame.x1 - half, frame.left + half))
        base = frame.top - 5 - (rows - 1 - span.row) * 13
        frame.add(svg.text(at, base, span.label, "small middle"))


def span_room(spans: Sequence[Span]) -> float:
    return (max((s.row for s in spans), default=-1) + 1) * 13.0


def y_marks(chart: Mapping[str, Any]) -> list[tuple[float, float, str]]:
    return [
        (float(m["from"]), float(m["to"]), str(m.get("label") or ""))
        for m in chart.get("marks") or []
        if m.get("axis") == "y"
        and scales.is_number(m.get("from"))
        and scales.is_number(m.get("to"))
    ]


def draw_y_marks(frame: Frame, chart: Mapping[str, Any], y: scales.Linear) -> None:
    for start, end, label in y_marks(chart):
        a, b = sorted((y(start), y(end)))
        if b - a > 1:
            frame.add(svg.rect(frame.left, a, frame.x1 - frame.left, b - a, "mark"))
        else:
            frame.add(svg.line(frame.left, a, frame.x1, a, "markline"))
        frame.add(
            svg.text(frame.x1 - 4, a - 4 if a > frame.top + 12 else b + 12, label, "small end")
        )
