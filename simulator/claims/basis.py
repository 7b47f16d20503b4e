"""What a claim stands on: the table of its dependencies, and how a change is named.

A claim depends on its own terms and words, on the inputs of its example's run (experiment
version, parameters, seed), on the engine sources that this experiment imports, on the data it
reads, and on what the glossary says its figure means; a *sourced* one on its source. Nothing
else can move it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

from simulator.models import Example
from simulator.models.claims import Claim
from simulator.services import ParametersRefused, UnknownExperiment, catalogue, identify

Ingredients = dict[str, Any]

WORDS = {
    "terms": "the claim's own wording or tolerance changed",
    "example": "the claim names another example",
    "parameters": "the parameters of example {example} changed",
    "version": "experiment {experiment} has a new version",
    "engine": "the engine behind {experiment} changed",
    "data": "the imported data changed",
    "definition": "the glossary's definition of {term} changed",
    "source": "the cited source changed",
}
ORDER = tuple(WORDS)


def ingredients(claim: Claim) -> Ingredients:
    """Everything the claim stands on today, one entry a kind of cause.

    A missing example or refused parameters are recorded as such: they break the claim.
    """
    found: Ingredients = {"terms": {"kind": claim.kind, "text": claim.text, **claim.terms}}
    if not claim.is_testable:
        found["source"] = source_of(claim)
        return found
    example = claim.example
    found["example"] = example.slug if example else None
    if example is not None:
        found |= example_ingredients(example)
    term = term_of(claim)
    if term:
        found["definition"] = {"term": term, "digest": definition_of(term)}
    return found


def term_of(claim: Claim) -> str:
    """The glossary term that the claim's figure is an instance of, or ""."""
    if claim.example is None:
        return ""
    return _terms_of(claim.example.experiment).get(claim.metric, "")


def figures_of(term: str) -> list[tuple[str, str]]:
    """Every figure (experiment, metric) that is an instance of a glossary term."""
    return [
        (experiment.slug, metric)
        for experiment in catalogue.experiments()
        for metric, slug in _terms_of(experiment.slug).items()
        if slug == term
    ]


def _terms_of(slug: str) -> dict[str, str]:
    try:
        metrics = catalogue.experiment(slug).metrics
    except UnknownExperiment:
        return {}
    return {spec.name: spec.term for spec in metrics if spec.term}


def definition_of(term: str) -> str | None:
    """What the glossary says of a term today, as a digest; None where it has no such term."""
    from kb.documents import term_digest
    from kb.models import Term

    row = Term.objects.filter(slug=term).first()
    return term_digest(row) if row else None


def example_ingredients(example: Example) -> Ingredients:
    """Parameters and seed, experiment version, engine sources and data of an example's run."""
    try:
        identity = identify(
            catalogue.experiment(example.experiment), example.parameters, example.seed
        )
    except (ParametersRefused, UnknownExperiment) as refusal:
        return {"experiment": example.experiment, "refused": str(refusal)[:300]}
    return {
        "experiment": identity.experiment.slug,
        "version": identity.experiment.version,
        "parameters": {"values": identity.parameters, "seed": identity.seed},
        "engine": identity.engine_version,
        "data": identity.data,
    }


def source_of(claim: Claim) -> Any:
    """The cited record as it is today, or None."""
    from kb.models import Source

    key = claim.terms.get("source")
    if not key:
        return None
    row = Source.objects.filter(key=key).only("csl", "notice").first()
    if row is None:
        return None
    return {**row.csl, "notice": row.notice} if row.notice else row.csl


def fingerprint(found: Mapping[str, Any]) -> str:
    return hashlib.sha256(rfc8785.dumps(dict(found))).hexdigest()


def cause(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str]:
    """The first difference in words, and a key that groups claims moved by the same thing."""
    if not before:
        return "not checked yet", ""
    changed = [kind for kind in ORDER if before.get(kind) != after.get(kind)]
    if not changed:
        return "due for a fresh look", ""
    kind = changed[0]
    words = WORDS[kind].format(
        example=after.get("example"),
        experiment=after.get("experiment", "the experiment"),
        term=(after.get("definition") or {}).get("term", "its term"),
    )
    mark = hashlib.sha256(rfc8785.dumps([kind, after.get(kind)])).hexdigest()[:16]
    subject = after.get("experiment") if kind in ("engine", "version") else after.get("example")
    return words, f"{kind}:{subject or ''}:{mark}"[:80]
