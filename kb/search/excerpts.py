"""The passage of a document that shows why it was found."""

from __future__ import annotations

import re
from collections.abc import Collection
from html import escape

from django.utils.safestring import SafeString, mark_safe

LENGTH = 220
MOST_HITS = 40


def pattern(forms: Collection[str]) -> re.Pattern[str] | None:
    """Whole words, whichever form they have."""
    if not forms:
        return None
    longest = sorted(forms, key=lambda form: (-len(form), form))[:300]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, longest))})(?![^\W_])", re.I)


def excerpt(text: str, found: re.Pattern[str] | None) -> str:
    """About two lines around the place with the most different words."""
    hits = []
    if found:
        for hit in found.finditer(text):
            hits.append((hit.start(), hit.group().lower()))
            if len(hits) == MOST_HITS:
                break
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


def marked(text: str, found: re.Pattern[str] | None) -> SafeString:
    """Escaped text with its hits in ``<mark>``."""
    if found is None:
        return mark_safe(escape(text))  # noqa: S308 - escaped
    out, at = [], 0
    for hit in found.finditer(text):
        out += [escape(text[at : hit.start()]), f"<mark>{escape(hit.group())}</mark>"]
        at = hit.end()
    return mark_safe("".join([*out, escape(text[at:])]))  # noqa: S308 - escaped
