"""Once a week each editor is told which answers are due for another look."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone

from kb.models import Article

from . import notifications

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
    return notifications.tell_staff(
        "reviews",
        {"due": due, "today": now.date(), "desk_url": f"{settings.SITE_URL}/admin/"},
        permission="kb.change_article",
        pause=EVERY,
        now=now,
    )


def on_daily(sender: Any, **rest: Any) -> None:
    """Looked at every day, sent once a week."""
    send_reminders()
