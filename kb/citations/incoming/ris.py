"""RIS records (format specification of 2011) to CSL items."""

from __future__ import annotations

import re
from typing import Any

from .items import dated

KINDS = {
    "JOUR": "article-journal",
    "JFULL": "article-journal",
    "EJOUR": "article-journal",
    "MGZN": "article-magazine",
    "NEWS": "article-newspaper",
    "BOOK": "book",
    "EBOOK": "book",
    "CHAP": "chapter",
    "ECHAP": "chapter",
    "CONF": "paper-conference",
    "CPAPER": "paper-conference",
    "RPRT": "report",
    "GOVDOC": "report",
    "THES": "thesis",
    "DATA": "dataset",
    "COMP": "software",
    "BLOG": "post-weblog",
    "UNPB": "article",
}
# The first tag that has a value gives it.
FIELDS = {
    "title": ("TI", "T1", "BT", "CT"),
    "container-title": ("T2", "JO", "JF", "J2", "BT"),
    "publisher": ("PB",),
    "publisher-place": ("CY", "PP"),
    "volume": ("VL",),
    "issue": ("IS",),
    "edition": ("ET",),
    "DOI": ("DO",),
    "ISBN": ("SN",),
    "URL": ("UR", "L2"),
    "note": ("N1",),
    "language": ("LA",),
    "archive_location": ("AV",),
}
_ROW = re.compile(r"^([A-Z][A-Z0-9]) {1,2}-(?: (.*))?$")


def read(text: str) -> list[dict[str, Any]]:
    """Every record from TY to ER; a line without a tag goes on where the last one ended."""
    items: list[dict[str, Any]] = []
    rows: dict[str, list[str]] = {}
    last = ""
    for line in text.splitlines():
        match = _ROW.match(line.rstrip())
        if match is None:
            if last and line.strip():
                rows[last][-1] += f" {line.strip()}"
            continue
        tag, value = match.group(1), (match.group(2) or "").strip()
        if tag == "TY":
            rows = {}
        elif tag == "ER":
            if rows:
                items.append(_item(rows))
            rows, last = {}, ""
            continue
        rows.setdefault(tag, []).append(value)
        last = tag
    if rows:
        items.append(_item(rows))
    return items


def _item(rows: dict[str, list[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": KINDS.get(rows.get("TY", [""])[0], "webpage")}
    for key, tags in FIELDS.items():
        values = [rows[tag][0] for tag in tags if rows.get(tag, [""])[0]]
        if values:
            found[key] = values[0]
    if found.get("container-title") == found.get("title"):
        found.pop("container-title", None)
    if found["type"] not in ("book", "chapter"):
        found.pop("ISBN", None)
    for key, tags in (("author", ("AU", "A1")), ("editor", ("ED", "A2"))):
        names = [name for tag in tags for name in rows.get(tag, [])]
        found[key] = [_person(name) for name in names if name]
    first, last = rows.get("SP", [""])[0], rows.get("EP", [""])[0]
    found["page"] = f"{first}-{last}" if first and last and last != first else first
    when = [value for tag in ("DA", "PY", "Y1") for value in rows.get(tag, []) if value]
    if when:
        found["issued"] = dated(*re.split(r"[/-]", max(when, key=_precision)))
    if rows.get("Y2", [""])[0]:
        found["accessed"] = dated(*re.split(r"[/-]", rows["Y2"][0]))
    return found


def _precision(value: str) -> int:
    return len(dated(*re.split(r"[/-]", value)).get("date-parts", [[]])[0])


def _person(name: str) -> dict[str, str]:
    """``Family, Given, Suffix``; a name without a comma is a group."""
    family, comma, rest = name.partition(",")
    if not comma:
        return {"literal": name}
    given, _, suffix = rest.partition(",")
    return {"family": family.strip(), "given": given.strip(), "suffix": suffix.strip()}
