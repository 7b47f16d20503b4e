"""MLA 9: MLA Handbook, 9th ed., chapter 5 (the template of core elements)."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from . import names
from .parts import (
    SHORT,
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


def reference(item: Item) -> str:
    """One entry of a list of works cited."""
    authors = "" if is_own_publisher(item) else _authors(item.get("author") or [])
    return sentences(authors, _title(item), _container(item), _accessed(item))


def _authors(people: Sequence[Mapping[str, Any]]) -> str:
    if not people:
        return ""
    first = names.inverted(people[0])
    if len(people) == 2:
        first += f", and {names.direct(people[1])}"
    elif len(people) > 2:
        first += ", et al."
    return html.escape(first, quote=False)


def _stands_alone(item: Item) -> bool:
    kind = item.get("type")
    return kind in WHOLE_WORKS and not (kind in WEB and item.get("container-title"))


def _title(item: Item) -> str:
    title = text(item, "title")
    return italic(title) if _stands_alone(item) else f"“{ended(title)}”"


def _container(item: Item) -> str:
    kind, where = item.get("type"), text(item, "container-title")
    parts = [] if _stands_alone(item) else [italic(where)]
    if item.get("editor"):
        parts.append(f"edited by {html.escape(names.plain(item['editor']), quote=False)}")
    parts.append(f"{edition(item)}." if item.get("edition") else "")
    parts.append(f"vol. {text(item, 'volume')}" if item.get("volume") else "")
    parts.append(f"no. {text(item, 'issue')}" if item.get("issue") else "")
    publisher = text(item, "publisher")
    parts.append("" if publisher == where and kind in WEB else publisher)
    parts.append(_when(item))
    if item.get("page"):
        parts.append(f"{'pp.' if '–' in pages(item) else 'p.'} {pages(item)}")
    parts.append(address(item))
    return ", ".join(part for part in parts if part)


def _when(item: Item) -> str:
    parts = date(item)
    if len(parts) < 2 or item.get("type") in {"book", "chapter"}:
        return str(parts[0]) if parts else ""
    return f"{f'{parts[2]} ' if len(parts) > 2 else ''}{SHORT[parts[1] - 1]} {parts[0]}"


def _accessed(item: Item) -> str:
    """The day of reading stands in for a date that a page on the web lacks."""
    parts = date(item, "accessed")
    if not item.get("URL") or date(item) or len(parts) < 3:
        return ""
    return f"Accessed {parts[2]} {SHORT[parts[1] - 1]} {parts[0]}"
