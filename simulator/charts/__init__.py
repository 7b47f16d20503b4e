"""Charts: one pure function from a chart description to SVG, its words and its table.

A description is an entry of a result document's ``charts`` (see the contract). On the
page the drawing carries classes only; colours, dark mode and print belong to the
stylesheet. Beside colour every series has a dash, a marker or a name at its end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from . import heat, ranked, scales, svg, xy
from .frame import Frame
from .reading import read_series, read_x, spread
from .tables import chart_table, thinned
from .words import alt_text

__all__ = ["alt_text", "chart_table", "drawing", "render_svg", "shared_ranges", "thinned"]

WIDE, SLIM = 720, 340
Range = tuple[float, float] | None


def render_svg(
    chart: Mapping[str, Any],
    *,
    ident: str,
    width: float = WIDE,
    height: float | None = None,
    x_range: Range = None,
    y_range: Range = None,
) -> SafeString:
    """The chart as inline SVG with classes; ``ident`` makes its ids unique on the page.

    ``x_range`` and ``y_range`` fix the axes, so that several charts can be compared.
    """
    ident = re.sub(r"[^A-Za-z0-9_-]", "-", ident) or "chart"
    frame = drawing(chart, width, height, x_range, y_range)
    title = svg.Element(
        "title", "", {"id": f"{ident}-title"}, text=str(chart.get("label") or "Chart")
    )
    words = svg.Element("desc", "", {"id": f"{ident}-desc"}, text=alt_text(chart))
    plot = {"left": frame.left, "right": frame.x1, "top": frame.top, "bottom": frame.y1}
    places = {k: svg.place(v) for k, v in plot.items()} | {
        k: _plain(v) for k, v in frame.plot.items()
    }
    root = svg.Element(
        "svg",
        f"chart {chart.get('kind', '')}",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {svg.place(frame.width)} {svg.place(frame.height)}",
            "role": "img",
            "aria-labelledby": f"{ident}-title {ident}-desc",
            "data-kind": str(chart.get("kind", "")),
        }
        | {f"data-{key}": value for key, value in places.items()},
        children=[title, words, *frame.items],
    )
    return mark_safe(root.write())  # noqa: S308 - every text is escaped in ``svg``


def drawing(
    chart: Mapping[str, Any],
    width: float = WIDE,
    height: float | None = None,
    x_range: Range = None,
    y_range: Range = None,
) -> Frame:
    """The drawn elements in their frame, for the page and for files alike."""
    high = float(height or natural_height(chart, width))
    frame = Frame(float(width), high)
    kind = chart.get("kind")
    if not _has_values(chart):
        frame.add(svg.text(width / 2, high / 2, "No values to draw", "label middle"))
    elif kind == "heatmap":
        heat.draw(chart, frame, y_range)
    elif kind == "specification":
        ranked.specification(chart, frame, y_range)
    elif _is_ranked(chart):
        ranked.bars(chart, frame, y_range)
    else:
        xy.draw(chart, frame, x_range, y_range)
    return frame


def _has_values(chart: Mapping[str, Any]) -> bool:
    values = (v for s in chart.get("series") or [] for v in s.get("values") or [])
    return any(scales.is_number(v) for v in values)


def _is_ranked(chart: Mapping[str, Any]) -> bool:
    return chart.get("kind") == "bars" and read_x(chart).type == "category"


def natural_height(chart: Mapping[str, Any], width: float) -> float:
    """A calm proportion; charts of named things grow with their names."""
    if not _has_values(chart):
        return 120.0
    if chart.get("kind") == "heatmap":
        return heat.height(chart, width)
    if _is_ranked(chart):
        return ranked.bars_height(chart)
    extra = 15.0 * len(ranked.choices(chart)) if chart.get("kind") == "specification" else 0.0
    names = 16.0 * max(len(chart.get("series") or []) - 1, 0)  # the legend's rows on a phone
    return (270.0 + min(names, 64.0) if width < 480 else round(width * 0.5)) + extra


def shared_ranges(charts: list[Mapping[str, Any]]) -> tuple[Range, Range]:
    """Common x and y ranges of several charts; x only where all are numbers or all dates."""
    held = [v for chart in charts for v in spread(read_series(chart))]
    if charts and charts[0].get("kind") == "heatmap":
        held = [v for chart in charts for row in heat.rows_of(chart) for v in row if v is not None]
    axes = [read_x(chart) for chart in charts]
    zero = any(chart.get("kind") in ("bars", "histogram", "payoff") for chart in charts)
    y_range = scales.extent(held, zero=zero) if held else None
    kinds = {axis.type for axis in axes}
    if len(kinds) != 1 or kinds == {"category"}:
        return None, y_range
    return scales.extent(p for axis in axes for p in axis.known), y_range


def _plain(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
