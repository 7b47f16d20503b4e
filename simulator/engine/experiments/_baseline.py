"""The common metrics where the baseline is not "without the hedge". No numpy here.

The names stay those of every simulation; only what a reader sees says which two accounts
were held against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..results import Metric
from ..units import COUNT, FRACTION
from .base import MetricSpec


def common_metrics(base: str, other: str, *, change: str = "the change") -> tuple[MetricSpec, ...]:
    """Specifications of the common metrics for an account ``other`` against ``base``."""
    fall, irr = "maximum-drawdown", "internal-rate-of-return"
    return (
        MetricSpec("max_drawdown_base", f"Deepest fall {base}, mean over paths", FRACTION, fall),
        MetricSpec("max_drawdown_hedged", f"Deepest fall {other}, mean over paths", FRACTION, fall),
        MetricSpec(
            "max_drawdown_difference",
            "Change of the deepest fall (above zero: less deep)",
            FRACTION,
            fall,
        ),
        MetricSpec("annual_cost", f"Profit that {change} brought a year, of capital", FRACTION),
        MetricSpec("annual_return_difference", "Change of the return a year", FRACTION),
        MetricSpec("irr_base", f"IRR {base}", FRACTION, irr),
        MetricSpec("irr_hedged", f"IRR {other}", FRACTION, irr),
        MetricSpec("share_harmed", "Share of paths that end with less money", FRACTION),
        MetricSpec("probability_of_benefit", "Share of paths with a less deep fall", FRACTION),
        MetricSpec("median_path", f"Total return of the median path {other}", FRACTION),
        MetricSpec("worst_path", f"Total return of the worst path {other}", FRACTION),
        MetricSpec("crises", "Independent crises a path, mean", COUNT),
        MetricSpec(
            "without_best_month",
            f"Change of the deepest fall without the best month of {change}",
            FRACTION,
        ),
    )


PREMIUM = MetricSpec("annual_premium", "Premium paid a year, of capital", FRACTION)


def relabelled(metrics: Sequence[Metric], specs: Iterable[MetricSpec]) -> list[Metric]:
    """The metrics that ``specs`` name, with their labels."""
    found = {metric.name: metric for metric in metrics}
    return [replace(found[spec.name], label=spec.label) for spec in specs if spec.name in found]
