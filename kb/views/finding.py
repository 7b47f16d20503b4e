"""From an address to what stands there now: current, moved, withdrawn or unknown."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from kb import translations
from kb.models import Article, OldSlug, Term


class Elsewhere(Exception):
    """The page cannot be shown here; ``response`` says where or why."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.response = response


def answered(view: Any) -> Any:
    """Lets the helpers of this module end a view with their own answer."""
    from functools import wraps

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = view(request, *args, **kwargs)
        except Elsewhere as elsewhere:
            return elsewhere.response
        return response

    return wrapped


def public_article(request: HttpRequest, slug: str) -> Article:
    """A published article; moved ones redirect for good, withdrawn ones answer 410."""
    article = (
        Article.objects.select_related("category", "based_on")
        .defer("body", "base_html", "file_text")
        .annotate(has_translations=translations.has_others())
        .filter(slug=slug)
        .first()
    )
    if article is None:
        moved(request, OldSlug.Kind.ARTICLE, slug)
        raise Http404
    if article.state == Article.State.WITHDRAWN:
        context = {"article": article}
        raise Elsewhere(render(request, "kb/withdrawn.html", context, status=410))
    if not article.is_published:
        raise Http404
    return article


def public_term(request: HttpRequest, slug: str) -> Term:
    term = Term.objects.filter(slug=slug).first()
    if term is None:
        moved(request, OldSlug.Kind.TERM, slug)
        raise Http404
    return term


def moved(request: HttpRequest, kind: str, slug: str) -> None:
    """Redirect for good to the name that it has now, keeping the rest of the address."""
    target = OldSlug.objects.filter(kind=kind, slug=slug).values_list("target", flat=True).first()
    if target and target != slug:
        address = request.get_full_path().replace(f"/{slug}", f"/{target}", 1)
        raise Elsewhere(HttpResponsePermanentRedirect(address))
