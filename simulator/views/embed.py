"""A result inside somebody else's page: one chart with its notice and the way back.

Only these addresses may be framed. The notice, the digest and the link are in the frame itself,
so that nobody can take the picture without them by accident.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import Resolver404, resolve
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from common import problems
from simulator import charts, exhibits
from simulator.exhibits import Exhibit
from simulator.models import Example, Run

from .files import picture_size

WIDTH, LEAST_WIDTH = 760, 320
AROUND = 350
"""What stands around a chart in the frame, in pixels: finding, notice, numbers folded, stamp."""


@xframe_options_exempt
@require_safe
def frame(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One chart of a finished run, ``?chart=NAME`` or the first; figures where there is none."""
    run = get_object_or_404(Run, pk=run_id)
    example = exhibits.shown_example(run.example_id)
    shown = exhibits.exhibit(run, example)
    context = {
        "run": run,
        "exhibit": shown,
        "chart": _chart(shown, request.GET.get("chart", "")) if shown else None,
        "address": settings.SITE_URL + run.get_absolute_url(),
    }
    response = render(request, "simulator/embed.html", context, status=200 if shown else 409)
    policy = settings.CONTENT_SECURITY_POLICY | {"frame-ancestors": "*"}
    response.headers["Content-Security-Policy"] = "; ".join(f"{k} {v}" for k, v in policy.items())
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _chart(shown: Exhibit, name: str) -> Any:
    found = exhibits.chart_by_name(shown.document, name)
    if found is None and name:
        raise Http404("This result has no such chart.")
    return found


def code(run: Run, shown: Exhibit, name: str = "", width: int = WIDTH) -> str:
    """The HTML that puts the frame into another page."""
    return format_html(
        '<iframe src="{}" title="{}" width="{}" height="{}" loading="lazy"></iframe>',
        frame_url(run, name),
        shown.title,
        width,
        height(shown, name, width),
    )


def offers(run: Run, shown: Exhibit) -> list[tuple[str, str, str]]:
    """(name, label, code) of every chart of a result, or of its figures."""
    named = [(str(c["name"]), str(c["label"])) for c in shown.charts] or [("", "The figures")]
    return [(name, label, code(run, shown, name)) for name, label in named]


def frame_url(run: Run, name: str = "") -> str:
    query = f"?{urlencode({'chart': name})}" if name else ""
    return f"{settings.SITE_URL}{run.get_absolute_url()}embed/{query}"


def height(shown: Exhibit, name: str, width: int) -> int:
    found = exhibits.chart_by_name(shown.document, name)
    drawn = charts.natural_height(found, width) if found else 34.0 * len(shown.metrics)
    return round(drawn) + AROUND


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """oEmbed 1.0: ``?url=`` of a run, of its frame, or of an example with a stored result."""
    if request.GET.get("format", "json") != "json":
        return _refused(501, "Not implemented", "Only format=json is served here.")
    found = _named(request, request.GET.get("url", ""))
    if found is None:
        words = "The address names no run and no example of this site that has a result."
        return _refused(404, "Nothing to embed", words)
    run, shown, name = found
    width = _at_most(request, "maxwidth", WIDTH)
    response = JsonResponse(
        {
            "version": "1.0",
            "type": "rich",
            "title": f"{shown.title}: {shown.headline}",
            "provider_name": settings.SITE_NAME,
            "provider_url": f"{settings.SITE_URL}/",
            "html": code(run, shown, name, width),
            "width": width,
            "height": _at_most(request, "maxheight", height(shown, name, width)),
            **_thumbnail(run, shown),
        }
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _thumbnail(run: Run, shown: Exhibit) -> dict[str, Any]:
    if not shown.charts:
        return {}
    wide, high = picture_size(shown, shown.charts[0])
    address = f"{settings.SITE_URL}/runs/{run.pk}.png"
    return {"thumbnail_url": address, "thumbnail_width": wide, "thumbnail_height": high}


def _named(request: HttpRequest, address: str) -> tuple[Run, Exhibit, str] | None:
    """Run, its exhibit and the name of the chart that an address of ours asks for."""
    try:
        parts = urlsplit(address[:2000])
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    if parts.netloc not in (request.get_host(), urlsplit(settings.SITE_URL).netloc):
        return None
    run, example = None, None
    if match.url_name in ("run", "run-embed"):
        run = Run.objects.filter(pk=match.kwargs["run_id"]).first()
        example = exhibits.shown_example(run.example_id) if run else None
    elif match.url_name == "lab-detail":
        example = Example.objects.public().filter(slug=match.kwargs["slug"]).first()
        run = example.result_run if example else None
    shown = exhibits.exhibit(run, example) if run else None
    if run is None or shown is None:
        return None
    name = parse_qs(parts.query).get("chart", [""])[0]
    known = name and exhibits.chart_by_name(shown.document, name)
    return run, shown, name if known else ""


def _at_most(request: HttpRequest, key: str, usual: int) -> int:
    """The consumer's limit, as far as a reader can still see something."""
    text = request.GET.get(key, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 6:
        return usual
    return max(LEAST_WIDTH, min(usual, int(text)))


def _refused(status: int, title: str, words: str) -> HttpResponse:
    return problems.problem_response(problems.problem(status, title, words))
