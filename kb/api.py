"""``/api/v1/``: reading articles, terms, sources, categories, tags, and the search."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from common.api import Pages

from . import records, search
from .models import Article, Category, OldSlug, Source, Tag, Term
from .models.articles import ArticleQuerySet
from .schema import page_of, shapes
from .views.searching import filters_of, page_number

PUBLIC = Q(articles__state=Article.State.PUBLISHED)


def tagged(request: Request, data: Any) -> HttpResponse:
    """The answer with an ETag of its bytes; 304 when the reader already has it.

    Written once: the API speaks JSON whatever is accepted, so no renderer has to do it again.
    """
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    known = [part.strip().removeprefix("W/") for part in _if_none_match(request).split(",")]
    headers = {"ETag": mark, "Cache-Control": "public, max-age=0, must-revalidate"}
    if mark in known or "*" in known:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)


def _if_none_match(request: Request) -> str:
    return str(request.headers.get("If-None-Match", ""))


class List(APIView):
    """One page of records."""

    def rows(self, request: Request) -> QuerySet[Any]:
        raise NotImplementedError

    def records(self, rows: Sequence[Any], request: HttpRequest) -> list[dict[str, Any]]:
        raise NotImplementedError

    def get(self, request: Request) -> HttpResponse:
        pages = Pages()
        rows = pages.paginate_queryset(self.rows(request), request, view=self)
        page = pages.get_paginated_response(self.records(rows or [], request._request))
        return tagged(request, page.data)


def word(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=description)


PAGING = [
    OpenApiParameter("page", int, description="Page, from 1"),
    OpenApiParameter("page_size", int, description="Records a page, at most 200"),
]


class ArticleList(List):
    @extend_schema(
        summary="Published articles, newest first",
        parameters=[
            *PAGING,
            word("category", "Slug"),
            word("tag", "Slug"),
            word("state", "answered or under-review"),
            word("lang", "Language, such as de"),
        ],
        responses={200: page_of("Article")},
        operation_id="articles_list",
    )
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def rows(self, request: Request) -> QuerySet[Article]:
        found = Article.objects.published().with_standing()
        found = found.select_related("category", "based_on")
        found = found.defer(*NOT_LISTED).order_by("-published_at", "slug")
        if request.query_params.get("state") in STANDINGS:
            found = STANDINGS[request.query_params["state"]](found)
        if lang := request.query_params.get("lang"):
            found = found.filter(lang=_plain(lang))
        if category := request.query_params.get("category"):
            found = found.filter(category__slug=_plain(category))
        if tag := request.query_params.get("tag"):
            found = found.filter(tags__slug=_plain(tag))
        return found

    def records(self, rows: Sequence[Article], request: HttpRequest) -> list[dict[str, Any]]:
        return records.articles(rows, request)


STANDINGS = {
    "answered": ArticleQuerySet.answered,
    "under-review": ArticleQuerySet.under_review,
}
NOT_LISTED = (
    *("body", "base_html", "file_text", "contents"),
    *("based_on__csl", "based_on__file_text", "based_on__interest", "based_on__title"),
)


def _plain(text: str) -> str:
    return text.replace("\x00", "")[:160]


class ArticleDetail(APIView):
    @extend_schema(
        summary="One article",
        responses={200: shapes("Article"), 404: OpenApiResponse(description="Not found")},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        rows = Article.objects.published().select_related("category", "based_on")
        found = _current(rows, OldSlug.Kind.ARTICLE, slug)
        return tagged(request, records.articles([found], request._request)[0])


def _current(rows: QuerySet[Any], kind: str, slug: str) -> Any:
    """By its slug, or by one that it once had."""
    found = rows.filter(slug=slug).first()
    if found is None:
        moved = OldSlug.objects.filter(kind=kind, slug=slug).values_list("target", flat=True)
        found = rows.filter(slug__in=list(moved)).first()
    if found is None:
        raise Http404
    return found


class TermList(List):
    @extend_schema(
        summary="The glossary, by name",
        parameters=PAGING,
        responses={200: page_of("Term")},
        operation_id="terms_list",
    )
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def rows(self, request: Request) -> QuerySet[Term]:
        return Term.objects.defer("definition", "base_html", "file_text").order_by("name", "slug")

    def records(self, rows: Sequence[Term], request: HttpRequest) -> list[dict[str, Any]]:
        return records.terms(rows, request)


class TermDetail(APIView):
    @extend_schema(
        summary="One term",
        responses={200: shapes("Term"), 404: OpenApiResponse(description="Not found")},
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        found = _current(Term.objects.all(), OldSlug.Kind.TERM, slug)
        return tagged(request, records.terms([found], request._request)[0])


class SourceList(List):
    @extend_schema(
        summary="Every cited work as CSL-JSON, with its evidence and interest",
        parameters=PAGING,
        responses={200: page_of("Source")},
    )
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def rows(self, request: Request) -> QuerySet[Source]:
        return Source.objects.order_by("key")

    def records(self, rows: Sequence[Source], request: HttpRequest) -> list[dict[str, Any]]:
        return records.sources(rows)


class CategoryList(List):
    @extend_schema(summary="Categories", parameters=PAGING, responses={200: page_of("Taxon")})
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def rows(self, request: Request) -> QuerySet[Category]:
        found = Category.objects.annotate(answers=Count("articles", filter=PUBLIC))
        return found.order_by("position", "name", "slug")

    def records(self, rows: Sequence[Any], request: HttpRequest) -> list[dict[str, Any]]:
        return taxa(rows, request)


class TagList(List):
    @extend_schema(summary="Tags", parameters=PAGING, responses={200: page_of("Taxon")})
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def rows(self, request: Request) -> QuerySet[Tag]:
        found = Tag.objects.annotate(answers=Count("articles", filter=PUBLIC))
        return found.order_by("name", "slug")

    def records(self, rows: Sequence[Any], request: HttpRequest) -> list[dict[str, Any]]:
        return taxa(rows, request)


def taxa(rows: Sequence[Any], request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "slug": row.slug,
            "name": row.name,
            "description": row.description,
            "url": request.build_absolute_uri(row.get_absolute_url()),
            "articles": row.answers,
        }
        for row in rows
    ]


class Search(APIView):
    @extend_schema(
        summary="Search answers, terms and examples",
        parameters=[
            word("q", "Words; quotes for phrases, a star for beginnings"),
            word("kind", "answer, term, example …"),
            word("category", "Slug"),
            word("tag", "Slug"),
            OpenApiParameter("runnable", bool, description="Only with a runnable example"),
            OpenApiParameter("page", int, description="Page, from 1 to 50"),
        ],
        responses={200: page_of("SearchHit")},
    )
    def get(self, request: Request) -> HttpResponse:
        http = request._request
        number = page_number(http)
        query = request.query_params.get("q", "")
        found = search.find(query, filters_of(http), page=number)
        size = search.finding.PAGE
        return tagged(
            request,
            {
                "count": found.count,
                "next": _address(http, number + 1) if found.count > number * size else None,
                "previous": _address(http, number - 1) if number > 1 else None,
                "results": records.hits(found.hits, http),
            },
        )


def _address(request: HttpRequest, page: int) -> str:
    kept = request.GET.copy()
    kept["page"] = str(page)
    return request.build_absolute_uri(f"{request.path}?{kept.urlencode()}")
