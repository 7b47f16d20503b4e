"""Mail: written into the outbox with the decision, sent by housekeeping, logged.

Templates are plain text, ``templates/questions/mail/<name>.txt``: the first line is the
subject. Only a confirmed address gets mail, except for the one request to confirm, which
quotes nothing that a stranger typed.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
import uuid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from kb.models import Article

from . import tokens
from .models import Mail, Question

log = logging.getLogger(__name__)

TEMPLATES = (
    "confirm",
    "answered",
    "answer",
    "ask_back",
    "declined",
    "duplicate",
    "digest",
    "reviews",
)
LEASE = dt.timedelta(minutes=10)
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def compose(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and body; line ends cannot enter the subject."""
    whole = render_to_string(
        f"questions/mail/{template}.txt",
        {"SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL} | context,
    ).strip()
    subject, _, body = whole.partition("\n")
    return " ".join(subject.split())[:200], body.strip() + "\n"


def context_for(question: Question) -> dict[str, Any]:
    """What every template about a question may use."""
    email = question.email
    confirm = tokens.mail_link("confirm", question.pk, email)
    leave = tokens.mail_link("leave", question.pk, email)
    return {
        "question": question,
        "status_url": absolute(question.get_absolute_url()),
        "confirm_url": absolute(reverse("questions:confirm", args=[confirm])),
        "leave_url": absolute(reverse("questions:leave", args=[leave])),
    }


def example_context() -> dict[str, Any]:
    """An invented question and answer, for the preview of the texts."""
    question = Question(
        pk=0,
        token="an-invented-address-22",  # noqa: S106 - belongs to no question
        text="When does rolling an iron condor cost more than it saves?",
        email="reader@example.org",
    )
    return context_for(question) | {
        "reason": "What the moderator writes stands here.",
        "article": Article(slug="an-answer", short_id="an-answer", title="An answer"),
        "due": [Article(slug="an-answer", title="An answer", review_by=dt.date(2026, 1, 31))],
        "today": dt.date(2026, 2, 1),
        "desk_url": absolute("/admin/"),
        "health": {"waiting": 12, "oldest_words": "3 days"},
        "queue_url": absolute(reverse("questions:queue")),
    }


def tell(
    question: Question,
    template: str,
    *,
    batch: uuid.UUID | None = None,
    wait: dt.timedelta = dt.timedelta(),
    **extra: Any,
) -> Mail | None:
    """Queue one mail to the asker if the address is confirmed."""
    if not question.can_get_mail:
        return None
    return _queue(question, template, batch, wait, extra)


def ask_to_confirm(question: Question) -> Mail:
    """Queue the one mail that an unconfirmed address gets."""
    return _queue(question, "confirm", None, dt.timedelta(), {})


def _queue(
    question: Question,
    template: str,
    batch: uuid.UUID | None,
    wait: dt.timedelta,
    extra: dict[str, Any],
) -> Mail:
    context = context_for(question) | extra
    subject, body = compose(template, context)
    return Mail.objects.create(
        template=template,
        to=question.email,
        subject=subject,
        body=body,
        question=question,
        batch=batch,
        send_after=timezone.now() + wait,
        headers={
            "List-Unsubscribe": f"<{context['leave_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def tell_staff(
    template: str,
    context: dict[str, Any],
    *,
    permission: str,
    pause: dt.timedelta,
    now: dt.datetime,
) -> int:
    """Queue one mail to everybody with a permission who had none of its kind within ``pause``."""
    subject, body = compose(template, context)
    with transaction.atomic():
        recent = Mail.objects.filter(template=template, created_at__gt=now - pause)
        told = set(recent.values_list("to", flat=True))
        mails = [
            Mail(template=template, to=address, subject=subject, body=body, created_at=now)
            for address in sorted(addresses_of(permission) - told)
        ]
        Mail.objects.bulk_create(mails)
    return len(mails)


def addresses_of(permission: str) -> set[str]:
    """The addresses of everybody who may do what the permission names."""
    users = get_user_model()._default_manager.filter(is_active=True).exclude(email="")
    return {
        user.email for user in users if isinstance(user, AbstractUser) and user.has_perm(permission)
    }


def deliver(now: dt.datetime | None = None, limit: int = 200) -> tuple[int, int]:
    """Send what is due: (sent, failed). A mail whose sender died is sent again after a lease.

    Its Message-ID stays the same, so that a second copy is recognised as one.
    """
    now = now or timezone.now()
    due = Mail.objects.filter(
        Q(state=Mail.State.QUEUED) | Q(state=Mail.State.SENDING), send_after__lte=now
    )
    sent = failed = 0
    connection = get_connection()
    try:
        for mail in due.order_by("send_after", "pk")[:limit]:
            claimed = due.filter(pk=mail.pk, attempts=mail.attempts).update(
                state=Mail.State.SENDING, attempts=mail.attempts + 1, send_after=now + LEASE
            )
            if not claimed:
                continue
            mail.attempts += 1
            if _send(mail, connection, now):
                sent += 1
            else:
                failed += 1
    finally:
        connection.close()
    return sent, failed


def _send(mail: Mail, connection: BaseEmailBackend, now: dt.datetime) -> bool:
    try:
        _message(mail, connection).send()
    except (OSError, smtplib.SMTPException) as error:
        _failed(mail, error, now)
        return False
    done = Mail.objects.filter(pk=mail.pk, state=Mail.State.SENDING)
    done.update(state=Mail.State.SENT, sent_at=now, error="")
    return True


def _message(mail: Mail, connection: BaseEmailBackend) -> EmailMessage:
    host = urlsplit(settings.SITE_URL).hostname
    headers = {
        "Message-ID": f"<{mail.message_id}@{host}>",
        "Auto-Submitted": "auto-generated",
        **mail.headers,
    }
    return EmailMessage(
        mail.subject, mail.body, to=[mail.to], headers=headers, connection=connection
    )


def _failed(mail: Mail, error: Exception, now: dt.datetime) -> None:
    """Try again later, or give up: after the last pause, or when the address is refused."""
    refused = isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _ in error.recipients.values()
    )
    final = refused or mail.attempts > len(PAUSES)
    pause = dt.timedelta() if final else PAUSES[mail.attempts - 1]
    Mail.objects.filter(pk=mail.pk, state=Mail.State.SENDING).update(
        state=Mail.State.FAILED if final else Mail.State.QUEUED,
        send_after=now + pause,
        error=f"{type(error).__name__}: {error}"[:300],
    )
    log.warning("mail %s not sent, attempt %s: %s", mail.pk, mail.attempts, type(error).__name__)
