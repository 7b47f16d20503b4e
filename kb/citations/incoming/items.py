"""What a record keeps of all that services and programs say about a work."""

from __future__ import annotations

import html
import re
from typing import Any

KEPT = (
    *("type", "title", "author", "editor", "translator", "issued", "container-title"),
    *("collection-title", "collection-number", "publisher", "publisher-place", "volume", "issue"),
    *("number", "edition", "page", "event-title", "genre", "language", "DOI", "ISBN", "ISSN"),
    *("URL", "note", "accessed"),
)
# Crossref, DataCite and schema.org call the same things by other names.
TYPES = {
    "journal-article": "article-journal",
    "proceedings-article": "paper-conference",
    "book-chapter": "chapter",
    "monograph": "book",
    "edited-book": "book",
    "reference-book": "book",
    "posted-content": "article",
    "dissertation": "thesis",
    "report-component": "report",
    "web": "webpage",
    "misc": "webpage",
    "other": "webpage",
}
_DOI = re.compile(r"(10\.\d{4,9}/\S+)")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+$")
_ARCHIVED = re.compile(r"(?:;\s*)?Archived at (https?://[^\s<>\"';]+[^\s<>\"';.])\.?")
_TAG = re.compile(r"<[^>]{1,40}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
NAME_PARTS = (
    *("family", "given", "literal", "suffix"),
    *("non-dropping-particle", "dropping-particle"),
)
MOST_PEOPLE = 200


class Unreadable(Exception):
    """A text or an answer in which no work could be found, with the reason in words."""


def tidy(item: Any) -> dict[str, Any]:
    """One work in CSL-JSON with plain text in it; raises ``Unreadable`` without a title."""
    if not isinstance(item, dict):
        raise Unreadable("A work must be an object with a title.")
    found: dict[str, Any] = {}
    for key in KEPT:
        value = item.get(key)
        if key in ("author", "editor", "translator"):
            value = _people(value)
        elif key in ("issued", "accessed"):
            value = _date(value)
        else:
            value = plain(value[0] if isinstance(value, list) and value else value)
        if value:
            found[key] = value
    if not found.get("title"):
        raise Unreadable("A work needs a title.")
    found["type"] = TYPES.get(found.get("type", ""), found.get("type") or "webpage")
    if doi := doi_in(found.pop("DOI", "")):
        found["DOI"] = doi
        if "doi.org/" in found.get("URL", ""):
            del found["URL"]
    if not _ADDRESS.match(found.get("URL", "http://x")):
        del found["URL"]
    _take_copy(found, plain(item.get("archive_location")))
    return found


def _take_copy(found: dict[str, Any], place: str) -> None:
    """Where an archive holds a copy: CSL's and RIS's own field, or the words of our BibTeX."""
    if match := _ARCHIVED.search(found.get("note", "")):
        place = place if _ADDRESS.match(place) else match.group(1)
        found["note"] = _ARCHIVED.sub("", found["note"]).strip()
        if not found["note"]:
            del found["note"]
    if _ADDRESS.match(place):
        found["archived_url"] = place


def plain(value: Any) -> str:
    """Text without markup; anything else is nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    words = html.unescape(_TAG.sub("", str(value)))
    return " ".join(_CONTROL.sub(" ", words).split())[:500]


def doi_in(text: str) -> str:
    """The DOI in any of its spellings, or nothing."""
    match = _DOI.search(text)
    if match is None:
        return ""
    found = match.group(1).rstrip(".,;")
    return found.rstrip(").,;") if found.count(")") > found.count("(") else found


def _people(value: Any) -> list[dict[str, str]]:
    people = []
    for one in value if isinstance(value, list) else []:
        if not isinstance(one, dict):
            continue
        kept = {key: plain(one.get(key)) for key in NAME_PARTS}
        if not kept["family"] and not kept["literal"]:
            kept["literal"] = plain(one.get("name")) or kept["given"]
            kept["given"] = ""
        if kept["family"] or kept["literal"]:
            people.append({key: name for key, name in kept.items() if name})
    return people[:MOST_PEOPLE]


def _date(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    first = (value.get("date-parts") or [[]])[:1]
    parts = first[0] if first and isinstance(first[0], list) else []
    if not parts and (raw := plain(value.get("raw") or value.get("literal"))):
        parts = re.findall(r"\d+", raw)
    return dated(*parts[:3])


def dated(*parts: Any) -> dict[str, Any]:
    """``{"date-parts": [[year, month, day]]}`` as far as the parts make sense."""
    good: list[int] = []
    for part, (low, high) in zip(parts, ((1000, 2999), (1, 12), (1, 31)), strict=False):
        text = str(part).strip()
        if not (text.isascii() and text.isdigit() and low <= int(text[:9]) <= high):
            break
        good.append(int(text))
    return {"date-parts": [good]} if good else {}
