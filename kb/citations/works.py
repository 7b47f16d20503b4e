"""Our own pages as CSL items: an answer, a term, or one revision of either."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from kb.models import Article, Revision, Term


def day(moment: datetime | None) -> dict[str, Any] | None:
    if moment is None:
        return None
    return {"date-parts": [[moment.year, moment.month, moment.day]]}


def authors(given: list[dict[str, str]]) -> list[dict[str, str]]:
    """Our ``{"name"}`` is CSL's ``{"literal"}``."""
    return [{"literal": a["name"]} if "name" in a else dict(a) for a in given]


def article(of: Article, revision: Revision | None) -> dict[str, Any]:
    """An answer as one published revision: its address never shows another text."""
    item: dict[str, Any] = {
        "id": f"{of.slug}-r{revision.number}" if revision else of.slug,
        "type": "webpage",
        "title": revision.title if revision else of.title,
        "author": authors(revision.authors if revision else of.authors),
        "container-title": settings.SITE_NAME,
        "URL": settings.SITE_URL + revision.get_absolute_url() if revision else of.permalink,
        "language": "en",
    }
    return _dated(item, revision, of.published_at, of.changed_at)


def term(of: Term, revision: Revision | None) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": f"{of.slug}-r{revision.number}" if revision else of.slug,
        "type": "entry-dictionary",
        "title": revision.title if revision else of.name,
        "author": authors(of.authors),
        "container-title": f"{settings.SITE_NAME} glossary",
        "publisher": settings.SITE_NAME,
        "URL": settings.SITE_URL + revision.get_absolute_url() if revision else of.permalink,
        "language": "en",
    }
    return _dated(item, revision, of.created_at, of.changed_at)


def _dated(
    item: dict[str, Any],
    revision: Revision | None,
    first: datetime | None,
    changed: datetime | None,
) -> dict[str, Any]:
    issued = day(revision.created_at if revision else changed or first)
    if issued:
        item["issued"] = issued
    if revision:
        item["version"] = str(revision.number)
    return item
