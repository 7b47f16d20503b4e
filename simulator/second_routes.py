"""Two engines, one number: what a result's table ``second_route`` says, and whether it may stand.

The table's columns are fixed by ``simulator.engine.experiments._second_route``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import presentation

TABLE = "second_route"


def rows(document: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The rows of the table by column name; none where a result has no second route."""
    for table in (document or {}).get("tables", []):
        if table["name"] == TABLE:
            names = [column["name"] for column in table["columns"]]
            return [dict(zip(names, row, strict=True)) for row in table["rows"]]
    return []


def disagreements(document: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The figures whose other route lies beyond the tolerance."""
    return [row for row in rows(document) if _share(row) > 1.0]


def words(document: Mapping[str, Any] | None) -> str:
    """The largest difference in a sentence; empty where there is no second route."""
    found = rows(document)
    if not found:
        return ""
    decided = [row for row in found if row["difference"] is not None]
    if not decided:
        return "The other route does not decide here: nothing is left for it to integrate."
    worst = max(decided, key=_share)
    count = len(decided)
    start = f"{count} figure{'s' if count > 1 else ''} found again by another route"
    if worst["difference"] == 0.0:
        return f"{start}; no difference above a thousandth of the tolerance."
    verdict = "beyond" if _share(worst) > 1.0 else "within"
    return (
        f"{start}; the largest difference is {presentation.sensible(abs(worst['difference']))} "
        f"({worst['figure']}), {verdict} the tolerance of "
        f"{presentation.sensible(worst['tolerance'])}."
    )


def _share(row: Mapping[str, Any]) -> float:
    """The difference as a share of its tolerance; nought where the route does not decide."""
    if row["difference"] is None:
        return 0.0
    return float(abs(row["difference"]) / row["tolerance"])
