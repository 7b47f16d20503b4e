"""The claims of a text that is not saved yet, judged by the results that its examples keep."""

from __future__ import annotations

from typing import Any

from simulator import claim_rules as rules
from simulator.models.claims import BROKEN, DRIFTED, DUE, VERIFIED, Claim

from . import binding


def claims(article: Any) -> dict[str, Claim]:
    """The article's claims by name as they would stand; those that nothing changed as they do.

    Nothing is written. ``article`` may itself be unsaved.
    """
    terms = article.extra.get("claims", {})
    stored: dict[str, Claim] = {}
    if article.pk is not None:
        rows = Claim.objects.current().filter(article=article)
        stored = {claim.name: claim for claim in rows}
    found = {}
    for position, mark in enumerate(binding.marks(binding.whole_text(article))):
        if mark.name not in terms:
            continue
        wrong = binding.wrong_terms(terms[mark.name])
        if wrong:
            found[mark.name] = _unsaved(article, mark, broken="; ".join(wrong))
            continue
        fresh = binding.fields(mark, position, dict(terms[mark.name]))
        claim = stored.get(mark.name)
        if claim is None or any(getattr(claim, key) != value for key, value in fresh.items()):
            claim = _judged(_unsaved(article, mark, **fresh))
        found[mark.name] = claim
    return found


def _unsaved(article: Any, mark: binding.Marked, broken: str = "", **fresh: Any) -> Claim:
    named = {"text": mark.text, "sentence": mark.sentence} | fresh
    claim = Claim(name=mark.name, public_id=f"{article.slug}.{mark.name}", **named)
    if broken:
        claim.kind = claim.kind or rules.VALUE
        claim.state, claim.cause = BROKEN, broken
    return claim


def _judged(claim: Claim) -> Claim:
    """State, measured value and cause from the example's kept result."""
    if not claim.is_testable:
        claim.state = VERIFIED
        return claim
    run = claim.example.result_run if claim.example else None
    document = run.document if run else None
    if document is None:
        claim.state, claim.cause = DUE, "its example keeps no result yet"
        return claim
    verdict = rules.judge(claim.said, document)
    claim.measured = verdict.measured
    if verdict.holds is None:
        claim.state, claim.cause = BROKEN, verdict.words
    elif verdict.holds:
        claim.state = VERIFIED
    else:
        claim.state, claim.cause = DRIFTED, "outside the tolerance"
    return claim
