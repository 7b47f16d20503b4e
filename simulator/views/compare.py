"""``/runs/compare/``: up to four runs side by side, differences marked, charts on common axes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from simulator import charts, exhibits
from simulator.exhibits import Exhibit

from .runs import named_run

MOST = 4
LETTERS = "ABCD"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The runs named by ``?run=…&run=…``; what cannot be shown is said, not an error."""
    shown, notices = _chosen(request.GET.getlist("run"))
    for letter, one in zip(LETTERS, shown, strict=False):
        one.letter = letter  # type: ignore[attr-defined]
        one.ident = f"{letter.lower()}{one.ident}"
    context = {
        "exhibits": shown,
        "notices": notices,
        "metrics": metric_table(shown),
        "parameters": parameter_table(shown),
        "charts": chart_groups(shown),
    }
    return render(request, "simulator/compare.html", context)


def _chosen(names: list[str]) -> tuple[list[Exhibit], list[str]]:
    found: dict[Any, Exhibit] = {}
    notices = []
    for name in [n.strip() for n in names if n.strip()][: MOST + 4]:
        run = named_run(name)
        shown = exhibits.exhibit(run) if run else None
        if run is None:
            notices.append(f"“{name[:80]}” is not a run of this site.")
        elif shown is None:
            notices.append(f"Run {run.pk} is {run.status} and has no result to compare.")
        elif len(found) == MOST and run.pk not in found:
            notices.append(f"Four runs fit side by side; {run.pk} was left out.")
        else:
            found[run.pk] = shown
    if len({one.run.experiment for one in found.values()}) > 1:
        notices.append("These runs are of different experiments; only what both have lines up.")
    return list(found.values()), notices


def metric_table(shown: list[Exhibit]) -> list[dict[str, Any]]:
    """One row a metric; marked where the values differ."""
    rows: dict[str, dict[str, Any]] = {}
    for place, one in enumerate(shown):
        for metric in one.metrics:
            row = rows.setdefault(
                metric.name, {"label": metric.label, "cells": [None] * len(shown), "raw": []}
            )
            row["cells"][place] = {"value": metric.shown, "interval": metric.interval}
            row["raw"].append(metric.value)
    return [_marked(row, len(shown)) for row in rows.values()]


def parameter_table(shown: list[Exhibit]) -> list[dict[str, Any]]:
    """One row a parameter, the seed last."""
    rows: dict[str, dict[str, Any]] = {}
    for place, one in enumerate(shown):
        given = [
            (name, label, words, one.run.parameters[name])
            for name, label, words, _ in one.parameters
        ]
        given.append(
            ("seed", "Seed", "–" if one.run.seed is None else str(one.run.seed), one.run.seed)
        )
        for name, label, words, value in given:
            row = rows.setdefault(name, {"label": label, "cells": [None] * len(shown), "raw": []})
            row["cells"][place] = words
            row["raw"].append(value)
    return [_marked(row, len(shown)) for row in rows.values()]


def _marked(row: dict[str, Any], count: int) -> dict[str, Any]:
    raw = row.pop("raw")
    row["differs"] = len(raw) < count or any(value != raw[0] for value in raw)
    row["cells"] = [cell if cell is not None else {"value": "–"} for cell in row["cells"]]
    return row


def chart_groups(shown: list[Exhibit]) -> list[dict[str, Any]]:
    """Charts of the same name and kind, with the ranges that put them on common axes."""
    names = dict.fromkeys(c["name"] for one in shown for c in one.charts)
    groups = []
    for name in names:
        panels: list[dict[str, Any]] = [
            {
                "chart": c,
                "title": one.title,
                "ident": one.ident,
                "letter": getattr(one, "letter", ""),
            }
            for one in shown
            for c in one.charts
            if c["name"] == name
        ]
        if len({p["chart"]["kind"] for p in panels}) != 1:
            continue
        x_range, y_range = charts.shared_ranges([p["chart"] for p in panels])
        groups.append(
            {
                "label": panels[0]["chart"]["label"],
                "panels": panels,
                "x_range": x_range,
                "y_range": y_range,
            }
        )
    return groups
