"""Look again: mark what is due, ask for runs, and settle each claim when they are in."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from kb.models.sources import UNSETTLING
from simulator import claim_rules as rules
from simulator import services
from simulator.engine.errors import EngineError
from simulator.models import FAILED, KEPT, SUCCEEDED, Example, Run
from simulator.models.claims import (
    BROKEN,
    DRIFTED,
    DUE,
    VERIFIED,
    Claim,
    ClaimCause,
    ClaimCheck,
    Correction,
)
from simulator.presentation import figure_text

from . import basis

PUBLICATION_SEEDS = 20
"""How many seeds a claim of a random simulation is checked over at publication and nightly."""


def mark_due(claims: Iterable[Claim] | None = None) -> int:
    """Turn every claim due whose basis is no longer today's; returns how many turned.

    Marking compares fingerprints only, so it may run at every start and after every sync.
    """
    turned = 0
    for claim in (
        claims if claims is not None else Claim.objects.current().select_related("example")
    ):
        today = basis.ingredients(claim)
        if basis.fingerprint(today) == claim.basis:
            continue
        if not claim.is_testable:
            _settle_untested(claim, today)
            continue
        words, key = basis.cause(claim.ingredients, today)
        if claim.state != DUE or claim.cause != words:
            Claim.objects.filter(pk=claim.pk).update(state=DUE, cause=words)
            _open_cause(claim, words, key)
            turned += 1
    return turned


def _settle_untested(claim: Claim, today: basis.Ingredients) -> None:
    """A sourced claim stands while its source is known; a not testable one says why."""
    state, cause = VERIFIED, ""
    if claim.kind == rules.SOURCED and today["source"] is None:
        state, cause = BROKEN, "the cited source is not in the library"
    elif claim.kind == rules.SOURCED and (said := _taken_back(today["source"])):
        state, cause = DUE, said
    _store(claim, today, state=state, cause=cause)


def _taken_back(source: Any) -> str:
    """That the cited work no longer stands, in words, or ""."""
    notice = source.get("notice") or {}
    if notice.get("kind") not in UNSETTLING:
        return ""
    return f"the cited work was {notice['kind']} on {notice['date']}: {notice['reason']}"[:300]


def _open_cause(claim: Claim, words: str, key: str) -> None:
    if not key:
        return
    cause, _ = ClaimCause.objects.get_or_create(key=key, defaults={"cause": words})
    if cause.closed_at is not None:
        cause.closed_at = None
        cause.save(update_fields=["closed_at"])
    cause.claims.add(claim)


def seeds_for(claim: Claim, count: int) -> Sequence[int | None]:
    """The quoted seed first, then 1, 2, 3 … without it; one for a deterministic experiment."""
    assert claim.example is not None
    experiment = services.catalogue.experiment(claim.example.experiment)
    quoted = experiment.parse_seed(claim.example.seed)
    if quoted is None:
        return [None]
    others = (seed for seed in range(1, count + 1) if seed != quoted)
    return [quoted, *others][: max(1, count)]


def runs_for(claim: Claim, seeds: int) -> list[Run]:
    """The rows that answer this claim over so many seeds, asked for at low priority."""
    if claim.example is None:
        raise LookupError(f"there is no example {claim.terms.get('example')!r}")
    return [
        services.find_or_create_run(
            experiment=claim.example.experiment,
            parameters=claim.example.parameters,
            seed=seed,
            example=claim.example if index == 0 else None,
            system=True,
        )[0]
        for index, seed in enumerate(seeds_for(claim, seeds))
    ]


def queue_due(seeds: int = 1) -> int:
    """Ask for the runs of everything that is due; returns how many claims were asked about."""
    asked = 0
    for claim in Claim.objects.awaiting().select_related("example", "article"):
        asked += 1
        failed = _failed_run(claim)
        if failed is not None:
            broken(claim, failed.error, run=failed)
            continue
        try:
            runs = runs_for(claim, seeds)
        except (EngineError, LookupError) as refusal:
            broken(claim, str(refusal))
            continue
        settle(claim, runs)
    return asked


def _failed_run(claim: Claim) -> Run | None:
    """The quoted run, when it failed by itself: it would fail again until something changes."""
    fingerprint = claim.example.fingerprint if claim.example else ""
    rows = Run.objects.filter(fingerprint=fingerprint)
    if not fingerprint or rows.filter(status__in=KEPT).exists():
        return None
    return rows.filter(status=FAILED, attempts__gt=0).order_by("-finished_at").first()


def nightly(now: datetime | None = None) -> int:
    """Look again over many seeds at what was last looked at before today; how many settled.

    The first night asks for the runs, at low priority; a claim is settled once all are in.
    """
    before = (now or timezone.now()) - timedelta(hours=12)
    rows = Claim.objects.current().testable().filter(state=VERIFIED, checked_at__lt=before)
    settled = 0
    for claim in rows.select_related("example", "article"):
        try:
            runs = runs_for(claim, PUBLICATION_SEEDS)
        except (EngineError, LookupError) as refusal:
            broken(claim, str(refusal))
            continue
        if all(run.is_finished for run in runs):
            settle(claim, runs)
            settled += 1
    return settled


def after_result(example: Example, run: Run) -> None:
    """Settle every claim that was waiting for this example's run."""
    run.refresh_from_db()
    waiting = Claim.objects.current().testable().filter(example=example)
    for claim in waiting.select_related("example", "article"):
        settle(claim, [run])


def verify(claim: Claim, seeds: int = 1) -> Claim:
    """Check one claim here and now, computing what is missing in this process."""
    try:
        runs = runs_for(claim, seeds)
    except (EngineError, LookupError) as refusal:
        return broken(claim, str(refusal))
    for run in runs:
        _finish(run)
    settle(claim, runs)
    return claim


def _finish(run: Run) -> None:
    """Compute the run here, or wait for the worker that has it already."""
    while not run.is_finished:
        if services.execute_run(run.pk, "verify_claims") is None:
            time.sleep(0.1)
        run.refresh_from_db()


def settle(claim: Claim, runs: list[Run]) -> None:
    """Store what these runs say about the claim; the first is the one at the quoted seed.

    Nothing happens while the quoted run is unfinished. A pass rate that was measured on the
    same basis is kept when only the quoted run is looked at again.
    """
    quoted = runs[0]
    if not quoted.is_finished:
        return
    if quoted.status != SUCCEEDED:
        reason = quoted.error if quoted.status == FAILED else "its run was cancelled"
        broken(claim, reason or "its run failed", run=quoted)
        return
    today = basis.ingredients(claim)
    judgements = [_judge(claim, run) for run in runs if run.status == SUCCEEDED]
    rate, seeds = rules.pass_rate(judgements), len(judgements)
    if seeds == 1 and claim.seeds > 1 and claim.basis == basis.fingerprint(today):
        rate, seeds = claim.pass_rate, claim.seeds
    first = judgements[0]
    if first.holds is None:
        broken(claim, first.words, run=quoted)
        return
    several = rate if seeds > 1 else None
    if rules.stands(first, several, claim.wording):
        state, cause = VERIFIED, ""
    elif first.holds:
        state = DRIFTED
        cause = f"true for {100.0 * (rate or 0.0):.0f} % of {seeds} seeds only"
    else:
        state = DRIFTED
        cause = claim.cause if claim.state == DUE and claim.ingredients else "outside the tolerance"
    _store(
        claim, today, state=state, cause=cause, measured=first.measured, rate=rate, seeds=seeds,
        run=quoted,
    )  # fmt: skip


def _judge(claim: Claim, run: Run) -> rules.Judgement:
    document = run.document
    assert document is not None
    return rules.judge(claim.said, document)


def broken(claim: Claim, reason: str, *, run: Run | None = None) -> Claim:
    """The example cannot say anything about this claim any more."""
    _store(claim, basis.ingredients(claim), state=BROKEN, cause=reason[:300], run=run)
    return claim


@transaction.atomic
def _store(
    claim: Claim,
    today: basis.Ingredients,
    *,
    state: str,
    cause: str,
    measured: float | None = None,
    rate: float | None = None,
    seeds: int = 0,
    run: Run | None = None,
) -> None:
    before = Claim.objects.select_for_update().get(pk=claim.pk)
    now = timezone.now()
    claim.state, claim.cause, claim.measured = state, cause[:300], measured
    claim.pass_rate, claim.seeds, claim.run, claim.checked_at = rate, seeds, run, now
    claim.ingredients, claim.basis = today, basis.fingerprint(today)
    claim.save(
        update_fields=[
            "state",
            "cause",
            "measured",
            "pass_rate",
            "seeds",
            "run",
            "checked_at",
            "ingredients",
            "basis",
        ]
    )
    ClaimCheck.objects.create(
        claim=claim, state=state, measured=measured, pass_rate=rate, seeds=seeds, cause=cause[:300],
        run=run,
    )  # fmt: skip
    _tell_readers(claim, _last_settled(claim, before))
    if state == VERIFIED:
        for item in ClaimCause.objects.filter(claims=claim, closed_at__isnull=True):
            if not item.claims.exclude(state=VERIFIED).exists():
                ClaimCause.objects.filter(pk=item.pk).update(closed_at=now)


def _last_settled(claim: Claim, before: Claim) -> str:
    """The state before this check that was not merely *due*."""
    if before.state != DUE:
        return before.state
    earlier = claim.checks.exclude(state=DUE)[1:2].first()
    return earlier.state if earlier else ""


def _tell_readers(claim: Claim, earlier: str) -> None:
    """A published number that stopped being true, or is true again, is a correction."""
    if claim.article.published_at is None or claim.kind != rules.VALUE:
        return
    if claim.state == DRIFTED and earlier == VERIFIED:
        old, new = claim.text, figure_text(claim.measured, claim.unit, claim.metric)
    elif claim.state == VERIFIED and earlier == DRIFTED:
        last = Correction.objects.filter(claim=claim).order_by("-made_at").first()
        old, new = (last.new if last else ""), claim.text
    else:
        return
    Correction.objects.create(
        article=claim.article, claim=claim, name=claim.name, old=old[:300], new=new[:300],
        cause=claim.cause or "true again",
    )  # fmt: skip
