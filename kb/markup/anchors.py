"""Anchors that last: a heading that is reworded keeps the address it had."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from difflib import SequenceMatcher

Anchor = tuple[str, str]  # words, id


def lasting_ids(
    words: Sequence[str],
    given: Sequence[str | None],
    before: Sequence[Anchor],
    slugify: Callable[[str], str],
    reserved: Collection[str] = (),
) -> list[str]:
    """An id for every heading.

    An id given by the author wins. A heading whose words stood in the text before keeps its
    id, and so does one that replaced another in the same place. New ones get a name made
    from their words, never one that is taken.
    """
    kept = _kept(words, before)
    taken = {name for name in given if name} | set(reserved)
    ids: list[str] = []
    for index, text in enumerate(words):
        name = given[index] or ""
        if not name:
            old = kept.get(index, "")
            base = old or slugify(text)[:60].strip("-") or "section"
            if not base[0].isalpha():
                base = f"section-{base}"
            name, number = base, 2
            while name in taken:
                name, number = f"{base}-{number}", number + 1
        taken.add(name)
        ids.append(name)
    return ids


def _kept(words: Sequence[str], before: Sequence[Anchor]) -> dict[int, str]:
    old = [text for text, _ in before]
    kept: dict[int, str] = {}
    for kind, a, b, c, d in SequenceMatcher(None, old, list(words), autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and b - a == d - c):
            kept |= {c + k: before[a + k][1] for k in range(d - c)}
    return kept
