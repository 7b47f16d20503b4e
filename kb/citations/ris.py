"""RIS (Research Information Systems, format specification of 2011)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import names
from .parts import date

Item = Mapping[str, Any]
KINDS = {
    "article-journal": "JOUR",
    "book": "BOOK",
    "chapter": "CHAP",
    "paper-conference": "CPAPER",
    "report": "RPRT",
    "dataset": "DATA",
    "entry-dictionary": "DICT",
    "thesis": "THES",
    "software": "COMP",
}


def record(item: Item) -> str:
    """One record, lines ended as the format asks."""
    parts = date(item)
    first, _, last = str(item.get("page") or "").replace("–", "-").partition("-")
    rows: list[tuple[str, Any]] = [("TY", KINDS.get(str(item.get("type")), "ELEC"))]
    rows += [("AU", names.inverted(name)) for name in item.get("author") or []]
    rows += [("ED", names.inverted(name)) for name in item.get("editor") or []]
    rows += [
        ("TI", item.get("title")),
        ("T2", item.get("container-title")),
        ("PY", parts[0] if parts else None),
        ("DA", _date(parts)),
        ("VL", item.get("volume")),
        ("IS", item.get("issue")),
        ("SP", first.strip("- ")),
        ("EP", last.strip("- ")),
        ("ET", item.get("edition")),
        ("PB", item.get("publisher")),
        ("DO", item.get("DOI")),
        ("UR", item.get("URL")),
        ("Y2", _date(date(item, "accessed"))),
        ("AV", item.get("archive_location")),
        ("N1", item.get("note")),
        ("ID", item.get("id")),
    ]
    lines = [f"{tag}  - {_line(value)}" for tag, value in rows if value not in (None, "")]
    return "\r\n".join([*lines, "ER  - ", "", ""])


def _line(value: Any) -> str:
    return re.sub(r"[\r\n\t]+", " ", str(value))


def _date(parts: tuple[int, ...]) -> str:
    if len(parts) < 2:
        return ""
    return "/".join(
        [str(parts[0]), *(f"{part:02d}" for part in parts[1:]), *[""] * (3 - len(parts))]
    )
