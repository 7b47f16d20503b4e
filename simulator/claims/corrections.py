"""Every published number that changed, whoever noticed: a run, an edit, or an editor's note."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from kb.models import Article
from kb.models import Correction as Note
from simulator.models.claims import Correction


@dataclass(frozen=True)
class Change:
    """One line of the page and one entry of the feed; ``key`` never changes."""

    key: str
    made_at: datetime
    article: Article
    anchor: str
    old: str
    new: str
    cause: str

    @property
    def url(self) -> str:
        return self.article.get_absolute_url() + self.anchor


def published() -> list[Change]:
    """All of them, newest first; those of articles that nobody may read are left out."""
    articles = Article.objects.published()
    bound = Correction.objects.filter(article__in=articles).select_related("article")
    noted = Note.objects.filter(article__in=articles).select_related("article")
    found = [_bound(row) for row in bound] + [_noted(row) for row in noted]
    return sorted(found, key=lambda change: (change.made_at, change.key), reverse=True)


def _bound(row: Correction) -> Change:
    anchor = f"#claim-{row.name}"
    return Change(
        f"urn:uuid:{row.id}", row.made_at, row.article, anchor, row.old, row.new, row.cause
    )


def _noted(row: Any) -> Change:
    """An editor's note has no lasting row of its own: its words name it."""
    words = "\0".join([row.article.short_id, row.date.isoformat(), row.old, row.new])
    mark = hashlib.sha256(words.encode()).hexdigest()[:32]
    made_at = datetime.combine(row.date, time(12), UTC)
    key = f"urn:sha256:{mark}"
    return Change(key, made_at, row.article, "#corrections", row.old, row.new, row.cause)
