"""The second half of every anonymous form that ends in the moderators' queue of reports."""

from __future__ import annotations

from typing import Protocol

from django.http import HttpRequest, HttpResponse

from .. import limits, services, tokens
from ..forms import TRAP
from .private import see_other


class Page(Protocol):
    """The form again, with what was typed: its one-time token, what is wrong, the status."""

    def __call__(self, token: str, problem: str = "", status: int = 200) -> HttpResponse: ...


def send(request: HttpRequest, reported: services.Reported, page: Page) -> HttpResponse:
    """Store what was sent once and lead to its receipt; else the form with nothing lost."""
    token = request.POST.get("token", "")
    try:
        opened = tokens.open_form(token)
    except tokens.FormExpired:
        said = "This page had been open for a long time. Nothing was lost: send it once more."
        return page(tokens.issue(), said, 422)
    signals = {
        "seconds": round(opened.seconds_open, 1),
        "trap": bool(request.POST.get(TRAP, "").strip()),
    }
    try:
        report, _ = services.report(
            reported,
            token=opened.token,
            address=request.META.get("REMOTE_ADDR", ""),
            signals=signals,
        )
    except limits.LimitReached as reached:
        response = page(token, str(reached), 429)
        response["Retry-After"] = str(reached.retry_after)
        return response
    return see_other(report.get_absolute_url())
