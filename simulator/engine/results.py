"""What an experiment returns: a headline, figures, tables, charts and notes.

These values are built by ``run`` functions in a worker and read by pages, so this
module imports no numpy: arrays are turned into lists of plain numbers on entry, and
a figure that is not finite is refused rather than published.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import rfc8785

from .errors import ResultRefused

Cell = float | int | str | None
CHART_KINDS = frozenset(
    {"line", "bars", "histogram", "heatmap", "points", "payoff", "specification"}
)
AXIS_TYPES = frozenset({"number", "date", "category"})


def plain(value: Any) -> Any:
    """Turn numpy scalars and arrays, tuples and dates into what JSON knows; nan is None.

    Raises ``ResultRefused`` for an infinity: there is no honest way to draw it.
    """
    if value is None or isinstance(value, str | bool):
        return value
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()[:10]
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if math.isinf(value):
            raise ResultRefused("a result holds an infinite number")
        return value + 0.0  # -0.0 prints as 0
    if isinstance(value, str | bool) or value is None:
        return value
    raise ResultRefused(f"a result holds {type(value).__name__}, which is not a number or text")


@dataclass(frozen=True)
class Metric:
    """One named figure with its unit, 95 % interval and glossary term.

    ``value`` may be None only when a note of the result says why.
    """

    name: str
    label: str
    value: Any
    unit: str
    low: Any = None
    high: Any = None
    term: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.label,
            "value": plain(self.value),
            "unit": self.unit,
            "low": plain(self.low),
            "high": plain(self.high),
            "term": self.term,
        }


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    unit: str | None = None


@dataclass(frozen=True)
class Table:
    """Rows of numbers, strings and gaps under named columns."""

    name: str
    label: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]

    def as_dict(self) -> dict[str, Any]:
        rows = [plain(list(row)) for row in self.rows]
        if any(len(row) != len(self.columns) for row in rows):
            raise ResultRefused(f"table {self.name}: a row does not fit its columns")
        return {
            "name": self.name,
            "label": self.label,
            "columns": [{"name": c.name, "label": c.label, "unit": c.unit} for c in self.columns],
            "rows": rows,
        }


@dataclass(frozen=True)
class Axis:
    """``type``: number, date (YYYY-MM-DD) or category. ``values`` is required on x."""

    label: str
    unit: str | None = None
    type: str = "number"
    values: Any = None


@dataclass(frozen=True)
class Series:
    """``role``: base, hedged, hedge, cost, reference, … : the page styles by it.

    ``low`` and ``high`` draw a band. In a heat map ``values`` is one row.
    """

    name: str
    label: str
    values: Any
    role: str | None = None
    low: Any = None
    high: Any = None


@dataclass(frozen=True)
class Mark:
    """A span (or a line, where start equals end) on one axis, with its label."""

    axis: str
    start: Any
    end: Any
    label: str


@dataclass(frozen=True)
class Chart:
    """A description from which the page draws SVG and the table of the same numbers."""

    name: str
    label: str
    kind: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    marks: Sequence[Mark] = ()
    alt: str = ""

    def as_dict(self) -> dict[str, Any]:
        if self.kind not in CHART_KINDS or self.x.type not in AXIS_TYPES:
            raise ResultRefused(f"chart {self.name}: unknown kind or axis type")
        x_values = plain(list(self.x.values) if self.x.values is not None else [])
        y: dict[str, Any] = {"label": self.y.label, "unit": self.y.unit}
        if self.y.values is not None:
            y["values"] = plain(list(self.y.values))
        return {
            "name": self.name,
            "label": self.label,
            "kind": self.kind,
            "x": {
                "label": self.x.label,
                "unit": self.x.unit,
                "type": self.x.type,
                "values": x_values,
            },
            "y": y,
            "series": [self._series(s, len(x_values)) for s in self.series],
            "marks": [
                {"axis": m.axis, "from": plain(m.start), "to": plain(m.end), "label": m.label}
                for m in self.marks
            ],
            "alt": self.alt,
        }

    def _series(self, series: Series, length: int) -> dict[str, Any]:
        out: dict[str, Any] = {"name": series.name, "label": series.label}
        if series.role:
            out["role"] = series.role
        for key, values in (
            ("values", series.values),
            ("low", series.low),
            ("high", series.high),
        ):
            if values is None:
                continue
            out[key] = plain(list(values))
            if len(out[key]) != length:
                raise ResultRefused(
                    f"chart {self.name}: series {series.name} has {len(out[key])} values for "
                    f"{length} points"
                )
        return out


@dataclass(frozen=True)
class Result:
    """Everything an experiment found; ``notes`` are what a reader must know beside it."""

    headline: str
    metrics: Sequence[Metric]
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    notes: Sequence[str] = field(default_factory=tuple)

    def as_dict(self) -> dict[str, Any]:
        metrics = [metric.as_dict() for metric in self.metrics]
        if any(m["value"] is None for m in metrics) and not self.notes:
            raise ResultRefused("a metric without a value needs a note that says why")
        return {
            "headline": self.headline,
            "metrics": metrics,
            "tables": [table.as_dict() for table in self.tables],
            "charts": [chart.as_dict() for chart in self.charts],
            "notes": list(self.notes),
        }


def rounded(value: Any, digits: int = 12) -> Any:
    """The same document with every float rounded to ``digits`` significant digits."""
    if isinstance(value, float):
        return float(f"{value:.{digits - 1}e}")
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item, digits) for item in value]
    return value


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON (RFC 8785) of a result document.

    ``digest`` and ``timing`` are left out and floats are rounded to 12 significant
    digits, so that the same question has the same digest on any worker.
    """
    body = {key: value for key, value in document.items() if key not in ("digest", "timing")}
    return "sha256:" + hashlib.sha256(rfc8785.dumps(rounded(body))).hexdigest()
