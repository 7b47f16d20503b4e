"""What an asker can do: ask, correct, reply, withdraw, follow, leave, export, delete.

Asking is one INSERT. No queue, mail, score or similar work happens in the request: rows
wait for ``housekeeping``, and whoever holds the token may change what is theirs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from kb.models import Article, Category

from . import limits
from .models import LogEntry, Mail, Message, Moderated, Question, Report

MESSAGES_AT_MOST = 20
CONFIRMATIONS_AT_MOST = 3
Item = TypeVar("Item", bound=Moderated)


class NotPossible(Exception):
    """The act does not fit the item's state; the text says why, for the reader."""


@dataclass(frozen=True)
class Asked:
    """A valid question on its way into the table."""

    text: str
    email: str = ""
    category: Category | None = None
    position: dict[str, Any] = field(default_factory=dict)
    settled_by: str = ""
    credit_name: str = ""
    wording_public: bool = False
    asked_on: Article | None = None


@dataclass(frozen=True)
class Reported:
    """A valid report on its way into the table; ``payload`` belongs to its kind."""

    text: str
    kind: str = "error"
    article: Article | None = None
    revision: int | None = None
    anchor: str = ""
    quote: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


def ask(
    asked: Asked, *, token: str, address: str, signals: dict[str, Any] | None = None
) -> tuple[Question, bool]:
    """Store the question once per token: (the row, whether it is new).

    Raises ``limits.LimitReached``; database errors pass through, and nothing is stored then.
    """
    values = {f.name: getattr(asked, f.name) for f in fields(asked)}
    return _store_once(Question, values, token, address, signals or {})


def report(
    reported: Reported, *, token: str, address: str, signals: dict[str, Any] | None = None
) -> tuple[Report, bool]:
    """Store a report once per token; the same limits as for questions, counted apart."""
    values = {f.name: getattr(reported, f.name) for f in fields(reported)}
    return _store_once(Report, values, token, address, signals or {})


def _store_once(
    model: type[Item], values: dict[str, Any], token: str, address: str, signals: dict[str, Any]
) -> tuple[Item, bool]:
    now = timezone.now()
    hashed = limits.address_hash(address)
    rows = model._default_manager
    try:
        with transaction.atomic():
            limits.lock(hashed)
            if found := rows.filter(token=token).first():
                return found, False
            limits.take_place(model, hashed, now)
            item = rows.create(
                **values,
                token=token,
                created_at=now,
                changed_at=now,
                address_hash=hashed,
                address_expires_at=now + limits.KEEP_ADDRESS,
                signals=signals,
            )
    except IntegrityError:
        # The same token from another address block came first.
        if found := rows.filter(token=token).first():
            return found, False
        raise
    return item, True


def correct(question: Question, text: str) -> None:
    """Replace the text while it waits; the earlier wording stays in the log for moderators."""

    def change(row: Question) -> None:
        if not row.is_open:
            raise NotPossible("This question has been decided; its text stays as it is.")
        row.text, row.state = text, Question.State.PENDING
        row.spam_score, row.is_cleared = None, False

    _act(question, "correct", ("text", "state"), change)


def withdraw(question: Question) -> None:
    def change(row: Question) -> None:
        if not row.is_open:
            raise NotPossible("This question has been decided and cannot be withdrawn.")
        row.state = Question.State.WITHDRAWN

    _act(question, "withdraw", ("state",), change)


def reply(question: Question, text: str) -> None:
    """Answer the moderator, or say why the question differs from the one it was joined to."""

    def change(row: Question) -> None:
        if row.state not in (Question.State.NEEDS_REPLY, Question.State.DUPLICATE):
            raise NotPossible("Nobody is waiting for a reply to this question.")
        if row.messages.filter(from_asker=True).count() >= MESSAGES_AT_MOST:
            raise NotPossible("This exchange has become too long; please ask a new question.")
        Message.objects.create(question=row, from_asker=True, text=text)
        row.state, row.duplicate_of = Question.State.PENDING, None
        row.article, row.accepted_at = None, None
        row.claimed_by, row.claimed_until = None, None

    _act(question, "reply", ("state", "duplicate_of_id", "article_id"), change)


def follow(question: Question, email: str) -> None:
    """Take an address; nothing but one request to confirm goes there until it is confirmed."""

    def change(row: Question) -> None:
        if row.erased_at is not None:
            raise NotPossible("This question has been deleted.")
        asked_for = Mail.objects.filter(question=row, template="confirm").count()
        if asked_for >= CONFIRMATIONS_AT_MOST:
            raise NotPossible("Too many addresses have been given for this question.")
        row.email, row.email_confirmed_at, row.confirmation_queued_at = email, None, None

    _act(question, "follow", (), change)


def confirm_address(pk: int, email: str) -> bool:
    """Whether the address is now confirmed: it must still be the question's."""
    confirmed = Question.objects.filter(pk=pk, email=email, erased_at=None).exclude(email="")
    confirmed.filter(email_confirmed_at=None).update(email_confirmed_at=timezone.now())
    return confirmed.exists()


def leave(pk: int, email: str) -> None:
    """Forget the address and what waits to be sent to it; leaving twice is leaving."""
    with transaction.atomic():
        Question.objects.filter(pk=pk, email=email).update(email="", email_confirmed_at=None)
        waiting = Mail.objects.filter(question_id=pk, to=email, state=Mail.State.QUEUED)
        waiting.update(state=Mail.State.CANCELLED, to="", body="", headers={})


def export(question: Question) -> dict[str, Any]:
    """Everything held about the question, for its asker."""
    log = LogEntry.objects.filter(kind="question", item=question.pk).order_by("at")
    return {
        "token": question.token,
        "status": question.state,
        "text": question.text,
        "category": question.category.slug if question.category else None,
        "position": question.position,
        "settled_by": question.settled_by,
        "credit_name": question.credit_name,
        "wording_public": question.wording_public,
        "email": question.email,
        "email_confirmed_at": _time(question.email_confirmed_at),
        "created_at": _time(question.created_at),
        "changed_at": _time(question.changed_at),
        "reason": question.reason,
        "prerun": str(question.prerun) if question.prerun else None,
        "address": "a keyed hash of the network block, which cannot be turned back"
        if question.address_hash
        else None,
        "address_kept_until": _time(question.address_expires_at),
        "form": question.signals,
        "messages": [
            {"from": "you" if m.from_asker else "us", "at": _time(m.created_at), "text": m.text}
            for m in question.messages.all()
        ],
        "mails": [
            {"subject": m.subject, "state": m.state, "at": _time(m.sent_at or m.created_at)}
            for m in question.mails.order_by("created_at")
        ],
        "history": [{"at": _time(entry.at), "action": entry.action} for entry in log],
    }


def erase(question: Question) -> None:
    """Delete everything the asker sent; what stays is that something was asked, and when.

    The hash of the address block stays for the hour that the limit needs it.
    """

    def change(row: Question) -> None:
        now = timezone.now()
        if row.is_open:
            row.state = Question.State.WITHDRAWN
        row.text = row.email = row.settled_by = row.credit_name = row.reason = ""
        row.position, row.signals, row.spam_reasons, row.advice = {}, {}, [], []
        row.prerun, row.prerun_note, row.email_confirmed_at = None, "", None
        row.wording_public, row.erased_at = False, now
        end = now + limits.WINDOW
        row.address_expires_at = min(row.address_expires_at or end, end)
        row.messages.all().delete()
        row.mails.filter(state=Mail.State.QUEUED).update(state=Mail.State.CANCELLED)
        row.mails.update(to="", subject="(deleted)", body="", headers={})
        entries = LogEntry.objects.filter(kind="question", item=row.pk)
        entries.update(before={}, after={}, reason="")

    _act(question, "erase", (), change)


def _act(
    question: Question,
    action: str,
    watched: tuple[str, ...],
    change: Callable[[Question], None],
) -> None:
    """Change the locked row, log the watched values before and after, refresh the caller's."""
    with transaction.atomic():
        row = Question.objects.select_for_update().get(pk=question.pk)
        before = {name: getattr(row, name) for name in watched}
        change(row)
        row.changed_at = timezone.now()
        row.save()
        LogEntry.objects.create(
            kind="question",
            item=row.pk,
            action=action,
            actor_name="asker",
            before=before,
            after={name: getattr(row, name) for name in watched},
        )
    question.refresh_from_db()


def _time(value: dt.datetime | None) -> str | None:
    return value.isoformat() if value else None
