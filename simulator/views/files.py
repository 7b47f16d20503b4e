"""A run's result as files: JSON, CSV, SVG, PNG. Each carries passport and notice.

In CSV they are leading lines that begin with ``#`` (``pandas.read_csv(..., comment="#")``),
because a repeated trailing column would be mistaken for data. Text cells that a spreadsheet
would read as a formula are escaped with an apostrophe; numbers are written with all digits.
``?decimal=comma`` is for spreadsheets that expect 0,5: semicolons then part the columns.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import problems
from simulator import exhibits
from simulator.charts import export
from simulator.models import Run, RunResult

FORMULA = ("=", "+", "-", "@", "\t", "\r")
SVG_POLICY = "default-src 'none'; style-src 'none'; sandbox"


@require_safe
def as_json(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The result document as it was digested."""
    run = get_object_or_404(Run, pk=run_id)
    result = RunResult.objects.filter(run=run).first()
    if result is None:
        return _not_yet(run)
    document = json.dumps(result.read(), ensure_ascii=False, separators=(",", ":"))
    return _file(document.encode(), "application/json", exhibits.file_stem(run, "result") + ".json")


@require_safe
def as_csv(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One table: ``?table=NAME`` of a table, of a chart, or ``metrics``; else the first."""
    run = get_object_or_404(Run, pk=run_id)
    shown = exhibits.exhibit(run)
    if shown is None:
        return _not_yet(run)
    table = exhibits.table_by_name(shown.document, request.GET.get("table", ""))
    if table is None:
        raise Http404("This result has no such table.")
    has_commas = request.GET.get("decimal") == "comma"
    text = csv_text(table, shown.passport_lines(_address(run)), decimal_comma=has_commas)
    name = exhibits.file_stem(run, str(table["name"])) + ".csv"
    return _file(text.encode(), "text/csv; charset=utf-8", name)


@require_safe
def as_svg(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One chart, ``?chart=NAME`` or the first, standing on its own."""
    found = _chart(request, run_id)
    if isinstance(found, HttpResponse):
        return found
    run, chart, lines = found
    text = export.standalone_svg(chart, lines)
    name = exhibits.file_stem(run, str(chart["name"])) + ".svg"
    response = _file(text.encode(), "image/svg+xml", name, inline=True)
    response.headers["Content-Security-Policy"] = SVG_POLICY
    return _for_other_pages(response)


@require_safe
def as_png(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The same as a picture of 1,520 pixels across."""
    found = _chart(request, run_id)
    if isinstance(found, HttpResponse):
        return found
    run, chart, lines = found
    name = exhibits.file_stem(run, str(chart["name"])) + ".png"
    return _for_other_pages(_file(export.png(chart, lines), "image/png", name, inline=True))


def picture_size(shown: exhibits.Exhibit, chart: Mapping[str, Any]) -> tuple[int, int]:
    """Pixels across and down of the PNG of one chart."""
    wide, high = export.size(chart, shown.passport_lines(_address(shown.run)))
    return export.PIXELS, round(high * export.PIXELS / wide)


def _chart(
    request: HttpRequest, run_id: UUID
) -> HttpResponse | tuple[Run, Mapping[str, Any], list[str]]:
    run = get_object_or_404(Run, pk=run_id)
    shown = exhibits.exhibit(run)
    if shown is None:
        return _not_yet(run)
    chart = exhibits.chart_by_name(shown.document, request.GET.get("chart", ""))
    if chart is None:
        raise Http404("This result has no such chart.")
    return run, chart, shown.passport_lines(_address(run))


def csv_text(table: Mapping[str, Any], lines: Sequence[str], *, decimal_comma: bool = False) -> str:
    """RFC 4180 lines with a header of names; the passport before them behind ``#``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", delimiter=";" if decimal_comma else ",")
    for line in lines:
        out.write("# " + " ".join(line.split()) + "\r\n")
    for column in table["columns"]:
        out.write("# " + " ".join(_explained(column).split()) + "\r\n")
    writer.writerow([cell(c["name"]) for c in table["columns"]])
    write = _with_comma if decimal_comma else cell
    writer.writerows([write(value) for value in row] for row in table["rows"])
    return out.getvalue()


def _explained(column: Mapping[str, Any]) -> str:
    """What a column holds: ``Column cost: Cost of the hedge a year (1)``."""
    label, unit = column.get("label") or column["name"], column.get("unit")
    return f"Column {column['name']}: {label}" + (f" ({unit})" if unit else "")


def cell(value: Any) -> Any:
    """A number with all its digits, nothing for null, text that no spreadsheet executes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _with_comma(value: Any) -> Any:
    written = cell(value)
    return written.replace(".", ",") if isinstance(value, float) else written


def _address(run: Run) -> str:
    return str(settings.SITE_URL) + run.get_absolute_url()


def _file(content: bytes, kind: str, name: str, *, inline: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    placed = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f'{placed}; filename="{name}"'
    response.headers["X-Robots-Tag"] = "noindex"
    # A stored result never changes: its address names exactly one question.
    response.headers["Cache-Control"] = "public, max-age=86400, immutable"
    return response


def _for_other_pages(response: HttpResponse) -> HttpResponse:
    """A picture carries notice and passport in itself, so any page may show it."""
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _not_yet(run: Run) -> HttpResponse:
    words = f"This run is {run.status}; it has no result"
    detail = f"{words}." if run.is_finished else f"{words} yet."
    return problems.problem_response(
        problems.problem(409, "No result", detail, status_of=run.status)
    )
