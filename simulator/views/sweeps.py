"""Sweeps: one parameter as a curve, two as a map, filling in as cells arrive."""

from __future__ import annotations

import math
import re
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.requests import anonymous_post
from simulator import exhibits, forms, presentation, services
from simulator.models import Example, Sweep

from .lab import Refusal

RANGE = re.compile(r"(\S+)\s+(?:to|…|\.\.)\s+(\S+)\s+in\s+(\d{1,3})", re.ASCII)
MOST_VALUES = 200


@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose what varies; everything else comes from the example or from the fields."""
    example = Example.objects.public().filter(slug=slug).first()
    experiment = services.experiment_or_404(example.experiment if example else slug)
    values = dict(example.parameters) if example else {}
    seed = example.seed if example else None
    axes = _axes(request, experiment)
    if request.method != "POST":
        found, linked_seed, _ = forms.values_from_link(
            experiment, {k: v for k, v in request.GET.dict().items() if k != "from"}, values
        )
        form = forms.form_for(experiment, found, linked_seed if linked_seed is not None else seed)
        return _form(request, experiment, example, form, axes)
    form = forms.form_from_post(experiment, request.POST.dict(), values, seed)
    refusal: Refusal | None = None
    try:
        parameters, typed_seed = forms.read_post(experiment, request.POST.dict(), values)
        x, y = (_read_axis(experiment, axis) for axis in axes)
        sweep = services.create_sweep(
            experiment=experiment,
            x=axes[0]["chosen"],
            x_values=x,
            y=axes[1]["chosen"],
            y_values=y,
            parameters=parameters,
            seed=seed if typed_seed is None else typed_seed,
            example=example,
            client=services.client_key(request),
        )
    except services.ParametersRefused as refused:
        rest = [e for e in refused.errors if not _blame(axes, e)]
        form.show(rest)
        return _form(request, experiment, example, form, axes, status=422)
    except services.QuotaExceeded as error:
        refusal = Refusal(429, str(error), math.ceil(error.retry_after))
    except services.QueueFull as error:
        refusal = Refusal(503, str(error), math.ceil(error.retry_after), error.nearest)
    if refusal is not None:
        return _form(request, experiment, example, form, axes, refusal, refusal.status)
    return _see(sweep)


def _axes(request: HttpRequest, experiment: Any) -> list[dict[str, str]]:
    """What is chosen on each axis, as typed."""
    source = request.POST if request.method == "POST" else request.GET
    sweepable = [p.name for p in experiment.parameters if p.sweepable]
    usual = {"x": next(iter(sweepable), ""), "y": ""}
    return [
        {
            "name": axis,
            "label": label,
            "chosen": source.get(f"sweep_{axis}", usual[axis])[:80],
            "values": source.get(f"sweep_{axis}_values", "")[:4000],
            "error": "",
        }
        for axis, label in (("x", "First parameter"), ("y", "Second parameter"))
    ]


def _form(
    request: HttpRequest,
    experiment: Any,
    example: Example | None,
    form: forms.RunForm,
    axes: list[dict[str, str]],
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "title": example.title if example else experiment.title,
        "path": example.get_absolute_url() if example else f"/lab/{experiment.slug}/",
        "form": form,
        "axes": axes,
        "refusal": refusal,
        "sweepable": [(p.name, p.label) for p in experiment.parameters if p.sweepable],
    }
    response = render(request, "simulator/sweep_form.html", context, status=status)
    if refusal is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _blame(axes: list[dict[str, str]], error: services.ParameterError) -> bool:
    """Put an error that belongs to an axis beside it."""
    for axis in axes:
        if error.field == axis["name"]:
            axis["error"] = f"{axis['error']} {error.detail}.".strip()
            return True
    return False


def _read_axis(experiment: Any, axis: dict[str, str]) -> list[Any]:
    """The values of an axis: a list apart by spaces, or ``0 to 0.1 in 6``."""
    name, text = axis["chosen"], axis["values"].strip()
    if not name:
        return []
    parameter = next((p for p in experiment.parameters if p.name == name), None)
    if parameter is None or not text:
        return []
    try:
        words = _spread(parameter, text) or re.split(r"[\s;]+", text)
        if len(words) > MOST_VALUES:
            raise services.ParameterError(axis["name"], "has too many values")
        return [parameter.parse(parameter.from_text(word)) for word in words]
    except services.ParameterError as error:
        raise services.ParametersRefused(
            [services.ParameterError(axis["name"], f"a value {error.detail.strip()}")]
        ) from error


def _spread(parameter: Any, text: str) -> list[str]:
    """Equal steps from one end to the other, both included; [] when it is no range."""
    match = RANGE.fullmatch(text)
    if not match:
        return []
    lo, hi = (float(parameter.from_text(match[i])) for i in (1, 2))
    count = min(max(int(match[3]), 2), MOST_VALUES)
    steps = [lo + (hi - lo) * i / (count - 1) for i in range(count)]
    whole = parameter.json_type == "integer"
    found = [round(v) if whole else float(f"{v:.10g}") for v in steps]
    return [forms.text_of(v) for v in dict.fromkeys(found)]


@require_safe
def page(request: HttpRequest, sweep_id: UUID) -> HttpResponse:
    sweep = get_object_or_404(Sweep.objects.select_related("example"), pk=sweep_id)
    response = render(request, "simulator/sweep.html", _context(request, sweep))
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
def fragment(request: HttpRequest, sweep_id: UUID) -> HttpResponse:
    sweep = get_object_or_404(Sweep.objects.select_related("example"), pk=sweep_id)
    response = render(request, "simulator/_sweep.html", _context(request, sweep))
    patch_cache_control(response, no_store=True)
    return response


def _context(request: HttpRequest, sweep: Sweep) -> dict[str, Any]:
    experiment = services.experiment_or_404(sweep.experiment)
    metrics = list(experiment.metrics)
    wanted = request.GET.get("metric", "")
    metric = next((m for m in metrics if m.name == wanted), metrics[0])
    rows = services.sweep_table(sweep, metric.name)
    x = _parameter(experiment, sweep.x_parameter)
    y = _parameter(experiment, sweep.y_parameter)
    example = exhibits.shown_example(sweep.example_id)
    swept = {sweep.x_parameter, sweep.y_parameter}
    fixed = [r for r in forms.parameter_rows(experiment, sweep.parameters) if r[0] not in swept]
    return {
        "sweep": sweep,
        "title": example.title if example else experiment.title,
        "path": example.get_absolute_url() if example else f"/lab/{experiment.slug}/",
        "x_label": x.label if x else sweep.x_parameter,
        "y_label": (y.label if y else sweep.y_parameter) if sweep.y_parameter else "",
        "metrics": metrics,
        "metric": metric.name,
        "metric_label": metric.label,
        "description": description(sweep, metric, rows, x, y),
        "cells": _cells(sweep, metric, rows, x, y),
        "fixed": fixed,
        "exhibit": {"notice": services.NOTICE},
        "refresh": 5,
    }


def _parameter(experiment: Any, name: str) -> Any:
    return next((p for p in experiment.parameters if p.name == name), None)


def description(sweep: Sweep, metric: Any, rows: list[list[Any]], x: Any, y: Any) -> dict[str, Any]:
    """The sweep as a chart: a curve for one parameter, a heat map for two."""
    axis = _axis(sweep.x_parameter, sweep.x_values, x)
    value = {"label": metric.label, "unit": metric.unit}
    chart = {
        "name": "sweep",
        "label": f"{metric.label} by {axis['label']}",
        "x": axis,
        "marks": [],
        "alt": "",
    }
    if not sweep.y_parameter:
        kind = "line" if axis["type"] == "number" else "bars"
        series = [{"name": metric.name, "label": metric.label, "values": rows[0]}]
        return chart | {"kind": kind, "y": value, "series": series}
    across = _axis(sweep.y_parameter, sweep.y_values, y)
    series = [
        {"name": f"row{j}", "label": forms.text_of(v), "values": rows[j]}
        for j, v in enumerate(sweep.y_values)
    ]
    label = f"{metric.label} by {axis['label']} and {across['label']}"
    return chart | {
        "kind": "heatmap",
        "label": label,
        "y": across,
        "value": value,
        "series": series,
    }


def _axis(name: str, values: list[Any], parameter: Any) -> dict[str, Any]:
    numeric = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    shown = values if numeric else [forms.value_words(parameter, v) for v in values]
    return {
        "label": parameter.label if parameter else name,
        "unit": parameter.unit if parameter else None,
        "type": "number" if numeric else "category",
        "values": shown,
    }


def _cells(
    sweep: Sweep, metric: Any, rows: list[list[Any]], x: Any, y: Any
) -> list[dict[str, Any]]:
    out = []
    for cell in sweep.cells.select_related("run"):
        value = rows[cell.y][cell.x]
        out.append(
            {
                "x": forms.value_words(x, sweep.x_values[cell.x]),
                "y": forms.value_words(y, sweep.y_values[cell.y]) if sweep.y_values else "",
                "run": cell.run,
                "value": presentation.figure_html(value, metric.unit, metric.name),
            }
        )
    return out


@anonymous_post
@require_POST
def cancel(request: HttpRequest, sweep_id: UUID) -> HttpResponse:
    sweep = get_object_or_404(Sweep, pk=sweep_id)
    return _see(services.cancel_sweep(sweep))


@anonymous_post
@require_POST
def resume(request: HttpRequest, sweep_id: UUID) -> HttpResponse:
    """Ask again for cells that failed or were cancelled; over a limit it says so."""
    sweep = get_object_or_404(Sweep, pk=sweep_id)
    try:
        return _see(services.resume_sweep(sweep, client=services.client_key(request)))
    except (services.QuotaExceeded, services.QueueFull) as error:
        wait = math.ceil(error.retry_after)
        status = 429 if isinstance(error, services.QuotaExceeded) else 503
        context = {"title": "Not now", "detail": f"{error} Try again in {wait} seconds."}
        response = render(request, "common/error.html", context, status=status)
        response.headers["Retry-After"] = str(wait)
        return response


def _see(sweep: Sweep) -> HttpResponse:
    response = HttpResponseRedirect(sweep.get_absolute_url())
    response.status_code = 303
    return response
