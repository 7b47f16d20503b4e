"""Ask: write, look at what may already answer it, send.

The first post stores nothing: it shows the text, similar answers and a one-time token.
Only the post that brings the token back stores the question.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from common.requests import anonymous_post

from .. import advice, limits, services, similar, tokens
from ..forms import TRAP, QuestionForm
from ..models import Question
from .private import see_other

log = logging.getLogger(__name__)


@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, QuestionForm(initial={"asked_on": request.GET.get("article", "")}))
    try:
        return _posted(request)
    except DatabaseError:
        log.exception("a question could not be stored; its text went back to the reader")
        form = QuestionForm(initial=request.POST.dict())
        form.without_database()
        said = "Your question could not be stored just now. Your text is below; send it again soon."
        response = _page(
            request, form, status=503, problem=said, token=request.POST.get("token", "")
        )
        response["Retry-After"] = "30"
        return response


def _posted(request: HttpRequest) -> HttpResponse:
    form = QuestionForm(request.POST)
    token = request.POST.get("token", "")
    if not form.is_valid():
        return _page(request, form, status=422, token=token)
    if "send" not in request.POST:
        return _check(request, form)
    try:
        opened = tokens.open_form(token)
    except tokens.FormExpired:
        said = "This page had been open for a long time. Nothing was lost: send it once more."
        return _check(request, form, status=422, problem=said)
    return _send(request, form, token, opened)


def _check(
    request: HttpRequest, form: QuestionForm, *, status: int = 200, problem: str = ""
) -> HttpResponse:
    """The second look: what may already answer it, how to word it, and the token to send it."""
    text = form.cleaned_data["text"]
    return _page(
        request,
        form,
        status=status,
        problem=problem,
        token=tokens.issue(),
        checked=True,
        hits=similar.for_readers(text),
        phrases=advice.personal_phrases(text),
    )


def _send(
    request: HttpRequest, form: QuestionForm, token: str, opened: tokens.FormToken
) -> HttpResponse:
    signals = {
        "seconds": round(opened.seconds_open, 1),
        "trap": bool(request.POST.get(TRAP, "").strip()),
    }
    try:
        question, is_new = services.ask(
            asked(form),
            token=opened.token,
            address=request.META.get("REMOTE_ADDR", ""),
            signals=signals,
        )
    except limits.LimitReached as reached:
        response = _page(request, form, status=429, problem=str(reached), token=token, checked=True)
        response["Retry-After"] = str(reached.retry_after)
        return response
    if not is_new and question.text != form.cleaned_data["text"]:
        return _sent_before(request, form, question)
    return see_other(question.get_absolute_url())


def _sent_before(request: HttpRequest, form: QuestionForm, question: Question) -> HttpResponse:
    """The token has stored another text: nothing is overwritten, nothing is lost."""
    return _page(
        request,
        form,
        status=409,
        token=tokens.issue(),
        checked=True,
        sent_before=question,
    )


def asked(form: QuestionForm) -> services.Asked:
    given = form.cleaned_data
    return services.Asked(
        text=given["text"],
        email=given["email"],
        category=given["category"],
        position=form.position,
        settled_by=given["settled_by"],
        credit_name=given["credit_name"],
        wording_public=given["wording_public"],
        asked_on=given["asked_on"],
    )


def _page(
    request: HttpRequest, form: QuestionForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {
        "form": form,
        "trap": TRAP,
        "steer": advice.STEER,
        "examples": advice.EXAMPLES,
        "similar_url": reverse("questions:similar"),
    }
    response = render(request, "questions/new.html", context, status=status)
    if request.method == "POST":
        response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def similar_answers(request: HttpRequest) -> HttpResponse:
    """A fragment with what may already answer ``q``, for the page that is being written."""
    hits = similar.for_readers(request.GET.get("q", "")[:1000])
    return render(request, "questions/_similar.html", {"hits": hits})
