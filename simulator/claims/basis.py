"""What a claim stands on: the table of its dependencies, and how a change is named.

A claim depends on its own terms and words, on the inputs of its example's run (experiment
version, parameters, seed), on the engine sources that this experiment imports, and on the
data it reads; a *sourced* one on its source. Nothing else can move it.
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
    return found


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
    return Source.objects.filter(key=key).values_list("csl", flat=True).first()


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
        example=after.get("example"), experiment=after.get("experiment", "the experiment")
    )
    mark = hashlib.sha256(rfc8785.dumps([kind, after.get(kind)])).hexdigest()[:16]
    subject = after.get("experiment") if kind in ("engine", "version") else after.get("example")
    return words, f"{kind}:{subject or ''}:{mark}"[:80]
