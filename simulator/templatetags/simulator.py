"""Charts, tables, figures and whole examples in any template: ``{% load simulator %}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from simulator import charts, presentation, second_routes
from simulator.charts.reading import read_x

register = template.Library()
FULL_DIGITS = 400


@register.filter
def figure(value: Any, unit: str | None = None) -> str:
    """``{{ value|figure:"USD" }}``: sensible digits shown, all digits in the element."""
    return presentation.figure_html(value, unit)


@register.filter
def second_route(document: Mapping[str, Any]) -> str:
    """``{{ document|second_route }}``: how far the other route's numbers lie, in a sentence."""
    return second_routes.words(document)


@register.simple_tag
def chart(
    description: Mapping[str, Any],
    ident: str = "chart",
    of: str = "",
    x_range: Any = None,
    y_range: Any = None,
) -> SafeString:
    """A chart with its caption, its reading line and the table of the same numbers.

    ``of`` names what it belongs to, where a page shows the same chart twice.
    """
    limits = {"x_range": x_range, "y_range": y_range}
    ident = f"{ident}-{description.get('name', '')}"
    table = charts.thinned(charts.chart_table(description))
    positions = _positions(description, table)
    return render_to_string(
        "simulator/_figure.html",
        {
            "chart": description,
            "of": of,
            "wide": charts.render_svg(description, ident=ident, **limits),
            "slim": charts.render_svg(
                description, ident=f"{ident}-slim", width=charts.SLIM, **limits
            ),
            "table": _shown(table),
            "rows": list(zip(positions, _rows(table, plain=True), strict=True)),
            "left_out": table["left_out"],
        },
    )


@register.simple_tag
def result_table(table: Mapping[str, Any], caption: str = "", of: str = "") -> SafeString:
    """A result's table in its own scroll box, numbers right-aligned, units in the headings."""
    cells = len(table["columns"]) * len(table["rows"])
    shown = charts.thinned(table, 400)
    return render_to_string(
        "simulator/_table.html",
        {
            "table": _shown(table),
            "of": of,
            "caption": caption or table.get("label", ""),
            "rows": _rows(shown, plain=cells > FULL_DIGITS),
            "left_out": shown["left_out"],
        },
    )


def _positions(description: Mapping[str, Any], table: Mapping[str, Any]) -> list[str]:
    """Where each row stands on the x axis, for the cross-hair."""
    if description.get("kind") in ("heatmap", "specification"):
        return [""] * len(table["rows"])
    places = read_x(description)
    if places.type == "category":
        return [""] * len(table["rows"])
    return [_place(places.position(row[0])) for row in table["rows"]]


def _place(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _shown(table: Mapping[str, Any]) -> dict[str, Any]:
    """Headings with units, and which columns are numbers."""
    columns = []
    for index, column in enumerate(table["columns"]):
        unit, named = column.get("unit"), f"{column['name']} {column['label']}"
        values = [row[index] for row in table["rows"]]
        columns.append(
            {
                "label": column["label"],
                "unit": presentation.column_unit(unit, named),
                "is_number": any(_is_number(v) for v in values),
            }
        )
    return {"label": table.get("label", ""), "columns": columns}


def _rows(table: Mapping[str, Any], *, plain: bool) -> list[list[dict[str, Any]]]:
    out = []
    for row in table["rows"]:
        cells = []
        for value, column in zip(row, table["columns"], strict=True):
            named = f"{column['name']} {column['label']}"
            text = presentation.cell_text(value, column.get("unit"), named)
            is_number = _is_number(value)
            exact = presentation.exact(value) if is_number and not plain else ""
            cells.append({"text": text, "exact": exact, "is_number": is_number or value is None})
        out.append(cells)
    return out


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@register.simple_tag(takes_context=True)
def example(context: template.Context, slug: str) -> str:
    """``{% example "slug" %}``: the stored result with its form, as in an answer."""
    from simulator.blocks import draw_example

    return draw_example(slug, context.get("article"), context["request"])
