"""Was this answer helpful: the second look, where a word about it is stored."""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from common.requests import anonymous_post
from kb.models import Article

from .. import limits, opinions, spam, tokens
from ..forms import TRAP, OpinionForm
from .private import private, see_other

log = logging.getLogger(__name__)


@private
@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def helpful(request: HttpRequest, slug: str) -> HttpResponse:
    """The buttons of the answer lead here with a choice; only what comes with a token is kept."""
    article = get_object_or_404(Article.objects.published(), slug=slug)
    if request.method != "POST" or "token" not in request.POST:
        asked = request.POST if request.method == "POST" else request.GET
        initial = {name: asked.get(name, "")[:20] for name in ("helpful", "revision")}
        is_done = "thanks" in request.GET
        return _page(request, article, OpinionForm(initial=initial), is_done=is_done)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, article, form, status=422)
    try:
        opened = tokens.open_form(request.POST["token"])
    except tokens.FormExpired:
        said = "This page had been open for a long time. Nothing was lost: send it once more."
        return _page(request, article, form, problem=said, status=422)
    is_trapped = bool(request.POST.get(TRAP, "").strip())
    is_doubtful = is_trapped or opened.seconds_open < spam.QUICK_SECONDS
    try:
        return _stored(request, article, form, is_doubtful=is_doubtful)
    except DatabaseError:
        log.exception("a word about an answer could not be stored; it went back to the reader")
        said = "Your word could not be stored just now. It is below; send it again soon."
        return _page(request, article, form, problem=said, status=503)


def _stored(
    request: HttpRequest, article: Article, form: OpinionForm, *, is_doubtful: bool
) -> HttpResponse:
    try:
        opinions.give(
            opinions.Given(article, is_doubtful=is_doubtful, **form.given),
            address=request.META.get("REMOTE_ADDR", ""),
        )
    except limits.LimitReached as reached:
        response = _page(request, article, form, problem=str(reached), status=429)
        response["Retry-After"] = str(reached.retry_after)
        return response
    return see_other(reverse("questions:helpful", args=[article.slug]) + "?thanks")


def _page(
    request: HttpRequest,
    article: Article,
    form: OpinionForm,
    *,
    problem: str = "",
    status: int = 200,
    is_done: bool = False,
) -> HttpResponse:
    context = {
        "article": article,
        "form": form,
        "problem": problem,
        "is_done": is_done,
        "token": tokens.issue(),
        "trap": TRAP,
    }
    return render(request, "questions/helpful.html", context, status=status)
