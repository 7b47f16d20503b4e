"""The reference list of a text: each source once, with its way back to every use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from . import citations
from .models import Citation, Source


@dataclass(frozen=True)
class Reference:
    source: Source
    item: dict[str, Any]
    html: SafeString
    places: list[dict[str, str]]

    @property
    def anchor(self) -> str:
        return f"ref-{self.source.key}"


def references(rows: Iterable[Citation]) -> list[Reference]:
    """In the alphabetical order of their entries, years told apart by letters as in the text.

    ``rows`` come with their source selected.
    """
    found = list(rows)
    cited = [row for row in found if any(place["anchor"] for place in row.places)]
    lettered = {item["id"]: item for item in citations.with_letters([_csl(r) for r in cited])}
    made = []
    for row in found:
        item = lettered.get(row.source.key) or _csl(row)
        entry = mark_safe(citations.cite(item, "apa"))  # noqa: S308 - every field is escaped
        made.append(Reference(row.source, dict(item), entry, row.places))
    return sorted(made, key=lambda one: (citations.plain(one.html).casefold(), one.source.key))


def _csl(row: Citation) -> dict[str, Any]:
    return {"id": row.source.key, **row.source.csl}
