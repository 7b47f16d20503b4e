"""What would break if a term, a source or a tag were deleted, in words for whoever is about to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .models import Article, Source, Tag, Term


def of_term(term: Term) -> Iterator[str]:
    """Where it is linked, and where an author asked for that link."""
    labels = "|".join(re.escape(label) for label in [term.slug, *term.labels])
    forced = re.compile(rf"\[\[(?:{labels})(?:\|[^\]]*)?\]\]", re.IGNORECASE)
    for article in Article.objects.filter(mentions__term=term).order_by("slug"):
        asked = (
            " as its author asked: a missing term would show" if forced.search(article.body) else ""
        )
        yield f"The answer “{article.title}” links it{asked}"
    for other in Term.objects.filter(mentions__term=term).order_by("slug"):
        asked = (
            " as its author asked: a missing term would show"
            if forced.search(other.definition)
            else ""
        )
        yield f"The term “{other.name}” links it{asked}"
    for pin in term.pins.all():
        yield f"The search for “{pin.query}” puts it first"


def of_source(source: Source) -> Iterator[str]:
    """Who cites it; the database refuses to let it go while anybody does."""
    for citation in source.citations.select_related("article", "term"):
        of = citation.article or citation.term
        kind = "answer" if citation.article else "term"
        yield f"The {kind} “{of}” cites it {len(citation.places) or 1} times"
    for article in source.articles_based_on.all():
        yield f"The answer “{article.title}” is based on it"
    for other in Source.objects.filter(notice__successor=source.key).order_by("key"):
        yield f"The notice on {other.key} names it as what to read instead"


def of_tag(tag: Tag) -> Iterator[str]:
    for article in tag.articles.order_by("slug"):
        yield f"The answer “{article.title}” loses it; merging keeps the old address"
