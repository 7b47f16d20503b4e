"""What publication owes a claim beyond its quoted run: many seeds, and where it holds.

Everything here waits behind readers, sweeps and the examples' own results: it is asked for
once an example has its result, and again whenever something moved.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings

from simulator.engine.errors import EngineError
from simulator.models import QUEUED, RUNNING, Priority, Run
from simulator.models.claims import DRIFTED, VERIFIED, Claim, ClaimQuerySet

from . import checking, where

log = logging.getLogger(__name__)


def look_further(claims: Iterable[Claim]) -> None:
    """Ask for the runs over seeds and the sweeps of these claims; what is known costs nothing."""
    if settings.CLAIM_CHECKS != "full":
        return
    for claim in claims:
        try:
            where.keep(claim)
            if claim.state in (VERIFIED, DRIFTED):
                _over_seeds(claim)
        except (EngineError, LookupError) as refusal:
            log.warning("Claim %s was not looked at further: %s", claim.public_id, refusal)


def open_claims() -> ClaimQuerySet:
    """Published and testable ones whose example has a result to stand on."""
    rows = Claim.objects.published().testable().filter(example__result_run__isnull=False)
    return rows.select_related("example", "article", "where")


def _over_seeds(claim: Claim) -> None:
    if claim.seeds >= len(checking.seeds_for(claim, checking.PUBLICATION_SEEDS)):
        return
    runs = checking.runs_for(claim, checking.PUBLICATION_SEEDS)
    if all(run.is_finished for run in runs):
        checking.settle(claim, runs)


def after_run(run: Run) -> None:
    """Settle over seeds once the last of our own runs of an experiment is in."""
    if settings.CLAIM_CHECKS != "full" or run.seed is None or run.priority != Priority.SYSTEM:
        return
    waiting = Run.objects.filter(
        experiment=run.experiment, priority=Priority.SYSTEM, status__in=(QUEUED, RUNNING)
    )
    if waiting.exclude(pk=run.pk).exists():
        return
    for claim in open_claims():
        if claim.example is not None and claim.example.experiment == run.experiment:
            try:
                _over_seeds(claim)
            except (EngineError, LookupError) as refusal:
                log.warning("Claim %s was not settled: %s", claim.public_id, refusal)
