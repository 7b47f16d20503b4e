"""Pages behind a token: nobody may index, store, frame or pass on their address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Add the headers that keep a private address private."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        # Not no-referrer: browsers then send "Origin: null" with our own forms.
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return guarded


def see_other(address: str) -> HttpResponse:
    """303: after a post, look there."""
    return HttpResponse(status=303, headers={"Location": address})
