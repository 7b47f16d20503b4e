"""``/runs/<uuid>/``: from the first second to the result, and its permanent home."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from common.requests import anonymous_post
from kb import citations
from simulator import exhibits, forms, services
from simulator.models import SUCCEEDED, Example, Run

from . import embed
from .lab import in_words

UNSERVED_AFTER = 20.0


@require_safe
def page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The run's state while it is under way, its whole result afterwards."""
    run = get_object_or_404(Run, pk=run_id)
    shown = exhibits.exhibit(run) if run.status == SUCCEEDED else None
    example = exhibits.shown_example(run.example_id)
    address = settings.SITE_URL + run.get_absolute_url()
    context = _state(run) | {
        "exhibit": shown,
        "title": _title(run, example),
        "origin": example.get_absolute_url() if example else f"/lab/{run.experiment}/",
        "address": address,
        "experiment": _experiment(run),
        "asked": exhibits.Exhibit(run, {}).changed,
        "fork_url": exhibits.Exhibit(run, {}).fork_url,
        "is_current": services.is_current(run),
        "refresh": _refresh(run),
        "kind_of_error": kind_of_error(run),
        "unserved": not run.is_finished and services.is_unserved(UNSERVED_AFTER),
    }
    if shown is not None:
        item = shown.csl(address, settings.SITE_NAME)
        styles = ("apa", "bibtex")
        context["citations"] = {s: citations.cite(item, s) for s in styles}
        context["embeds"] = embed.offers(run, shown)
    response = render(request, "simulator/run.html", context)
    patch_cache_control(response, no_cache=True)
    return response


@require_safe
def fragment(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The state alone, for the script that asks again and again."""
    run = get_object_or_404(Run, pk=run_id)
    response = render(request, "simulator/_progress.html", _state(run))
    patch_cache_control(response, no_store=True)
    return response


def _state(run: Run) -> dict[str, Any]:
    return {
        "run": run,
        "place": services.place_in_queue(run),
        "wait": in_words(services.expected_wait(run)),
    }


def _experiment(run: Run) -> Any:
    try:
        return services.experiment(run.experiment)
    except services.UnknownExperiment:
        return None


def _title(run: Run, example: Example | None) -> str:
    found = _experiment(run)
    if example is not None:
        return example.title
    return found.title if found else run.experiment


def kind_of_error(run: Run) -> str:
    """The exception's name alone: the rest of a traceback is for the operator."""
    last = run.technical.strip().rpartition("\n")[2]
    match = re.match(r"[A-Za-z_][A-Za-z0-9_.]{0,79}(?=:|$)", last)
    return match[0].rpartition(".")[2] if match else ""


def _refresh(run: Run) -> int:
    """Seconds until a page without script asks again: soon at first, then ever more calmly."""
    return 2 if run.age < 20 else 5 if run.age < 120 else 20


@anonymous_post
@require_POST
def cancel(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Anyone may stop an unfinished run; a finished one stays as it is."""
    run = get_object_or_404(Run, pk=run_id)
    services.cancel_run(run)
    response = HttpResponseRedirect(run.get_absolute_url())
    response.status_code = 303
    return response


def named_run(text: str) -> Run | None:
    """A run from its number or its address, however it was copied."""
    part = forms.uuid_in(text)
    return Run.objects.filter(pk=part).first() if part else None
