"""Where links in mail lead. Opening one changes nothing, because mail scanners open links."""

from __future__ import annotations

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common.requests import anonymous_post

from .. import services, tokens
from .private import private


def _read(purpose: str, key: str) -> tuple[int, str]:
    try:
        return tokens.read_mail_link(purpose, key)
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None


@private
@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    pk, email = _read("confirm", key)
    done = request.method == "POST" and services.confirm_address(pk, email)
    gone = request.method == "POST" and not done
    context = {"email": email, "done": done, "gone": gone}
    return render(request, "questions/confirm.html", context, status=410 if gone else 200)


@private
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """One click (RFC 8058): a mail programme posts here without cookie, origin or page."""
    pk, email = _read("leave", key)
    if request.method == "POST":
        services.leave(pk, email)
    context = {"email": email, "done": request.method == "POST"}
    return render(request, "questions/leave.html", context)
