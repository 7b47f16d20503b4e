"""Queries that found nothing, for editors: each is an answer that somebody missed.

Only the words are kept, never who asked; the list is bounded.
"""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from kb.models import SearchMiss

from .words import fold, words

MOST = 2_000
LONGEST = 120


def record_miss(query: str) -> None:
    """Count a query; what has no words, or looks like an address or a key, is not kept."""
    text = " ".join(fold(query).split())
    if not words(text) or len(text) > LONGEST or "@" in text or "://" in text:
        return
    found = SearchMiss.objects.filter(query=text)
    if found.update(times=F("times") + 1, last_at=timezone.now()):
        return
    if SearchMiss.objects.count() < MOST:
        SearchMiss.objects.get_or_create(query=text)
