"""From a request to the result document of the contract, in one place for every caller."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from .data import DailySeries, Data, NoData, Progress, silent
from .experiments.base import Experiment
from .provenance import engine_version, libraries
from .results import digest


class Recorder:
    """Hands out series and remembers which ones were used, for the document's ``data``."""

    def __init__(self, inner: Data) -> None:
        self.inner = inner
        self.used: dict[str, DailySeries] = {}

    def series(self, name: str) -> DailySeries:
        if name not in self.used:
            self.used[name] = self.inner.series(name)
        return self.used[name]

    def as_list(self) -> list[dict[str, Any]]:
        return [
            {
                "series": series.name,
                "sha256": series.sha256,
                "from": str(series.dates[0]),
                "to": str(series.dates[-1]),
                "rows": len(series.dates),
            }
            for _, series in sorted(self.used.items())
        ]


def compute(
    experiment: Experiment,
    params: Mapping[str, Any],
    *,
    seed: int | None = None,
    data: Data | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Run parsed parameters and return the result document with digest and timing."""
    recorder = Recorder(data or NoData())
    started = time.perf_counter()
    result = experiment.run(params, seed=seed, data=recorder, progress=progress)
    seconds = time.perf_counter() - started
    document: dict[str, Any] = {
        "experiment": experiment.slug,
        "version": experiment.version,
        "engine_version": engine_version(experiment.package),
        "parameters": dict(params),
        "seed": seed,
        "digest": "",
        "data": recorder.as_list(),
        "libraries": libraries(),
        **result.as_dict(),
        "timing": {"seconds": round(seconds, 6)},
    }
    document["digest"] = digest(document)
    return document
