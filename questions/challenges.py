"""Challenges: a reader's run in which a published claim fails, on its way through the queue.

A challenge is a report of kind *challenge* whose payload names the claim, the run, what the
run measured and the parameters that differ from the claim's example. Accepted ones stand on
the claim's page and on the article, with their date and the editor's words.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from common import rows
from common.stored_pages import renew
from kb.models import Article
from simulator import claim_rules as rules
from simulator import services as runs
from simulator.claims import measured_text
from simulator.models import SUCCEEDED, Claim, Example, Run
from simulator.presentation import figure_text

from .models import Report
from .report_kind import report_kind
from .services import Reported

NAME = "challenge"
RUN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class NotAChallenge(Exception):
    """The run says nothing against the claim; the text says why, for the reader."""


@dataclass(frozen=True)
class Difference:
    """One parameter that the challenger changed."""

    name: str
    label: str
    claimed: Any
    challenged: Any


def find_run(text: str) -> Run:
    """The run that an address or identifier names; raises ``NotAChallenge``."""
    found = RUN_ID.search(text[:300])
    run = Run.objects.filter(pk=uuid.UUID(found[0])).first() if found else None
    if run is None:
        raise NotAChallenge("There is no such run here. Give the address of a run page.")
    return run


def judged(claim: Claim, run: Run) -> rules.Judgement:
    """What the run says about the claim; raises ``NotAChallenge`` unless the claim fails there."""
    if not claim.is_testable or claim.example is None:
        raise NotAChallenge("No run stands behind this claim, so none can stand against it.")
    if run.experiment != claim.example.experiment:
        raise NotAChallenge("This run answers another question: it is of another experiment.")
    if run.status != SUCCEEDED:
        raise NotAChallenge("This run has no result yet.")
    document = run.document
    assert document is not None
    found = rules.judge(claim.said, document)
    if found.holds is None:
        raise NotAChallenge(f"This run does not tell: {found.words}.")
    if found.holds:
        raise NotAChallenge("In this run the claim holds, so it is no challenge.")
    return found


def differences(claim: Claim, run: Run) -> list[Difference]:
    """The parameters in which the run differs from the claim's example, seed included."""
    assert claim.example is not None
    experiment = runs.catalogue.experiment(claim.example.experiment)
    ours = experiment.parse(claim.example.parameters)
    found = [
        Difference(
            p.name,
            p.label,
            figure_text(ours[p.name], p.unit, p.name),
            figure_text(run.parameters.get(p.name), p.unit, p.name),
        )
        for p in experiment.parameters
        if ours[p.name] != run.parameters.get(p.name)
    ]
    seed = experiment.parse_seed(claim.example.seed)
    if seed != run.seed:
        found.append(Difference("seed", "Seed", seed, run.seed))
    return found


def reported(claim: Claim, run: Run, word: str) -> Reported:
    """A challenge ready to be stored; raises ``NotAChallenge``."""
    found = judged(claim, run)
    return Reported(
        text=word,
        kind=NAME,
        article=claim.article,
        anchor=f"claim-{claim.name}",
        quote=claim.sentence[:500] or claim.text[:500],
        payload={
            "claim": claim.public_id,
            "run": str(run.pk),
            "measured": found.measured,
            "engine": run.engine_version,
        },
    )


def details(report: Report) -> dict[str, Any]:
    """Both runs side by side, for the moderator."""
    claim = (
        Claim.objects.select_related("example", "run", "article")
        .filter(public_id=report.payload.get("claim", ""))
        .first()
    )
    run = Run.objects.filter(pk=report.payload.get("run")).first()
    if claim is None or run is None:
        return {}
    return {
        "claim": claim,
        "run": run,
        "ours": measured_text(claim),
        "theirs": figure_text(report.payload.get("measured"), claim.unit, claim.metric),
        "differences": differences(claim, run) if claim.example else [],
    }


KIND = report_kind(
    NAME,
    "Challenge",
    accept_label="Accept the challenge",
    accept_effect="is shown on the claim and on the article with today's date",
    template="questions/moderation/_challenge.html",
    details=details,
)


def accepted(**which: Any) -> list[Report]:
    found = Report.objects.filter(kind=NAME, state=Report.State.ACCEPTED, is_spam=False, **which)
    return list(found.order_by("-decided_at"))


def of_page(article_id: int, body_html: str, extra: Mapping[str, Any]) -> Sequence[Any]:
    """The rows that ``on_article`` draws from (``kb.ingredients``)."""
    reports = rows.select(_ON_PAGE, [NAME, Report.State.ACCEPTED, article_id])
    if not reports:
        return []
    payloads = [json.loads(p) if isinstance(p, str) else p for *_, p in reports]
    named = [str(payload.get("claim", "")) for payload in payloads]
    claims = f"""
SELECT {rows.columns(Claim, "c")}, {rows.columns(Example, "e")} FROM simulator_claim c
LEFT JOIN simulator_example e ON e.id = c.example_id
WHERE c.public_id IN ({rows.places(named)}) ORDER BY c.id
"""  # noqa: S608 - names of columns
    theirs = Run.objects.filter(pk__in=[payload.get("run") for payload in payloads])
    known = sorted(map(str, theirs.values_list("pk", flat=True)))
    return [reports, rows.select(claims, named), known]


_ON_PAGE = """
SELECT r.id, r.text, r.reason, CAST(r.decided_at AS TEXT), r.payload FROM questions_report r
WHERE r.kind = %s AND r.state = %s AND r.article_id = %s AND NOT r.is_spam ORDER BY r.id
"""


def on_saved(sender: type[Report], instance: Report, *, created: bool, **rest: Any) -> None:
    """Kept pages show accepted challenges; a new one waits and shows nowhere."""
    if instance.kind == NAME and not created:
        renew()


def shown(report: Report) -> dict[str, Any]:
    return {"report": report, **details(report)}


def on_claim(claim: Claim, request: HttpRequest) -> str:
    """The claim page's part: accepted challenges and the way to send one."""
    if not claim.is_testable or claim.example is None:
        return ""
    found = accepted(payload__claim=claim.public_id)
    return render_to_string(
        "questions/_challenges.html", {"claim": claim, "challenges": [shown(row) for row in found]}
    )


def action(claim: Claim, run: Run) -> str:
    """The link by which a reader sends a run that was found to fail."""
    address = reverse("questions:challenge", args=[claim.public_id])
    return format_html(
        '<a href="{}?run={}">Challenge with this run</a>', address, run.get_absolute_url()
    )


def on_article(article: Article, request: HttpRequest) -> str:
    """The article's part: accepted challenges only."""
    found = accepted(article=article)
    if not found:
        return ""
    return render_to_string(
        "questions/_challenges.html", {"claim": None, "challenges": [shown(row) for row in found]}
    )
