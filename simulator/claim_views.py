"""The ledger, one claim, corrections and the badge: pages that read, nothing more."""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib.syndication.views import Feed
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_POST, require_safe

from common.requests import anonymous_post
from kb.models import Article
from simulator import claim_rules as rules
from simulator import services
from simulator.claims import extend, ledger, others, searching, where
from simulator.claims.corrections import published as published_changes
from simulator.models import Sweep
from simulator.models.claims import STATES, Claim
from simulator.presentation import figure_text

PAGE = 50


def chosen(request: HttpRequest) -> QuerySet[Claim]:
    """Published claims, narrowed by state, kind, article and words of the query."""
    claims = Claim.objects.published().select_related("article", "example", "run")
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    article, words = request.GET.get("article", ""), request.GET.get("q", "").strip()[:200]
    if state in STATES:
        claims = claims.filter(state=state)
    if kind in rules.KINDS:
        claims = claims.filter(kind=kind)
    if article:
        claims = claims.filter(article__slug=article[:200])
    if words and "\x00" not in words:
        claims = claims.filter(Q(text__icontains=words) | Q(sentence__icontains=words))
    return claims


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """``/claims/``: every figure that a published answer quotes."""
    everything = list(Claim.objects.published())
    page = Paginator(chosen(request), PAGE).get_page(request.GET.get("page"))
    for claim in page:
        claim.standing = ledger.standing(claim)  # type: ignore[attr-defined]
        claim.standing_words = ledger.WORDS[ledger.standing(claim)]  # type: ignore[attr-defined]
        claim.measured_text = ledger.measured_text(claim)  # type: ignore[attr-defined]
        claim.allowed_text = ledger.allowed_text(claim)  # type: ignore[attr-defined]
    context = {
        "page": page,
        "evidence": ledger.evidence(everything),
        "freshness": ledger.freshness(everything),
        "states": STATES,
        "kinds": rules.KINDS,
        "filters": {k: request.GET.get(k, "") for k in ("state", "kind", "article", "q")},
    }
    return render(request, "claims/ledger.html", context)


@require_safe
def of_others(request: HttpRequest) -> HttpResponse:
    """``/claims/of-others/``: what others say, and the verdict that a run gives."""
    everything = others.register()
    verdict, words = request.GET.get("verdict", ""), request.GET.get("q", "").strip()[:200]
    counts = Counter(one.verdict for _, one in everything)
    rows = [
        (article, one)
        for article, one in everything
        if (not verdict or one.verdict == verdict)
        and words.casefold() in f"{one.said} {one.plain_finding}".casefold()
    ]
    context = {
        "rows": rows,
        "usual": Article(),
        "total": len(everything),
        "answers": len({article.pk for article, _ in everything}),
        "verdicts": [(w, m, counts[w]) for w, m in others.MEANINGS.items() if counts[w]],
        "filters": {"verdict": verdict, "q": words},
    }
    return render(request, "claims/of_others.html", context)


@require_safe
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One claim: what is said, what was measured, its history, where it holds."""
    return _page(request, _published(public_id))


@anonymous_post
@require_POST
def vary(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sweep one parameter on a reader's behalf and judge the claim in every cell."""

    def ask(claim: Claim, client: str) -> str:
        sweep = where.ask(claim, request.POST.get("parameter", "")[:64], client=client)
        return f"?sweep={sweep.pk}#where"

    return _asked(request, public_id, ask)


@anonymous_post
@require_POST
def search(request: HttpRequest, public_id: str) -> HttpResponse:
    """Try the ends of each parameter's neighbourhood for a run in which the claim fails."""

    def ask(claim: Claim, client: str) -> str:
        searching.search(claim, client=client)
        return "?search=1#search"

    return _asked(request, public_id, ask)


def _asked(request: HttpRequest, public_id: str, ask: Callable[[Claim, str], str]) -> HttpResponse:
    """Ask for runs about a claim and lead to the part of its page that ``ask`` names."""
    claim = _published(public_id)
    try:
        part = ask(claim, services.client_key(request))
    except services.ParametersRefused as refused:
        return _page(request, claim, str(refused.errors[0].detail), 422)
    except services.QuotaExceeded as reached:
        return _page(request, claim, str(reached), 429, reached.retry_after)
    except services.QueueFull as full:
        return _page(request, claim, str(full), 503, full.retry_after)
    return HttpResponse(status=303, headers={"Location": claim.get_absolute_url() + part})


def _published(public_id: str) -> Claim:
    claims = Claim.objects.published().select_related("article", "example", "run", "where")
    return get_object_or_404(claims, public_id=public_id)


def _sweep(claim: Claim, text: str) -> Sweep | None:
    """The sweep that a link names, when it says something about this claim."""
    try:
        found = Sweep.objects.filter(pk=uuid.UUID(text)).first() if text else None
    except ValueError:
        return None
    return found if where.fits(claim, found) else None


def _search(claim: Claim, request: HttpRequest) -> dict[str, Any] | None:
    """What a search has found so far, for a reader who asked for it."""
    if "search" not in request.GET:
        return None
    tried = [one for one in searching.results(claim) if one.run is not None]
    rows = [(one, extend.counterexample_action(claim, one.run)) for one in tried if one.run]
    return {"rows": rows, "sentence": searching.sentence(tried)}


def _page(
    request: HttpRequest, claim: Claim, refusal: str = "", status: int = 200, wait: float = 0
) -> HttpResponse:
    context = {
        "claim": claim,
        "standing": ledger.standing(claim),
        "standing_words": ledger.WORDS[ledger.standing(claim)],
        "measured_text": ledger.compared_text(
            claim, claim.run.document if claim.run else None, claim.measured
        ),
        "heading": ledger.heading(claim),
        "assertion": ledger.assertion(claim),
        "checks": [
            (check, figure_text(check.measured, claim.unit, claim.metric))
            for check in claim.checks.select_related("run")[:50]
        ],
        "where": where.table(claim, _sweep(claim, request.GET.get("sweep", ""))),
        "variable": where.variable(claim),
        "search": _search(claim, request),
        "refusal": refusal,
        "extras": extend.page_extras(claim, request),
    }
    response = render(request, "claims/claim.html", context, status=status)
    if wait:
        response["Retry-After"] = str(math.ceil(wait))
    return response


@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """``/corrections/``: every published number that changed."""
    page = Paginator(published_changes(), PAGE).get_page(request.GET.get("page"))
    return render(request, "claims/corrections.html", {"page": page})


@require_safe
def badge(request: HttpRequest, slug: str) -> HttpResponse:
    """``/claims/badge/<slug>.svg``: how an answer's figures stand, for other sites."""
    article = get_object_or_404(Article.objects.published(), slug=slug)
    found = ledger.evidence(Claim.objects.current().filter(article=article))
    response = HttpResponse(ledger.badge(found), content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=300"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


class CorrectionsFeed(Feed):  # type: ignore[type-arg]
    """``/feeds/corrections.atom`` with ids that never change."""

    feed_type = Atom1Feed
    title = "Corrections"
    link = "/corrections/"
    subtitle = "Every published number that changed: old, new, cause."

    def items(self) -> Any:
        return published_changes()[:50]

    def item_title(self, item: Any) -> str:
        return f"{item.article.title}: {item.old} → {item.new}"

    def item_description(self, item: Any) -> str:
        return f"Before: {item.old}. Now: {item.new}. Cause: {item.cause}."

    def item_link(self, item: Any) -> str:
        return str(item.url)

    def item_guid(self, item: Any) -> str:
        return str(item.key)

    def item_pubdate(self, item: Any) -> Any:
        return item.made_at

    def item_updateddate(self, item: Any) -> Any:
        return item.made_at
