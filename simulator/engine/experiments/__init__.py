"""All experiments by slug, found by looking into this package."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from .base import Experiment

__all__ = ["all_experiments", "get"]


@cache
def all_experiments() -> dict[str, Experiment]:
    """Every declared experiment, calculators first, each group by title."""
    found: list[Experiment] = [
        importlib.import_module(module.name).experiment
        for module in pkgutil.iter_modules(__path__, __name__ + ".")
        if module.ispkg
    ]
    found.sort(key=lambda e: (e.kind != "calculator", e.title))
    return {experiment.slug: experiment for experiment in found}


def get(slug: str) -> Experiment:
    """The experiment with this slug; raises ``KeyError`` when there is none."""
    return all_experiments()[slug]
