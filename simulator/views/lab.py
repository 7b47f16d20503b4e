"""``/lab/``: everything that can be run, one page each, and the Run button."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from common.requests import anonymous_post
from kb.models import Term
from simulator import blocks, exhibits, forms, services
from simulator.models import Example, Run

GROUPS = (("simulation", "Simulations"), ("calculator", "Calculators"))


@dataclass(frozen=True)
class Refusal:
    """Why a run was not accepted although its values are right."""

    status: int
    words: str
    retry_after: int
    nearest: Run | None = None

    @property
    def wait(self) -> str:
        return in_words(self.retry_after)


def in_words(seconds: float | None) -> str:
    """``12 seconds``, ``3 minutes``: an honest wait, rounded up."""
    if seconds is None:
        return ""
    whole = max(1, math.ceil(seconds))
    if whole < 90:
        return f"{whole} second{'s' if whole != 1 else ''}"
    return f"{math.ceil(whole / 60)} minutes"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All experiments by kind, each with its examples and the state of their results."""
    rows: dict[str, list[dict[str, Any]]] = {}
    shown = list(Example.objects.public().select_related("result_run", "article"))
    standings = services.standings(shown)
    for example in shown:
        rows.setdefault(example.experiment, []).append(_row(example, standings[example.pk]))
    places = {slug: place for place, slug in enumerate(rows)}  # as content/examples.toml has them
    experiments = sorted(services.experiments(), key=lambda e: places.get(e.slug, len(places)))
    groups = [
        (kind, heading, [(e, rows.get(e.slug, [])) for e in experiments if e.kind == kind])
        for kind, heading in GROUPS
        if any(e.kind == kind for e in experiments)
    ]
    examples = sum(len(found) for found in rows.values())
    return render(request, "simulator/lab.html", {"groups": groups, "examples": examples})


def _row(example: Example, standing: services.Standing) -> dict[str, Any]:
    run = services.stored_run(example)
    document = run.document if run else None
    article = example.article
    return {
        "example": example,
        "run": run,
        "headline": (document or {}).get("headline", ""),
        "state": standing.state,
        "words": standing.words,
        "article": article if article and article.state == "published" else None,
    }


@anonymous_post
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One example, or an experiment by its own name, with its form."""
    rows = Example.objects.public().filter(slug=slug)
    # A known answer is not to wait for what only the page shows.
    if request.method == "POST":
        rows = rows.only("slug", "experiment", "parameters", "seed")
    else:
        rows = rows.select_related(*blocks.SHOWN_WITH)
    example = rows.first()
    experiment = services.experiment_or_404(example.experiment if example else slug)
    values = dict(example.parameters) if example else {}
    seed = example.seed if example else None
    if request.method == "POST":
        return _submit(request, experiment, example, values, seed)
    found, linked_seed, notices = forms.values_from_link(experiment, _link_values(request), values)
    seed = seed if linked_seed is None else linked_seed
    form = forms.form_for(experiment, found, seed)
    shown = None if example else services.known_result(experiment, found, seed)
    return _page(request, experiment, example, form, notices=notices, shown=shown)


def _link_values(request: HttpRequest) -> dict[str, str]:
    return {k: v for k, v in request.GET.dict().items() if k != "from"}


def _page(
    request: HttpRequest,
    experiment: Any,
    example: Example | None,
    form: forms.RunForm,
    *,
    notices: list[str] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
    shown: Run | None = None,
) -> HttpResponse:
    path = example.get_absolute_url() if example else f"/lab/{experiment.slug}/"
    context: dict[str, Any] = (
        blocks.context(example)
        if example
        else {
            "exhibit": shown and exhibits.exhibit(shown),
            "presets": blocks.presets(experiment),
            "others": blocks.other_examples(experiment),
        }
    )
    context |= {
        "experiment": experiment,
        "title": example.title if example else experiment.title,
        "form": form,
        "path": path,
        "canonical": settings.SITE_URL + path,
        "notices": notices or [],
        "refusal": refusal,
        "parent": parent_of(request),
        "terms": list(Term.objects.filter(example=example.slug).only("slug", "name"))
        if example
        else [],
    }
    response = render(request, "simulator/lab_detail.html", context, status=status)
    if refusal is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def parent_of(request: HttpRequest) -> Run | None:
    """The run that the values were taken from, named by ``from`` in the link or the form."""
    named = request.POST.get("from") or request.GET.get("from") or ""
    try:
        return Run.objects.filter(pk=uuid.UUID(named)).first()
    except ValueError:
        return None


def _submit(
    request: HttpRequest,
    experiment: Any,
    example: Example | None,
    values: dict[str, Any],
    seed: int | None,
) -> HttpResponse:
    typed = request.POST.dict()
    refusal: Refusal | None = None
    try:
        parameters, typed_seed = forms.read_post(experiment, typed, values)
        run, created = services.find_or_create_run(
            experiment=experiment,
            parameters=parameters,
            seed=seed if typed_seed is None else typed_seed,
            example=example,
            client=services.client_key(request),
            parent=parent_of(request),
        )
    except services.ParametersRefused as refused:
        form = forms.form_from_post(experiment, typed, values, seed)
        form.show(refused.errors)
        return _page(request, experiment, example, form, status=422)
    except services.QuotaExceeded as error:
        refusal = Refusal(429, str(error), math.ceil(error.retry_after))
    except services.QueueFull as error:
        refusal = Refusal(503, str(error), math.ceil(error.retry_after), error.nearest)
    if refusal is not None:
        form = forms.form_from_post(experiment, typed, values, seed)
        return _page(request, experiment, example, form, refusal=refusal, status=refusal.status)
    response = HttpResponseRedirect(run.get_absolute_url() + ("" if created else "#known"))
    response.status_code = 303
    return response


@require_safe
def code(request: HttpRequest, slug: str) -> HttpResponse:
    """The sources of an experiment, read-only: its own two files, then what they stand on."""
    example = Example.objects.public().filter(slug=slug).first()
    experiment = services.experiment_or_404(example.experiment if example else slug)
    sources = services.sources(experiment)
    own = [name for name in sources if _is_own(name, experiment.package)]
    wanted = request.GET.get("file", "")
    if wanted and wanted not in sources:
        raise Http404("There is no such file.")
    shown = [wanted] if wanted else own
    context = {
        "experiment": experiment,
        "slug": slug,
        "engine_version": services.current_engine(experiment),
        "files": [(name, Path(sources[name]).read_text(encoding="utf-8")) for name in shown],
        "others": [name for name in sources if name not in shown],
        "count": len(sources),
    }
    return render(request, "simulator/code.html", context)


@require_safe
def package(request: HttpRequest, slug: str) -> HttpResponse:
    """The same code as a ZIP, with locked requirements and a script that runs it."""
    example = Example.objects.public().filter(slug=slug).first()
    experiment = services.experiment_or_404(example.experiment if example else slug)
    parameters = experiment.parse(example.parameters if example else {})
    seed = experiment.parse_seed(example.seed if example else None)
    content = services.package(experiment, parameters, seed)
    response = HttpResponse(content, content_type="application/zip")
    name = f"{experiment.slug}-{services.current_engine(experiment)}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, no_cache=True)
    return response


def _is_own(name: str, package: str) -> bool:
    return name.startswith(f"experiments/{package.rpartition('.')[2]}/")
