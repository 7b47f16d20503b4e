"""APA 7: Publication Manual of the American Psychological Association, 7th ed., chapters 8–10."""

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
MOST_AUTHORS = 20  # section 9.8: up to twenty; else nineteen, an ellipsis and the last


def reference(item: Item) -> str:
    """One entry of a reference list."""
    authors = _authors(item.get("author") or [])
    title, when = _title(item), f"({_when(item)})"
    head = (authors, when, title) if authors else (title, when)
    opening = sentences(*head) if authors else f"{ended(title)} {when}."
    return " ".join(part for part in (opening, _container(item), address(item)) if part)


def in_text(item: Item) -> str:
    """``Whaley, 2009``, ``Carr & Wu, 2009``, ``Adams et al., 2020``; plain text."""
    who = [names.family(name) for name in item.get("author") or []]
    if not who:
        title = str(item.get("title", ""))
        label = title if item.get("type") in WHOLE_WORKS else f"“{title}”"
    elif len(who) <= 2:
        label = " & ".join(who)
    else:
        label = f"{who[0]} et al."
    return f"{label}, {_year(item)}"


def with_letters(items: Sequence[Item]) -> list[Item]:
    """Works that would look the same in the text told apart: 2026a, 2026b (section 8.19)."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(in_text(item), []).append(item)
    letters: dict[str, str] = {}
    for alike in groups.values():
        if len(alike) > 1:
            ordered = sorted(alike, key=lambda item: (str(item.get("title", "")), str(item["id"])))
            letters |= {str(item["id"]): _letter(n) for n, item in enumerate(ordered)}
    return [{**item, "year-suffix": letters.get(str(item["id"]), "")} for item in items]


def _letter(number: int) -> str:
    head, rest = divmod(number, 26)
    return (_letter(head - 1) if head else "") + "abcdefghijklmnopqrstuvwxyz"[rest]


def _year(item: Item) -> str:
    parts, letter = date(item), str(item.get("year-suffix") or "")
    if not parts:
        return f"n.d.-{letter}" if letter else "n.d."
    return f"{parts[0]}{letter}"


def _authors(people: Sequence[Mapping[str, Any]]) -> str:
    who = [html.escape(names.inverted(name, short=True), quote=False) for name in people]
    if len(who) > MOST_AUTHORS:
        return f"{', '.join(who[:19])}, . . . {who[-1]}"
    if len(who) > 1:
        # A group before the ampersand has the comma too (section 9.8).
        return f"{', '.join(who[:-1])}, & {who[-1]}"
    return "".join(who)


def _when(item: Item) -> str:
    parts = date(item)
    if len(parts) < 2 or item.get("type") in {"article-journal", "book", "chapter", "dataset"}:
        return _year(item)
    day = f" {parts[2]}" if len(parts) > 2 else ""
    return f"{_year(item)}, {MONTHS[parts[1] - 1]}{day}"


def _title(item: Item) -> str:
    title = text(item, "title")
    kind = item.get("type")
    if kind in WHOLE_WORKS or (kind == "paper-conference" and not item.get("container-title")):
        title = italic(title)
    details = [f"{edition(item)}."] if item.get("edition") else []
    if kind == "report" and item.get("number"):
        details.append(f"Report No. {text(item, 'number')}")
    if details:
        title += f" ({', '.join(details)})"
    form = {"dataset": "Data set", "software": "Computer software"}.get(str(kind))
    return f"{title} [{form}]" if form else title


def _container(item: Item) -> str:
    kind, where = item.get("type"), text(item, "container-title")
    if kind in ("chapter", "paper-conference", "entry-dictionary") and where:
        editors = item.get("editor") or []
        book = italic(where) + (f" (pp. {pages(item)})" if item.get("page") else "")
        people = " & ".join(_direct_short(name) for name in editors)
        label = " (Eds.), " if len(editors) > 1 else " (Ed.), "
        book = f"In {people + label if people else ''}{book}"
        publisher = "" if is_own_publisher(item) else text(item, "publisher")
        return sentences(book, publisher)
    if kind in WEB | {"book", "report"}:
        place = text(item, "publisher") or (where if kind in WEB else "")
        return "" if is_own_publisher(item) or not place else ended(place)
    if not where:
        return sentences(text(item, "publisher"))
    volume = italic(text(item, "volume")) + (
        f"({text(item, 'issue')})" if item.get("issue") else ""
    )
    return ended(", ".join(part for part in (italic(where), volume, pages(item)) if part))


def _direct_short(name: Mapping[str, Any]) -> str:
    whole = names.group(name) or f"{names.initials(name)} {names.family(name)}".strip()
    return html.escape(whole, quote=False)
