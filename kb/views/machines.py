"""For machines: sitemaps by kind with true dates, robots, JSON twins of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from xml.sax.saxutils import escape

from django.conf import settings
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from kb import records
from kb.models import Article, Category, Tag, Term

from .finding import answered, public_article, public_term

MOST = 50_000  # entries of one sitemap, sitemaps.org protocol
Entry = tuple[str, datetime | None]
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def _answers() -> Iterable[Entry]:
    rows = Article.objects.published().order_by("slug").values_list("slug", "changed_at")
    return ((f"/ask/{slug}/", changed) for slug, changed in rows[:MOST])


def _terms() -> Iterable[Entry]:
    rows = Term.objects.order_by("slug").values_list("slug", "changed_at")
    return ((f"/glossary/{slug}/", changed) for slug, changed in rows[:MOST])


def _lists() -> Iterable[Entry]:
    public = Article.objects.published()
    newest = public.aggregate(last=Max("changed_at"))["last"]
    yield from (("/", newest), ("/ask/", newest))
    yield "/glossary/", Term.objects.aggregate(last=Max("changed_at"))["last"]
    if taken := Article.objects.withdrawn().aggregate(last=Max("withdrawn_at"))["last"]:
        yield "/withdrawn/", taken
    for model in (Category, Tag):
        rows = model.objects.filter(articles__in=public).annotate(last=Max("articles__changed_at"))
        for row in rows.order_by("slug"):
            yield row.get_absolute_url(), row.last


SECTIONS: dict[str, Callable[[], Iterable[Entry]]] = {
    "answers": _answers,
    "terms": _terms,
    "lists": _lists,
}


def _xml(root: str, tag: str, entries: Iterable[Entry]) -> HttpResponse:
    rows = [
        f"<{tag}><loc>{escape(settings.SITE_URL + path)}</loc>"
        + (f"<lastmod>{changed.isoformat()}</lastmod>" if changed else "")
        + f"</{tag}>"
        for path, changed in entries
    ]
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {_NAMESPACE}>\n'
    return HttpResponse(
        body + "\n".join(rows) + f"\n</{root}>\n", content_type="application/xml; charset=utf-8"
    )


@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    entries = [
        (f"/sitemap-{name}.xml", max((when for _, when in make() if when), default=None))
        for name, make in SECTIONS.items()
    ]
    return _xml("sitemapindex", "sitemap", entries)


@require_safe
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    if section not in SECTIONS:
        raise Http404
    return _xml("urlset", "url", SECTIONS[section]())


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What is not worth indexing; the history pages cost most and say least."""
    closed = ("/admin/", "/search/", "/questions/", "/ask/*/compare/", "/glossary/*/compare/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    lines.append(f"Sitemap: {settings.SITE_URL}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@answered
def article_json(request: HttpRequest, slug: str) -> JsonResponse:
    """The twin of the page as the API's record."""
    found = public_article(request, slug)
    record = records.articles([found], request)[0]
    return JsonResponse(record, json_dumps_params={"ensure_ascii": False})


@require_safe
@answered
def term_json(request: HttpRequest, slug: str) -> JsonResponse:
    found = public_term(request, slug)
    record = records.terms([found], request)[0]
    return JsonResponse(record, json_dumps_params={"ensure_ascii": False})
