"""The frozen form of a series and the name of exactly its numbers.

``sha256`` is taken over the dates as little-endian int64 days since 1970-01-01,
followed by the values as little-endian IEEE 754 doubles: the same numbers have the
same name however the file spelled them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..data import DailySeries
from .rows import Row


def checksum(dates: Any, values: Any) -> str:
    """SHA-256 (hex) of dates (datetime64[D]) and values (float64)."""
    days = np.asarray(dates, dtype="datetime64[D]").astype("<i8").tobytes()
    return hashlib.sha256(days + np.asarray(values, dtype="<f8").tobytes()).hexdigest()


def daily_series(*, name: str, rows: Sequence[Row], unit: str) -> DailySeries:
    """Read-only arrays of ordered rows, with their checksum."""
    dates = np.array([row.day for row in rows], dtype="datetime64[D]")
    values = np.array([row.value for row in rows], dtype=np.float64) + 0.0
    dates.flags.writeable = values.flags.writeable = False
    return DailySeries(
        name=name, sha256=checksum(dates, values), dates=dates, values=values, unit=unit
    )
