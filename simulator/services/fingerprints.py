"""The name of a question: what goes into a run, and the hash of it.

A run is the same run when experiment, version, engine sources, parameters (defaults
included), seed and data are the same. The engine's version belongs in: after a change
of the engine an equal request must be computed again, or a corrected formula would go
on answering with the old number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from simulator.engine.errors import ParameterError, ParametersRefused
from simulator.engine.experiments.base import Experiment, SeriesName
from simulator.engine.provenance import engine_version
from simulator.models import DataSeries


@dataclass(frozen=True)
class Identity:
    """All inputs of a run, checked and complete."""

    experiment: Experiment
    parameters: dict[str, Any]
    seed: int | None
    data: dict[str, str]
    engine_version: str

    @property
    def fingerprint(self) -> str:
        """64 hex digits; canonical JSON (RFC 8785): sorted keys, shortest decimals, −0 is 0."""
        return hashlib.sha256(
            rfc8785.dumps(
                {
                    "experiment": self.experiment.slug,
                    "version": self.experiment.version,
                    "engine": self.engine_version,
                    "parameters": self.parameters,
                    "seed": self.seed,
                    "data": self.data,
                }
            )
        ).hexdigest()


def identify(experiment: Experiment, raw: Mapping[str, Any], seed: Any = None) -> Identity:
    """Check a request and complete it; raises ``ParametersRefused``."""
    parameters = experiment.parse(raw)
    return Identity(
        experiment=experiment,
        parameters=parameters,
        seed=experiment.parse_seed(seed),
        data=pinned_data(experiment, parameters),
        engine_version=engine_version(experiment.package),
    )


def pinned_data(experiment: Experiment, parameters: Mapping[str, Any]) -> dict[str, str]:
    """Series name → checksum of the numbers that this run will be given."""
    named = {
        p.name: parameters[p.name]
        for p in experiment.parameters
        if isinstance(p, SeriesName) and parameters[p.name] is not None and p.read_when(parameters)
    }
    wanted = [*named.values(), *experiment.reads(parameters)]
    if not wanted:
        return {}
    stored = DataSeries.objects.checksums()
    missing = [
        ParameterError(field, _not_imported(name, stored))
        for field, name in named.items()
        if name not in stored
    ]
    if missing:
        raise ParametersRefused(missing)
    return {name: stored[name] for name in sorted(set(wanted)) if name in stored}


def _not_imported(name: str, stored: Mapping[str, str]) -> str:
    there = ", ".join(sorted(stored)) or "none yet"
    return f"the series {name!r} has not been imported here; there are: {there}"
