"""The start page, the list of answers, categories and tags."""

from __future__ import annotations

from datetime import timedelta

from django.core.paginator import InvalidPage, Page, Paginator
from django.db.models import Count, Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kb import extend
from kb.models import Article, Category, OldSlug, SearchDocument, Tag, Term
from kb.models.articles import ArticleQuerySet

from .finding import answered, moved

PAGE = 20
SORTS = {
    "newest": ("-published_at", "slug"),
    "changed": ("-changed_at", "slug"),
    "title": ("title", "slug"),
}
YEAR = timedelta(days=366)
PUBLIC = Q(articles__state=Article.State.PUBLISHED)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "newest": list(Article.objects.published().for_lists()[:6]),
        "categories": _categories(),
        "answers": Article.objects.published().count(),
        "terms": Term.objects.count(),
        "standing": extend.site_slot("standing", request),
        "featured": extend.site_slot("home", request),
    }
    return render(request, "kb/home.html", context)


def _categories() -> list[Category]:
    counted = Category.objects.annotate(answers=Count("articles", filter=PUBLIC))
    return list(counted.filter(answers__gt=0))


@require_safe
@answered
def answers(request: HttpRequest) -> HttpResponse:
    """All answers; ``?category=``, ``?tag=``, ``?state=``, ``?runnable=1``, ``?checked=1``,
    ``?sort=``.

    Withdrawn ones have no text to list; ``?state=withdrawn`` leads to the page that tells of them.
    """
    state = request.GET.get("state") or ""
    if state == "withdrawn":
        return HttpResponseRedirect(reverse("kb:withdrawn"))
    category = request.GET.get("category") or ""
    tag = request.GET.get("tag") or ""
    found = Article.objects.published().for_lists()
    chosen = get_object_or_404(Category, slug=category[:80]) if category else None
    if chosen:
        found = found.filter(category=chosen)
    chosen_tag = _tag(tag[:80]) if tag else None
    if chosen_tag:
        found = found.filter(tags=chosen_tag)
    runnable, checked = ("1" in request.GET.getlist(name) for name in ("runnable", "checked"))
    if runnable:
        indexed = SearchDocument.objects.filter(kind="answer", is_runnable=True)
        found = found.filter(slug__in=indexed.values("key"))
    standing = {"answered": found.answered, "under-review": found.under_review}.get(state)
    if standing:
        found = standing()
    if checked:
        found = found.filter(checked_at__gt=timezone.now() - YEAR)
    states = _states()
    context = _page(request, found) | {
        "withdrawn": next((s["answers"] for s in states if s["slug"] == "withdrawn"), 0),
        "state": state if standing else "",
        "states": states,
        "runnable": runnable,
        "checked": checked,
        "category": chosen,
        "tag": chosen_tag,
        "categories": _categories(),
        "tags": list(
            Tag.objects.annotate(answers=Count("articles", filter=PUBLIC)).filter(answers__gt=0)
        ),
    }
    return render(request, "kb/answers.html", context)


def _states() -> list[dict[str, object]]:
    """The states of an answer that have any, with their number."""
    due = Article.objects.under_review().count()
    named = [
        ("answered", Article.objects.published().count() - due),
        ("under-review", due),
        ("withdrawn", Article.objects.withdrawn().count()),
    ]
    return [{"slug": s, "name": s.replace("-", " "), "answers": n} for s, n in named if n]


@require_safe
def withdrawn(request: HttpRequest) -> HttpResponse:
    """What was taken back: the title it had, when, why, and its successor."""
    rows = Article.objects.withdrawn().select_related("successor")
    rows = rows.defer("short_answer", "body", "base_html", "body_html", "file_text", "contents")
    page = _cut(request, rows)
    return render(request, "kb/withdrawn_list.html", {"page": page, "query": ""})


def _cut(request: HttpRequest, rows: ArticleQuerySet) -> Page[Article]:
    """The page that ``?page=`` asks for."""
    try:
        return Paginator(rows, PAGE).page(request.GET.get("page", "1"))
    except InvalidPage:
        raise Http404 from None


def _page(request: HttpRequest, found: ArticleQuerySet) -> dict[str, object]:
    sort = request.GET.get("sort", "newest")
    sort = sort if sort in SORTS else "newest"
    page = _cut(request, found.order_by(*SORTS[sort]))
    kept = request.GET.copy()
    kept.pop("page", None)
    return {"page": page, "sort": sort, "sorts": list(SORTS), "query": kept.urlencode()}


def _tag(slug: str) -> Tag:
    found = Tag.objects.filter(slug=slug).first()
    return found or get_object_or_404(Tag, slug=_current_tag(slug))


def _current_tag(slug: str) -> str:
    """The tag that this word means: a synonym, or a tag that was merged."""
    merged = OldSlug.objects.filter(kind=OldSlug.Kind.TAG, slug=slug)
    target = merged.values_list("target", flat=True).first()
    if target:
        return str(target)
    for name, synonyms in Tag.objects.exclude(synonyms=[]).values_list("slug", "synonyms"):
        if slug in synonyms:
            return str(name)
    return ""


@require_safe
@answered
def category(request: HttpRequest, slug: str) -> HttpResponse:
    found = Category.objects.filter(slug=slug).first()
    if found is None:
        moved(request, OldSlug.Kind.CATEGORY, slug)
        raise Http404
    context = _page(request, Article.objects.published().for_lists().filter(category=found))
    return render(request, "kb/listing.html", context | {"of": found, "kind": "Category"})


@require_safe
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    found = _tag(slug)
    if found.slug != slug:
        return HttpResponsePermanentRedirect(found.get_absolute_url())
    context = _page(request, Article.objects.published().for_lists().filter(tags=found))
    return render(request, "kb/listing.html", context | {"of": found, "kind": "Tag"})
