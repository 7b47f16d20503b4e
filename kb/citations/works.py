"""CSL items: an answer, a term, one revision of either, and a cited work."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings

if TYPE_CHECKING:
    from kb.models import Article, Revision, Source, Term


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
        "language": of.lang,
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


def source(of: Source) -> dict[str, Any]:
    """A cited work with what CSL has a place for: when we read it, where a copy is, its notice."""
    item: dict[str, Any] = {"id": of.key, **of.csl}
    if of.read_at and of.csl.get("URL"):
        read = of.read_at
        item.setdefault("accessed", {"date-parts": [[read.year, read.month, read.day]]})
    if of.archived_url:
        item["archive"] = urlsplit(of.archived_url).netloc
        item["archive_location"] = of.archived_url
    if of.notice:
        said = f"{of.notice_kind} {of.notice['date']}: {of.notice['reason']}"
        item["note"] = "; ".join(filter(None, [str(item.get("note") or ""), said]))
    return item


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
