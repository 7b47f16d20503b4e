"""Pieces that the prose styles share: dates, titles, addresses, safe joining."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from .names import group

Item = Mapping[str, Any]
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
SHORT = (
    *("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov."),
    "Dec.",
)
WHOLE_WORKS = {"book", "report", "webpage", "dataset", "thesis", "software", "post-weblog"}
WEB = {"webpage", "post-weblog", "post", "dataset", "software"}


def text(item: Item, key: str) -> str:
    """A field, escaped; numbers become text."""
    value = item.get(key)
    return html.escape(str(value), quote=False) if value not in (None, "") else ""


def date(item: Item, key: str = "issued") -> tuple[int, ...]:
    """Year, month, day as far as they are known; empty when there is no date."""
    value = item.get(key) or {}
    parts = value.get("date-parts") or [[]]
    if parts[0] and parts[0][0] not in (None, ""):
        return tuple(int(part) for part in parts[0] if part)
    raw = str(value.get("raw", ""))
    pieces = raw.split("-")
    return tuple(int(p) for p in pieces) if raw and all(p.isdigit() for p in pieces) else ()


def italic(words: str) -> str:
    return f"<i>{words}</i>" if words else ""


def ended(words: str) -> str:
    """With a full stop, unless it ends in a mark of its own."""
    bare = words.removesuffix("</i>").removesuffix("”")
    return words if not words or bare.endswith((".", "?", "!")) else f"{words}."


def sentences(*parts: str) -> str:
    return " ".join(ended(part) for part in parts if part)


def address(item: Item) -> str:
    """The DOI as an address, else the address; whole, never shortened."""
    doi = text(item, "DOI")
    return f"https://doi.org/{doi}" if doi else text(item, "URL")


def pages(item: Item) -> str:
    return text(item, "page").replace("--", "-").replace("-", "–")


def edition(item: Item) -> str:
    value = text(item, "edition")
    if not value.isdigit():
        return value.removesuffix(".")
    number = int(value)
    last = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{last} ed"


def is_own_publisher(item: Item) -> bool:
    """Whether the only author is the publisher or site itself, which is then named once."""
    authors = item.get("author") or []
    where = {str(item.get("publisher", "")), str(item.get("container-title", ""))}
    return len(authors) == 1 and group(authors[0]) in where - {""}
