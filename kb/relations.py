"""How answers lead to one another: prerequisites without circles, related ones, what links here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def read_first(article: Article) -> list[Article]:
    return _targets(article, ArticleLink.Kind.PREREQUISITE)


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


def links_here(article: Article) -> list[Article]:
    """Published answers whose text, or whose list, leads to this one."""
    return list(
        Article.objects.published()
        .filter(links__target=article)
        .distinct()
        .order_by("title")
        .only("slug", "title")
    )
