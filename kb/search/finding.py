"""A query to ranked hits: exact titles and terms first, then by weight of the words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString

from kb import glossary
from kb.models import Pin, SearchDocument

from . import excerpts, postings, vocabulary
from .asking import LONGEST_QUERY, Asked, understand
from .words import fold

PAGE = 20
SUGGESTIONS = 8


@dataclass(frozen=True)
class Filters:
    kind: str = ""
    category: str = ""
    tag: str = ""
    is_runnable: bool = False

    def conditions(self) -> tuple[list[str], list[Any]]:
        found: list[tuple[str, list[Any]]] = []
        if self.kind:
            found.append(("d.kind = %s", [self.kind]))
        if self.category:
            found.append(("d.category = %s", [self.category]))
        if self.tag:
            found.append(("d.tags LIKE %s ESCAPE '!'", [f"%|{_literal(self.tag)}|%"]))
        if self.is_runnable:
            found.append(("d.is_runnable = %s", [True]))
        return [text for text, _ in found], [value for _, values in found for value in values]


def _literal(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


@dataclass(frozen=True)
class Hit:
    kind: str
    key: str
    title: str
    url: str
    excerpt: str
    title_html: SafeString
    excerpt_html: SafeString


@dataclass
class Results:
    query: str
    hits: list[Hit] = field(default_factory=list)
    count: int = 0
    corrections: dict[str, str] = field(default_factory=dict)


def find(query: str, filters: Filters | None = None, *, page: int = 1, size: int = PAGE) -> Results:
    """One page of what fits the query; an empty or senseless query finds nothing."""
    query = query.replace("\x00", " ").strip()[:LONGEST_QUERY]
    filters = filters or Filters()
    asked = understand(query)
    pinned = _first(query, filters)
    ids, count = _ranked(asked, filters, pinned, (page - 1) * size, size)
    return Results(query, _hits(ids, asked), count, asked.corrections)


def _ranked(
    asked: Asked, filters: Filters, pinned: list[int], offset: int, size: int
) -> tuple[list[int], int]:
    first = pinned[offset : offset + size]
    if not asked.clauses:
        return first, len(pinned)
    conditions, values = filters.conditions()
    start = max(0, offset - len(pinned))
    ids, count = postings.matches(
        asked.clauses,
        conditions,
        values,
        without=pinned,
        limit=size - len(first) or 1,
        offset=start,
    )
    return first + ids[: size - len(first)], count + len(pinned)


def _first(query: str, filters: Filters) -> list[int]:
    """What comes before anything ranked: pinned pages, then the exact ones."""
    if not query:
        return []
    return list(dict.fromkeys([*_pinned(query, filters), *_exact(query, filters)]))


def _exact(query: str, filters: Filters) -> list[int]:
    """The term that the query names, then documents with exactly this title."""
    rows = SearchDocument.objects.filter(folded_title=fold(query)[:300])
    slug = glossary.current().resolve(query)
    if slug:
        rows = rows | SearchDocument.objects.filter(kind="term", key=slug)
    found = list(_filtered(rows, filters).values_list("kind", "title", "pk")[:20])
    return [pk for _, _, pk in sorted(found, key=lambda row: (row[0] != "term", row[1], row[2]))]


def _pinned(query: str, filters: Filters) -> list[int]:
    """What editors put first for this query, in their order."""
    rows = Pin.objects.filter(query=pin_key(query)).order_by("position", "pk")
    wanted = [
        ("answer", article) if article else ("term", term)
        for article, term in rows.values_list("article__slug", "term__slug")[:10]
    ]
    if not wanted:
        return []
    either = Q()
    for kind, key in wanted:
        either |= Q(kind=kind, key=key)
    found = _filtered(SearchDocument.objects.filter(either), filters)
    ids = {(kind, key): pk for kind, key, pk in found.values_list("kind", "key", "pk")}
    return [ids[one] for one in wanted if one in ids]


def pin_key(query: str) -> str:
    """A query without what makes no difference: capitals, accents, spaces."""
    return " ".join(fold(query).split())[:200]


def _filtered(rows: QuerySet[SearchDocument], filters: Filters) -> QuerySet[SearchDocument]:
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.category:
        rows = rows.filter(category=filters.category)
    if filters.tag:
        rows = rows.filter(tags__contains=f"|{filters.tag}|")
    if filters.is_runnable:
        rows = rows.filter(is_runnable=True)
    return rows


def _hits(ids: list[int], asked: Asked) -> list[Hit]:
    documents = SearchDocument.objects.in_bulk(ids)
    found = excerpts.pattern(vocabulary.forms(asked.marks)) if asked.marks and ids else None
    hits = []
    for pk in ids:
        document = documents[pk]
        passage = excerpts.excerpt(document.body, found)
        hits.append(
            Hit(
                document.kind,
                document.key,
                document.title,
                document.url,
                passage,
                excerpts.marked(document.title, found),
                excerpts.marked(passage, found),
            )
        )
    return hits


def suggest(query: str) -> list[SearchDocument]:
    """Titles that fit what has been typed so far; those that begin so come first."""
    query = query.replace("\x00", " ").strip()[:LONGEST_QUERY]
    asked = understand(query, is_typing=True)
    if not asked.clauses:
        return []
    ids, _ = postings.matches(asked.clauses, title_only=True, limit=SUGGESTIONS * 3)
    ids += [pk for pk in _first(query, Filters()) if pk not in ids]
    rows = SearchDocument.objects.defer("body").in_bulk(ids)
    start = fold(query)
    order = {pk: place for place, pk in enumerate(ids)}
    found = sorted(rows.values(), key=lambda d: (not d.folded_title.startswith(start), order[d.pk]))
    return found[:SUGGESTIONS]
