"""``/status/``: whether every example is fresh, and how the queue stands."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from simulator import services
from simulator.models import Example, Priority, Run, Worker

from .lab import in_words


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """All public examples with their state, what is not fresh first; then workers and queue."""
    examples = list(Example.objects.public().select_related("result_run", "article"))
    standings = services.standings(examples)
    rows: list[dict[str, Any]] = [
        {
            "example": example,
            "standing": standings[example.pk],
            "run": example.result_run,
            "article": example.article,
        }
        for example in examples
    ]
    rows.sort(key=lambda row: row["standing"].state == services.FRESH)
    runs = [e.result_run for e in examples if e.result_run]
    finished = [run.finished_at for run in runs if run.finished_at]
    context: dict[str, Any] = {
        "rows": rows,
        "counts": dict(Counter(row["standing"].words for row in rows)),
        "fresh": sum(s.state == services.FRESH for s in standings.values()),
        "oldest": min(finished, default=None),
        "newest": max(finished, default=None),
        "workers": Worker.objects.alive().count(),
        "slots": Worker.objects.slots(),
        "waiting": services.waiting(),
        "own": Run.objects.filter(status="queued", priority=Priority.SYSTEM).count(),
        "waited": in_words(services.oldest_waiting()),
        "running": Run.objects.filter(status="running").count(),
    }
    response = render(request, "simulator/status.html", context)
    patch_cache_control(response, no_cache=True)
    return response
