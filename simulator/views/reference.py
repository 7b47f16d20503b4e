"""``/lab/<slug>/reference/``: an experiment's documentation, written from its declaration."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from simulator import services
from simulator.engine.experiments.base import (
    Boolean,
    Choice,
    Experiment,
    Number,
    NumberList,
    Parameter,
)
from simulator.forms import bounds_text, text_of

UNITS = {"1": "fraction or ratio", "count": "number"}


@dataclass(frozen=True)
class Row:
    """One parameter as a reader of the documentation needs it."""

    name: str
    label: str
    accepts: str
    default: str
    words: str


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    experiment = services.experiment_or_404(slug)
    context = {
        "experiment": experiment,
        "groups": groups(experiment),
        "metrics": [(spec, UNITS.get(spec.unit, spec.unit)) for spec in experiment.metrics],
        "rules": [words for rule in experiment.rules if (words := first_line(rule))],
        "example": sample(experiment),
        "seconds": experiment.cost(experiment.parse({})),
        "address": f"{settings.SITE_URL}/api/v1/runs/",
    }
    return render(request, "simulator/reference.html", context)


def groups(experiment: Experiment) -> list[tuple[str, list[Row]]]:
    """The parameters by group, in the order of the declaration."""
    found: dict[str, list[Row]] = {}
    for parameter in experiment.parameters:
        found.setdefault(parameter.group[:1].upper() + parameter.group[1:], []).append(
            row(parameter)
        )
    return list(found.items())


def row(parameter: Parameter) -> Row:
    return Row(
        name=parameter.name,
        label=parameter.label,
        accepts=accepts(parameter),
        default=text_of(parameter.default) or "empty",
        words=" ".join(part for part in (parameter.help, parameter.why) if part),
    )


def accepts(parameter: Parameter) -> str:
    """What values are taken, in words."""
    if isinstance(parameter, Number | NumberList):
        return bounds_text(parameter) or "any number"
    if isinstance(parameter, Choice):
        said = "; ".join(
            f"{word}: {meaning.removeprefix(f'{word}: ')}"
            for word, meaning in parameter.options.items()
        )
    elif isinstance(parameter, Boolean):
        said = "true or false"
    else:
        said = "the name of an imported series"
    return f"{said}, may stay empty" if parameter.nullable else said


def first_line(rule: Any) -> str:
    return (inspect.getdoc(rule) or "").split("\n", 1)[0]


def sample(experiment: Experiment) -> dict[str, str]:
    """One preset (or the defaults) as a command, and as the body of a request."""
    given = dict(experiment.presets[0].parameters) if experiment.presets else {}
    plain = {k: v for k, v in given.items() if isinstance(v, str | int | float | bool)}
    options = "".join(
        f" --set {name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in plain.items()
    )
    seed = {"seed": experiment.default_seed} if experiment.seeded else {}
    body = {"experiment": experiment.slug, "parameters": plain} | seed
    command = f"python manage.py run_experiment {experiment.slug}{options}"
    return {
        "command": command + (f" --seed {experiment.default_seed}" if seed else ""),
        "body": json.dumps(body),
    }
