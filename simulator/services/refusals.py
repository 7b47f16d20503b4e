"""Why a run is not accepted, each with what would be."""

from __future__ import annotations

from simulator.engine.errors import ParametersRefused
from simulator.models import Run


class QuotaExceeded(Exception):
    """One published limit is used up; ``retry_after`` seconds until it is not."""

    def __init__(self, limit: str, retry_after: float) -> None:
        self.limit = limit
        self.retry_after = max(1.0, retry_after)
        super().__init__(f"The limit of {limit} is used up for now.")


class QueueFull(Exception):
    """Too much waits already; ``nearest`` is a stored run of the same experiment, if any."""

    def __init__(self, retry_after: float, nearest: Run | None = None) -> None:
        self.retry_after = max(1.0, retry_after)
        self.nearest = nearest
        super().__init__("Too many runs are waiting already, so this one was not accepted.")


class CostTooHigh(ParametersRefused):
    """The computation would take longer than one run may; names the nearest allowed value."""
