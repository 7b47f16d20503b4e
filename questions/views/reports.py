"""Report an error: the link beside a sentence brings article, revision and anchor."""

from __future__ import annotations

import logging
from functools import partial

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from common.requests import anonymous_post

from .. import services, tokens
from ..forms import TRAP, ReportForm
from ..models import Report
from . import sending
from .private import private

log = logging.getLogger(__name__)
GIVEN_BY_LINK = ("article", "revision", "anchor", "quote")


@private
@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        given = {name: request.GET.get(name, "")[:500] for name in GIVEN_BY_LINK}
        return _page(request, ReportForm(initial=given), tokens.issue())
    try:
        return _posted(request)
    except DatabaseError:
        log.exception("a report could not be stored; its text went back to the reader")
        form = ReportForm(initial=request.POST.dict())
        form.fields["article"].queryset = form.fields["article"].queryset.none()  # type: ignore[attr-defined]
        said = "Your report could not be stored just now. Your text is below; send it again soon."
        return _page(request, form, request.POST.get("token", ""), said, 503)


def _posted(request: HttpRequest) -> HttpResponse:
    form, token = ReportForm(request.POST), request.POST.get("token", "")
    if not form.is_valid():
        return _page(request, form, token or tokens.issue(), status=422)
    return sending.send(
        request, services.Reported(**form.cleaned_data), partial(_page, request, form)
    )


def _page(
    request: HttpRequest, form: ReportForm, token: str, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "token": token, "problem": problem, "trap": TRAP}
    return render(request, "questions/report.html", context, status=status)


@private
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    report = Report.objects.select_related("article").filter(token=token).first()
    if report is None:
        raise Http404
    return render(request, "questions/report_receipt.html", {"report": report})
