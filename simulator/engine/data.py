"""How history reaches an experiment: frozen daily series behind a small protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from .errors import DataMissing

Progress = Callable[[float, str], None]
"""``progress(fraction, stage)``: fraction 0–1, stage in words; raises ``RunCancelled``."""


def silent(fraction: float, stage: str) -> None:
    """The progress of a computation nobody watches."""


def part(progress: Progress, low: float, high: float) -> Progress:
    """The progress of one part of a computation, from ``low`` to ``high`` of the whole."""
    return lambda done, stage: progress(low + (high - low) * done, stage)


@dataclass(frozen=True)
class DailySeries:
    """One imported daily series.

    ``dates`` is datetime64[D], strictly increasing; ``values`` float64 of the same
    length in ``unit``; ``sha256`` names exactly these numbers.
    """

    name: str
    sha256: str
    dates: Any
    values: Any
    unit: str = "1"


class Data(Protocol):
    """Where an experiment asks for a series by name; the run records what it was given."""

    def series(self, name: str) -> DailySeries: ...


class NoData:
    """The data of an installation where nothing was imported."""

    def series(self, name: str) -> DailySeries:
        raise DataMissing(f"the series {name!r} has not been imported")
