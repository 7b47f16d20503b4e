"""Nothing personal is kept longer than it is needed; the periods are published in the docs."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from . import opinions
from .models import Mail, Question, Report

UNCONFIRMED_EMAIL = dt.timedelta(days=14)
EMAIL_AFTER_END = dt.timedelta(days=90)
MAIL_TEXT = dt.timedelta(days=30)
SPAM_TEXT = dt.timedelta(days=180)


def forget(now: dt.datetime | None = None) -> dict[str, int]:
    """Remove what is past its time, and count it by kind."""
    now = now or timezone.now()
    with transaction.atomic():
        return {
            "addresses": _addresses(now),
            "emails": _emails(now),
            "mails": _mails(now),
            "spam": _spam(now),
            "opinions": opinions.forget(now),
        }


def _addresses(now: dt.datetime) -> int:
    """The hash and the form's signals go together: both tell something about the sender."""
    removed = 0
    for model in (Question, Report):
        rows: QuerySet[Question] | QuerySet[Report] = model._default_manager.all()
        due = rows.filter(address_expires_at__lte=now)
        removed += due.update(address_hash="", address_expires_at=None, signals={})
    return removed


def _emails(now: dt.datetime) -> int:
    unconfirmed = Q(email_confirmed_at=None, changed_at__lte=now - UNCONFIRMED_EMAIL)
    ended = ~Q(state__in=Question.OPEN) & Q(changed_at__lte=now - EMAIL_AFTER_END)
    answered = Q(answered_at__lte=now - EMAIL_AFTER_END) | Q(answered_at=None)
    waiting = Q(state=Question.State.DUPLICATE, answered_at=None)
    with_email = Question.objects.exclude(email="")
    questions = with_email.filter(unconfirmed | (ended & answered & ~waiting))
    reports = Report.objects.exclude(email="").exclude(state=Report.State.OPEN)
    return questions.update(email="", email_confirmed_at=None) + reports.filter(
        changed_at__lte=now - EMAIL_AFTER_END
    ).update(email="", email_confirmed_at=None)


def _mails(now: dt.datetime) -> int:
    done = (Mail.State.SENT, Mail.State.FAILED, Mail.State.CANCELLED)
    old = Mail.objects.filter(state__in=done, created_at__lte=now - MAIL_TEXT).exclude(to="")
    return old.update(to="", body="", headers={})


def _spam(now: dt.datetime) -> int:
    removed = 0
    for model in (Question, Report):
        rows: QuerySet[Question] | QuerySet[Report] = model._default_manager.all()
        old = rows.filter(is_spam=True, decided_at__lte=now - SPAM_TEXT).exclude(text="")
        removed += old.update(text="", email="")
    return removed
