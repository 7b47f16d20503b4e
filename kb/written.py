"""The text that is rendered: an article's Markdown with the parts that front matter writes.

A line ``::name argument`` whose name was registered with ``extend.written_block`` is replaced
by the Markdown that its owner makes from the article's front matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from . import extend
from .markup.structure import BLOCK


class Written(NamedTuple):
    """The whole text, and for each of its lines the line of the body that it came from."""

    text: str
    lines: list[int]

    def line(self, number: int) -> int:
        """The body's line of a line of the whole text; both count from 1."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else number


def written(body: str, extra: Mapping[str, Any]) -> Written:
    """``body`` with every written block in place; without one it comes back as it is."""
    if not any(f"::{name}" in body for name in extend.written_blocks):
        return Written(body, list(range(1, body.count("\n") + 2)))
    text: list[str] = []
    lines: list[int] = []
    for number, line in enumerate(body.split("\n"), 1):
        found = BLOCK.match(line)
        writer = extend.written_blocks.get(found.group(1)) if found else None
        rows = [line] if found is None or writer is None else _rows(writer, found.group(2), extra)
        text += rows
        lines += [number] * len(rows)
    return Written("\n".join(text), lines)


def _rows(writer: extend.Writer, argument: str, extra: Mapping[str, Any]) -> list[str]:
    return ["", *writer(argument, extra).split("\n"), ""]


def shown(extra: Mapping[str, Any], body: str) -> dict[str, Any]:
    """The front matter that a reader reads because a written block shows it."""
    if not any(f"::{name}" in body for name in extend.written_blocks):
        return {}
    return {key: value for key, value in sorted(extra.items()) if key != "claims"}
