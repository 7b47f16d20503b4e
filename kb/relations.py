"""How answers lead to one another: prerequisites without circles, related ones, what links here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

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
_PATH = """
WITH RECURSIVE path(id, depth) AS (
  SELECT target_id, 1 FROM kb_articlelink WHERE article_id = %s AND kind = 'prerequisite'
  UNION
  SELECT link.target_id, path.depth + 1 FROM kb_articlelink link
  JOIN path ON link.article_id = path.id
  WHERE link.kind = 'prerequisite' AND path.depth < %s
)
SELECT id, MAX(depth) FROM path GROUP BY id
"""


def learning_path(article: Article) -> list[Article]:
    """Everything to read before, in reading order: what others build on comes first."""
    with connection.cursor() as cursor:
        cursor.execute(_PATH, [article.pk, LONGEST_PATH])
        depths = dict(cursor.fetchall())
    depths.pop(article.pk, None)
    if not depths:
        return []
    rows = Article.objects.published().filter(pk__in=depths).only("slug", "title")
    return sorted(rows, key=lambda one: (-depths[one.pk], one.title))


def _targets(article: Article, kind: str) -> list[Article]:
    links = article.links.filter(kind=kind, target__state=Article.State.PUBLISHED)
    shown = links.select_related("target").only("article", "target__slug", "target__title")
    return [link.target for link in shown.order_by("position")]


def related(article: Article, most: int = 6) -> list[Article]:
    """Those chosen by hand, then those that share the most terms, sources and tags."""
    chosen = _targets(article, ArticleLink.Kind.RELATED)
    if len(chosen) >= most:
        return chosen[:most]
    taken = {article.pk, *(other.pk for other in chosen)}
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [article.pk] * 6)
        scores = dict(cursor.fetchall())
    wanted = [pk for pk in scores if pk not in taken][: most - len(chosen)]
    near = Article.objects.published().filter(pk__in=wanted).only("slug", "title")
    return chosen + sorted(near, key=lambda one: (-scores[one.pk], one.slug))


# What is shared is added up in one pass over each index: a join of the three would multiply them.
_NEAR = """
SELECT shared.article_id, SUM(shared.weight) AS score FROM (
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
JOIN kb_article ON kb_article.id = shared.article_id AND kb_article.state = 'published'
GROUP BY shared.article_id, kb_article.slug
ORDER BY score DESC, kb_article.slug
LIMIT 24
"""


def leading_here(article: Article) -> tuple[list[Article], list[Article]]:
    """Published answers that build on this one, and all whose text or list leads to it."""
    links = (
        ArticleLink.objects.filter(target=article, article__state=Article.State.PUBLISHED)
        .select_related("article")
        .only("kind", "target", "article__slug", "article__title")
        .order_by("article__title", "article_id")
    )
    build: dict[int, Article] = {}
    lead: dict[int, Article] = {}
    for link in links:
        lead[link.article_id] = link.article
        if link.kind == ArticleLink.Kind.PREREQUISITE:
            build[link.article_id] = link.article
    return list(build.values()), list(lead.values())
