"""Stored results of examples and settings: shown at once, made at low priority, renewed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db.models import F

from simulator.engine.errors import EngineError
from simulator.engine.experiments.base import Experiment
from simulator.models import FAILED, KEPT, SUCCEEDED, Example, Run

from .catalogue import UnknownExperiment, experiment, experiments
from .fingerprints import identify
from .signals import result_attached, warmed
from .submitting import find_or_create_run

log = logging.getLogger(__name__)


def stored_run(example: Example) -> Run | None:
    """The run whose result the example shows; stale ones too (see ``Example.is_due``)."""
    return example.result_run


def refresh(example: Example) -> str:
    """Name the example's inputs with today's engine and data, and take a result that exists.

    Returns the fingerprint, or "" when the example cannot be run as it stands.
    """
    try:
        identity = identify(experiment(example.experiment), example.parameters, example.seed)
    except (EngineError, UnknownExperiment) as error:
        log.warning("Example %s cannot be run: %s", example.slug, error)
        fingerprint = ""
    else:
        fingerprint = identity.fingerprint
    changes: dict[str, object] = {}
    if example.fingerprint != fingerprint:
        changes["fingerprint"] = fingerprint
    found = (
        Run.objects.filter(fingerprint=fingerprint, status=SUCCEEDED).first()
        if fingerprint
        else None
    )
    if found is not None and example.result_run_id != found.pk:
        changes |= {"result_run": found, "previous_run": example.result_run}
    if changes:
        for name, value in changes.items():
            setattr(example, name, value)
        Example.objects.filter(pk=example.pk).update(**changes)
    return fingerprint


def warm_examples() -> list[Run]:
    """Queue, at low priority, every example whose result is missing or due; the new runs."""
    made = []
    for example in Example.objects.select_related("result_run"):
        fingerprint = refresh(example)
        if not fingerprint or not example.is_due or _failed_already(fingerprint):
            continue
        try:
            run, created = find_or_create_run(
                experiment=example.experiment, example=example, system=True
            )
        except EngineError as error:
            log.warning("Example %s was not queued: %s", example.slug, error)
            continue
        if created:
            made.append(run)
    warmed.send(sender=Example)
    return made


def warm_settings() -> list[Run]:
    """Queue, behind everything else, the defaults and presets of every experiment; the new runs.

    What needs a series that is not imported here is left out until it is.
    """
    made = []
    for one in experiments():
        for parameters in ({}, *(preset.parameters for preset in one.presets)):
            try:
                if _failed_already(identify(one, parameters).fingerprint):
                    continue
                run, created = find_or_create_run(
                    experiment=one, parameters=parameters, system=True
                )
            except EngineError as error:
                log.info("Settings of %s were not queued: %s", one.slug, error)
                continue
            if created:
                made.append(run)
    return made


def known_result(
    found: Experiment, parameters: Mapping[str, Any], seed: int | None = None
) -> Run | None:
    """The run that has answered this already with today's engine and data, if there is one."""
    try:
        fingerprint = identify(found, parameters, seed).fingerprint
    except EngineError:
        return None
    return Run.objects.filter(fingerprint=fingerprint, status=SUCCEEDED).first()


def _failed_already(fingerprint: str) -> bool:
    """A computation that failed by itself fails again: wait until engine or data change."""
    rows = Run.objects.filter(fingerprint=fingerprint)
    return (
        rows.filter(status=FAILED, attempts__gt=0).exists()
        and not rows.filter(status__in=KEPT).exists()
    )


def attach_result(run: Run) -> None:
    """Show a fresh result at every example that asks exactly this."""
    for example in Example.objects.filter(fingerprint=run.fingerprint).exclude(
        result_run_id=run.pk
    ):
        Example.objects.filter(pk=example.pk).update(
            previous_run_id=F("result_run_id"), result_run_id=run.pk
        )
        result_attached.send(sender=Example, example=example, run=run)
