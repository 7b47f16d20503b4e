"""Blocks by name, headings with lasting anchors, tables by class, links by rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from django.utils.text import slugify
from markdown.blockprocessors import BlockProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor, Treeprocessor

from .anchors import lasting_ids

BLOCK = re.compile(r"^::([a-z][a-z-]*)[ \t]+([a-z0-9][a-z0-9/_-]*)[ \t]*$")
GIVEN_ID = re.compile(r"\s*\{#([^{}\s]+)\}\s*$")
SOUND_ID = re.compile(r"^[a-z][a-z0-9-]*$")
STASHED = re.compile("\x02[^\x03]*\x03")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Ids that the pages themselves use (templates/kb), and beginnings that others use.
RESERVED_TEXT = """
main title answer contents references cite terms-used related-answers links-here
corrections senses used
ask-heading ask-text site-search
"""
RESERVED = frozenset(RESERVED_TEXT.split())
TAKEN = ("ref-", "cite-", "term-", "claim-", "example-", "fn")
ADMONITIONS = {"note", "warning", "tip", "example", "disputed"}


def elements(root: ElementTree.Element, *tags: str) -> Iterator[ElementTree.Element]:
    return (element for element in root.iter() if element.tag in tags)


class BlockLines(Preprocessor):
    """Sets ``::name argument`` lines apart, so that no empty lines are needed around them."""

    def run(self, lines: list[str]) -> list[str]:
        apart: list[str] = []
        for line in lines:
            apart += ["", line, ""] if BLOCK.match(line) else [line]
        return apart


class NamedBlock(BlockProcessor):
    """A marker that the page replaces by what another app draws."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        return BLOCK.match(block) is not None

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        block = blocks.pop(0)
        found = BLOCK.match(block)
        assert found is not None
        name, argument = found.groups()
        notes: Any = self.parser.md.notes  # type: ignore[attr-defined]
        notes.block(name, argument, block)
        ElementTree.SubElement(parent, "div", {"data-block": name, "data-argument": argument})


# Every inline pattern needs one of these to begin (``kb.markup.document`` registers them).
_MARK = re.compile(r"[\\`*_\[<&$!]|  \n")


class Inline(InlineProcessor):
    """Looks for marks before it tries two dozen patterns on a text that has none."""

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:  # noqa: N802
        if _MARK.search(data) is None:
            return data
        parent: Any = super()
        found: str = parent._InlineProcessor__handleInline(data, patternIndex)
        return found


class GivenIds(Treeprocessor):
    """Takes ``{#id}`` off headings before their words are rendered."""

    def run(self, root: ElementTree.Element) -> None:
        notes: Any = self.md.notes  # type: ignore[attr-defined]
        for heading in elements(root, *HEADINGS):
            if heading.tag == "h1":
                notes.trouble(f"# {heading.text or ''}", "headings begin with ##")
                heading.tag = "h2"
            found = GIVEN_ID.search(heading.text or "")
            if not found:
                continue
            given = found.group(1)
            heading.text = (heading.text or "")[: found.start()]
            if not SOUND_ID.match(given) or given in RESERVED or given.startswith(TAKEN):
                notes.trouble(f"{{#{given}}}", f"{given} cannot be the id of a heading")
            heading.set("id", given)


class Structure(Treeprocessor):
    """After the words are rendered: anchors, tables, links, admonitions."""

    def run(self, root: ElementTree.Element) -> None:
        self.notes: Any = self.md.notes  # type: ignore[attr-defined]
        self._headings(root)
        self._tables(root)
        self._links(root)
        for box in root.iter("div"):
            kinds = set((box.get("class") or "").split())
            if "admonition" in kinds and not kinds & ADMONITIONS:
                known = ", ".join(sorted(ADMONITIONS))
                self.notes.trouble("!!!", f"an admonition is one of {known}")

    def _headings(self, root: ElementTree.Element) -> None:
        headings = list(elements(root, *HEADINGS))
        words = [STASHED.sub("", "".join(heading.itertext())).strip() for heading in headings]
        given = [heading.get("id") for heading in headings]
        repeated = {name for name in given if name and given.count(name) > 1}
        for name in sorted(repeated):
            self.notes.trouble(f"{{#{name}}}", f"the id {name} is given to two headings")
        ids = lasting_ids(words, given, self.notes.context.anchors, slugify, RESERVED)
        for heading, text, name in zip(headings, words, ids, strict=True):
            heading.set("id", name)
            level = int(heading.tag[1])
            self.notes.contents.append({"level": level, "id": name, "text": text})

    def _tables(self, root: ElementTree.Element) -> None:
        for cell in elements(root, "th", "td"):
            align = cell.attrib.pop("align", None)
            if align:
                cell.set("class", f"align-{align}")
            if cell.tag == "th":
                cell.set("scope", "col")
        for parent in list(root.iter()):
            for index, child in enumerate(list(parent)):
                if child.tag == "table":
                    box = ElementTree.Element(
                        "div",
                        {
                            "class": "table-box",
                            "tabindex": "0",
                            "role": "group",
                            "aria-label": "Table",
                        },
                    )
                    box.tail, child.tail = child.tail, None
                    parent.remove(child)
                    box.append(child)
                    parent.insert(index, box)

    def _links(self, root: ElementTree.Element) -> None:
        for link in root.iter("a"):
            href = link.get("href") or ""
            scheme, colon, rest = href.partition(":")
            if not colon or "/" in scheme or "#" in scheme:
                if href.startswith("/"):
                    self.notes.links.append(href)
                continue
            scheme = scheme.strip().lower()
            if scheme in self.notes.context.schemes:
                link.tag = "data"
                link.attrib.clear()
                link.set("class", "inline")
                link.set("value", f"{scheme}:{rest}")
                self.notes.inlines.append((scheme, rest))
            elif scheme not in ("http", "https", "mailto"):
                self.notes.trouble(href[:60], f"a link cannot begin with {scheme[:20]}:")
        for image in root.iter("img"):
            source = image.get("src") or ""
            if not source.startswith("/") or source.startswith("//"):
                self.notes.trouble(source[:60], "a picture must be one of this site's own files")
                image.set("src", "")
            if not (image.get("alt") or "").strip():
                self.notes.trouble(source[:60], "a picture needs words that say what it shows")
