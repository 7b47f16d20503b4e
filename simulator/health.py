"""Whether the site can do its work, for a load balancer, and figures for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import Error, connection
from django.db.models import Avg, Count, F, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from . import doorbell, services
from .models import QUEUED, SUCCEEDED, Example, Run, Worker
from .models.runs import STATUSES

OLDEST_ALLOWED = 60.0
Figure = tuple[str, str, str, Iterable[tuple[dict[str, str], float]]]


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database, broker and a worker do their part, else 503 naming what does not.

    Reading works without broker and worker, so a balancer should ask ``/healthz``; this
    address is for whoever gets woken up.
    """
    checks: dict[str, Any] = {}
    for name, check in CHECKS.items():
        try:
            checks[name] = check()
        except Error as error:
            checks[name] = {"ok": False, "detail": type(error).__name__}
    ready = all(check["ok"] for check in checks.values())
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


def _database() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {"ok": True, "kind": connection.vendor}


def _broker() -> dict[str, Any]:
    if doorbell.answers():
        return {"ok": True}
    # Workers take rows from the table then: slower to start, nothing is lost.
    return {"ok": False, "detail": "no answer; runs are taken from the table"}


def _workers() -> dict[str, Any]:
    alive = Worker.objects.alive()
    names = list(alive.order_by("name").values_list("name", flat=True))
    beat = alive.order_by("-beat_at").values_list("beat_at", flat=True).first()
    slots = alive.aggregate(n=Sum("slots"))["n"] or 0
    return {"ok": bool(names), "alive": len(names), "slots": slots, "last_beat": beat}


def _queue() -> dict[str, Any]:
    age = services.oldest_waiting()
    # Being long is no fault of a queue; being long while workers are idle is.
    ok = age < OLDEST_ALLOWED or not services.is_unserved(OLDEST_ALLOWED)
    return {"ok": ok, "waiting": services.waiting(), "oldest_seconds": round(age, 1)}


CHECKS: dict[str, Callable[[], dict[str, Any]]] = {
    "database": _database,
    "broker": _broker,
    "workers": _workers,
    "queue": _queue,
}


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text exposition, counted from the rows, so any web process says the same."""
    lines = []
    for name, kind, words, samples in _figures():
        lines += [f"# HELP hedgelab_{name} {words}", f"# TYPE hedgelab_{name} {kind}"]
        for labels, value in samples:
            shown = ",".join(f'{k}="{_escaped(v)}"' for k, v in sorted(labels.items()))
            lines.append(f"hedgelab_{name}{{{shown}}} {value:g}" if shown else _bare(name, value))
    return HttpResponse(
        "\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8"
    )


def _bare(name: str, value: float) -> str:
    return f"hedgelab_{name} {value:g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _figures() -> Iterable[Figure]:
    counted = dict(Run.objects.values_list("status").annotate(n=Count("pk")))
    yield "runs", "gauge", "Runs by state.", [({"status": s}, counted.get(s, 0)) for s in STATUSES]
    waiting = Run.objects.filter(status=QUEUED).values_list("priority")
    by_priority = dict(waiting.annotate(n=Count("pk")))
    yield (
        "queue_depth",
        "gauge",
        "Waiting runs by priority.",
        [({"priority": str(p)}, n) for p, n in sorted(by_priority.items())]
        or [({"priority": "0"}, 0)],
    )
    oldest = services.oldest_waiting()
    yield "queue_oldest_seconds", "gauge", "Age of the oldest reader's run.", [({}, oldest)]
    lapsed = Run.objects.lapsed().count()
    yield "runs_lapsed", "gauge", "Running rows whose worker is silent.", [({}, lapsed)]
    alive = Worker.objects.alive()
    yield "workers_alive", "gauge", "Workers with a fresh heartbeat.", [({}, alive.count())]
    slots = alive.aggregate(n=Sum("slots"))["n"] or 0
    yield "worker_slots", "gauge", "Runs that can be computed at once.", [({}, slots)]
    recent = (
        Run.objects.filter(status=SUCCEEDED, started_at__isnull=False)
        .values("experiment")
        .annotate(mean=Avg(F("finished_at") - F("started_at")))
        .order_by("experiment")
    )
    yield (
        "run_seconds_mean",
        "gauge",
        "Mean seconds from claim to result.",
        [({"experiment": row["experiment"]}, row["mean"].total_seconds()) for row in recent],
    )
    rings = [({"outcome": name}, float(n)) for name, n in sorted(doorbell.counts.items())]
    yield "doorbell_rings", "counter", "Rings of this web process by outcome.", rings
    due = sum(example.is_due for example in Example.objects.select_related("result_run"))
    yield "examples_due", "gauge", "Examples whose result is missing or stale.", [({}, due)]
