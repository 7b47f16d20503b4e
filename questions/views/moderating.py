"""The moderation queue: one list for every kind of item, one page an item."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from common.admin import is_trusted

from .. import decisions, health, housekeeping, notifications
from ..kinds import Action, Kind, find, kinds
from ..models import LogEntry, Mail, Moderated, StoredText
from .private import private, see_other

PAGE = 50
BULK_AGE = 3600


def for_moderators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Signed in and allowed to moderate; a visitor is led to the login, others are refused."""

    @private
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (request.user.is_authenticated and is_trusted(request)):
            return redirect_to_login(request.get_full_path())
        if not request.user.has_perm("questions.moderate"):
            raise PermissionDenied("This page is for moderators.")
        return view(request, *args, **kwargs)

    return guarded


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _kind(name: str) -> Kind:
    kind = find(name)
    if kind is None:
        raise Http404
    return kind


def _item(kind: Kind, pk: int) -> Moderated:
    item: Moderated | None = kind.everything().filter(pk=pk).first()
    if item is None:
        raise Http404
    return item


@for_moderators
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits, oldest first; what looks like spam apart."""
    housekeeping.score_new()
    show = request.GET.get("show", "waiting")
    rows = [(kind, item) for kind in kinds() for item in _rows(kind, show)]
    rows.sort(key=lambda row: row[1].created_at)
    context = {
        "rows": rows[:PAGE],
        "more": max(0, len(rows) - PAGE),
        "show": show,
        "now": timezone.now(),
        "health": health.measure(),
        "bulk_actions": _bulk_actions(),
        "texts": StoredText.objects.all(),
        "undo": _undoable(request),
    }
    return render(request, "questions/moderation/queue.html", context)


def _rows(kind: Kind, show: str) -> list[Any]:
    waiting = kind.waiting().select_related("claimed_by")
    if show == "spam":
        return list(kind.held().select_related("claimed_by").order_by("-created_at")[:200])
    return [item for item in waiting[:500] if item.is_suspicious == (show == "suspicious")]


def _bulk_actions() -> list[Action]:
    """Each bulk decision once, though several kinds offer it."""
    found: dict[str, Action] = {}
    for kind in kinds():
        for action in kind.actions:
            if action.is_bulk:
                found.setdefault(action.name, action)
    return list(found.values())


def _undoable(request: HttpRequest) -> list[LogEntry]:
    """What has just been decided, when the page was reached from a decision."""
    try:
        batch = uuid.UUID(request.GET.get("done", ""))
    except ValueError:
        return []
    return list(LogEntry.objects.filter(batch=batch, undone_at=None))


@for_moderators
@require_safe
def item(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    housekeeping.score_new()
    kind = _kind(name)
    return _item_page(request, kind, _item(kind, pk))


def _item_page(
    request: HttpRequest, kind: Kind, item: Moderated, *, status: int = 200, **context: Any
) -> HttpResponse:
    now = timezone.now()
    possible = kind.possible(item)
    context = {
        "kind": kind,
        "item": item,
        "actions": possible,
        "texts": StoredText.objects.filter(action__in=[action.name for action in possible]),
        "log": LogEntry.objects.filter(kind=kind.name, item=item.pk),
        "is_mine": item.claimed_by_id == request.user.pk and bool(item.claimed_until),
        "taken": item.is_claimed_by_other(request.user, now),
        "following": _next(kind, item),
        "undo": _undoable(request),
        **kind.details(item),
    } | context
    return render(request, "questions/moderation/item.html", context, status=status)


def _next(kind: Kind, item: Moderated) -> str:
    """The address of the next waiting item of the kind, for the keyboard."""
    later = kind.waiting().filter(created_at__gt=item.created_at).order_by("created_at").first()
    return reverse("questions:item", args=[kind.name, later.pk]) if later else ""


@for_moderators
@require_POST
def claim(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Take it; what the kind prepares (a pre-run) starts now, not in the asker's request."""
    kind = _kind(name)
    found = _item(kind, pk)
    try:
        decisions.claim(kind, pk, _user(request))
    except decisions.Refused as refused:
        return _item_page(request, kind, found, status=409, problem=str(refused))
    kind.prepare(found)
    return see_other(reverse("questions:item", args=[name, pk]))


@for_moderators
@require_POST
def release(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    kind = _kind(name)
    _item(kind, pk)
    decisions.release(kind, pk, _user(request))
    return see_other(reverse("questions:item", args=[name, pk]))


@for_moderators
@require_POST
def decide(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    kind = _kind(name)
    found = _item(kind, pk)
    post = request.POST
    try:
        batch = decisions.decide(
            kind,
            [pk],
            post.get("action", ""),
            _user(request),
            reason=_lines(post.get("reason", "")),
            target=post.get("target", ""),
        )
    except decisions.Refused as refused:
        given = {"reason": post.get("reason", ""), "target": post.get("target", "")}
        return _item_page(request, kind, found, status=422, problem=str(refused), given=given)
    return see_other(f"{reverse('questions:item', args=[name, pk])}?done={batch}")


@for_moderators
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """First what would happen to each, then, with that page's signed selection, the decision."""
    if "confirmed" in request.POST:
        return _bulk_apply(request)
    action, reason = request.POST.get("action", ""), _lines(request.POST.get("reason", ""))
    target = request.POST.get("target", "")
    chosen = [value for value in request.POST.getlist("item") if value.count(":") == 1]
    preview = [_bulk_line(value, action, reason, target, _user(request)) for value in chosen[:200]]
    possible = [value for value, _, _, problem, _ in preview if not problem]
    plan = [action, reason, target, possible]
    context = {
        "preview": preview,
        "possible": possible,
        "action": next((a for a in _bulk_actions() if a.name == action), None),
        "reason": reason,
        "plan": signing.dumps(plan, salt="questions.bulk"),
    }
    return render(request, "questions/moderation/bulk.html", context)


def _bulk_line(
    value: str, name: str, reason: str, target: str, user: User
) -> tuple[str, Kind, Moderated | None, str, str]:
    kind_name, _, pk = value.partition(":")
    kind = _kind(kind_name)
    if not (pk.isascii() and pk.isdigit()) or len(pk) > 18:
        raise Http404
    found, action = _item(kind, int(pk)), kind.action(name)
    if action is None or not action.is_bulk:
        return value, kind, found, "This kind of item knows no such decision.", ""
    problem = decisions.obstacle(found, action, user)
    if action.needs_reason and not reason:
        problem = "The decision needs a reason."
    if action.needs_target and not target:
        problem = "The decision needs a question or answer to lead to."
    return value, kind, found, problem, action.effect


def _bulk_apply(request: HttpRequest) -> HttpResponse:
    try:
        plan = signing.loads(request.POST.get("plan", ""), salt="questions.bulk", max_age=BULK_AGE)
    except signing.BadSignature:
        raise PermissionDenied("The preview is too old; choose again.") from None
    action, reason, target, chosen = plan
    by_kind: dict[str, list[int]] = {}
    for value in chosen:
        name, _, pk = value.partition(":")
        by_kind.setdefault(name, []).append(int(pk))
    try:
        batch = decisions.decide_many(
            [(_kind(name), pks) for name, pks in by_kind.items()],
            action,
            _user(request),
            reason=reason,
            target=target,
        )
    except decisions.Refused as refused:
        context = {"refused": str(refused)}
        return render(request, "questions/moderation/bulk.html", context, status=409)
    return see_other(f"{reverse('questions:queue')}?done={batch}")


@for_moderators
@require_POST
def undo(request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
    try:
        decisions.undo(batch, _user(request))
    except decisions.Refused as refused:
        context = {"refused": str(refused)}
        return render(request, "questions/moderation/bulk.html", context, status=409)
    return see_other(reverse("questions:queue"))


@for_moderators
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """What waits and who works on what, so that an open queue shows it without reloading."""
    now = timezone.now()
    items = {
        f"{kind.name}:{item.pk}": str(item.claimed_by) if item.claimed_until > now else ""
        for kind in kinds()
        for item in kind.waiting().select_related("claimed_by").exclude(claimed_until=None)
    }
    waiting = sum(kind.waiting().count() for kind in kinds())
    return JsonResponse({"waiting": waiting, "claimed": {k: v for k, v in items.items() if v}})


@for_moderators
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    entries = LogEntry.objects.select_related("actor")
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    return render(request, "questions/moderation/log.html", {"page": page})


@for_moderators
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    page = Paginator(Mail.objects.all(), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "templates": notifications.TEMPLATES}
    return render(request, "questions/moderation/mails.html", context)


@for_moderators
@require_safe
def mail_preview(request: HttpRequest, template: str) -> HttpResponse:
    """A mail text as it will be sent, about an invented question."""
    if template not in notifications.TEMPLATES:
        raise Http404
    subject, body = notifications.compose(template, notifications.example_context())
    context = {"template": template, "subject": subject, "body": body}
    return render(request, "questions/moderation/mail_preview.html", context)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
