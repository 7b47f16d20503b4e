"""What a page says to machines: Highwire tags for reference managers, JSON-LD for engines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from . import citations
from .citations import names
from .citations.parts import date

if TYPE_CHECKING:
    from .models import Article, Revision, Term
    from .references import Reference


def highwire(item: dict[str, Any], cited: Sequence[Reference] = ()) -> list[tuple[str, str]]:
    """Name and content of each tag; one ``citation_author`` a person or group."""
    tags = [("citation_title", str(item["title"]))]
    tags += [("citation_author", names.inverted(name)) for name in item.get("author") or []]
    when = "/".join(f"{part:02d}" for part in date(item))
    if when:
        tags += [("citation_publication_date", when), ("citation_online_date", when)]
    tags += [
        ("citation_journal_title", str(item.get("container-title", settings.SITE_NAME))),
        ("citation_public_url", str(item["URL"])),
        ("citation_language", str(item.get("language") or "en")),
    ]
    return tags + [("citation_reference", _reference(one.item)) for one in cited]


def _reference(item: dict[str, Any]) -> str:
    """The ``key=value;`` form that Google Scholar reads."""
    parts = [("citation_title", item.get("title"))]
    parts += [("citation_author", names.inverted(name)) for name in item.get("author") or []]
    parts += [
        ("citation_publication_date", str(date(item)[0]) if date(item) else ""),
        ("citation_journal_title", item.get("container-title")),
        ("citation_doi", item.get("DOI")),
    ]
    return "; ".join(f"{key}={str(value).replace(';', ',')}" for key, value in parts if value)


def script(data: dict[str, Any]) -> SafeString:
    """JSON that cannot end its script element; a data block, so no policy has to allow it."""
    text = json.dumps(data, ensure_ascii=False)
    for mark, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(mark, code)
    return mark_safe(text)  # noqa: S308 - escaped for a script element


def _person(name: dict[str, str]) -> dict[str, str]:
    whole = names.group(name)
    if whole:
        return {"@type": "Organization", "name": whole}
    return {
        "@type": "Person",
        "name": names.direct(name),
        "givenName": names.given(name),
        "familyName": names.family(name),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def article(
    of: Article,
    revision: Revision | None,
    cited: Sequence[Reference],
    original: Article | None = None,
) -> SafeString:
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": of.permalink,
        "url": settings.SITE_URL + of.get_absolute_url(),
        "headline": of.title,
        "abstract": of.short_answer,
        "author": [_person(name) for name in of.authors],
        "publisher": {"@type": "Organization", "name": settings.SITE_NAME},
        "datePublished": _iso(of.published_at),
        "dateModified": _iso(of.changed_at),
        "version": revision.number if revision else None,
        "articleSection": of.category.name,
        "keywords": [tag.name for tag in of.tags.all()],
        "inLanguage": of.lang,
        "translationOfWork": {"@id": original.permalink} if original else None,
        "isAccessibleForFree": True,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "citation": [citations.plain(one.html) for one in cited],
    }
    return script({key: value for key, value in data.items() if value is not None})


def term(of: Term) -> SafeString:
    return script(
        {
            "@context": "https://schema.org",
            "@type": "DefinedTerm",
            "@id": of.permalink,
            "url": of.permalink,
            "name": of.name,
            "alternateName": of.labels[1:],
            "description": of.summary,
            "termCode": of.abbreviation or of.slug,
            "inDefinedTermSet": {
                "@type": "DefinedTermSet",
                "name": f"{settings.SITE_NAME} glossary",
                "url": f"{settings.SITE_URL}/glossary/",
            },
        }
    )
