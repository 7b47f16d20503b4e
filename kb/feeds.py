"""Atom feeds (RFC 4287) whose ids never change, whatever becomes of titles and addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.feedgenerator import Atom1Feed

from .models import Article, Revision, Tag, Term
from .models.articles import ENGLISH

MOST = 50


def tag_uri(day: str, kind: str, key: str) -> str:
    """RFC 4151: the site's name, the day the thing was made, and what it is."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{day}:{kind}/{key}"


class InItsLanguage(Atom1Feed):
    """Atom whose entries say their language where it is not the site's."""

    def item_attributes(self, item: dict[str, Any]) -> dict[str, str]:
        lang = item.get("lang", ENGLISH)
        return super().item_attributes(item) | ({"xml:lang": lang} if lang != ENGLISH else {})


class SiteFeed(Feed):  # type: ignore[type-arg]
    """Absolute addresses from ``SITE_URL``, never from the request's host."""

    feed_type = InItsLanguage
    language = ENGLISH
    author_name = settings.SITE_NAME
    feed_copyright = "CC BY 4.0"

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
        return response

    def feed_url(self, obj: Any = None) -> str:
        return settings.SITE_URL + self.path(obj)

    def feed_guid(self, obj: Any = None) -> str:
        return tag_uri("2026", "feed", self.path(obj).rsplit("/", 1)[-1])

    def path(self, obj: Any) -> str:
        raise NotImplementedError

    def item_author_name(self, item: Any) -> str:
        return str(getattr(item, "byline", settings.SITE_NAME))


class AnswersFeed(SiteFeed):
    """New answers and changes of meaning; a corrected typing error is no news."""

    subtitle = "Answers about options hedging, with every number runnable"

    def get_object(self, request: HttpRequest, slug: str | None = None) -> Tag | None:
        return get_object_or_404(Tag, slug=slug) if slug else None

    def title(self, obj: Tag | None) -> str:
        return f"{settings.SITE_NAME}: {obj.name if obj else 'answers'}"

    def link(self, obj: Tag | None) -> str:
        return settings.SITE_URL + (obj.get_absolute_url() if obj else "/ask/")

    def path(self, obj: Tag | None) -> str:
        return f"/feeds/tags/{obj.slug}.atom" if obj else "/feeds/answers.atom"

    def items(self, obj: Tag | None) -> list[Article]:
        """The answers behind the newest revisions that change more than a spelling."""
        told = Revision.objects.filter(article__state=Article.State.PUBLISHED)
        if obj:
            told = told.filter(article__tags=obj)
        rows = told.order_by("-created_at", "-pk").values_list(
            "article_id", "number", "significance", "created_at"
        )
        news: dict[int, Any] = {}
        mended: set[int] = set()
        for pk, number, significance, moment in rows[: 4 * MOST]:
            if significance == "typo" and number > 1:
                mended.add(pk)
            else:
                news.setdefault(pk, moment)
        found = Article.objects.for_lists().in_bulk(list(news)[:MOST])
        for pk, row in found.items():
            changed = None if pk in mended else row.changed_at
            row.told_at = max(news[pk], changed or news[pk])  # type: ignore[attr-defined]
        return [found[pk] for pk in news if pk in found]

    def item_title(self, item: Article) -> str:
        return item.title

    def item_description(self, item: Article) -> str:
        return item.short_answer

    def item_link(self, item: Article) -> str:
        return item.permalink

    def item_guid(self, item: Article) -> str:
        day = item.published_at.date().isoformat() if item.published_at else "2026"
        return tag_uri(day, "answer", item.short_id)

    def item_pubdate(self, item: Article) -> Any:
        return item.published_at

    def item_updateddate(self, item: Any) -> Any:
        return item.told_at

    def item_extra_kwargs(self, item: Article) -> dict[str, str]:
        return {"lang": item.lang}

    def item_categories(self, item: Article) -> list[str]:
        return [item.category.name, *(tag.name for tag in item.tags.all())]


class GlossaryFeed(SiteFeed):
    title = f"{settings.SITE_NAME}: glossary"
    subtitle = "Terms, newest changes first"
    link = f"{settings.SITE_URL}/glossary/"

    def path(self, obj: Any) -> str:
        return "/feeds/glossary.atom"

    def items(self) -> QuerySet[Term]:
        return Term.objects.order_by("-changed_at", "slug").only(
            "slug", "name", "summary", "changed_at", "created_at"
        )[:MOST]

    def item_title(self, item: Term) -> str:
        return item.name

    def item_description(self, item: Term) -> str:
        return item.summary

    def item_link(self, item: Term) -> str:
        return item.permalink

    def item_guid(self, item: Term) -> str:
        return tag_uri(item.created_at.date().isoformat(), "term", str(item.pk))

    def item_pubdate(self, item: Term) -> Any:
        return item.created_at

    def item_updateddate(self, item: Term) -> Any:
        return item.changed_at
