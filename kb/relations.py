"""How answers lead to one another: prerequisites without circles, related ones, what links here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection
from django.db.models import Count, Q

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
    return [link.target for link in links.select_related("target__category").order_by("position")]


def related(article: Article, most: int = 6) -> list[Article]:
    """Those chosen by hand, then those that share the most terms, sources and tags."""
    chosen = _targets(article, ArticleLink.Kind.RELATED)
    if len(chosen) >= most:
        return chosen[:most]
    taken = [article.pk, *(other.pk for other in chosen)]
    shared = Article.objects.published().exclude(pk__in=taken)
    terms = [m.term_id for m in article.mentions.all()]
    sources = [c.source_id for c in article.citations.all()]
    tags = [tag.pk for tag in article.tags.all()]
    near = (
        shared.filter(
            Q(mentions__term__in=terms) | Q(citations__source__in=sources) | Q(tags__in=tags)
        )
        .annotate(
            score=Count("mentions", filter=Q(mentions__term__in=terms), distinct=True)
            + 2 * Count("citations", filter=Q(citations__source__in=sources), distinct=True)
            + 3 * Count("tags", filter=Q(tags__in=tags), distinct=True)
        )
        .order_by("-score", "slug")
        .select_related("category")[: most - len(chosen)]
    )
    return chosen + list(near)


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
