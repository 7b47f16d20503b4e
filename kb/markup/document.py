"""From Markdown to cleaned HTML, with everything that the text refers to."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import markdown
from markdown.extensions.admonition import AdmonitionExtension
from markdown.extensions.def_list import DefListExtension
from markdown.extensions.fenced_code import FencedCodeExtension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension

from . import limits, marks, maths, structure
from .anchors import Anchor
from .clean import clean, plain_text

RENDER_VERSION = 2  # raise it when the same text must give other HTML
BLOCKS = frozenset({"example"})
SCHEMES = frozenset({"claim"})
BEFORE_PERCENT = re.compile(r"(?<=\d) (?=%)")
"""A number and its per cent sign stay on one line."""


class Trouble(NamedTuple):
    """A problem of the text; lines count from 1."""

    line: int
    message: str


class Place(NamedTuple):
    """One use of a source in a text."""

    key: str
    locator: str
    anchor: str


@dataclass(frozen=True)
class Context:
    """What the renderer may know: sources by key, the anchors there were, others' marks."""

    labels: Mapping[str, str] = field(default_factory=dict)
    anchors: Sequence[Anchor] = ()
    blocks: frozenset[str] = BLOCKS
    schemes: frozenset[str] = SCHEMES


@dataclass(frozen=True)
class Rendered:
    html: str
    contents: list[dict[str, Any]]
    citations: list[Place]
    blocks: list[tuple[str, str]]
    inlines: list[tuple[str, str]]
    links: list[str]
    words: int
    troubles: list[Trouble]


class Notes:
    """What one rendering finds on its way."""

    def __init__(self, text: str, context: Context) -> None:
        self.text = text
        self.context = context
        self.contents: list[dict[str, Any]] = []
        self.citations: list[Place] = []
        self.blocks: list[tuple[str, str]] = []
        self.inlines: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.troubles: list[Trouble] = []
        self._uses: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()

    def trouble(self, needle: str, message: str) -> None:
        """Note a problem at the line where ``needle`` stands (its nth report, its nth place)."""
        at = -1
        for _ in range(self._seen[needle] + 1):
            later = self.text.find(needle, at + 1)
            if later < 0:
                break
            at = later
        self._seen[needle] += 1
        self.troubles.append(Trouble(self.text.count("\n", 0, max(at, 0)) + 1, message))

    def cite(self, key: str, locator: str, text: str) -> Place:
        if key not in self.context.labels:
            self.trouble(text, f"unknown source: {key}")
        self._uses[key] += 1
        place = Place(key, locator, f"cite-{key}-{self._uses[key]}")
        self.citations.append(place)
        return place

    def label(self, key: str) -> str:
        return self.context.labels.get(key, key)

    def block(self, name: str, argument: str, text: str) -> None:
        if name not in self.context.blocks:
            known = ", ".join(sorted(self.context.blocks))
            self.trouble(text, f"unknown block: {name} (known: {known})")
        self.blocks.append((name, argument))


def _converter() -> markdown.Markdown:
    md = markdown.Markdown(
        extensions=[
            TableExtension(use_align_attribute=True),
            FootnoteExtension(BACKLINK_TEXT="↩", BACKLINK_TITLE="Back to the text, note {}"),
            AdmonitionExtension(),
            DefListExtension(),
            FencedCodeExtension(),
            SaneListExtension(),
        ],
        output_format="html",
        tab_length=4,
    )
    # Raw HTML is not part of our language: it becomes text.
    md.preprocessors.deregister("html_block")
    md.inlinePatterns.deregister("html")
    md.preprocessors.register(structure.BlockLines(md), "named-lines", 12)
    md.parser.blockprocessors.register(structure.NamedBlock(md.parser), "named-block", 105)
    md.inlinePatterns.register(
        maths.FormulaProcessor(maths.BLOCK, md, display=True), "formula-block", 187
    )
    md.inlinePatterns.register(
        maths.FormulaProcessor(maths.INLINE, md, display=False), "formula", 186
    )
    md.inlinePatterns.register(marks.TermProcessor(marks.TERM, md), "term", 176)
    md.inlinePatterns.register(marks.UnsourcedProcessor(marks.UNSOURCED, md), "unsourced", 177)
    md.inlinePatterns.register(marks.CitationProcessor(marks.CITATION, md), "citation", 175)
    md.treeprocessors.register(structure.Inline(md), "inline", 20)
    md.treeprocessors.register(structure.GivenIds(md), "given-ids", 30)
    md.treeprocessors.register(structure.Structure(md), "structure", 5)
    return md


_local = threading.local()


def render(text: str, context: Context | None = None) -> Rendered:
    """Render and clean; problems come back as ``troubles`` with their lines.

    Text beyond the limits is not rendered at all.
    """
    context = context or Context()
    refused = limits.troubles(text)
    if refused:
        return Rendered("", [], [], [], [], [], 0, [Trouble(*one) for one in refused])
    notes = Notes(text, context)
    md = getattr(_local, "md", None)
    if md is None:
        md = _local.md = _converter()
    md.reset()
    md.notes = notes  # type: ignore[union-attr]
    try:
        html = BEFORE_PERCENT.sub("\u00a0", clean(md.convert(text)))
    except RecursionError:
        _local.md = None
        return Rendered("", [], [], [], [], [], 0, [Trouble(1, "the text is nested too deeply")])
    return Rendered(
        html=html,
        contents=notes.contents,
        citations=notes.citations,
        blocks=notes.blocks,
        inlines=notes.inlines,
        links=notes.links,
        words=len(plain_text(html).split()),
        troubles=sorted(notes.troubles),
    )
