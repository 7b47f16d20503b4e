"""Looking for a run in which a claim fails, within bounds and a small budget.

One parameter at a time is moved to both ends of its neighbourhood, those that the example
sets before the others. The candidates follow from the claim alone, so a page can show how
far a search has come without anything being stored about who asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator import claim_rules as rules
from simulator import services
from simulator.models import SUCCEEDED, Run
from simulator.models.claims import Claim
from simulator.presentation import figure_text
from simulator.services import costs

from . import ledger, where

MOST_RUNS = 24
MOST_SECONDS = 30.0
"""The budget of one search: runs, and their estimated processor time."""


@dataclass(frozen=True)
class Candidate:
    """One value of one parameter that might make the sentence fail."""

    name: str
    label: str
    value: Any
    shown: str


@dataclass(frozen=True)
class Tried:
    """A candidate with the run that was made for it and how the sentence fares there."""

    candidate: Candidate
    run: Run | None
    holds: bool | None
    measured: str

    @property
    def word(self) -> str:
        if self.run is not None and not self.run.is_finished:
            return "waits"
        return {True: "holds", False: "fails", None: "unknown"}[self.holds]


def candidates(claim: Claim) -> list[Candidate]:
    """What a search tries, the example's own parameters first; within the budget."""
    if claim.example is None or not claim.is_testable:
        return []
    example = claim.example
    experiment = services.catalogue.experiment(example.experiment)
    centre = experiment.parse(example.parameters)
    told = sorted(where.variable(claim), key=lambda p: p.name not in example.parameters)
    found: list[Candidate] = []
    seconds = 0.0
    for parameter in told:
        if parameter.name == "paths":
            continue  # fewer paths make the figure coarser, not the sentence false
        values = where.values_around(parameter, centre[parameter.name], 2)
        for value in (v for v in values if v != centre[parameter.name]):
            try:
                parsed = experiment.parse({**example.parameters, parameter.name: value})
                seconds += costs.estimate(experiment, parsed)
            except services.ParametersRefused:
                continue  # this value does not go with the others
            if len(found) >= MOST_RUNS or seconds > MOST_SECONDS:
                return found
            shown = figure_text(value, parameter.unit, parameter.name)
            found.append(Candidate(parameter.name, parameter.label, value, shown))
    return found


def search(claim: Claim, *, client: str | None = None) -> int:
    """Ask for the runs of every candidate; returns how many. Raises what asking raises."""
    found = candidates(claim)
    if not found or claim.example is None:
        raise services.ParametersRefused(
            [services.ParameterError("claim", "nothing can be varied here")]
        )
    variants = [{one.name: one.value} for one in found]
    services.ask_for_variants(example=claim.example, variants=variants, client=client)
    return len(found)


def results(claim: Claim) -> list[Tried]:
    """Every candidate with its run, where one was made; failures first, then what waits."""
    found = candidates(claim)
    if not found or claim.example is None:
        return []
    example = claim.example
    experiment = services.catalogue.experiment(example.experiment)
    names = {
        one: services.identify(
            experiment, {**example.parameters, one.name: one.value}, example.seed
        ).fingerprint
        for one in found
    }
    rows = Run.objects.filter(fingerprint__in=names.values()).select_related("result")
    runs = {run.fingerprint: run for run in rows.order_by("created_at")}
    tried = [_tried(claim, one, runs.get(names[one])) for one in found]
    return sorted(tried, key=lambda one: ("fails", "waits", "unknown", "holds").index(one.word))


def _tried(claim: Claim, candidate: Candidate, run: Run | None) -> Tried:
    document = run.document if run is not None and run.status == SUCCEEDED else None
    if document is None:
        return Tried(candidate, run, None, "")
    judged = rules.judge(claim.said, document)
    return Tried(
        candidate, run, judged.holds, ledger.compared_text(claim, document, judged.measured)
    )


def sentence(tried: list[Tried]) -> str:
    """“Fails in 3 of 24 runs, holds in 20, 1 is still being computed.”"""
    counts = {word: sum(one.word == word for one in tried) for word in ("fails", "holds", "waits")}
    if not any(counts.values()):
        return ""
    known = counts["fails"] + counts["holds"]
    said = f"It fails in {counts['fails']} of {known} runs near the claim's own"
    waits = counts["waits"]
    return (
        f"{said}; {waits} {'is' if waits == 1 else 'are'} still being computed."
        if waits
        else f"{said}."
    )
