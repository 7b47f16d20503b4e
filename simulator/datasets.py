"""Imported market data: stored all or nothing, handed to experiments by content."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from .engine.data import DailySeries
from .engine.errors import DataMissing
from .models import DataSeries, Example


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

    The same numbers again change which version is current and what is told about it; an
    empty detail leaves the earlier one, so that importing again forgets no licence.
    """
    import numpy as np

    told = {name: detail for name, detail in details.items() if detail not in ("", None)}

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
            defaults={"is_current": True, "unit": series.unit, **told},
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


def examples_using(row: DataSeries) -> QuerySet[Example]:
    """Public examples whose stored result was computed from exactly these numbers."""
    # a transform, because a series' name may hold what the ORM reads as a lookup; cast,
    # because the lookups of a JSON key would compare with JSON
    pinned = Cast(KeyTextTransform(row.name, "result_run__data"), TextField())
    examples = Example.objects.public().annotate(pinned=pinned).filter(pinned=row.sha256)
    return examples.select_related("result_run", "article")


def chart(row: DataSeries) -> dict[str, Any]:
    """The series as a chart description: every value over its day."""
    series = as_series(row)
    return {
        "name": row.name,
        "label": f"{row.name}, {row.first_day} to {row.last_day}",
        "kind": "line",
        "x": {
            "label": "Day",
            "unit": None,
            "type": "date",
            "values": [str(day) for day in series.dates],
        },
        "y": {"label": row.column or "value", "unit": row.unit},
        "series": [{"name": row.name, "label": row.name, "values": series.values.tolist()}],
        "marks": [],
        "alt": "",
    }


def values_table(row: DataSeries) -> dict[str, Any]:
    """Every day and value, as a table of the result document's shape."""
    series = as_series(row)
    return {
        "name": row.name,
        "label": row.name,
        "columns": [
            {"name": "date", "label": "Date", "unit": None},
            {"name": "value", "label": row.column or "Value", "unit": row.unit},
        ],
        "rows": [[str(d), v] for d, v in zip(series.dates, series.values.tolist(), strict=True)],
    }


def facts(row: DataSeries) -> dict[str, Any]:
    """What is known about a series, by the names that the API and the files use."""
    return {
        "name": row.name,
        "sha256": row.sha256,
        "unit": row.unit,
        "rows": row.rows,
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "format": row.format,
        "column": row.column,
        "origin": row.origin,
        "licence": row.licence,
        "may_be_passed_on": row.may_be_passed_on,
        "retrieved_on": row.retrieved_on.isoformat() if row.retrieved_on else None,
        "imported_at": row.imported_at.isoformat(timespec="seconds"),
        "file_sha256": row.file_sha256,
        "rows_read": row.rows_read,
        "rejected": row.count("rejected"),
        "repaired": row.count("repaired"),
        "is_current": row.is_current,
    }
