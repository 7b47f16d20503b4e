"""A query to ranked hits: exact titles and terms first, then by weight of the words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from common import rows
from kb import glossary
from kb.models import SearchDocument

from . import excerpts, postings
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
    terms = glossary.current()
    asked = understand(query, terms)
    pinned = _first(query, filters, terms)
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


def _first(query: str, filters: Filters, terms: glossary.Glossary) -> list[int]:
    """What comes before anything ranked: pinned pages in their editors' order, the term that the
    query names, documents with exactly this title."""
    if not query:
        return []
    where, values = _where(filters)
    named = [terms.resolve(query) or "", *values]
    asked = [fold(query)[:300], *values, *named, pin_key(query)]
    found = set(rows.select(_EXACT.format(where), asked))
    exact = sorted(
        (row for row in found if row[0]), key=lambda row: (row[0] != "term", row[1], row[2])
    )
    pinned = _pinned(query, where, values) if len(exact) < len(found) else []
    return list(dict.fromkeys([*pinned, *(pk for _, _, pk in exact)]))


# The last part says only whether anything is pinned, which is seldom.
_EXACT = """
SELECT * FROM (
  SELECT kind, title, id FROM kb_searchdocument d WHERE folded_title = %s{0} LIMIT 20
) titled
UNION ALL
SELECT kind, title, id FROM kb_searchdocument d WHERE kind = 'term' AND key = %s{0}
UNION ALL
SELECT '', '', 0 WHERE EXISTS (SELECT 1 FROM kb_pin WHERE query = %s)
"""
_PINNED = """
SELECT d.id FROM kb_pin pin
LEFT JOIN kb_article a ON a.id = pin.article_id
LEFT JOIN kb_term t ON t.id = pin.term_id
JOIN kb_searchdocument d
  ON (d.kind = 'answer' AND d.key = a.slug) OR (d.kind = 'term' AND d.key = t.slug)
WHERE pin.query = %s
"""


def _pinned(query: str, where: str, values: list[Any]) -> list[int]:
    ordered = f"{_PINNED}{where} ORDER BY pin.position, pin.id LIMIT 10"
    return [pk for (pk,) in rows.select(ordered, [pin_key(query), *values])]


def _where(filters: Filters) -> tuple[str, list[Any]]:
    conditions, values = filters.conditions()
    return "".join(f" AND {condition}" for condition in conditions), values


def pin_key(query: str) -> str:
    """A query without what makes no difference: capitals, accents, spaces."""
    return " ".join(fold(query).split())[:200]


def _hits(ids: list[int], asked: Asked) -> list[Hit]:
    documents = _documents(ids)
    found = asked.written() if ids else []
    hits = []
    for pk in ids:
        kind, key, title, url, body = documents[pk]
        passage = excerpts.excerpt(body, found)
        shown = (excerpts.marked(title, found), excerpts.marked(passage, found))
        hits.append(Hit(kind, key, title, url, passage, *shown))
    return hits


def _documents(ids: list[int]) -> dict[int, tuple[Any, ...]]:
    if not ids:
        return {}
    statement = "SELECT id, kind, key, title, url, body FROM kb_searchdocument WHERE id IN"
    found = rows.select(f"{statement} ({rows.places(ids)})", ids)
    return {pk: tuple(rest) for pk, *rest in found}


def suggest(query: str) -> list[SearchDocument]:
    """Titles that fit what has been typed so far; those that begin so come first."""
    query = query.replace("\x00", " ").strip()[:LONGEST_QUERY]
    terms = glossary.current()
    asked = understand(query, terms, is_typing=True)
    if not asked.clauses:
        return []
    ids, _ = postings.matches(asked.clauses, title_only=True, limit=SUGGESTIONS * 3)
    ids += [pk for pk in _first(query, Filters(), terms) if pk not in ids]
    documents = SearchDocument.objects.defer("body").in_bulk(ids)
    start = fold(query)
    order = {pk: place for place, pk in enumerate(ids)}
    found = sorted(
        documents.values(), key=lambda d: (not d.folded_title.startswith(start), order[d.pk])
    )
    return found[:SUGGESTIONS]
