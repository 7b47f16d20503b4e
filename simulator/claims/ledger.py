"""What readers see of claims: the marks in a text, the evidence line, freshness, the badge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from simulator import claim_rules as rules
from simulator.models.claims import BROKEN, DRIFTED, DUE, VERIFIED, Claim
from simulator.presentation import figure_text

from . import binding

UNTESTED = (rules.SOURCED, rules.NOT_TESTABLE)
WORDS = {
    VERIFIED: "verified",
    DUE: "due for a check",
    DRIFTED: "no longer true",
    BROKEN: "cannot be checked",
    rules.SOURCED: "sourced",
    rules.NOT_TESTABLE: "not testable",
}


def standing(claim: Claim) -> str:
    """How a claim stands in one word: its state, or its kind where nothing can be run."""
    if claim.kind == rules.NOT_TESTABLE:
        return rules.NOT_TESTABLE
    if claim.kind == rules.SOURCED and claim.state == VERIFIED:
        return rules.SOURCED
    return claim.state


@dataclass(frozen=True)
class Evidence:
    """An article's figures counted by how they stand."""

    total: int
    counts: dict[str, int]
    checked_at: datetime | None

    @property
    def sentence(self) -> str:
        """“14 figures: 9 verified, 3 sourced, 2 not testable”: facts, no score."""
        if not self.total:
            return ""
        noun = "figure" if self.total == 1 else "figures"
        parts = [f"{n} {WORDS[key]}" for key in WORDS if (n := self.counts.get(key))]
        return f"{self.total} {noun}: " + ", ".join(parts)

    @property
    def is_clean(self) -> bool:
        return not (self.counts.get(DRIFTED) or self.counts.get(BROKEN))


def evidence(claims: Iterable[Claim]) -> Evidence:
    rows = list(claims)
    checked = [c.checked_at for c in rows if c.checked_at and c.is_testable]
    counts = Counter(standing(c) for c in rows)
    return Evidence(len(rows), dict(counts), min(checked) if checked else None)


def measured_text(claim: Claim) -> str:
    """What the newest run says, as a reader reads it."""
    if claim.measured is None:
        return ""
    return figure_text(claim.measured, claim.unit, claim.metric)


def compared_text(claim: Claim, document: Mapping[str, Any] | None, measured: float | None) -> str:
    """A measured figure and, where two are compared, the other one: “81.8 % against 75.0 %”."""
    if measured is None:
        return ""
    shown = figure_text(measured, claim.unit, claim.metric)
    if claim.kind != rules.ORDERING or document is None:
        return shown
    other = rules.figures(document).get(claim.said.other)
    return shown if other is None else f"{shown} against {figure_text(other, claim.unit)}"


def heading(claim: Claim) -> str:
    """The author's words where they are a figure; else what the words assert."""
    words = claim.text if claim.kind in (rules.VALUE, *UNTESTED) else assertion(claim).rstrip(".")
    return words[:1].upper() + words[1:]


def allowed_text(claim: Claim) -> str:
    """What a run may say for the sentence to hold: “22 % ± 2 %”, “at most 5 %”."""
    if claim.kind not in (rules.VALUE, rules.BOUND):
        return ""
    said = claim.said
    number = figure_text(said.value, claim.unit, claim.metric)
    if claim.kind == rules.BOUND:
        return f"{'at least' if said.side == rules.AT_LEAST else 'at most'} {number}"
    if not said.tolerance:
        return number
    return f"{number} ± {figure_text(said.tolerance, claim.unit, claim.metric)}"


def mark(claim: Claim, text: str, *, is_first: bool = True) -> SafeString:
    """A figure in the text: the author's words, a thin mark, the run behind it.

    A drifted value is struck and the new one stands beside it; it is never rewritten silently.
    Only the first mark of a claim on a page carries its anchor.
    """
    anchor = format_html(' id="claim-{}"', claim.name) if is_first else ""
    state = standing(claim)
    title = f"{WORDS[state]}: {claim.sentence or claim.text}"[:300]
    link = claim.get_absolute_url()
    if state == DRIFTED:
        return format_html(
            '<span class="claim claim-drifted"{}><del>{}</del> '
            '<ins><a href="{}" title="{}">{}</a></ins></span>',
            anchor,
            text,
            link,
            title,
            measured_text(claim) or "see the check",
        )
    return format_html(
        '<a class="claim claim-{}"{} href="{}" title="{}">{}'
        '<span class="visually-hidden"> ({})</span></a>',
        state,
        anchor,
        link,
        title,
        text,
        WORDS[state],
    )


def freshness(claims: Iterable[Claim]) -> dict[str, Any]:
    """How old the oldest and the median check are, in days; over testable claims."""
    now = timezone.now()
    ages = sorted((now - c.checked_at).days for c in claims if c.is_testable and c.checked_at)
    if not ages:
        return {"oldest": None, "median": None}
    return {"oldest": ages[-1], "median": ages[len(ages) // 2]}


BADGE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" '
    'aria-label="{label}"><title>{label}</title>'
    '<rect width="{width}" height="20" rx="3" fill="#333"/>'
    '<rect x="{split}" width="{right}" height="20" rx="3" fill="{colour}"/>'
    '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
    '<text x="6" y="14">figures</text><text x="{text_at}" y="14">{words}</text></g></svg>'
)


def badge(found: Evidence) -> SafeString:
    """A small picture for other sites that says how an article's figures stand."""
    bad = found.counts.get(DRIFTED, 0) + found.counts.get(BROKEN, 0)
    good = found.counts.get(VERIFIED, 0)
    if not found.total:
        words, colour = "none bound", "#5f6b76"
    elif bad:
        words, colour = f"{bad} no longer true", "#9f2d20"
    elif found.counts.get(DUE):
        words, colour = "being checked", "#7a5b00"
    else:
        words, colour = f"{good} verified", "#1f6b3a"
    right = 7 * len(words) + 12
    return format_html(
        BADGE,
        width=52 + right,
        split=52,
        right=right,
        text_at=58,
        colour=colour,
        words=words,
        label=f"figures: {words}",
    )


def assertion(claim: Claim) -> str:
    """What is compared, in words: “Annual cost is −0.011 ± 0.002”."""
    if claim.kind == rules.NOT_TESTABLE:
        return f"Not testable, because {claim.terms.get('because', '')}".rstrip(".") + "."
    if claim.kind == rules.SOURCED:
        return "Taken from the cited source; no run stands behind it."
    said = claim.said
    name = binding.metric_label(claim, claim.metric)
    if claim.kind == rules.ORDERING:
        other = binding.metric_label(claim, said.other)
        return f"{name} exceeds {other[:1].lower()}{other[1:]}."
    if claim.kind == rules.DIRECTION:
        return f"{name} is {'positive' if (said.value or 0) > 0 else 'negative'}."
    if claim.kind == rules.BOUND:
        return f"{name} is {allowed_text(claim)}."
    number = figure_text(said.value, claim.unit, claim.metric)
    margin = figure_text(said.tolerance, claim.unit, claim.metric)
    return f"{name} is {number}, give or take {margin}."
