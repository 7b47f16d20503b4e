"""A text in another language: what it renders, and whether that has moved on since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import get_language_info

from .models import Article, Revision


@dataclass(frozen=True)
class Translation:
    """One translated answer against its original as it is now."""

    pk: int
    slug: str
    original: Article
    rendered: int | None
    newest: int
    """The last revision of the original that changed its meaning."""

    @property
    def is_outdated(self) -> bool:
        return self.rendered is not None and self.rendered < self.newest

    @property
    def trouble(self) -> str:
        """What an editor should look at, or ""."""
        if not self.original.is_published:
            return f"its original {self.original.slug} is {self.original.state}"
        if self.rendered is None:
            return f"does not say which revision of {self.original.slug} it renders"
        if self.is_outdated:
            return (
                f"renders revision {self.rendered} of {self.original.slug}, "
                f"which is at revision {self.newest}"
            )
        return ""


def states(articles: Iterable[Article]) -> dict[int, Translation]:
    """By primary key, for those that are translations: two queries, none where there is none."""
    rows = [one for one in articles if one.translation_of_id is not None]
    if not rows:
        return {}
    ids = {row.translation_of_id for row in rows}
    originals = Article.objects.only("slug", "short_id", "title", "state", "lang").in_bulk(ids)
    told = Revision.objects.filter(article__in=ids).exclude(significance="typo", number__gt=1)
    newest = dict(
        told.order_by().values("article").annotate(n=Max("number")).values_list("article", "n")
    )
    return {
        row.pk: Translation(row.pk, row.slug, originals[of], row.translated_revision,
                            newest.get(of, 0))
        for row in rows
        if (of := row.translation_of_id or 0) in originals
    }  # fmt: skip


def all_published() -> list[Translation]:
    rows = Article.objects.published().exclude(translation_of=None).order_by("slug")
    return list(states(rows.only("slug", "translation_of", "translated_revision")).values())


def has_others() -> Exists:
    """For the query that finds an answer, so that most pages ask nothing more."""
    return Exists(Article.objects.published().filter(translation_of=OuterRef("pk")).order_by())


def versions(article: Article) -> Sequence[Article]:
    """The answer in all its languages, the original first; empty where there is only one."""
    root = article.translation_of_id or article.pk
    if article.translation_of_id is None and not getattr(article, "has_translations", True):
        return []
    rows = Article.objects.published().filter(Q(pk=root) | Q(translation_of=root))
    found = list(rows.only("slug", "title", "lang", "translation_of").order_by("lang", "slug"))
    found.sort(key=lambda one: one.translation_of_id is not None)
    return found if len(found) > 1 else []


def name(code: str) -> str:
    """What speakers call their language."""
    try:
        info: Any = get_language_info(code)
    except KeyError:
        return code
    local = str(info["name_local"])
    return local[:1].upper() + local[1:]


def original_trouble(article: Article, original: Article | None, slug: str) -> str:
    """Why this cannot be what the article translates, in words, or ""."""
    if not slug:
        return ""
    if original is None:
        return f"{slug} does not exist"
    if original.pk == article.pk:
        return f"{slug} is this answer itself"
    if original.translation_of_id is not None:
        return f"{slug} is a translation; name its original"
    return f"{slug} is in the same language" if original.lang == article.lang else ""
