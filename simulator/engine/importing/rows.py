"""One observation on its way into a series."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Row:
    """``bar`` is open, high, low, close where the file has all four.

    ``crosses_midnight``: the timestamp's day as written is not its day in UTC.
    """

    line: int
    day: date
    value: float
    bar: tuple[float, ...] | None = None
    crosses_midnight: bool = False

    def divided(self, by: float) -> Row:
        """The same row with value and bar in another unit."""
        bar = None if self.bar is None else tuple(v / by for v in self.bar)
        return replace(self, value=self.value / by, bar=bar)
