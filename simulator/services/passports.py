"""What stands behind a result, and what a digest belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from simulator.engine import results
from simulator.engine.provenance import engine_version
from simulator.models import Run, RunResult

from .catalogue import UnknownExperiment, experiment

NOTICE = (
    "Hypothetical result of a model with the stated assumptions. It is educational and no "
    "advice; simulated performance does not tell what will happen."
)
KNOWN, SUPERSEDED, UNKNOWN = "known", "superseded", "unknown"


@dataclass(frozen=True)
class Found:
    """``state``: known, superseded (computed by an older engine or version) or unknown."""

    state: str
    digest: str
    runs: tuple[Run, ...] = ()
    words: str = ""


def passport(run: Run) -> dict[str, Any]:
    """Everything that a reader needs in order to cite or repeat a result."""
    document = run.document or {}
    return {
        "run": str(run.pk),
        "experiment": run.experiment,
        "version": run.version,
        "engine_version": document.get("engine_version", run.engine_version),
        "parameters": run.parameters,
        "seed": run.seed,
        "data": document.get("data", []),
        "libraries": document.get("libraries", {}),
        "digest": document.get("digest"),
        "seconds": document.get("timing", {}).get("seconds"),
        "finished_at": run.finished_at,
        "notice": NOTICE,
    }


def is_current(run: Run) -> bool:
    """Whether today's engine would compute this run with the same sources and version."""
    try:
        found = experiment(run.experiment)
    except UnknownExperiment:
        return False
    return found.version == run.version and engine_version(found.package) == run.engine_version


def look_up_digest(text: str) -> Found:
    """What a digest belongs to; takes it with or without ``sha256:`` and spaces around."""
    match = re.fullmatch(r"(?:sha256:)?([0-9a-f]{64})", text.strip().lower(), re.A)
    if not match:
        return Found(UNKNOWN, text.strip()[:80], (), "This is not a digest of ours.")
    digest = f"sha256:{match[1]}"
    rows = RunResult.objects.filter(digest=digest).select_related("run")
    runs = tuple(result.run for result in rows.order_by("-created_at")[:20])
    if not runs:
        return Found(UNKNOWN, digest, (), "No result here has this digest.")
    if any(is_current(run) for run in runs):
        return Found(KNOWN, digest, runs, "This is the digest of a result of today's engine.")
    return Found(SUPERSEDED, digest, runs, "This result is ours, but the engine has changed since.")


def look_up_document(document: Any) -> Found:
    """What a downloaded result document belongs to; altered figures are unknown."""
    if not isinstance(document, dict) or "experiment" not in document:
        return Found(UNKNOWN, "", (), "This file is not a result document.")
    try:
        digest = results.digest(document)
    except (ValueError, TypeError, RecursionError):
        return Found(UNKNOWN, "", (), "This file is not a result document.")
    found = look_up_digest(digest)
    if document.get("digest") not in (None, digest):
        words = "The figures in this file are not those that its digest was made of."
        return Found(UNKNOWN, digest, found.runs, words)
    return found
