"""How claims join the articles of ``kb``, and where other apps join the page of a claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from kb import extend as kb
from kb.frontmatter import ContentError, Problem
from kb.models import Article
from simulator import claim_rules as rules
from simulator.models import Run
from simulator.models.claims import BROKEN, DRIFTED, Claim
from simulator.services.signals import computed, daily, result_attached, warmed

from . import basis, binding, checking, ledger, others, previewing, publication

ClaimExtra = Callable[[Claim, HttpRequest], str]
CounterexampleExtra = Callable[[Claim, Run], str]
CHUNK = 500
_extras: list[ClaimExtra] = []
_actions: list[CounterexampleExtra] = []


def page_extra(render: ClaimExtra) -> None:
    """Add a part to the page of a claim: ``render(claim, request)`` gives clean HTML."""
    _extras.append(render)


def page_extras(claim: Claim, request: HttpRequest) -> SafeString:
    return mark_safe(  # noqa: S308 - drawn by our own templates
        "".join(str(render(claim, request)) for render in _extras)
    )


def on_counterexample(render: CounterexampleExtra) -> None:
    """Say what a reader may do with a run in which a claim fails."""
    _actions.append(render)


def counterexample_action(claim: Claim, run: Run) -> SafeString:
    return mark_safe("".join(str(render(claim, run)) for render in _actions))  # noqa: S308


def register() -> None:
    """Called once when the app is ready."""
    kb.front_matter_key("claims", rules.SCHEMA, _apply, idle=_without_claims)
    kb.front_matter_key(others.KEY, others.SCHEMA, others.apply, idle=_all)
    kb.front_matter_key(others.REPLIES, others.REPLIES_SCHEMA, others.apply_replies, idle=_all)
    kb.written_block("dissected", others.write)
    kb.inline("claim", _draw)
    kb.page_extras("evidence", _evidence_line)
    kb.site_extra("standing", _standing_line)
    kb.article_field("claims", _names)
    kb.article_field(others.KEY, others.by_article)
    kb.page_extras("head", others.review_data)
    kb.publish_check(_before_publishing)
    kb.under_review(_no_longer_true)
    kb.article_changed.connect(_on_article, dispatch_uid="simulator.claims")
    kb.article_published.connect(_on_published, dispatch_uid="simulator.claims")
    kb.term_changed.connect(_on_term, dispatch_uid="simulator.claims")
    kb.source_changed.connect(_on_source, dispatch_uid="simulator.claims")
    result_attached.connect(_on_result, dispatch_uid="simulator.claims")
    computed.connect(_on_computed, dispatch_uid="simulator.claims")
    warmed.connect(_on_warmed, dispatch_uid="simulator.claims")
    daily.connect(_on_daily, dispatch_uid="simulator.claims")


def _apply(article: Article, value: Mapping[str, Any] | None) -> None:
    """Bind an article's claims; raises ``ContentError`` naming the line of each that is wrong."""
    terms = value or {}
    file = f"answers/{article.slug}.md"
    problems = [
        Problem(file, _line(article.file_text, name), words)
        for name, words in binding.complaints(binding.whole_text(article), terms)
    ]
    if problems:
        raise ContentError.several(problems)
    binding.bind(article, terms)


def _all(articles: Sequence[Article]) -> set[int]:
    return {article.pk for article in articles}


def _without_claims(articles: Sequence[Article]) -> set[int]:
    """Most of ten thousand answers have none, neither before nor now."""
    plain = {a.pk for a in articles if "(claim:" not in a.body and "::" not in a.body}
    return plain - _bound(articles)


def _bound(articles: Sequence[Article]) -> set[int]:
    """Articles that have claims."""
    found: set[int] = set()
    ids = [article.pk for article in articles]
    for start in range(0, len(ids), CHUNK):
        rows = Claim.objects.current().filter(article__in=ids[start : start + CHUNK])
        found.update(rows.order_by().values_list("article_id", flat=True))
    return found


def _line(text: str, name: str) -> int:
    """The line on which a claim is defined or, failing that, marked."""
    lines = text.splitlines()
    for sign in (f"  {name}:", f"(claim:{name})"):
        for number, line in enumerate(lines, 1):
            if sign in line:
                return number
    return 1


def _on_result(*, example: Any, run: Any, **rest: Any) -> None:
    checking.after_result(example, run)
    publication.look_further(publication.open_claims().filter(example=example))


def _on_article(*, instance: Article, among: kb.Among, **rest: Any) -> None:
    """An edit in the admin binds like a file; what does not fit stays for the publish check."""
    terms = instance.extra.get("claims", {})
    if not terms and instance.pk not in among.once("claims", _bound):
        return
    if not binding.complaints(binding.whole_text(instance), terms):
        binding.bind(instance, terms)


def _on_term(*, instance: Any, **rest: Any) -> None:
    """What is an instance of the term is looked at again; a new term moves nothing."""
    figures = basis.figures_of(instance.slug)
    if not figures:
        return
    meant = Q()
    for experiment, metric in figures:
        meant |= Q(example__experiment=experiment, metric=metric)
    if checking.mark_due(Claim.objects.current().filter(meant).exclude(basis="")):
        checking.queue_due()
        publication.look_further(publication.open_claims().filter(meant))


def _on_source(*, instance: Any, among: kb.Among, **rest: Any) -> None:
    if instance.key not in among.once("claims", _leaning):
        return
    checking.mark_due(Claim.objects.current().filter(terms__source=instance.key))


def _leaning(sources: Sequence[Any]) -> set[str]:
    """The sources that claims name."""
    named = Claim.objects.current().filter(terms__has_key="source")
    return set(named.order_by().values_list("terms__source", flat=True))


def _on_published(*, instance: Article, among: kb.Among, **rest: Any) -> None:
    _on_article(instance=instance, among=among)
    if not instance.extra.get("claims"):
        return  # of ten thousand answers most have none
    publication.look_further(publication.open_claims().filter(article=instance))


def _on_warmed(**rest: Any) -> None:
    """Engine, data or examples may have moved: mark what depends on them and ask for it."""
    checking.mark_due()
    checking.queue_due()
    publication.look_further(publication.open_claims())


def _on_computed(*, run: Run, **rest: Any) -> None:
    publication.after_run(run)


def _on_daily(**rest: Any) -> None:
    checking.nightly()


def _claims(article: Article, request: HttpRequest) -> dict[str, Claim]:
    """The article's claims by name, read once a request however many marks it has."""
    kept = request.__dict__.setdefault("_claims", {})
    if article.pk not in kept and request.__dict__.get("is_preview"):
        kept[article.pk] = previewing.claims(article)
    if article.pk not in kept:
        rows = Claim.objects.current().filter(article=article)
        kept[article.pk] = {claim.name: claim for claim in rows}
    found: dict[str, Claim] = kept[article.pk]
    return found


def _draw(name: str, words: str, article: Article, request: HttpRequest) -> str:
    claim = _claims(article, request).get(name)
    if claim is None:
        return words
    drawn = request.__dict__.setdefault("_claims_drawn", set())
    is_first = (article.pk, name) not in drawn
    drawn.add((article.pk, name))
    return ledger.mark(claim, mark_safe(words), is_first=is_first)  # noqa: S308 - cleaned on save


def _evidence_line(article: Article, request: HttpRequest) -> str:
    claims = list(_claims(article, request).values())
    changed = [c for c in claims if c.state in (DRIFTED, BROKEN)]
    return render_to_string(
        "claims/_evidence.html",
        {"article": article, "evidence": ledger.evidence(claims), "changed": changed},
    )


def _standing_line(request: HttpRequest) -> str:
    """How all published figures stand, for the start page."""
    counted = Claim.objects.published().only("kind", "state", "checked_at")
    found = ledger.evidence(counted)
    return render_to_string("claims/_standing.html", {"evidence": found})


def _no_longer_true() -> QuerySet[Any]:
    """The answers that quote a figure which is no longer true or cannot be computed."""
    rows = Claim.objects.current().filter(state__in=(DRIFTED, BROKEN))
    return rows.order_by().values("article")


def _names(articles: Sequence[Article]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {article.pk: [] for article in articles}
    rows = Claim.objects.current().filter(article__in=list(found))
    for article_id, public_id in rows.values_list("article_id", "public_id"):
        found[article_id].append(public_id)
    return found


def _before_publishing(article: Article) -> list[str]:
    """Every claim that an editor should settle first, in words."""
    terms = article.extra.get("claims", {})
    problems = [words for _, words in binding.complaints(binding.whole_text(article), terms)]
    problems += [
        f"claim “{claim.text}” ({claim.name}) {ledger.WORDS[claim.state]}: {claim.cause}"
        for claim in previewing.claims(article).values()
        if claim.state in (DRIFTED, BROKEN)
    ]
    problems += [
        f"“{figure}” is neither bound to a run, nor sourced, nor marked as not testable"
        for figure in binding.bare_figures(article.body)
    ]
    return problems + [
        f"dissected sentence {number + 1}: {words}"
        for number, words in others.complaints(article.extra)
    ]
