"""What a chart description says, made safe to draw: styles, numbers or gaps, one kind of x."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .scales import is_number, ordinal

ROLE_SLOTS = {"hedged": "s1", "base": "s6", "hedge": "s3", "cost": "s2", "reference": "sr"}
SLOTS = ("s1", "s2", "s3", "s4", "s5", "s6")
SHAPES = {slot: shape for shape, slot in enumerate((*SLOTS, "sr"))}


@dataclass(frozen=True)
class Drawn:
    """One series with its style: a class for colour and dash, a marker for the second coding."""

    name: str
    label: str
    role: str
    slot: str
    values: list[float | None]
    low: list[float | None]
    high: list[float | None]

    @property
    def shape(self) -> int:
        return SHAPES[self.slot]

    @property
    def has_band(self) -> bool:
        return any(v is not None for v in self.low) and any(v is not None for v in self.high)

    @property
    def last(self) -> int | None:
        """The index of the last value that is no gap."""
        return next(
            (i for i in reversed(range(len(self.values))) if self.values[i] is not None), None
        )


@dataclass(frozen=True)
class Places:
    """The x axis: ``positions`` in numbers (day numbers, or 0, 1, 2 … for categories)."""

    type: str
    label: str
    unit: str | None
    raw: list[Any]
    positions: list[float | None]

    @property
    def known(self) -> list[float]:
        return [p for p in self.positions if p is not None]

    def position(self, value: Any) -> float | None:
        """Where a mark's end lies on this axis, or None when it lies nowhere."""
        if self.type == "date":
            return ordinal(value)
        if self.type == "number":
            return float(value) if is_number(value) else None
        return float(self.raw.index(value)) if value in self.raw else None


def numbers(values: Any, length: int) -> list[float | None]:
    """Exactly ``length`` numbers or gaps."""
    found = [float(v) if is_number(v) else None for v in (values or [])][:length]
    return found + [None] * (length - len(found))


def read_x(chart: Mapping[str, Any]) -> Places:
    axis = chart.get("x") or {}
    raw = list(axis.get("values") or [])
    kind = axis.get("type", "number")
    found: Sequence[float | None]
    if kind == "date":
        found = [ordinal(v) for v in raw]
    elif kind == "number":
        found = [float(v) if is_number(v) else None for v in raw]
    else:
        found = []
    if kind not in ("date", "number") or all(p is None for p in found):
        kind, found = "category", [float(i) for i in range(len(raw))]
    return Places(kind, str(axis.get("label") or ""), axis.get("unit"), raw, list(found))


def read_series(chart: Mapping[str, Any]) -> list[Drawn]:
    """Series in their order; a role has its fixed style, the others take what is left."""
    length = len((chart.get("x") or {}).get("values") or [])
    given = chart.get("series") or []
    taken = {ROLE_SLOTS[s["role"]] for s in given if s.get("role") in ROLE_SLOTS}
    free = [slot for slot in SLOTS if slot not in taken] or list(SLOTS)
    used: set[str] = set()
    out = []
    count = 0
    for series in given:
        slot = ROLE_SLOTS.get(series.get("role") or "", "")
        if not slot or slot in used:
            slot = free[count % len(free)]
            count += 1
        used.add(slot)
        out.append(
            Drawn(
                str(series.get("name", "")),
                str(series.get("label") or series.get("name", "")),
                str(series.get("role") or ""),
                slot,
                numbers(series.get("values"), length),
                numbers(series.get("low"), length),
                numbers(series.get("high"), length),
            )
        )
    return out


def spread(all_series: Sequence[Drawn]) -> list[float]:
    """Every number that the y axis must hold."""
    return [
        v for s in all_series for part in (s.values, s.low, s.high) for v in part if v is not None
    ]


def is_drawdown(chart: Mapping[str, Any]) -> bool:
    """A line chart of falls below an earlier peak hangs from zero and is filled."""
    named = (chart.get("name"), chart.get("label"), (chart.get("y") or {}).get("label"))
    words = " ".join(str(part) for part in named)
    values = spread(read_series(chart))
    return "drawdown" in words.lower() and bool(values) and max(values) <= 0
