"""Chicago: The Chicago Manual of Style, 17th ed., bibliography entries (chapter 14)."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from . import names
from .parts import (
    MONTHS,
    WEB,
    WHOLE_WORKS,
    address,
    date,
    edition,
    ended,
    is_own_publisher,
    italic,
    pages,
    sentences,
    text,
)

Item = Mapping[str, Any]
MOST_AUTHORS = 10  # section 14.76: up to ten; else the first seven and et al.


def reference(item: Item) -> str:
    """One entry of a bibliography."""
    return sentences(_authors(item.get("author") or []), *_work(item), address(item))


def _authors(people: Sequence[Mapping[str, Any]]) -> str:
    if not people:
        return ""
    shown = people if len(people) <= MOST_AUTHORS else people[:7]
    who = [names.inverted(shown[0]), *(names.direct(name) for name in shown[1:])]
    if len(people) > MOST_AUTHORS:
        text_ = ", ".join(who) + ", et al."
    elif len(who) > 1:
        text_ = f"{', '.join(who[:-1])}, and {who[-1]}"
    else:
        text_ = who[0]
    return html.escape(text_, quote=False)


def _work(item: Item) -> list[str]:
    kind, where = item.get("type"), text(item, "container-title")
    title, year = text(item, "title"), str(date(item)[0]) if date(item) else ""
    if kind in WEB:
        site = "" if is_own_publisher(item) else where or text(item, "publisher")
        return [f"“{ended(title)}”", site, _when(item)]
    if kind in WHOLE_WORKS or not where:
        publisher = "" if is_own_publisher(item) else text(item, "publisher")
        place = ": ".join(part for part in (text(item, "publisher-place"), publisher) if part)
        number = f"{edition(item)}." if item.get("edition") else ""
        return [italic(title), number, ", ".join(part for part in (place, year or "n.d.") if part)]
    if kind in ("chapter", "paper-conference", "entry-dictionary"):
        editors = item.get("editor") or []
        by = f", edited by {html.escape(names.plain(editors), quote=False)}" if editors else ""
        page = f", {pages(item)}" if item.get("page") else ""
        publisher = "" if is_own_publisher(item) else text(item, "publisher")
        last = _when(item) if kind == "entry-dictionary" else year
        end = ", ".join(part for part in (publisher, last) if part)
        return [f"“{ended(title)}”", f"In {italic(where)}{by}{page}", end]
    issue = f", no. {text(item, 'issue')}" if item.get("issue") else ""
    volume = f" {text(item, 'volume')}" if item.get("volume") else ""
    page = f": {pages(item)}" if item.get("page") else ""
    return [f"“{ended(title)}”", f"{italic(where)}{volume}{issue} ({year or 'n.d.'}){page}"]


def _when(item: Item) -> str:
    parts = date(item)
    if len(parts) == 1:
        return str(parts[0])
    if parts:
        return _long(parts)
    read = date(item, "accessed")
    return f"Accessed {_long(read)}" if len(read) == 3 else "n.d."


def _long(parts: Sequence[int]) -> str:
    day = f" {parts[2]}," if len(parts) > 2 else ""
    return f"{MONTHS[parts[1] - 1]}{day} {parts[0]}"
