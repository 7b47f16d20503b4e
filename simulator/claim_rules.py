"""When a sentence of an article counts as true: the rules, without database or queue.

A claim names a metric of an example and says something about it. ``judge`` compares what
was said with what one run measured; ``pass_rate`` says over how many seeds it stays true.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VALUE, BOUND, ORDERING, DIRECTION = "value", "bound", "ordering", "direction"
SOURCED, NOT_TESTABLE = "sourced", "not_testable"
TESTABLE = (VALUE, BOUND, ORDERING, DIRECTION)
KINDS = (*TESTABLE, SOURCED, NOT_TESTABLE)
AT_MOST, AT_LEAST = "at_most", "at_least"
CERTAIN, TENDENCY = "certain", "tendency"
# A sentence in the indicative must hold for nearly every seed; "tends to" for most.
REQUIRED_RATE = {CERTAIN: 0.9, TENDENCY: 0.6}

TEXT = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "maxProperties": 200,
    "propertyNames": {"pattern": "^[a-z0-9][a-z0-9-]{0,63}$"},
    "additionalProperties": {
        "type": "object",
        "required": ["kind"],
        "additionalProperties": False,
        "properties": {
            "kind": {"enum": list(KINDS)},
            "example": {"type": "string"},
            "metric": {"type": "string"},
            "value": {"type": ["number", "string"]},
            "tolerance": {"type": "number", "minimum": 0},
            "side": {"enum": [AT_MOST, AT_LEAST]},
            "wording": {"enum": [CERTAIN, TENDENCY]},
            "source": {"type": "string"},
            "locator": {"type": "string"},
            "because": {"type": "string"},
            "where": {
                "oneOf": [
                    TEXT,
                    {"type": "array", "items": TEXT, "minItems": 1, "maxItems": 2},
                    {
                        "type": "object",
                        "minProperties": 1,
                        "maxProperties": 2,
                        "additionalProperties": {
                            "type": "array",
                            "items": {"type": ["number", "string", "boolean"]},
                            "minItems": 2,
                            "maxItems": 25,
                        },
                    },
                ],
                "description": "a parameter, two of them, or parameters with lists of values",
            },
        },
    },
}


@dataclass(frozen=True)
class Said:
    """What a claim asserts.

    value: the metric is ``value`` ± ``tolerance``. bound: it is at most (or, with ``side``,
    at least) ``value``, allowing ``tolerance``. ordering: it exceeds the metric named by
    ``other``. direction: it has the sign of ``value``.
    """

    kind: str
    metric: str
    value: float | None = None
    tolerance: float = 0.0
    side: str = AT_MOST
    other: str = ""


@dataclass(frozen=True)
class Judgement:
    """``holds`` is None when the run did not produce the figure at all."""

    holds: bool | None
    measured: float | None
    words: str


def complaints(terms: Mapping[str, Any]) -> list[str]:
    """What is missing or contradictory in one claim of the front matter, in words."""
    kind = terms["kind"]
    found = []
    needed = {
        VALUE: ("example", "metric", "value", "tolerance"),
        BOUND: ("example", "metric", "value"),
        ORDERING: ("example", "metric", "value"),
        DIRECTION: ("example", "metric", "value"),
        SOURCED: ("source",),
        NOT_TESTABLE: ("because",),
    }[kind]
    found += [f"a claim of kind {kind} needs {key!r}" for key in needed if key not in terms]
    if found:
        return found
    value = terms.get("value")
    if kind in (VALUE, BOUND) and not isinstance(value, int | float):
        found.append("'value' must be a number")
    if kind == ORDERING and not isinstance(value, str):
        found.append("'value' of an ordering is the name of the metric that is exceeded")
    if kind == DIRECTION and value not in (1, -1, "positive", "negative"):
        found.append("'value' of a direction is positive or negative (or 1, -1)")
    return found


def said(terms: Mapping[str, Any]) -> Said:
    """The front matter of a testable claim as something that can be judged."""
    value, other = terms.get("value"), ""
    if terms["kind"] == ORDERING:
        value, other = None, str(value)
    elif terms["kind"] == DIRECTION:
        value = {"positive": 1.0, "negative": -1.0}.get(str(value)) or float(value or 0)
    return Said(
        kind=terms["kind"],
        metric=terms["metric"],
        value=None if value is None else float(value),
        tolerance=float(terms.get("tolerance", 0.0)),
        side=terms.get("side", AT_MOST),
        other=other,
    )


def figures(document: Mapping[str, Any]) -> dict[str, float | None]:
    """Every metric of a result document by name."""
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def judge(what: Said, document: Mapping[str, Any]) -> Judgement:
    """Whether one run bears the claim out.

    Comparisons allow a relative slack of 1e-9, so that a figure written with the digits of
    the metric itself is not refused over its last bit.
    """
    known = figures(document)
    measured = known.get(what.metric)
    if measured is None:
        return Judgement(None, None, f"the run reports no {what.metric}")
    slack = 1e-9 * max(1.0, abs(measured))
    if what.kind == ORDERING:
        other = known.get(what.other)
        if other is None:
            return Judgement(None, measured, f"the run reports no {what.other}")
        return Judgement(measured > other - what.tolerance, measured, f"against {other:g}")
    assert what.value is not None
    if what.kind == DIRECTION:
        holds = math.copysign(1.0, what.value) * measured > -what.tolerance and measured != 0
    elif what.kind == BOUND and what.side == AT_LEAST:
        holds = measured >= what.value - what.tolerance - slack
    elif what.kind == BOUND:
        holds = measured <= what.value + what.tolerance + slack
    else:
        holds = abs(measured - what.value) <= what.tolerance + slack
    return Judgement(holds, measured, "")


def pass_rate(judgements: Sequence[Judgement]) -> float | None:
    """The share of runs that bear the claim out; None without any run."""
    if not judgements:
        return None
    return sum(j.holds is True for j in judgements) / len(judgements)


def stands(at_quoted_seed: Judgement, rate: float | None, wording: str) -> bool:
    """True at the quoted seed, and over seeds often enough for the way it is worded."""
    return at_quoted_seed.holds is True and (rate is None or rate >= REQUIRED_RATE[wording])
