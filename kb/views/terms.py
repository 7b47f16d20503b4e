"""The glossary: its index, a term, its history and citation."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from kb import citations, extend, files, glossary, markup, metadata
from kb.citations import names, works
from kb.models import Article, Term
from kb.references import Reference, references

from .answers import citation, comparison, fragment
from .finding import answered, public_term


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All terms by their first letter."""
    terms = list(Term.objects.only("slug", "name", "abbreviation", "summary"))
    terms.sort(key=lambda term: (_letter(term.name), _folded(term.name)))
    letters = [(key, list(some)) for key, some in groupby(terms, key=lambda t: _letter(t.name))]
    return render(request, "kb/glossary.html", {"letters": letters, "count": len(terms)})


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if not unicodedata.combining(c))


def _letter(name: str) -> str:
    first = _folded(name).lstrip("“\"'([")[:1].upper()
    return first if first.isalpha() else "0–9"


@require_safe
@answered
def term(request: HttpRequest, slug: str) -> HttpResponse:
    found = public_term(request, slug)
    newest = found.revisions.first()
    item = works.term(found, newest)
    cited = references(found.citations.select_related("source"))
    anchors = {reference.source.key: reference for reference in cited}
    used_in = Article.objects.published().filter(mentions__term=found).only("slug", "title", "lang")
    context = {
        "term": found,
        "byline": names.plain(found.authors),
        "revision": newest,
        "senses": [_sense(sense, anchors) for sense in found.senses],
        "example": extend.drawn_block("example", found.example, request),
        "is_ambiguous": glossary.has_several_meanings(found.senses),
        "references": cited,
        "used_in": list(used_in.order_by("title")),
        "used_in_terms": list(
            Term.objects.filter(mentions__term=found).only("slug", "name").order_by("name")
        ),
        "mentions": sorted(
            (m.term for m in found.mentions.select_related("term")), key=lambda t: t.name.casefold()
        ),
        "citation": citations.cite(item, "apa"),
        "styles": citations.STYLES,
        "cite_url": reverse("kb:term", args=[found.slug]) + "cite/",
        "highwire": metadata.highwire(item, cited),
        "json_ld": metadata.term(found),
    }
    response = render(request, "kb/term.html", context)
    pinned = settings.SITE_URL + newest.get_absolute_url() if newest else found.permalink
    response["Link"] = f'<{pinned}>; rel="cite-as"'
    response["Last-Modified"] = http_date(found.changed_at.timestamp())
    return response


def _sense(sense: object, anchors: Mapping[str, Reference]) -> dict[str, object]:
    """One meaning for the page; its sources lead to the reference list."""
    if not isinstance(sense, dict):
        return {"name": "", "meaning": str(sense), "sources": [], "disputed": False}
    keys = [str(source).partition(" ")[0] for source in sense.get("sources", [])]
    return {
        "name": sense.get("name", ""),
        "meaning": sense.get("meaning", ""),
        "sources": [anchors[key] for key in keys if key in anchors],
        "disputed": bool(sense.get("disputed")),
    }


@require_safe
@answered
def card(request: HttpRequest, slug: str) -> HttpResponse:
    found = public_term(request, slug)
    return fragment(request, found.name, found.summary)


@require_safe
@answered
def markdown(request: HttpRequest, slug: str) -> HttpResponse:
    text = files.term_text(public_term(request, slug))
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


@require_safe
@answered
def cite(request: HttpRequest, slug: str, style: str) -> HttpResponse:
    found = public_term(request, slug)
    return citation(works.term(found, found.revisions.first()), style, slug)


@require_safe
@answered
def history(request: HttpRequest, slug: str) -> HttpResponse:
    found = public_term(request, slug)
    revisions = list(found.revisions.defer("text", "html", "contents"))
    context = {"of": found, "title": found.name, "revisions": revisions, "corrections": []}
    return render(request, "kb/history.html", context)


@require_safe
@answered
def revision(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    found = public_term(request, slug)
    shown = get_object_or_404(found.revisions, number=number)
    newest = found.revisions.values_list("number", flat=True).first()
    context = {
        "term": found,
        "revision": shown,
        "newest": newest,
        "is_old": shown.number != newest,
        "body": markup.clean(shown.html),
        "references": references(found.citations.select_related("source")),
        "citation": citations.cite(works.term(found, shown), "apa"),
        "styles": citations.STYLES,
    }
    return render(request, "kb/revision.html", context)


@require_safe
@answered
def compare(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    found = public_term(request, slug)
    before = get_object_or_404(found.revisions, number=old)
    after = get_object_or_404(found.revisions, number=new)
    return render(request, "kb/compare.html", comparison(found, before, after))
