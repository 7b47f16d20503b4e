"""How answers lead to one another: prerequisites without circles, related ones, what links here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS

from common import rows

from .models import Article, ArticleLink


def prerequisites() -> dict[str, list[str]]:
    """For every answer that has some, the slugs to read before it."""
    rows = ArticleLink.objects.filter(kind=ArticleLink.Kind.PREREQUISITE)
    graph: dict[str, list[str]] = {}
    for slug, target in rows.values_list("article__slug", "target__slug"):
        graph.setdefault(slug, []).append(target)
    return graph


def find_cycle(graph: Mapping[str, Sequence[str]]) -> list[str]:
    """A circle in the graph as a closed path, or an empty list."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        waiting: list[tuple[str, int]] = [(start, 0)]
        while waiting:
            node, depth = waiting.pop()
            del path[depth:]
            if node in path:
                return [*path[path.index(node) :], node]
            if node in done:
                continue
            path.append(node)
            following = graph.get(node, ())
            waiting += [(target, depth + 1) for target in following]
            if not following:
                done.add(node)
        done.update(_reachable(graph, start))
    return []


def _reachable(graph: Mapping[str, Sequence[str]], start: str) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for target in graph.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


LONGEST_PATH = 12
MOST_RELATED = 6
_PATH = """
WITH RECURSIVE path(id, depth) AS (
  SELECT target_id, 1 FROM kb_articlelink WHERE article_id = %s AND kind = 'prerequisite'
  UNION
  SELECT link.target_id, path.depth + 1 FROM kb_articlelink link
  JOIN path ON link.article_id = path.id
  WHERE link.kind = 'prerequisite' AND path.depth < %s
)
SELECT a.id, a.slug, a.title, a.lang, MAX(path.depth) FROM path
JOIN kb_article a ON a.id = path.id AND a.state = 'published'
GROUP BY a.id, a.slug, a.title, a.lang
ORDER BY 5 DESC, a.title, a.id
"""
_LINKS = """
SELECT a.id, a.slug, a.title, a.lang, l.kind, l.position, 'to' FROM kb_articlelink l
JOIN kb_article a ON a.id = l.target_id AND a.state = 'published'
WHERE l.article_id = %s AND l.kind = 'related'
UNION ALL
SELECT a.id, a.slug, a.title, a.lang, l.kind, l.position, 'from' FROM kb_articlelink l
JOIN kb_article a ON a.id = l.article_id AND a.state = 'published'
WHERE l.target_id = %s
ORDER BY 7, 6, 3, 1, 5
"""
# What is shared is added up in one pass over each index: a join of the three would multiply them.
_NEAR = """
SELECT a.id, a.slug, a.title, a.lang, CAST(SUM(shared.weight) AS INTEGER) AS score FROM (
  SELECT article_id, COUNT(*) AS weight FROM kb_mention
  WHERE term_id IN (SELECT term_id FROM kb_mention WHERE article_id = %s)
    AND article_id <> %s GROUP BY article_id
  UNION ALL
  SELECT article_id, 2 * COUNT(*) FROM kb_citation
  WHERE source_id IN (SELECT source_id FROM kb_citation WHERE article_id = %s)
    AND article_id <> %s GROUP BY article_id
  UNION ALL
  SELECT article_id, 3 * COUNT(*) FROM kb_article_tags
  WHERE tag_id IN (SELECT tag_id FROM kb_article_tags WHERE article_id = %s)
    AND article_id <> %s GROUP BY article_id
) shared
JOIN kb_article a ON a.id = shared.article_id AND a.state = 'published'
GROUP BY a.id, a.slug, a.title, a.lang
ORDER BY score DESC, a.slug
LIMIT 24
"""

SHOWN = ["id", "slug", "title", "lang"]
Row = tuple[Any, ...]  # begins with id, slug, title and language of a published answer


class Around(NamedTuple):
    """The answers around one, as rows: equal rows make equal lists on its page."""

    path: list[Row]
    links: list[Row]
    near: list[Row]


@dataclass(frozen=True)
class Lists:
    """What the page of an answer leads to, each by slug, title and language only."""

    read_first: list[Article]  # what others build on comes first
    related: list[Article]  # chosen by hand, then those that share the most terms, sources, tags
    read_next: list[Article]  # what builds on this one
    links_here: list[Article]  # all whose text or list leads to it


def around(article_id: int) -> Around:
    """Three small statements."""
    links = rows.select(_LINKS, [article_id] * 2)
    chosen = sum(direction == "to" for *_, direction in links)
    return Around(
        rows.select(_PATH, [article_id, LONGEST_PATH]),
        links,
        rows.select(_NEAR, [article_id] * 6) if chosen < MOST_RELATED else [],
    )


def lists(article: Article) -> Lists:
    path, links, near = around(article.pk)
    chosen = [row for row in links if row[6] == "to"]
    taken = {article.pk, *(row[0] for row in chosen)}
    others = [row for row in near if row[0] not in taken]
    here = sorted((row for row in links if row[6] == "from"), key=lambda row: (row[2], row[0]))
    return Lists(
        _answers(row for row in path if row[0] != article.pk),
        _answers((chosen + others)[:MOST_RELATED]),
        _answers(row for row in here if row[4] == ArticleLink.Kind.PREREQUISITE),
        _answers(here),
    )


def _answers(found: Iterable[Row]) -> list[Article]:
    """Each once, in the order in which it came first."""
    once = dict.fromkeys(tuple(row[: len(SHOWN)]) for row in found)
    return [Article.from_db(DEFAULT_DB_ALIAS, SHOWN, row) for row in once]
