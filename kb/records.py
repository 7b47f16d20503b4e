"""Rows as the contract's JSON: many at a time, so that a list costs as many queries as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from . import extend, origin, translations
from .citations import works
from .models import Article, Citation, Mention, Revision, Source, Term
from .search import Hit


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def articles(rows: Sequence[Article], request: HttpRequest) -> list[dict[str, Any]]:
    """``rows`` with category and based_on selected; everything else in six queries."""
    ids = [row.pk for row in rows]
    terms: dict[int, list[str]] = defaultdict(list)
    for pk, slug in (
        Mention.objects.filter(article__in=ids)
        .order_by("term__slug")
        .values_list("article_id", "term__slug")
    ):
        terms[pk].append(slug)
    cited: dict[int, list[dict[str, Any]]] = defaultdict(list)
    pairs = Citation.objects.filter(article__in=ids).values_list("article_id", "source_id")
    uses = list(pairs.order_by("source__key"))
    # Each source is read once, however many answers cite it.
    sources = Source.objects.filter(pk__in={source for _, source in uses}).defer("file_text")
    items = {source.pk: works.source(source) for source in sources}
    for pk, source in uses:
        cited[pk].append(items[source])
    tags: dict[int, list[str]] = defaultdict(list)
    through = Article.tags.through
    for pk, slug in (
        through.objects.filter(article__in=ids)
        .order_by("tag__slug")
        .values_list("article_id", "tag__slug")
    ):
        tags[pk].append(slug)
    latest = Revision.objects.filter(article__in=ids).order_by("number")
    numbers = dict(latest.values_list("article_id", "number"))
    translated = translations.states(rows)
    extra = {name: getter(rows) for name, getter in extend.article_fields.items()}
    return [
        {
            "slug": row.slug,
            "title": row.title,
            "url": request.build_absolute_uri(row.get_absolute_url()),
            "permalink": row.permalink,
            "category": row.category.slug,
            "tags": tags[row.pk],
            "authors": row.authors,
            "based_on": row.based_on.key if row.based_on else None,
            "published_at": _time(row.published_at),
            "changed_at": _time(row.changed_at),
            "checked_at": _time(row.checked_at),
            "state": row.public_state,
            "short_answer": row.short_answer,
            "body_html": row.body_html,
            "terms": terms[row.pk],
            "examples": extend.block_arguments(row.body_html, "example"),
            "references": cited[row.pk],
            **origin.record(row),
            "claims": [],
            "dissects": [],
            "revision": numbers.get(row.pk),
            "lang": row.lang,
            **_translation(translated.get(row.pk)),
        }
        | {name: values.get(row.pk, []) for name, values in extra.items()}
        for row in rows
    ]


def _translation(of: translations.Translation | None) -> dict[str, Any]:
    """What it renders, and whether that has moved on; null where the text is an original."""
    if of is None or not of.original.is_published:
        return {"translation_of": None, "translated_revision": None, "is_outdated": None}
    return {
        "translation_of": of.original.slug,
        "translated_revision": of.rendered,
        "is_outdated": of.is_outdated,
    }


def terms(rows: Sequence[Term], request: HttpRequest) -> list[dict[str, Any]]:
    used: dict[int, list[str]] = defaultdict(list)
    public = Mention.objects.filter(article__state=Article.State.PUBLISHED)
    for pk, slug in (
        public.filter(term__in=[row.pk for row in rows])
        .order_by("article__slug")
        .values_list("term_id", "article__slug")
    ):
        used[pk].append(slug)
    return [
        {
            "slug": row.slug,
            "name": row.name,
            "abbreviation": row.abbreviation,
            "aliases": row.aliases,
            "summary": row.summary,
            "definition_html": row.definition_html,
            "formula_html": row.formula_html,
            "articles": used[row.pk],
            "url": request.build_absolute_uri(row.get_absolute_url()),
            "senses": row.senses,
            "example": row.example or None,
            "authors": row.authors,
            **origin.record(row),
            "changed_at": _time(row.changed_at),
        }
        for row in rows
    ]


def sources(rows: Sequence[Source]) -> list[dict[str, Any]]:
    return [row.item for row in rows]


def hits(found: Sequence[Hit], request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "kind": hit.kind,
            "title": hit.title,
            "url": request.build_absolute_uri(hit.url),
            "excerpt": hit.excerpt,
        }
        for hit in found
    ]
