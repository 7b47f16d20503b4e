"""What of articles, terms and other apps' documents can be found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import transaction

from kb import extend
from kb.extend import SearchEntry
from kb.markup import plain_text
from kb.models import Article, SearchDocument, Term

from .index import drop, index

CHUNK = 200
INDEXED = ("slug", "title", "short_answer", "body_html", "state", "category__slug")


def index_articles(ids: Sequence[int]) -> None:
    rows = Article.objects.select_related("category").prefetch_related("tags").only(*INDEXED)
    index(article_entry(a) for part in _parts(ids) for a in rows.filter(pk__in=part))


def index_terms(ids: Sequence[int]) -> None:
    index(term_entry(t) for part in _parts(ids) for t in Term.objects.filter(pk__in=part))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def article_entry(article: Article) -> SearchEntry:
    return SearchEntry(
        kind="answer",
        key=article.slug,
        title=article.title,
        url=article.get_absolute_url(),
        body=f"{article.short_answer} {plain_text(article.body_html)}",
        published=article.is_published,
        category=article.category.slug,
        tags=[tag.slug for tag in article.tags.all()],
        is_runnable=bool(extend.block_arguments(article.body_html, "example")),
    )


def term_entry(term: Term) -> SearchEntry:
    return SearchEntry(
        kind="term",
        key=term.slug,
        title=f"{term.name} ({term.abbreviation})" if term.abbreviation else term.name,
        url=term.get_absolute_url(),
        is_runnable=bool(term.example),
        body=" ".join(
            [term.summary, ", ".join(term.labels[1:]), plain_text(term.definition_html)]
        ).strip(),
    )


def remove(kind: str, key: str) -> None:
    with transaction.atomic():
        drop(list(SearchDocument.objects.filter(kind=kind, key=key)))


def refresh_sources() -> None:
    """Bring other apps' documents into line, gone ones included."""
    for entries in extend.search_sources.values():
        found = list(entries())
        index(found)
        kinds = {entry.kind for entry in found}
        keys = {(entry.kind, entry.key) for entry in found}
        rows = SearchDocument.objects.filter(kind__in=kinds)
        with transaction.atomic():
            drop([row for row in rows if (row.kind, row.key) not in keys])


def rebuild() -> int:
    """The whole index from what is published now; returns the number of documents."""
    with transaction.atomic():
        drop(list(SearchDocument.objects.all()))
        index_articles(list(Article.objects.published().values_list("pk", flat=True)))
        index_terms(list(Term.objects.values_list("pk", flat=True)))
        refresh_sources()
    return SearchDocument.objects.count()
