"""The search page and its suggestions."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kb import search
from kb.models import Article, Category, SearchDocument, Tag

LAST_PAGE = 50
BOTS = ("bot", "crawl", "spider", "slurp", "preview")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """``?q=`` with ``kind``, ``category``, ``tag``, ``runnable=1`` and ``page``."""
    query = request.GET.get("q", "")
    filters = filters_of(request)
    number = page_number(request)
    results = search.find(query, filters, page=number)
    is_plain = filters == search.Filters() and number == 1
    if query.strip() and not results.count and is_plain and not _is_bot(request):
        search.record_miss(query)
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "query": results.query,
        "results": results,
        "rows": _with_answers(results.hits),
        "filters": filters,
        "kinds": list(
            SearchDocument.objects.order_by("kind").values_list("kind", flat=True).distinct()
        ),
        "categories": list(Category.objects.filter(articles__state="published").distinct()),
        "tags": list(Tag.objects.filter(articles__state="published").distinct()),
        "number": number,
        "has_next": results.count > number * search.finding.PAGE and number < LAST_PAGE,
        "kept": kept.urlencode(),
    }
    return render(request, "kb/search.html", context)


def _with_answers(hits: Sequence[search.Hit]) -> list[tuple[search.Hit, Article | None]]:
    """Each hit with its answer, if it is one: how it stands and its language."""
    slugs = [hit.key for hit in hits if hit.kind == "answer"]
    rows = Article.objects.published().with_standing().filter(slug__in=slugs)
    found = list(rows.only("slug", "state", "review_by", "lang")) if slugs else []
    answers = {("answer", row.slug): row for row in found}
    return [(hit, answers.get((hit.kind, hit.key))) for hit in hits]


def filters_of(request: HttpRequest) -> search.Filters:
    get = request.GET.get
    return search.Filters(
        kind=get("kind", "").replace("\x00", "")[:20],
        category=get("category", "").replace("\x00", "")[:80],
        tag=get("tag", "").replace("\x00", "")[:80],
        is_runnable=get("runnable", "") in ("1", "on", "true"),
    )


def page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return min(max(number, 1), LAST_PAGE)


def _is_bot(request: HttpRequest) -> bool:
    agent = request.headers.get("User-Agent", "").lower()
    return any(mark in agent for mark in BOTS)


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """``{"results": [{"kind", "title", "url"}]}`` for what has been typed so far."""
    found = search.suggest(request.GET.get("q", ""))
    hits = [{"kind": d.kind, "title": d.title, "url": d.url} for d in found]
    return JsonResponse({"results": hits}, json_dumps_params={"ensure_ascii": False})
