"""Imported daily series side by side: common days only, changes between them.

Days that one of the series lacks are left out of all, and a change then spans the gap;
nothing is filled forward, because a filled price fabricates a calm day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from ..data import DailySeries
from ..errors import DataMissing

Array = NDArray[np.float64]
Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class History:
    """Series on their common days: ``values`` has one row a day, one column a name."""

    dates: Dates
    names: tuple[str, ...]
    values: Array

    def column(self, name: str) -> Array:
        """One series, shape (days,)."""
        return self.values[:, self.names.index(name)]

    def log_changes(self) -> Array:
        """Log change of every column between consecutive common days, (days − 1, columns)."""
        if np.any(self.values <= 0.0):
            raise DataMissing("a series is not positive everywhere, so it has no log changes")
        return np.asarray(np.diff(np.log(self.values), axis=0), dtype=np.float64)

    def between(self, start: str | None, end: str | None) -> History:
        """The days from ``start`` to ``end``, both included."""
        first = 0 if start is None else int(np.searchsorted(self.dates, np.datetime64(start)))
        last = len(self.dates) if end is None else int(
            np.searchsorted(self.dates, np.datetime64(end), side="right")
        )  # fmt: skip
        if last - first < 2:
            raise DataMissing(f"fewer than two days between {start} and {end}")
        return History(self.dates[first:last], self.names, self.values[first:last])


def aligned(series: Sequence[DailySeries], *, at_least: int = 2) -> History:
    """The series on the days that all of them have.

    Raises ``DataMissing`` when fewer than ``at_least`` days are common.
    """
    days = [np.asarray(one.dates, dtype="datetime64[D]") for one in series]
    common = reduce(np.intersect1d, days)
    if common.size < at_least:
        names = ", ".join(one.name for one in series)
        raise DataMissing(f"{names} share {common.size} days; {at_least} are needed")
    columns = [
        np.asarray(one.values, dtype=np.float64)[np.searchsorted(own, common)]
        for one, own in zip(series, days, strict=True)
    ]
    return History(common, tuple(one.name for one in series), np.column_stack(columns))
