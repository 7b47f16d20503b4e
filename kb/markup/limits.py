"""What is too large or too tangled to render, found before the renderer sees it.

Python-Markdown takes quadratic time, and worse, on some shapes: a paragraph of ten
thousand opening brackets costs seconds. Text written by people stays far below these
bounds, and within them the worst shape costs less than a second (``tests/kb/test_hostile``).
"""

from __future__ import annotations

import re

BODY_LIMIT = 64 * 1024  # bytes of UTF-8
PARAGRAPH_LIMIT = 6_000  # characters between two empty lines
MARKS_LIMIT = 500  # brackets, stars and the like in one paragraph
DEPTH_LIMIT = 8  # quotes or lists inside one another
BLOCKS_LIMIT = 4_000
ITEMS_LIMIT = 500  # lines of a list or table that follow one another
RUN_LIMIT = 120  # one character again and again
# In the whole text:
WHOLE = {
    "square brackets": (re.compile(r"\["), 3_000),
    "footnote marks": (re.compile(r"\[\^"), 400),
    "footnotes or link definitions": (re.compile(r"^ {0,3}\[[^\]\n]{1,200}\]:", re.MULTILINE), 300),
    "code fences": (re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE), 300),
}

_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_MARKS = re.compile(r"[\[\]()*_`<>$!&\\~^{}|\"]")
_QUOTES = re.compile(r"^(?:[ \t]*>)+")
_INDENT = re.compile(r"^[ \t]+(?=\S)")
_RUN = re.compile(r"([^\s\-=|])\1{" + str(RUN_LIMIT) + ",}|([\\-=|])\\2{2000,}")


def troubles(text: str) -> list[tuple[int, str]]:
    """Lines (from 1) and reasons why this text is not rendered; empty for sound text."""
    if len(text.encode("utf-8", "replace")) > BODY_LIMIT:
        return [(1, f"the text is larger than {BODY_LIMIT // 1024} KB")]
    found: list[tuple[int, str]] = []
    run = _RUN.search(text)
    if run:
        found.append((_line(text, run.start()), "one character is repeated too often"))
    for what, (mark, most) in WHOLE.items():
        if (count := len(mark.findall(text))) > most:
            found.append((1, f"{count} {what}; at most {most} are rendered"))
    if (paragraphs := len(_PARAGRAPHS.findall(text))) > BLOCKS_LIMIT:
        found.append((1, f"{paragraphs} paragraphs; at most {BLOCKS_LIMIT} are rendered"))
    line = 1
    for paragraph in _PARAGRAPHS.split(text):
        reason = _paragraph(paragraph)
        if reason:
            found.append((line, reason))
        line += paragraph.count("\n") + 2
    return found[:20]


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _paragraph(paragraph: str) -> str:
    if len(paragraph) > PARAGRAPH_LIMIT and not _is_table(paragraph):
        return f"a paragraph of {len(paragraph)} characters; at most {PARAGRAPH_LIMIT} are rendered"
    rows = paragraph.split("\n")
    if len(rows) > ITEMS_LIMIT:
        return f"{len(rows)} lines without an empty line; at most {ITEMS_LIMIT} are rendered"
    marks = max(
        (len(_MARKS.findall(row)) for row in rows)
        if _is_table(paragraph)
        else [len(_MARKS.findall(paragraph))],
        default=0,
    )
    if marks > MARKS_LIMIT:
        return f"a paragraph with {marks} marks such as [ or *; at most {MARKS_LIMIT} are rendered"
    for row in rows:
        quotes = _QUOTES.match(row)
        if quotes and quotes.group().count(">") > DEPTH_LIMIT:
            return f"quotes inside quotes, deeper than {DEPTH_LIMIT}"
        indent = _INDENT.match(row)
        if indent and len(indent.group().expandtabs(4)) > 4 * DEPTH_LIMIT:
            return f"indented deeper than {4 * DEPTH_LIMIT} spaces"
    return ""


def _is_table(paragraph: str) -> bool:
    rows = paragraph.split("\n", 2)
    return len(rows) > 1 and set(rows[1].strip()) <= set("|-: ") and "-" in rows[1]
