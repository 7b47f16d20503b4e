"""From values to places: linear and category scales, round ticks, dates."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_number(value: Any) -> bool:
    """A finite number; booleans are words here."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max


@dataclass(frozen=True)
class Linear:
    """Maps ``lo``…``hi`` to ``start``…``end``; values outside stay at the edge."""

    lo: float
    hi: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        # Halved, so that two huge ends do not overflow in their difference.
        span = self.hi / 2 - self.lo / 2
        share = (value / 2 - self.lo / 2) / span if span else 0.5
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


@dataclass(frozen=True)
class Bands:
    """Equal places for ``count`` categories between ``start`` and ``end``."""

    count: int
    start: float
    end: float

    @property
    def step(self) -> float:
        return (self.end - self.start) / max(self.count, 1)

    def __call__(self, index: float) -> float:
        return self.start + (index + 0.5) * self.step


def extent(values: Iterable[Any], *, zero: bool = False) -> tuple[float, float]:
    """Lowest and highest number, never equal; 0 and 1 where there is none."""
    found = [float(v) for v in values if is_number(v)]
    if zero:
        found.append(0.0)
    if not found:
        return 0.0, 1.0
    lo, hi = min(found), max(found)
    if lo < hi:
        return lo, hi
    room = abs(lo) * 0.1 or 1.0
    return max(lo - room, -sys.float_info.max), min(hi + room, sys.float_info.max)


def tick_step(lo: float, hi: float, count: int) -> float:
    """The round step (1, 2, 2.5 or 5 times a power of ten) that gives about ``count`` ticks."""
    rough = (hi / 2 - lo / 2) / max(count, 1) * 2
    if not math.isfinite(rough) or rough <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next((s * power for s in STEPS if s * power >= rough * 0.999), 10 * power)


def ticks(lo: float, hi: float, count: int = 5) -> list[float]:
    """Round numbers from at most ``lo`` to at least ``hi``."""
    step = tick_step(lo, hi, count)
    if not step or step < max(abs(lo), abs(hi)) * 1e-13:
        return [lo, hi]
    first, last = math.floor(lo / step + 1e-9), math.ceil(hi / step - 1e-9)
    found = [float(f"{i * step:.12g}") for i in range(first, last + 1)]
    return found if all(math.isfinite(v) for v in found) and len(found) > 1 else [lo, hi]


def inner_ticks(lo: float, hi: float, count: int = 6) -> list[float]:
    """Round numbers inside ``lo``…``hi``, for an axis that ends where its data end."""
    slack = (hi / 2 - lo / 2) * 1e-6
    inside = [t for t in ticks(lo, hi, count) if lo - slack <= t <= hi + slack]
    return inside if len(inside) > 1 else [lo, hi]


def decimals_of(values: Sequence[float], most: int = 8) -> int:
    """How many decimals tell these ticks apart."""
    for decimals in range(most):
        if all(math.isclose(round(v, decimals), v, abs_tol=1e-12 + abs(v) * 1e-9) for v in values):
            return decimals
    return most


def ordinal(text: Any) -> int | None:
    """A day number for YYYY-MM-DD, else None."""
    try:
        return date.fromisoformat(text).toordinal()
    except (TypeError, ValueError):
        return None


def date_ticks(lo: int, hi: int, count: int) -> list[tuple[int, str]]:
    """Starts of days, months or years between two day numbers, with short labels."""
    days = hi - lo
    first, last = date.fromordinal(lo), date.fromordinal(hi)
    if days / 365.25 >= count * 0.8:
        step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 500, 5000) if days / 365.25 / s <= count)
        years = range(-(-first.year // step) * step, last.year + 1, step)
        found = [(date(y, 1, 1).toordinal(), str(y)) for y in years if 1 <= y <= 9999]
    elif days >= count * 15:
        step = next(s for s in (1, 2, 3, 6, 12) if days / 30.4 / s <= count or s == 12)
        found = _months(first, last, step)
    else:
        step = max(1, math.ceil(days / count))
        found = [(d, _day(date.fromordinal(d))) for d in range(lo, hi + 1, step)]
    return [(d, label) for d, label in found if lo <= d <= hi]


def _months(first: date, last: date, step: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, month = divmod(index, 12)
        if month % step == 0:
            named = f"{MONTHS[month]} {year}" if month == 0 or not found else MONTHS[month]
            day = date(year, month + 1, 1)
            if day >= first:
                found.append((day.toordinal(), named))
    return found


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"
