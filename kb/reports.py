"""What editors should look at: unused and wanted terms, sources without use, late reviews."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from . import glossary
from .models import Article, SearchMiss, Source, Term
from .search.words import fold


def lines() -> Iterator[str]:
    """One finding a line, the most pressing kinds first."""
    for article in Article.objects.overdue().order_by("review_by"):
        yield f"overdue: {article.slug} was to be checked by {article.review_by}"
    yield from _open_words()
    for group in _duplicates():
        yield f"duplicate sources: {', '.join(group)}"
    unread = Source.objects.filter(csl__URL__isnull=False, read_at=None, csl__DOI__isnull=True)
    for key in unread.exclude(csl__has_key="accessed").values_list("key", flat=True):
        yield f"no date read: {key}"
    for key in Source.objects.filter(citations=None, articles_based_on=None).values_list(
        "key", flat=True
    ):
        yield f"unused source: {key}"
    for slug in Term.objects.filter(mentioned_in=None).values_list("slug", flat=True):
        yield f"unused term: {slug}"
    for miss in SearchMiss.objects.all()[:50]:
        yield f"searched in vain: {miss.query} ({miss.times})"


def _open_words() -> Iterator[str]:
    """Words that wait for their author, and terms that are linked but do not exist."""
    linker = glossary.current()
    for slug, html in Article.objects.published().values_list("slug", "base_html"):
        linked = linker.link(html)
        for one in linked.ambiguous:
            yield f"ambiguous: {slug}: “{one.word}” ({' or '.join(one.slugs)})"
        for label in linked.wanted:
            yield f"wanted term: {label} (in {slug})"


def _duplicates() -> list[list[str]]:
    """Sources with the same DOI, or the same title and year."""
    groups: dict[str, list[str]] = defaultdict(list)
    for key, csl in Source.objects.values_list("key", "csl"):
        issued = str((csl.get("issued") or {}).get("date-parts", ""))
        doi, title = csl.get("DOI"), fold(str(csl.get("title", "")))
        groups[fold(doi) if doi else f"{title} {issued} {csl.get('URL', '')}"].append(key)
    return [sorted(keys) for keys in groups.values() if len(keys) > 1]
