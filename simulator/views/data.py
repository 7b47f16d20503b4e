"""``/data/``: the market data that results stand on, whose it is and what is wrong with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from common import problems
from simulator import datasets
from simulator.models import DataSeries

from .files import csv_text

FINDINGS_SHOWN = 1000


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every series that was imported here, in its current version."""
    versions: dict[str, int] = dict(
        DataSeries.objects.order_by().values_list("name").annotate(number=Count("pk"))
    )
    rows = list(DataSeries.objects.current().defer("content"))
    for row in rows:
        row.versions = versions[row.name]  # type: ignore[attr-defined]
    return render(request, "simulator/data.html", {"rows": rows})


@require_safe
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """One series: facts, chart, gaps, the whole import report, versions and uses."""
    row = chosen(request, name)
    others = DataSeries.objects.filter(name=name).exclude(pk=row.pk).defer("content", "findings")
    context = {
        "row": row,
        "chart": datasets.chart(row),
        "findings": row.findings[:FINDINGS_SHOWN],
        "findings_left_out": max(len(row.findings) - FINDINGS_SHOWN, 0),
        "counts": {action: row.count(action) for action in ("rejected", "repaired", "noticed")},
        "others": others.order_by("-imported_at"),
        "examples": datasets.examples_using(row),
    }
    response = render(request, "simulator/data_detail.html", context)
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
def metadata_csv(request: HttpRequest, name: str) -> HttpResponse:
    """Everything about a series except its numbers; anybody may have that."""
    row = chosen(request, name)
    known = [[key, _text(value)] for key, value in datasets.facts(row).items()]
    known += [["gap", f"{gap['after']} to {gap['before']}"] for gap in row.gaps]
    known += [[f["action"], f"line {f['line']}: {f['reason']}"] for f in row.findings]
    columns = [{"name": "fact", "label": "Fact"}, {"name": "value", "label": "Value"}]
    return _csv({"columns": columns, "rows": known}, row, "metadata")


@require_safe
def values_csv(request: HttpRequest, name: str) -> HttpResponse:
    """The numbers, where the licence lets us pass them on; else 403 with the reason."""
    row = chosen(request, name)
    if not row.may_be_passed_on:
        detail = (
            "The licence of this series does not say that it may be passed on; get it from its "
            f"origin: {row.origin or 'not stated'}."
        )
        return problems.problem_response(problems.problem(403, "Not ours to pass on", detail))
    return _csv(datasets.values_table(row), row, "values")


def chosen(request: HttpRequest, name: str) -> DataSeries:
    """The version that the query names by its checksum, else the current one."""
    rows = DataSeries.objects.filter(name=name)
    version = request.GET.get("version", "")
    if not version:
        return get_object_or_404(rows.current())
    if "\x00" in version:
        raise Http404("There is no such version.")
    return get_object_or_404(rows, sha256=version[:64])


def _text(value: Any) -> Any:
    return "" if value is None else value


def _csv(table: dict[str, Any], row: DataSeries, what: str) -> HttpResponse:
    lines = [
        f"{row.name}, {row.first_day} to {row.last_day}, sha256 {row.sha256}",
        f"Origin: {row.origin or 'not stated'}",
        f"Licence: {row.licence or 'not stated'}",
        str(settings.SITE_URL) + row.get_absolute_url(),
    ]
    response = HttpResponse(csv_text(table, lines).encode(), content_type="text/csv; charset=utf-8")
    file = f"{row.name}-{row.sha256[:12]}-{what}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    response.headers["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, no_cache=True)
    return response
