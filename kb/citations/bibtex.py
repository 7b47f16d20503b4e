"""BibTeX: entries that keep group names and capitals whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import names
from .parts import MONTHS, date

Item = Mapping[str, Any]
KINDS = {
    "article-journal": "article",
    "article": "article",
    "book": "book",
    "chapter": "incollection",
    "paper-conference": "inproceedings",
    "report": "techreport",
    "thesis": "phdthesis",
}
WHERE = {
    "article": "journal",
    "incollection": "booktitle",
    "inproceedings": "booktitle",
    "misc": "howpublished",
}
_SPECIAL = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
_SPECIAL |= {mark: f"\\{mark}" for mark in "&%$#_{}"}


def entry(item: Item) -> str:
    """One entry; UTF-8 text with LaTeX's own characters escaped."""
    kind = KINDS.get(str(item.get("type")), "misc")
    parts = date(item)
    fields = {
        "author": " and ".join(_name(name) for name in item.get("author") or []),
        "title": f"{{{_escaped(item.get('title'))}}}",
        WHERE.get(kind, "series"): _escaped(item.get("container-title")),
        "editor": " and ".join(_name(name) for name in item.get("editor") or []),
        "institution" if kind == "techreport" else "publisher": _escaped(item.get("publisher")),
        "edition": _escaped(item.get("edition")),
        "volume": _escaped(item.get("volume")),
        "number": _escaped(item.get("issue") or item.get("number")),
        "pages": re.sub(r"\s*[-–—]+\s*", "--", _escaped(item.get("page"))),
        "year": str(parts[0]) if parts else "",
        "month": MONTHS[parts[1] - 1][:3].lower() if len(parts) > 1 else "",
        "day": str(parts[2]) if len(parts) > 2 else "",
        "doi": str(item.get("DOI") or ""),
        "url": str(item.get("URL") or "").replace("{", "%7B").replace("}", "%7D"),
        "urldate": "-".join(f"{part:02d}" for part in date(item, "accessed")),
        "note": "; ".join(filter(None, [_escaped(item.get("note")), _archived(item)])),
    }
    lines = [
        f"  {name} = {value if name == 'month' else f'{{{value}}}'},"
        for name, value in fields.items()
        if value
    ]
    return "\n".join([f"@{kind}{{{key(item)},", *lines, "}", ""])


def _archived(item: Item) -> str:
    """BibTeX has no field for a copy; every style prints the note."""
    place = item.get("archive_location")
    return f"Archived at {_escaped(place)}" if place else ""


def key(item: Item) -> str:
    return re.sub(r"[^A-Za-z0-9:_-]+", "-", str(item.get("id") or "work")).strip("-") or "work"


def _name(name: Mapping[str, Any]) -> str:
    if names.group(name):
        return f"{{{_escaped(names.group(name))}}}"
    last = _escaped(names.family(name))
    parts = [last, _escaped(name.get("suffix")), _escaped(names.given(name))]
    return ", ".join(part for part in parts if part)


def _escaped(value: Any) -> str:
    plain = re.sub(r"\s+", " ", str(value)) if value not in (None, "") else ""
    return "".join(_SPECIAL.get(mark, mark) for mark in plain)
