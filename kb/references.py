"""The reference list of a text: each source once, with its way back to every use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from . import citations
from .models import Citation, Source

Successors = Mapping[str, Source]


@dataclass(frozen=True)
class Reference:
    source: Source
    item: dict[str, Any]
    html: SafeString
    places: list[dict[str, str]]
    successor: SafeString = mark_safe("")  # noqa: RUF009 - a constant

    @property
    def label(self) -> str:
        """How the text calls it: Whaley, 2009."""
        return citations.in_text(self.item)

    @property
    def anchor(self) -> str:
        return f"ref-{self.source.key}"


def successors(rows: Sequence[Citation]) -> Successors:
    """The works that the notices of cited ones name; nothing is asked where there is none."""
    keys = {str(row.source.notice.get("successor") or "") for row in rows if row.source.notice}
    return Source.objects.in_bulk(keys - {""}, field_name="key") if keys - {""} else {}


def references(rows: Iterable[Citation], after: Successors | None = None) -> list[Reference]:
    """In the alphabetical order of their entries, years told apart by letters as in the text.

    ``rows`` come with their source selected; ``after`` are their ``successors``.
    """
    found = list(rows)
    after = successors(found) if after is None else after
    items = citations.with_letters([{"id": r.source.key, **r.source.csl} for r in found])
    made = []
    for row, item in zip(found, items, strict=True):
        entry = mark_safe(citations.cite(item, "apa"))  # noqa: S308 - every field is escaped
        made.append(Reference(row.source, dict(item), entry, row.places, _next(row.source, after)))
    return sorted(made, key=lambda one: (citations.plain(one.html).casefold(), one.source.key))


def _next(source: Source, after: Successors) -> SafeString:
    """The entry of the work to read instead, or nothing."""
    successor = after.get(str((source.notice or {}).get("successor") or ""))
    if successor is None:
        return mark_safe("")
    item = {"id": successor.key, **successor.csl}
    return mark_safe(citations.cite(item, "apa"))  # noqa: S308 - every field is escaped


def cited(found: Iterable[tuple[str, list[dict[str, str]]]]) -> list[Reference]:
    """The list for a text that was rendered and not stored."""
    places = dict(found)
    rows = Source.objects.filter(key__in=list(places))
    return references(Citation(source=row, places=places[row.key]) for row in rows)
