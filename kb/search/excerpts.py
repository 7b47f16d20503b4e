"""The passage of a document that shows why it was found."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import escape

from django.utils.safestring import SafeString, mark_safe

LENGTH = 220
MOST_HITS = 40
MOST_FORMS = 300
# Looking for each form by itself is quicker than reading every word, up to about this many.
FEW_FORMS = 30
_WORD = re.compile(r"[^\W_]+")

Hit = tuple[int, int]


def places(text: str, forms: Collection[str]) -> list[Hit]:
    """Where whole words stand that have one of these forms (lower case), in order."""
    some = sorted(forms, key=lambda form: (-len(form), form))[:MOST_FORMS]
    lower = text.lower()
    if len(lower) != len(text):  # a few letters grow: their places would be wrong
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    if len(some) > FEW_FORMS:
        wanted = set(some)
        return [word.span() for word in _WORD.finditer(lower) if word.group() in wanted]
    return sorted(hit for form in some for hit in _of_one(lower, form))


def _of_one(lower: str, form: str) -> Iterator[Hit]:
    start = lower.find(form)
    while start >= 0:
        end = start + len(form)
        if not lower[max(0, start - 1) : start].isalnum() and not lower[end : end + 1].isalnum():
            yield start, end
        start = lower.find(form, end)


def excerpt(text: str, forms: Collection[str]) -> str:
    """About two lines around the place with the most different words."""
    hits = [(start, text[start:end].lower()) for start, end in places(text, forms)[:MOST_HITS]]
    start = 0
    if hits:
        start = max(hits, key=lambda hit: (_variety(hits, hit[0]), -hit[0]))[0]
    begin = max(0, start - 40)
    if begin:
        begin = text.find(" ", begin, start + 1) + 1 or start
    end = min(len(text), begin + LENGTH)
    if end < len(text):
        end = text.rfind(" ", begin + 1, end) if " " in text[begin + 1 : end] else end
    return ("… " if begin else "") + text[begin:end] + (" …" if end < len(text) else "")


def _variety(hits: list[tuple[int, str]], start: int) -> int:
    return len({word for at, word in hits if start <= at < start + LENGTH - 60})


def marked(text: str, forms: Collection[str]) -> SafeString:
    """Escaped text with its hits in ``<mark>``."""
    out, at = [], 0
    for start, end in places(text, forms):
        out += [escape(text[at:start]), f"<mark>{escape(text[start:end])}</mark>"]
        at = end
    return mark_safe("".join([*out, escape(text[at:])]))  # noqa: S308 - escaped
