"""How the queue is doing: age of the oldest, time to a first decision, share declined."""

from __future__ import annotations

import datetime as dt
import statistics
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from . import notifications
from .kinds import kinds
from .models import LogEntry, Mail, Question

WINDOW = dt.timedelta(days=30)
FIRST_DECISIONS = ("approve", "ask_back", "answer", "duplicate", "decline", "accept")


@dataclass(frozen=True)
class Health:
    """Figures of the last 30 days; None where nothing has happened."""

    waiting: int
    held: int
    awaiting_article: int
    oldest: dt.timedelta | None
    median_first_decision: dt.timedelta | None
    share_declined: float | None
    mails_queued: int
    mails_failed: int

    @property
    def oldest_words(self) -> str:
        return _words(self.oldest)

    @property
    def median_words(self) -> str:
        return _words(self.median_first_decision)

    @property
    def percent_declined(self) -> int:
        return round(100 * (self.share_declined or 0))


def _words(span: dt.timedelta | None) -> str:
    """A span in the largest unit that fits: 3 days, 5 hours, 20 minutes."""
    if span is None:
        return ""
    minutes = int(span.total_seconds() // 60)
    unit, size = next(
        (pair for pair in (("day", 1440), ("hour", 60)) if minutes >= 2 * pair[1]), ("minute", 1)
    )
    count = minutes // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def measure(now: dt.datetime | None = None) -> Health:
    now = now or timezone.now()
    created = [
        moment for kind in kinds() for moment in kind.waiting().values_list("created_at", flat=True)
    ]
    delays, declined = _first_decisions(now)
    return Health(
        waiting=len(created),
        held=sum(kind.held().count() for kind in kinds()),
        awaiting_article=Question.objects.awaiting_article().count(),
        oldest=now - min(created) if created else None,
        median_first_decision=_median(delays),
        share_declined=declined / len(delays) if delays else None,
        mails_queued=Mail.objects.filter(state=Mail.State.QUEUED).count(),
        mails_failed=Mail.objects.filter(state=Mail.State.FAILED).count(),
    )


def _median(spans: list[dt.timedelta]) -> dt.timedelta | None:
    if not spans:
        return None
    return dt.timedelta(seconds=statistics.median(span.total_seconds() for span in spans))


def _first_decisions(now: dt.datetime) -> tuple[list[dt.timedelta], int]:
    """Each question's wait for its first decision, and how many of these were a decline."""
    entries = LogEntry.objects.filter(
        kind="question", action__in=FIRST_DECISIONS, at__gt=now - WINDOW, undone_at=None
    )
    first: dict[int, tuple[dt.datetime, str]] = {}
    for item, at, action in entries.order_by("at").values_list("item", "at", "action"):
        first.setdefault(item, (at, action))
    asked = dict(Question.objects.filter(pk__in=first).values_list("pk", "created_at"))
    delays = [at - asked[item] for item, (at, _) in first.items() if item in asked]
    return delays, sum(action == "decline" for _, action in first.values())


def send_digest(*, over: int = 10, older: dt.timedelta = dt.timedelta(hours=48)) -> int:
    """Queue a mail to every moderator if the queue is long or old; the number of mails.

    At most one digest a day goes to an address.
    """
    health = measure()
    if health.waiting <= over and (health.oldest is None or health.oldest < older):
        return 0
    return notifications.tell_staff(
        "digest",
        {"health": health, "queue_url": f"{settings.SITE_URL}/moderation/"},
        permission="questions.moderate",
        pause=dt.timedelta(hours=20),
        now=timezone.now(),
    )


def on_daily(sender: Any, **rest: Any) -> None:
    """Once a day: tell the moderators if there is something to tell."""
    send_digest()
