"""What a run may cost, and the nearest value that would be allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from simulator.engine.errors import ParameterError
from simulator.engine.experiments.base import Experiment, Integer, Number

from .refusals import CostTooHigh

SIMULATION = "simulation"


def run_cost_cap() -> float:
    """CPU seconds that one run may be estimated at."""
    return float(getattr(settings, "RUN_COST_CAP", 30.0))


def estimate(experiment: Experiment, parameters: Mapping[str, Any]) -> float:
    return max(0.0, float(experiment.cost(parameters)))


def check(experiment: Experiment, parameters: Mapping[str, Any]) -> float:
    """The estimated cost in CPU seconds; raises ``CostTooHigh`` above the cap."""
    cost, cap = estimate(experiment, parameters), run_cost_cap()
    if cost <= cap:
        return cost
    words = f"this would take about {cost:.0f} CPU seconds; one run may take {cap:.0f}"
    found = nearest_allowed(experiment, parameters, cap)
    if found is None:
        raise CostTooHigh([ParameterError("parameters", words)])
    parameter, value = found
    raise CostTooHigh(
        [
            ParameterError(
                parameter.name,
                f"{words}; with {value:g} here it would be accepted",
                minimum=parameter.minimum,
                maximum=value,
                unit=parameter.unit,
                nearest=value,
            )
        ]
    )


def nearest_allowed(
    experiment: Experiment, parameters: Mapping[str, Any], cap: float
) -> tuple[Number, float] | None:
    """The one number that helps most, and the value nearest to the wanted one that is allowed."""
    candidates = []
    for parameter in experiment.parameters:
        if not isinstance(parameter, Number) or parameters[parameter.name] is None:
            continue
        for small in (parameter.minimum, parameter.default):
            if small is None or small == parameters[parameter.name]:
                continue
            cost = estimate(experiment, {**parameters, parameter.name: small})
            if cost <= cap:
                candidates.append((cost, parameter, small))
                break
    if not candidates:
        return None
    _, parameter, small = min(candidates, key=lambda c: c[0])
    return parameter, _bisect(experiment, parameters, parameter, float(small), cap)


def _bisect(
    experiment: Experiment,
    parameters: Mapping[str, Any],
    parameter: Number,
    allowed: float,
    cap: float,
) -> float:
    refused = float(parameters[parameter.name])
    whole = isinstance(parameter, Integer)
    for _ in range(60):
        middle = (allowed + refused) / 2
        value = int(middle) if whole else middle
        if value in (allowed, refused):
            break
        if estimate(experiment, {**parameters, parameter.name: value}) <= cap:
            allowed = value
        else:
            refused = value
    return int(allowed) if whole else allowed
