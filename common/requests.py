"""Whether an anonymous post comes from our own pages.

Public pages set no cookie and hold no token, so a form cannot carry one: the browser's
own statement of where a post comes from takes its place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt


def is_from_here(request: HttpRequest) -> bool:
    """Judge by Sec-Fetch-Site, then Origin, then Referer; a script sends none and is no browser."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    if origin is None:
        return True
    return origin != "null" and urlsplit(origin).netloc == request.get_host()


def anonymous_post(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Replace the cookie-based check by the browser's own statement, for pages without cookies."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not is_from_here(request):
            raise PermissionDenied("This form was sent from another site.")
        return view(request, *args, **kwargs)

    return csrf_exempt(checked)
