"""How each example stands: whether its stored result is that of today's engine and data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.models import FAILED, QUEUED, RUNNING, Example, Run

FRESH, DUE, BROKEN = "verified", "due", "broken"


@dataclass(frozen=True)
class Standing:
    """``state`` is one word for the style, ``words`` a few for the reader."""

    state: str
    words: str


def standings(examples: Iterable[Example]) -> dict[int, Standing]:
    """Example id → how it stands; one query, however many they are."""
    examples = list(examples)
    asked = {e.fingerprint for e in examples if e.fingerprint}
    runs = Run.objects.filter(fingerprint__in=asked).order_by("created_at")
    latest: dict[str, str] = dict(runs.values_list("fingerprint", "status"))
    return {e.pk: _standing(e, latest.get(e.fingerprint, "")) for e in examples}


def _standing(example: Example, latest: str) -> Standing:
    known = example.result_run_id is not None
    if not example.fingerprint:
        return Standing(BROKEN, "cannot be run as it stands")
    if known and not example.is_due:
        return Standing(FRESH, "fresh")
    if latest in (QUEUED, RUNNING):
        return Standing(DUE, "being renewed" if known else "being computed")
    if latest == FAILED:
        return Standing(BROKEN, "its last run failed")
    return Standing(DUE, "older than its engine or data" if known else "not computed yet")
