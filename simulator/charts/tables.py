"""The table of the same numbers: every value of a chart, none more, none less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import heat

PAGE_ROWS = 60


def chart_table(chart: Mapping[str, Any]) -> dict[str, Any]:
    """A table as in the result document: ``name label columns rows``."""
    heading = {"name": str(chart.get("name", "")), "label": str(chart.get("label", ""))}
    return heading | (_grid(chart) if chart.get("kind") == "heatmap" else _columns(chart))


def _columns(chart: Mapping[str, Any]) -> dict[str, Any]:
    x, y = chart.get("x") or {}, chart.get("y") or {}
    places = list(x.get("values") or [])
    columns = [{"name": "x", "label": x.get("label") or "x", "unit": x.get("unit")}]
    found: list[list[Any]] = [places]
    for series in chart.get("series") or []:
        name, label = (
            str(series.get("name", "")),
            str(series.get("label") or series.get("name", "")),
        )
        unit = None if series.get("role") == "choice" else y.get("unit")
        for key, words in (("values", ""), ("low", ", low"), ("high", ", high")):
            if series.get(key) is not None:
                suffix = "" if key == "values" else f"_{key}"
                columns.append({"name": name + suffix, "label": label + words, "unit": unit})
                values = list(series[key])[: len(places)]
                found.append(values + [None] * (len(places) - len(values)))
    return {"columns": columns, "rows": [list(row) for row in zip(*found, strict=True)]}


def _grid(chart: Mapping[str, Any]) -> dict[str, Any]:
    x, y = chart.get("x") or {}, chart.get("y") or {}
    value = heat.value_of(chart)
    places = list(x.get("values") or [])
    corner = f"{y.get('label') or 'y'} \\ {x.get('label') or 'x'}"
    columns = [{"name": "y", "label": corner, "unit": y.get("unit")}]
    columns += [
        {"name": f"x{i}", "label": heat.tick(v, x), "unit": value.get("unit")}
        for i, v in enumerate(places)
    ]
    rows = []
    for label, series in zip(heat.row_labels(chart), chart.get("series") or [], strict=True):
        values = list(series.get("values") or [])[: len(places)]
        rows.append([label, *values, *[None] * (len(places) - len(values))])
    return {"columns": columns, "rows": rows}


def thinned(table: Mapping[str, Any], most: int = PAGE_ROWS) -> dict[str, Any]:
    """For the page: every k-th row with first, last and each column's extremes always kept.

    ``left_out`` counts the rows that only the CSV holds.
    """
    rows = list(table["rows"])
    if len(rows) <= most:
        return {**table, "left_out": 0}
    every = -(-len(rows) // (most * 5 // 6))
    keep = set(range(0, len(rows), every)) | {len(rows) - 1}
    for column in range(1, len(table["columns"])):
        known = [i for i, row in enumerate(rows) if isinstance(row[column], int | float)]
        if known:
            keep.add(min(known, key=lambda i: rows[i][column]))
            keep.add(max(known, key=lambda i: rows[i][column]))
    shown = [rows[i] for i in sorted(keep)]
    return {**table, "rows": shown, "left_out": len(rows) - len(shown)}
