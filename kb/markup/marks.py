"""Our own marks inside a line: citations ``[@key p. 12]``, what still needs one ``[@?]``, and terms
``[[term]]``, ``[[!term]]``.
"""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

CITATION = r"\[(@[a-z0-9][^\[\]\n]{0,400})\]"
UNSOURCED = r"\[@\?(?:\s+([^\[\]\n]{1,200}))?\]"
TERM = r"\[\[(!?)([^\[\]|\n]{1,160})(?:\|([^\[\]\n]{1,160}))?\]\]"
_ONE = re.compile(r"@([a-z0-9][a-z0-9-]*)(?:,?\s+(.{1,120}))?$")

Found = tuple[ElementTree.Element | None, int | None, int | None]


class CitationProcessor(InlineProcessor):
    """``[@whaley-2009 p. 12; @cboe-2023]`` becomes (Whaley, 2009, p. 12; Cboe, 2023)."""

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802
        notes: Any = self.md.notes  # type: ignore[attr-defined]
        whole = ElementTree.Element("span", {"class": "citation"})
        whole.text = AtomicString("(")
        last: ElementTree.Element | None = None
        for part in m.group(1).split(";"):
            one = _ONE.match(part.strip())
            if one is None:
                notes.trouble(m.group(0), "a citation is [@key] or [@key p. 12]")
                return None, m.start(0), m.end(0)
            if last is not None:
                last.tail = AtomicString((last.tail or "") + "; ")
            last = _cited(notes, whole, one.group(1), one.group(2) or "", m.group(0))
        assert last is not None
        last.tail = AtomicString((last.tail or "") + ")")
        return whole, m.start(0), m.end(0)


def _cited(
    notes: Any, whole: ElementTree.Element, key: str, locator: str, text: str
) -> ElementTree.Element:
    place = notes.cite(key, locator, text)
    link = ElementTree.SubElement(
        whole, "a", {"class": "cite", "href": f"#ref-{key}", "id": place.anchor}
    )
    link.text = AtomicString(notes.label(key))
    if locator:
        link.tail = AtomicString(f", {locator}")
    return link


class UnsourcedProcessor(InlineProcessor):
    """``[@? who measured it]`` stands where a source is missing; readers see it too."""

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802
        mark = ElementTree.Element("span", {"class": "needs-source"})
        what = (m.group(1) or "").strip()
        mark.text = AtomicString(f"[needs a source: {what}]" if what else "[needs a source]")
        return mark, m.start(0), m.end(0)


class TermProcessor(InlineProcessor):
    """``[[term]]`` always links here, ``[[!term]]`` never; the glossary resolves it later."""

    def handleMatch(self, m: re.Match[str], data: str) -> Found:  # type: ignore[override]  # noqa: N802
        never, label, shown = m.group(1), m.group(2).strip(), m.group(3)
        if never:
            mark = ElementTree.Element("span", {"class": "no-term"})
        else:
            mark = ElementTree.Element("dfn", {"data-term": label})
        mark.text = AtomicString((shown or label).strip())
        return mark, m.start(0), m.end(0)
