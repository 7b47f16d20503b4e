"""Pages that belong to no app: health, and what a reader sees when something is wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who writes, how numbers are made, access, privacy, limits, machine readers."""
    return render(request, "common/about.html")


def _error(request: HttpRequest, status: int, title: str, detail: str) -> HttpResponse:
    return render(request, "common/error.html", {"title": title, "detail": detail}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400, "This request cannot be read", "Nothing was changed.")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail = str(exception) if exception and str(exception) else "You may not open this page."
    return _error(request, 403, "Not allowed", detail)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(
        request, 404, "There is no page here", "The search finds answers, terms and examples."
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(
        request, 500, "Something went wrong on our side", "It has been recorded. Nothing was lost."
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(
        request,
        403,
        "This form has expired",
        "Go back, reload the page and send it again; your browser keeps what you typed.",
    )
