"""Helpful or not: one word a day and page from an address block, for editors to read.

The same means against abuse as for questions and reports: no account, no cookie, a form that is
signed and dated, a field that people do not see, an hourly limit for a block. What looks like a
robot's is kept and not counted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from kb.models import Article

from . import limits
from .models import Opinion
from .models.opinion import REASONS

KEEP_TEXT = dt.timedelta(days=365)
SHOWN = dt.timedelta(days=365)


@dataclass(frozen=True)
class Given:
    """A valid opinion on its way into the table."""

    article: Article
    is_helpful: bool
    reason: str = ""
    text: str = ""
    revision: int | None = None
    is_doubtful: bool = False


def give(given: Given, *, address: str) -> bool:
    """Store it, or change what this block said today; returns whether it is the day's first.

    Raises ``limits.LimitReached`` for one more page than an hour allows.
    """
    now = timezone.now()
    hashed = limits.address_hash(address)
    values = {
        "revision": given.revision,
        "is_helpful": given.is_helpful,
        "reason": given.reason,
        "text": given.text,
        "is_doubtful": given.is_doubtful,
    }
    with transaction.atomic():
        limits.lock(hashed)
        key = _day_key(address, now)
        if Opinion.objects.filter(article=given.article, day_key=key).update(**values):
            return False
        limits.take_place(Opinion, hashed, now)
        Opinion.objects.create(
            article=given.article, created_at=now, day_key=key, address_hash=hashed, **values
        )
    return True


def _day_key(address: str, now: dt.datetime) -> str:
    """Tells the same block on the same day, and nothing on any other."""
    said = f"questions.opinion:{now.date()}:{limits.address_block(address)}"
    return hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()


def forget(now: dt.datetime) -> int:
    """Day keys when the day is over, address hashes after a week, words after a year."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Opinion.objects.all()
    over = rows.filter(created_at__lt=midnight).exclude(day_key=None).update(day_key=None)
    old = rows.filter(created_at__lte=now - limits.KEEP_ADDRESS).exclude(address_hash="")
    silent = rows.filter(created_at__lte=now - KEEP_TEXT).exclude(text="")
    return over + old.update(address_hash="") + silent.update(text="")


def draw(article: Article, request: HttpRequest) -> str:
    """Two buttons under an answer. They store nothing: the next page does."""
    newest = article.newest_revision
    context = {"article": article, "revision": newest.number if newest else None}
    return render_to_string("questions/_helpful.html", context, request)


def for_editors() -> Iterator[tuple[str, str, str]]:
    """Published answers that left readers unhelped within a year, the most often first."""
    since = timezone.now() - SHOWN
    recent = Q(opinions__is_doubtful=False, opinions__created_at__gt=since)
    rows = Article.objects.published().annotate(
        said=Count("opinions", filter=recent),
        no=Count("opinions", filter=recent & Q(opinions__is_helpful=False)),
    )
    for pk, slug, said, no in (
        rows.filter(no__gt=0).order_by("-no", "slug").values_list("pk", "slug", "said", "no")
    ):
        url = reverse("admin:questions_opinion_changelist") + f"?article__id__exact={pk}"
        yield "not helpful", f"{slug}: {no} of {said} said no{_why(pk, since)}", url


def _why(article: int, since: dt.datetime) -> str:
    """The reasons that were given, the commonest first."""
    rows = Opinion.objects.counted().filter(article=article, is_helpful=False, created_at__gt=since)
    counted = rows.exclude(reason="").order_by().values_list("reason").annotate(n=Count("pk"))
    words = dict(REASONS)
    found = [f"{words[reason].lower()} ({n})" for reason, n in counted.order_by("-n", "reason")]
    return f": {', '.join(found)}" if found else ""
