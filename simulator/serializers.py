"""The shapes of the API: experiments, examples, runs, sweeps, exactly as the contract names."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from . import services
from .engine.experiments.base import Experiment
from .models import Example, Run, Sweep


class MetricSpecShape(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    term = serializers.CharField(allow_null=True)


class ExperimentShape(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="the slug")
    title = serializers.CharField()
    version = serializers.IntegerField()
    summary = serializers.CharField()
    kind = serializers.ChoiceField(["calculator", "simulation"])
    seeded = serializers.BooleanField()
    default_seed = serializers.IntegerField(allow_null=True)
    engine_version = serializers.CharField()
    parameters = serializers.DictField(help_text="JSON Schema (2020-12) of the parameters")
    metrics = MetricSpecShape(many=True)
    model_card = serializers.DictField()
    examples = serializers.ListField(child=serializers.CharField())
    url = serializers.CharField()


class ExampleShape(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()
    experiment = serializers.CharField()
    parameters = serializers.DictField(help_text="the given ones; the others are defaults")
    seed = serializers.IntegerField(allow_null=True)
    article = serializers.CharField(allow_null=True)
    story = serializers.CharField()
    result_run = serializers.UUIDField(allow_null=True)
    is_due = serializers.BooleanField(help_text="whether the stored result is missing or stale")
    url = serializers.CharField()


class RunRequestShape(serializers.Serializer[Any]):
    example = serializers.CharField(required=False)
    experiment = serializers.CharField(required=False)
    parameters = serializers.DictField(required=False)
    seed = serializers.IntegerField(required=False, allow_null=True, min_value=0)


class RunShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField(help_text="the page")
    status = serializers.ChoiceField(["queued", "running", "succeeded", "failed", "cancelled"])
    stage = serializers.CharField()
    progress = serializers.FloatField(min_value=0, max_value=1)
    place = serializers.IntegerField(allow_null=True, help_text="in the queue, 1 is next")
    expected_seconds = serializers.FloatField(allow_null=True)
    example = serializers.CharField(allow_null=True)
    experiment = serializers.CharField()
    parameters = serializers.DictField()
    seed = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    attempts = serializers.IntegerField()
    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]
    from_cache = serializers.BooleanField()
    error = serializers.CharField(allow_null=True)
    error_id = serializers.CharField(allow_null=True)
    result = serializers.DictField(allow_null=True, help_text="the result document")


class SweepRequestShape(serializers.Serializer[Any]):
    example = serializers.CharField(required=False)
    experiment = serializers.CharField(required=False)
    parameters = serializers.DictField(required=False)
    seed = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    x = serializers.CharField()
    x_values = serializers.ListField()
    y = serializers.CharField(required=False)
    y_values = serializers.ListField(required=False)


class SweepShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    experiment = serializers.CharField()
    parameters = serializers.DictField()
    seed = serializers.IntegerField(allow_null=True)
    x = serializers.DictField()
    y = serializers.DictField(allow_null=True)
    total = serializers.IntegerField()
    succeeded = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    cells = serializers.ListField(child=serializers.DictField())
    metrics = serializers.DictField(help_text="metric name → rows of values, null where open")


def experiment_body(
    experiment: Experiment, request: Request, examples: list[str]
) -> dict[str, Any]:
    card = experiment.card
    return {
        "name": experiment.slug,
        "title": experiment.title,
        "version": experiment.version,
        "summary": experiment.summary,
        "kind": experiment.kind,
        "seeded": experiment.seeded,
        "default_seed": experiment.default_seed if experiment.seeded else None,
        "engine_version": services.current_engine(experiment),
        "parameters": experiment.schema(),
        "metrics": [
            {"name": m.name, "label": m.label, "unit": m.unit, "term": m.term}
            for m in experiment.metrics
        ],
        "model_card": {
            "what_it_is": card.what_it_is,
            "leaves_out": list(card.leaves_out),
            "would_change": list(card.would_change),
            "sources": list(card.sources),
        },
        "examples": examples,
        "url": request.build_absolute_uri(f"/api/v1/experiments/{experiment.slug}/"),
    }


def example_body(example: Example, request: Request) -> dict[str, Any]:
    """Expects ``article`` and ``result_run`` to be selected with the row."""
    return {
        "slug": example.slug,
        "title": example.title,
        "experiment": example.experiment,
        "parameters": example.parameters,
        "seed": example.seed,
        "article": example.article.slug if example.article else None,
        "story": example.story,
        "result_run": example.result_run_id,
        "is_due": example.is_due,
        "url": request.build_absolute_uri(example.get_absolute_url()),
    }


def run_body(run: Run, request: Request, *, from_cache: bool = False) -> dict[str, Any]:
    wait = services.expected_wait(run)
    return {
        "id": run.pk,
        "url": request.build_absolute_uri(run.get_absolute_url()),
        "status": run.status,
        "stage": run.stage,
        "progress": run.progress,
        "place": services.place_in_queue(run),
        "expected_seconds": None if wait is None else round(wait, 1),
        "example": run.example.slug if run.example else None,
        "experiment": run.experiment,
        "parameters": run.parameters,
        "seed": run.seed,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "attempts": run.attempts,
        "parent": run.parent_id,
        "from_cache": from_cache,
        "error": run.error or None,
        "error_id": run.error_id or None,
        "result": run.document,
    }


def sweep_body(sweep: Sweep, request: Request) -> dict[str, Any]:
    y = {"parameter": sweep.y_parameter, "values": sweep.y_values} if sweep.y_parameter else None
    return {
        "id": sweep.pk,
        "url": request.build_absolute_uri(sweep.get_absolute_url()),
        "experiment": sweep.experiment,
        "parameters": sweep.parameters,
        "seed": sweep.seed,
        "x": {"parameter": sweep.x_parameter, "values": sweep.x_values},
        "y": y,
        "total": sweep.total,
        "succeeded": sweep.succeeded,
        "failed": sweep.failed,
        "cancelled": sweep.cancelled,
        "cells": [
            {
                "x": cell.x,
                "y": cell.y,
                "run": cell.run_id,
                "status": cell.run.status if cell.run else None,
            }
            for cell in sweep.cells.select_related("run").defer("run__parameters", "run__log")
        ],
        "metrics": services.sweep_tables(sweep),
    }
