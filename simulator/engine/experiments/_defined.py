"""Figures that may not exist: a number, or None with the sentence that says why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from ..results import Metric
from .base import MetricSpec


def defined(value: Any) -> float | None:
    """A finite number as it is, anything else as None."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def metrics_of(
    specs: Iterable[MetricSpec],
    values: dict[str, Any],
    intervals: dict[str, tuple[Any, Any]] | None = None,
) -> list[Metric]:
    """One metric for every declared one, None where ``values`` has no finite number."""
    ranges = intervals or {}
    out = []
    for spec in specs:
        low, high = ranges.get(spec.name, (None, None))
        out.append(
            Metric(
                spec.name,
                spec.label,
                defined(values.get(spec.name)),
                spec.unit,
                low=defined(low),
                high=defined(high),
                term=spec.term,
            )
        )
    return out


def unexplained(metrics: Sequence[Metric], reasons: dict[str, str]) -> list[str]:
    """A note for every metric without a value; equal reasons are one note."""
    notes: dict[str, list[str]] = {}
    for metric in metrics:
        if metric.value is None:
            reason = reasons.get(metric.name, "it is not defined for these numbers")
            notes.setdefault(reason, []).append(metric.label)
    return [f"No value for {', '.join(labels)}: {reason}." for reason, labels in notes.items()]


def percent(value: float, digits: int = 2) -> str:
    """A fraction as a reader sees it in a headline, with a true minus sign."""
    return f"{number(value * 100, digits)} %"


def number(value: float, digits: int = 2) -> str:
    """A plain number as a reader sees it in a headline, with a true minus sign."""
    shown = f"{value:,.{digits}f}" if abs(value) < 1e15 else f"{value:.3e}"
    return shown.replace("-", "−")
