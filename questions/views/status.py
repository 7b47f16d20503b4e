"""The asker's private page: where the question stands, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from common.requests import anonymous_post

from .. import drafts, prerun, services
from ..forms import CorrectionForm, FollowForm, ReplyForm
from ..models import Question
from ..positions import described
from .private import private, see_other


def by_token(token: str) -> Question:
    found = Question.objects.select_related("article", "category", "duplicate_of__article")
    question = found.filter(token=token).first()
    if question is None:
        raise Http404
    return question


@private
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    return page(request, by_token(token))


def page(
    request: HttpRequest, question: Question, *, status: int = 200, **context: Any
) -> HttpResponse:
    if question.erased_at is not None:
        return render(request, "questions/erased.html", {"question": question}, status=410)
    context = {
        "question": question,
        "position": described(question.position),
        "article": drafts.leads_to(question),
        "exchange": question.messages.all(),
        "prerun": prerun.found(question)["run"],
        "may_reply": question.state in (Question.State.NEEDS_REPLY, Question.State.DUPLICATE),
        "correction": CorrectionForm(initial={"text": question.text}),
        "reply": ReplyForm(),
        "follow": FollowForm(),
    } | context
    return render(request, "questions/status.html", context, status=status)


def _act(form_class: Any, name: str, act: Callable[[Question, Any], None]) -> Any:
    """A view for one act with one form; what is wrong comes back on the page with the text."""

    @private
    @anonymous_post
    @require_POST
    def view(request: HttpRequest, token: str) -> HttpResponse:
        question = by_token(token)
        form = form_class(request.POST)
        if not form.is_valid():
            return page(request, question, status=422, **{name: form})
        try:
            act(question, form.cleaned_data)
        except services.NotPossible as problem:
            return page(request, question, status=409, problem=str(problem), **{name: form})
        return see_other(question.get_absolute_url())

    return view


correct = _act(CorrectionForm, "correction", lambda q, given: services.correct(q, given["text"]))
reply = _act(ReplyForm, "reply", lambda q, given: services.reply(q, given["reply"]))
follow = _act(FollowForm, "follow", lambda q, given: services.follow(q, given["email"]))


@private
@anonymous_post
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    question = by_token(token)
    try:
        services.withdraw(question)
    except services.NotPossible as problem:
        return page(request, question, status=409, problem=str(problem))
    return see_other(question.get_absolute_url())


@private
@anonymous_post
@require_POST
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    question = by_token(token)
    services.leave(question.pk, question.email)
    return see_other(question.get_absolute_url())


@private
@require_safe
def export(request: HttpRequest, token: str) -> HttpResponse:
    question = by_token(token)
    if question.erased_at is not None:
        return page(request, question)
    held = services.export(question)
    response = JsonResponse(held, json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="question.json"'
    return response


@private
@anonymous_post
@require_POST
def erase(request: HttpRequest, token: str) -> HttpResponse:
    services.erase(by_token(token))
    question = by_token(token)
    return render(request, "questions/erased.html", {"question": question, "just_now": True})
