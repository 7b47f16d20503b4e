"""One answer, its history, its revisions, its citation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import http_date
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from common import pieces
from common.stored_pages import MadeOf, made_of, newest_seen
from kb import (
    citations,
    differences,
    extend,
    files,
    ingredients,
    metadata,
    relations,
    translations,
)
from kb.citations import works
from kb.models import Article, Revision, Term
from kb.references import references, successors

from .finding import answered, public_article

LONGEST_CONTENTS = 18


@require_safe
@answered
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """The page as it was kept while all that it is made of is the same, else drawn anew."""
    before = newest_seen()
    made_of_this = ingredients.of_answer(slug)
    kept = made_of(request.path, made_of_this)
    if kept is not None:
        return kept
    found = public_article(request, slug)
    body = _page(found, request)
    if newest_seen() != before or ingredients.of_answer(slug) != made_of_this:
        made_of_this = ""  # somebody wrote meanwhile: nobody knows what it was made of
    response = MadeOf(body, ingredients=made_of_this)
    return _labelled(response, found, found.newest_revision)


def _page(found: Article, request: HttpRequest) -> str:
    prefetch_related_objects([found], "tags")
    shown = _shown(found)
    # What other apps draw, and the text itself, are put into a frame that is drawn once for its
    # ingredients: most of the page, and it changes rarely.
    drawn = {
        name: extend.slot(name, found, request)
        for name in ("evidence", "after_terms", "ask", "head")
    } | {"body": extend.drawn(found.body_html, found, request)}
    holes = {name: mark_safe(f"<!--hole:{name}-->") for name in drawn}  # noqa: S308 - a constant

    def draw() -> str:
        context = _context(found, shown) | {"body": holes["body"], "slots": holes}
        return render_to_string("kb/article.html", context, request)

    page = pieces.kept(_ingredients(found, shown), draw)
    return _HOLE.sub(lambda hole: drawn[hole.group(1)], page)


# No text can make one: what is written by people is escaped.
_HOLE = re.compile("<!--hole:(evidence|after_terms|ask|head|body)-->")
_NOT_FRAMED = ("body", "base_html", "body_html", "file_text", "extra")


def _ingredients(found: Article, shown: dict[str, Any]) -> list[Any]:
    """Every value that the frame shows, in any form that differs when it does."""

    def values(row: Any, without: Sequence[str] = ()) -> list[Any]:
        fields = [f.attname for f in row._meta.concrete_fields if f.attname not in without]
        return [row.__dict__[name] for name in fields if name in row.__dict__]

    based_on = found.based_on
    return [
        "article",
        values(found, _NOT_FRAMED),
        found.is_overdue,
        values(found.category),
        values(based_on) if based_on else None,
        values(shown["revision"]) if shown["revision"] else None,
        [[values(row.source), row.places] for row in shown["citations"]],
        [values(row) for row in shown["successors"].values()],
        [
            [values(row) for row in shown[name]]
            for name in (
                *("terms", "tags", "read_first", "read_next", "related", "links_here"),
                *("corrections", "versions"),
            )
        ],
        str(shown["translation"]),
    ]


def in_contents(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The headings to list: where there are very many, those of the top level."""
    return entries if len(entries) <= LONGEST_CONTENTS else [e for e in entries if e["level"] <= 2]


def _shown(found: Article) -> dict[str, Any]:
    """The rows that the page shows beside its text."""
    cards = Term.objects.filter(mentioned_in__article=found)
    terms = list(cards.only("slug", "name", "abbreviation", "summary"))
    terms.sort(key=lambda term: term.name.casefold())
    others = relations.lists(found)
    citations_of = list(found.citations.select_related("source").order_by("pk"))
    return {
        "revision": found.newest_revision,
        "citations": citations_of,
        "successors": successors(citations_of),
        "terms": terms,
        "tags": list(found.tags.all()),
        "read_first": others.read_first,
        "read_next": others.read_next,
        "related": others.related,
        "links_here": others.links_here,
        "corrections": list(found.corrections.all()),
        "versions": translations.versions(found),
        "translation": translations.states([found]).get(found.pk),
    }


def _context(found: Article, shown: dict[str, Any]) -> dict[str, Any]:
    cited = references(shown["citations"], shown["successors"])
    newest = shown["revision"]
    item = works.article(found, newest)
    return shown | {
        "article": found,
        "references": cited,
        "based_on": found.based_on,
        "citation": citations.cite(item, "apa"),
        "styles": citations.STYLES,
        "cite_url": reverse("kb:article", args=[found.slug]) + "cite/",
        "references_url": reverse("kb:article", args=[found.slug]) + "references/",
        "highwire": metadata.highwire(item, cited),
        "json_ld": metadata.article(found, newest, cited, _original(shown)),
        "contents": in_contents(found.contents),
        "title": found.title,
        "short_answer": found.short_answer,
        "authors": found.authors,
    }


def _original(shown: dict[str, Any]) -> Article | None:
    """What the answer translates, if readers may see it."""
    translation = shown["translation"]
    return translation.original if translation and translation.original.is_published else None


def _labelled(response: HttpResponse, found: Article, newest: Revision | None) -> HttpResponse:
    """Signposting (cite-as, describedby) and the true date of the last change."""
    pinned = settings.SITE_URL + newest.get_absolute_url() if newest else found.permalink
    about = f"{settings.SITE_URL}{found.get_absolute_url()}cite/csl-json"
    kind = "application/vnd.citationstyles.csl+json"
    response["Link"] = f'<{pinned}>; rel="cite-as", <{about}>; rel="describedby"; type="{kind}"'
    if found.changed_at:
        response["Last-Modified"] = http_date(found.changed_at.timestamp())
    return response


@require_safe
@answered
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """What a link to it shows before it is followed."""
    found = public_article(request, slug)
    return fragment(request, found.title, found.short_answer)


def fragment(request: HttpRequest, title: str, text: str) -> HttpResponse:
    response = render(request, "kb/_card.html", {"title": title, "text": text})
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@answered
def markdown(request: HttpRequest, slug: str) -> HttpResponse:
    """The twin of the page as its Markdown file."""
    found = public_article(request, slug)
    newest = found.revisions.first()
    text = newest.text if newest else files.article_text(found)
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


@require_safe
@answered
def cite(request: HttpRequest, slug: str, style: str) -> HttpResponse:
    """The citation of the newest revision, or of ``?revision=n``, as a file."""
    found = public_article(request, slug)
    return citation(works.article(found, _revision_asked(request, found)), style, slug)


@require_safe
@answered
def reference_list(request: HttpRequest, slug: str, style: str) -> HttpResponse:
    """Every work that the answer cites, in one file."""
    found = public_article(request, slug)
    rows = found.citations.select_related("source").order_by("source__key")
    items = [works.source(row.source) for row in rows]
    return citation(items, style, f"{slug}-references")


def _revision_asked(request: HttpRequest, found: Article) -> Revision | None:
    number = request.GET.get("revision", "")
    if number.isascii() and number.isdigit() and len(number) < 9:
        return get_object_or_404(found.revisions, number=int(number))
    return found.revisions.first()


def citation(item: dict[str, Any] | list[dict[str, Any]], style: str, name: str) -> HttpResponse:
    """One item or several in one style; ``name`` is what a saved file is called."""
    if style not in citations.STYLES:
        raise Http404
    text, content_type = citations.export(item, style)
    response = HttpResponse(text, content_type=content_type)
    ending = {"bibtex": "bib", "ris": "ris", "csl-json": "json"}.get(style)
    if ending:
        response["Content-Disposition"] = f'inline; filename="{name}.{ending}"'
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@answered
def permalink(request: HttpRequest, short_id: str) -> HttpResponse:
    """The short address leads to wherever the answer lives now."""
    found = get_object_or_404(Article.objects.exclude(state=Article.State.DRAFT), short_id=short_id)
    return HttpResponseRedirect(found.get_absolute_url())


@require_safe
@answered
def history(request: HttpRequest, slug: str) -> HttpResponse:
    found = public_article(request, slug)
    context = {
        "of": found,
        "title": found.title,
        "revisions": list(found.revisions.defer("text", "html", "contents")),
        "corrections": list(found.corrections.all()),
    }
    return render(request, "kb/history.html", context)


@require_safe
@answered
def revision(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One published wording, with a notice when it is not the newest."""
    found = public_article(request, slug)
    shown = get_object_or_404(found.revisions, number=number)
    newest = found.revisions.values_list("number", flat=True).first()
    context = {
        "article": found,
        "revision": shown,
        "newest": newest,
        "is_old": shown.number != newest,
        "body": extend.drawn(shown.html, found, request),
        "references": references(found.citations.select_related("source")),
        "citation": citations.cite(works.article(found, shown), "apa"),
        "styles": citations.STYLES,
    }
    return render(request, "kb/revision.html", context)


@require_safe
@answered
def compare(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """Two wordings as one text with what went and what came."""
    found = public_article(request, slug)
    before = get_object_or_404(found.revisions, number=old)
    after = get_object_or_404(found.revisions, number=new)
    return render(request, "kb/compare.html", comparison(found, before, after))


def comparison(of: Any, before: Revision, after: Revision) -> dict[str, Any]:
    return {
        "of": of,
        "before": before,
        "after": after,
        "title_difference": differences.words(before.title, after.title),
        "summary_difference": differences.words(before.summary, after.summary),
        "difference": differences.rendered(before.html, after.html),
    }
