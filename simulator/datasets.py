"""Imported market data: stored all or nothing, handed to experiments by content."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from .engine.data import DailySeries
from .engine.errors import DataMissing
from .models import DataSeries


class StoredData:
    """Serves exactly the versions that a run names, and today's of any other name."""

    def __init__(self, pinned: Mapping[str, str] | None = None) -> None:
        self.pinned = dict(pinned or {})

    def series(self, name: str) -> DailySeries:
        """The series with read-only arrays; raises ``DataMissing``."""
        rows = DataSeries.objects.filter(name=name)
        checksum = self.pinned.get(name)
        rows = rows.filter(sha256=checksum) if checksum else rows.filter(is_current=True)
        row = rows.first()
        if row is None:
            raise DataMissing(f"the series {name!r} has not been imported")
        return as_series(row)


def as_series(row: DataSeries) -> DailySeries:
    import numpy as np

    content, n = bytes(row.content), row.rows
    days = np.frombuffer(content, dtype="<i8", count=n).astype("datetime64[D]")
    values = np.frombuffer(content, dtype="<f8", count=n, offset=8 * n).astype(np.float64)
    days.flags.writeable = values.flags.writeable = False
    return DailySeries(name=row.name, sha256=row.sha256, dates=days, values=values, unit=row.unit)


def store(series: DailySeries, **details: object) -> tuple[DataSeries, bool]:
    """Keep a series under its name as the current one; True when these numbers are new.

    The same numbers again change nothing but which version is current.
    """
    import numpy as np

    days = np.asarray(series.dates, dtype="datetime64[D]").astype("<i8")
    content = days.tobytes() + np.asarray(series.values, dtype="<f8").tobytes()
    first, last = (date.fromisoformat(str(series.dates[i])) for i in (0, -1))
    with transaction.atomic():
        DataSeries.objects.filter(name=series.name, is_current=True).exclude(
            sha256=series.sha256
        ).update(is_current=False)
        row, created = DataSeries.objects.update_or_create(
            name=series.name,
            sha256=series.sha256,
            defaults={"is_current": True, "unit": series.unit, **details},
            create_defaults={
                "is_current": True,
                "unit": series.unit,
                "content": content,
                "rows": len(series.dates),
                "first_day": first,
                "last_day": last,
                **details,
            },
        )
    return row, created
