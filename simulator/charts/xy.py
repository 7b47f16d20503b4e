"""Charts over one x axis: lines with bands, drawdowns, payoffs, points, histograms, columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from .. import presentation
from . import frame as around
from . import scales, svg
from .frame import Frame
from .reading import Drawn, Places, is_drawdown, read_series, read_x, spread

Limits = tuple[float, float] | None
Point = tuple[float, float]


def draw(chart: Mapping[str, Any], frame: Frame, x_limits: Limits, y_limits: Limits) -> None:
    """Any of the kinds that share number or date axes."""
    kind = chart["kind"]
    places, all_series = read_x(chart), read_series(chart)
    columns = kind in ("histogram", "bars")
    zero = columns or kind == "payoff" or is_drawdown(chart)
    named_at_ends = kind in ("line", "payoff") and around.room_for_labels(frame, all_series)
    if len(all_series) > 1 and not named_at_ends:
        sample = "points" if kind == "points" else "bars" if columns else "line"
        around.legend(frame, all_series, sample)
    spans = around.x_spans(frame, chart, places)
    around.reserve_x(frame, places)
    held = spread(all_series) + [v for a, b, _ in around.y_marks(chart) for v in (a, b)]
    lo, hi = y_limits or scales.extent(held, zero=zero)
    frame.top += around.span_room(spans)
    y = around.y_axis(frame, chart.get("y") or {}, lo, hi, zero=zero or lo < 0 < hi)
    pad = _bar_room(frame, places) if columns else 5.0 if kind == "points" else 0.0
    x = around.x_axis(frame, places, x_limits, pad)
    around.draw_spans(frame, spans, x)
    around.draw_y_marks(frame, chart, y)
    if kind == "histogram":
        _histogram(frame, places, all_series, x, y)
    elif kind == "bars":
        _columns(frame, places, all_series, x, y)
    elif kind == "points":
        _points(frame, places, all_series, x, y)
    else:
        _lines(frame, chart, places, all_series, x, y)
    if named_at_ends:
        around.direct_labels(frame, all_series, y)


def segments(
    places: Places, values: Sequence[float | None], x: scales.Linear, y: scales.Linear
) -> list[list[Point]]:
    """Runs of points between gaps, in pixels."""
    out: list[list[Point]] = [[]]
    for position, value in zip(places.positions, values, strict=False):
        if position is None or value is None:
            out.append([])
        else:
            out[-1].append((x(position), y(value)))
    return [run for run in out if run]


def thinned(points: list[Point]) -> list[Point]:
    """Fewer points that look the same: no dropped point lies further than a third of a pixel.

    First at most four a pixel column (first, lowest, highest, last), then Ramer, Douglas
    and Peucker's rule, which keeps what a straight line would miss.
    """
    return _straightened(_columns_kept(points)) if len(points) > 8 else points


def _columns_kept(points: list[Point]) -> list[Point]:
    if len(points) < 400:
        return points
    out: list[Point] = []
    start = 0
    for i in range(1, len(points) + 1):
        if i == len(points) or int(points[i][0]) != int(points[start][0]):
            part = range(start, i)
            keep = {start, i - 1}
            keep.add(min(part, key=lambda k: points[k][1]))
            keep.add(max(part, key=lambda k: points[k][1]))
            out.extend(points[k] for k in sorted(keep))
            start = i
    return out


def _straightened(points: list[Point], tolerance: float = 0.33) -> list[Point]:
    keep = {0, len(points) - 1}
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        middle = max(
            range(first + 1, last),
            key=lambda k: _distance(points[k], points[first], points[last]),
        )
        if _distance(points[middle], points[first], points[last]) > tolerance:
            keep.add(middle)
            waiting += [(first, middle), (middle, last)]
    return [points[k] for k in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to the straight piece between two others."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    dx, dy = x2 - x1, y2 - y1
    square = dx * dx + dy * dy
    share = ((x - x1) * dx + (y - y1) * dy) / square if square else 0.0
    share = min(max(share, 0.0), 1.0)
    return math.hypot(x - x1 - share * dx, y - y1 - share * dy)


def _lines(
    frame: Frame,
    chart: Mapping[str, Any],
    places: Places,
    all_series: Sequence[Drawn],
    x: scales.Linear,
    y: scales.Linear,
) -> None:
    hanging = is_drawdown(chart)
    for series in all_series:
        if series.has_band:
            _band(frame, places, series, x, y)
    if chart["kind"] == "payoff" and all_series:
        settled = next((s for s in all_series if "expir" in s.name.lower()), all_series[0])
        _gain_and_loss(frame, places, settled, x, y)
    for number, series in enumerate(all_series):
        runs = segments(places, series.values, x, y)
        for run in runs:
            if hanging and number == 0:
                edge = [(run[0][0], y(0)), *thinned(run), (run[-1][0], y(0))]
                frame.add(svg.path(svg.polyline(edge) + "Z", f"area {series.slot}"))
            if len(run) > 1:
                frame.add(svg.path(svg.polyline(thinned(run)), f"line {series.slot}"))
            else:
                frame.add(svg.marker(series.shape, *run[0], f"dot {series.slot}", 2.5))
        if len(all_series) > 1:
            _markers(frame, series, runs, number, len(all_series))


def _band(frame: Frame, places: Places, series: Drawn, x: scales.Linear, y: scales.Linear) -> None:
    both = [
        (low, high) if low is not None and high is not None else (None, None)
        for low, high in zip(series.low, series.high, strict=True)
    ]
    lows = segments(places, [low for low, _ in both], x, y)
    highs = segments(places, [high for _, high in both], x, y)
    for low, high in zip(lows, highs, strict=True):
        edge = thinned(high) + list(reversed(thinned(low)))
        frame.add(svg.path(svg.polyline(edge) + "Z", f"band {series.slot}"))


def _markers(frame: Frame, series: Drawn, runs: list[list[Point]], number: int, count: int) -> None:
    """Every point of a short line, else about six, shifted by series so that they do not meet."""
    points = [p for run in runs for p in run]
    every = max(1, len(points) // 6) if len(points) > 14 else 1
    start = (every * (2 * number + 1)) // (2 * count) if every > 1 else 0
    for point in points[start::every]:
        frame.add(svg.marker(series.shape, *point, f"dot {series.slot}", 3.2))


def crossings(places: Places, values: Sequence[float | None], level: float = 0.0) -> list[float]:
    """Positions where the series passes through ``level``, by straight lines between points."""
    out: list[float] = []
    previous: tuple[float, float] | None = None
    for position, value in zip(places.positions, values, strict=False):
        if position is None or value is None:
            previous = None
            continue
        above = value / 2 - level / 2
        if previous is not None:
            p, a = previous
            if (a < 0 < above) or (above < 0 < a):
                out.append(p + (position - p) * (a / (a - above)))
            elif above == 0 and a != 0:
                out.append(position)
        previous = (position, above)
    return out


def _gain_and_loss(
    frame: Frame, places: Places, series: Drawn, x: scales.Linear, y: scales.Linear
) -> None:
    base = y(0)
    for run in segments(places, series.values, x, y):
        with_zero: list[Point] = []
        for i, (px, py) in enumerate(run):
            if i and (run[i - 1][1] - base) * (py - base) < 0:
                qx, qy = run[i - 1]
                with_zero.append((qx + (px - qx) * (base - qy) / (py - qy), base))
            with_zero.append((px, py))
        for choose, name in ((min, "gain"), (max, "loss")):
            edge = [(px, choose(py, base)) for px, py in with_zero]
            closed = [(edge[0][0], base), *edge, (edge[-1][0], base)]
            frame.add(svg.path(svg.polyline(closed) + "Z", name))
    previous = -1e9
    for position in crossings(places, series.values):
        at = x(position)
        frame.add(svg.marker(3, at, base, f"dot {series.slot}", 4))
        label = presentation.sensible(float(f"{position:.5g}"))
        width = svg.width_of(label, 11)
        rises = _next_value(places, series.values, position) > 0
        left = at - 6 - width if rises else at + 6  # beside the line, where it does not pass
        if left > previous + 4 and left + width < frame.x1:
            frame.add(svg.text(left, base - 6, label, "value halo"))
            previous = left + width


def _next_value(places: Places, values: Sequence[float | None], position: float) -> float:
    """The first value of the series behind ``position``; 0 where there is none."""
    behind = (
        v
        for p, v in zip(places.positions, values, strict=False)
        if p is not None and v is not None and p > position
    )
    return next(behind, 0.0)


def _points(
    frame: Frame, places: Places, all_series: Sequence[Drawn], x: scales.Linear, y: scales.Linear
) -> None:
    for series in all_series:
        for i, position in enumerate(places.positions):
            value = series.values[i]
            if position is None or value is None:
                continue
            low, high = series.low[i], series.high[i]
            if low is not None and high is not None:
                frame.add(
                    svg.line(x(position), y(low), x(position), y(high), f"whisker {series.slot}")
                )
            frame.add(svg.marker(series.shape, x(position), y(value), f"dot {series.slot}", 3.6))


def _spacing(places: Places) -> float:
    known = sorted(set(places.known))
    gaps = sorted(b - a for a, b in pairwise(known))
    return gaps[0] if gaps else 1.0


def _bar_room(frame: Frame, places: Places) -> float:
    """Half a bar on either side, so that the first and the last are whole."""
    known = places.known
    if len(known) < 2:
        return (frame.x1 - frame.left) / 4
    share = _spacing(places) / ((max(known) - min(known)) or 1)
    room = frame.x1 - frame.left
    return min(room * share / (1 + share) / 2, room / 4)


def _width(places: Places, x: scales.Linear) -> float:
    known = places.known
    if len(known) < 2:
        return abs(x.end - x.start) or 20.0
    return abs(x(min(known) + _spacing(places)) - x(min(known)))


def _histogram(
    frame: Frame, places: Places, all_series: Sequence[Drawn], x: scales.Linear, y: scales.Linear
) -> None:
    """The first series as bars without gaps, further ones as stepped outlines over it."""
    wide = _width(places, x)
    for number, series in enumerate(all_series):
        steps: list[Point] = []
        for position, value in zip(places.positions, series.values, strict=True):
            if position is None or value is None:
                continue
            left, top = x(position) - wide / 2, y(value)
            if number == 0:
                upper, lower = sorted((top, y(0)))
                frame.add(svg.rect(left, upper, wide - 0.8, lower - upper, f"bar {series.slot}"))
            steps += [(left, top), (left + wide, top)]
        if number and steps:
            outline = [(steps[0][0], y(0)), *steps, (steps[-1][0], y(0))]
            frame.add(svg.path(svg.polyline(outline), f"outline {series.slot}"))


def _columns(
    frame: Frame, places: Places, all_series: Sequence[Drawn], x: scales.Linear, y: scales.Linear
) -> None:
    group = _width(places, x) * 0.8
    wide = group / max(len(all_series), 1)
    for number, series in enumerate(all_series):
        for i, position in enumerate(places.positions):
            value = series.values[i]
            if position is None or value is None:
                continue
            left = x(position) - group / 2 + number * wide
            upper, lower = sorted((y(value), y(0)))
            frame.add(svg.rect(left, upper, wide * 0.94, lower - upper, f"bar {series.slot}"))
            low, high = series.low[i], series.high[i]
            if low is not None and high is not None:
                middle = left + wide * 0.47
                frame.add(svg.line(middle, y(low), middle, y(high), "whisker ink"))
