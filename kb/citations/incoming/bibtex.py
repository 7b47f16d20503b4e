"""BibTeX entries (btxdoc, "Designing BibTeX Styles", and biblatex's fields) to CSL items."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from ..parts import MONTHS
from .items import dated

KINDS = {
    "article": "article-journal",
    "book": "book",
    "booklet": "book",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "techreport": "report",
    "report": "report",
    "manual": "report",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "dataset": "dataset",
    "software": "software",
    "unpublished": "article",
    "misc": "webpage",
    "online": "webpage",
    "electronic": "webpage",
}
FIELDS = {
    "title": ("title",),
    "container-title": ("journal", "journaltitle", "booktitle"),
    "collection-title": ("series",),
    "publisher": ("publisher", "institution", "organization", "school"),
    "publisher-place": ("address", "location"),
    "volume": ("volume",),
    "edition": ("edition",),
    "page": ("pages",),
    "DOI": ("doi",),
    "ISBN": ("isbn",),
    "ISSN": ("issn",),
    "URL": ("url",),
    "note": ("note",),
}
SKIPPED = {"comment", "preamble", "string"}
_ENTRY = re.compile(r"@\s*([A-Za-z]+)\s*[{(]")
_NAME = re.compile(r"\s*([A-Za-z][\w:.+/-]*)\s*=\s*")
_BARE = re.compile(r"[^\s,#{}()\"]+")
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306",
    ".": "\u0307", '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "c": "\u0327",
    "k": "\u0328",
}  # fmt: skip
_ACCENT = re.compile(
    r"\\([`'^~=.\"]|[uvHckr](?![A-Za-z]))\s*(?:\{\s*(\\?[A-Za-z])\s*\}|(\\?[A-Za-z]))"
)
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å",
    "AA": "Å", "l": "ł", "L": "Ł", "i": "i", "j": "j", "textbackslash": "\ue002",
    "textasciitilde": "\ue003", "textasciicircum": "^", "textendash": "–", "textemdash": "—",
}  # fmt: skip
_KEPT_MARKS = str.maketrans("\ue000\ue001\ue002\ue003", "{}\\~")
_LETTER = re.compile(r"\\([A-Za-z]+)(?:\{\}|\s+|(?![A-Za-z]))")


def read(text: str) -> list[dict[str, Any]]:
    """Every entry; an unfinished one ends the reading with what was whole before it."""
    items = []
    at = 0
    while entry := _ENTRY.search(text, at):
        kind = entry.group(1).lower()
        if kind in SKIPPED:
            at = entry.end()
            continue
        fields, at = _fields(text, entry.end())
        if fields:
            items.append(_item(kind, fields))
    return items


def _fields(text: str, at: int) -> tuple[dict[str, str], int]:
    """The fields from behind the opening bracket on, and where the entry ends."""
    comma = text.find(",", at)
    if comma < 0:
        return {}, len(text)
    at = comma + 1
    found: dict[str, str] = {}
    while name := _NAME.match(text, at):
        value, at = _value(text, name.end())
        found.setdefault(name.group(1).lower(), value)
        comma_next = re.compile(r"\s*,").match(text, at)
        if comma_next is None:
            break
        at = comma_next.end()
    return found, at


def _value(text: str, at: int) -> tuple[str, int]:
    """One value: braces, quotes or a bare word, joined by ``#``."""
    pieces = []
    while at < len(text):
        mark = text[at]
        if mark == "{":
            piece, at = _balanced(text, at + 1, "}")
        elif mark == '"':
            piece, at = _balanced(text, at + 1, '"')
        else:
            bare = _BARE.match(text, at)
            if bare is None:
                break
            piece, at = bare.group(), bare.end()
        pieces.append(piece)
        following = re.compile(r"\s*#\s*").match(text, at)
        if following is None:
            break
        at = following.end()
    return "".join(pieces), at


def _balanced(text: str, at: int, end: str) -> tuple[str, int]:
    start, depth = at, 0
    while at < len(text):
        mark = text[at]
        if mark == "\\":
            at += 2
            continue
        if mark == end and depth == 0:
            return text[start:at], at + 1
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
        at += 1
    return text[start:], at


def _item(kind: str, fields: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": KINDS.get(kind, "webpage")}
    for key, names in FIELDS.items():
        values = [fields[name] for name in names if fields.get(name)]
        if values:
            found[key] = _plain(values[0])
    if "page" in found:
        found["page"] = re.sub(r"\s*(?:--+|–)\s*", "-", found["page"])
    number = _plain(fields.get("number", ""))
    if number:
        found["issue" if found["type"] == "article-journal" else "number"] = number
    if "URL" in found:
        found["URL"] = found["URL"].replace(" ", "")
    if not found.get("URL") and (
        how := re.search(r"https?://[^\s{}]+", fields.get("howpublished", ""))
    ):
        found["URL"] = how.group()
    for role in ("author", "editor"):
        found[role] = [_person(name) for name in _split_names(fields.get(role, ""))]
    found["issued"] = _issued(fields)
    if fields.get("urldate"):
        found["accessed"] = dated(*fields["urldate"].split("-"))
    return found


def _issued(fields: dict[str, str]) -> dict[str, Any]:
    if fields.get("date"):
        return dated(*_plain(fields["date"]).split("/")[0].split("-"))
    month = _plain(fields.get("month", "")).lower()
    months = [name.lower()[:3] for name in MONTHS]
    number = months.index(month[:3]) + 1 if month[:3] in months else month
    return dated(_plain(fields.get("year", "")), number, _plain(fields.get("day", "")))


def _split_names(text: str) -> list[str]:
    """At each ``and`` that stands outside braces."""
    names, depth, start = [], 0, 0
    for match in re.finditer(r"[{}]|\s+and\s+", text):
        mark = match.group()
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
        elif depth == 0:
            names.append(text[start : match.start()])
            start = match.end()
    names.append(text[start:])
    return [name.strip() for name in names if name.strip() and name.strip() != "others"]


def _person(name: str) -> dict[str, str]:
    """``Family, Suffix, Given`` or ``Given von Family``; a name in braces is a group."""
    if name.startswith("{") and name.endswith("}") and name.count("{") - name.count("}") == 0:
        inner = name[1:-1]
        if "}" not in inner.split("{")[0]:
            return {"literal": _plain(inner)}
    parts = [_plain(part) for part in name.split(",")]
    if len(parts) == 2:
        return {"family": parts[0], "given": parts[1]}
    if len(parts) > 2:
        return {"family": parts[0], "suffix": parts[1], "given": parts[2]}
    words = _plain(name).split()
    if len(words) == 1:
        return {"literal": words[0]}
    first = next(
        (n for n, word in enumerate(words[:-1]) if n and word[:1].islower()), len(words) - 1
    )
    return {"family": " ".join(words[first:]), "given": " ".join(words[:first])}


def _plain(value: str) -> str:
    """Text without braces and commands, accents as letters."""
    value = _ACCENT.sub(_accented, value)
    value = _LETTER.sub(lambda m: _LETTERS.get(m.group(1), ""), value)
    value = re.sub(
        r"\\([&%$#_{}])", lambda m: {"{": "\ue000", "}": "\ue001"}.get(m[1], m[1]), value
    )
    value = value.replace("~", " ").replace("{", "").replace("}", "")
    return " ".join(value.translate(_KEPT_MARKS).split())


def _accented(match: re.Match[str]) -> str:
    letter = (match.group(2) or match.group(3)).lstrip("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[match.group(1)])
