"""The experiments, for everybody above who must not open the engine's door."""

from __future__ import annotations

import importlib
from pathlib import Path

from django.http import Http404

from simulator.engine import experiments as registry
from simulator.engine import provenance
from simulator.engine.documents import compute
from simulator.engine.experiments.base import Experiment
from simulator.engine.provenance import engine_version


class UnknownExperiment(LookupError):
    """There is no experiment of this name; the message lists those that there are."""

    def __init__(self, slug: str) -> None:
        known = ", ".join(registry.all_experiments())
        super().__init__(f"There is no experiment {slug!r}. There are: {known}.")


def experiments() -> list[Experiment]:
    return list(registry.all_experiments().values())


def experiment(slug: str) -> Experiment:
    """The experiment; raises ``UnknownExperiment``."""
    try:
        return registry.get(slug)
    except KeyError:
        raise UnknownExperiment(slug) from None


def experiment_or_404(slug: str) -> Experiment:
    try:
        return experiment(slug)
    except UnknownExperiment as error:
        raise Http404(str(error)) from error


def preload() -> None:
    """Load every computation and name its sources now, before they can change on disk.

    Then fill the tables that runs share: who forks afterwards hands them on.
    """
    for found in experiments():
        importlib.import_module(found.package + ".run")
        engine_version(found.package)
    for found in experiments():
        if found.warms is not None:
            compute(found, found.parse(found.warms), seed=found.parse_seed(None))


def current_engine(found: Experiment) -> str:
    """The version of the sources that would compute this experiment now."""
    return engine_version(found.package)


def sources(found: Experiment) -> dict[str, Path]:
    """The engine files that an experiment stands on, by their path inside the engine."""
    root = Path(provenance.ROOT)
    return {str(p.relative_to(root)): p for p in provenance.sources(found.package)}
