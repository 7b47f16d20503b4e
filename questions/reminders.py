"""Once a week each editor is told which answers are due for another look."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone

from kb.models import Article

from . import notifications
from .models import Mail

TEMPLATE = "reviews"
AHEAD = dt.timedelta(days=14)
EVERY = dt.timedelta(days=6, hours=20)


def send_reminders(now: dt.datetime | None = None) -> int:
    """Queue a mail to every editor if a review is due within a fortnight; the number of mails.

    At most one a week goes to an address.
    """
    now = now or timezone.now()
    until = (now + AHEAD).date()
    rows = Article.objects.published().filter(review_by__lte=until).order_by("review_by", "slug")
    due = list(rows.only("slug", "title", "review_by"))
    if not due:
        return 0
    subject, body = notifications.compose(
        TEMPLATE, {"due": due, "today": now.date(), "desk_url": f"{settings.SITE_URL}/admin/"}
    )
    with transaction.atomic():
        recent = Mail.objects.filter(template=TEMPLATE, created_at__gt=now - EVERY)
        told = set(recent.values_list("to", flat=True))
        mails = [
            Mail(template=TEMPLATE, to=address, subject=subject, body=body, created_at=now)
            for address in sorted(editors() - told)
        ]
        Mail.objects.bulk_create(mails)
    return len(mails)


def editors() -> set[str]:
    """The addresses of everybody who may change an answer."""
    users = get_user_model()._default_manager.filter(is_active=True).exclude(email="")
    return {
        user.email
        for user in users
        if isinstance(user, AbstractUser) and user.has_perm("kb.change_article")
    }


def on_daily(sender: Any, **rest: Any) -> None:
    """Looked at every day, sent once a week."""
    send_reminders()
