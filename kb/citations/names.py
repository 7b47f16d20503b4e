"""Names of people and groups as each style writes them.

A name is CSL: ``{"literal"}`` or our ``{"name"}`` for a group, which every style keeps
whole; ``{"family", "given", "dropping-particle", "non-dropping-particle", "suffix"}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

Name = Mapping[str, Any]


def group(name: Name) -> str:
    """The whole name of a group, or an empty string for a person."""
    whole = name.get("literal") or name.get("name")
    if whole:
        return str(whole)
    return str(name.get("family", "")) if not name.get("given") and _is_bare(name) else ""


def _is_bare(name: Name) -> bool:
    return not any(name.get(k) for k in ("dropping-particle", "non-dropping-particle", "suffix"))


def family(name: Name) -> str:
    """``van der Berg``: the family name with the particle that belongs to it."""
    whole = group(name)
    return whole or f"{name.get('non-dropping-particle', '')} {name.get('family', '')}".strip()


def given(name: Name) -> str:
    return f"{name.get('given', '')} {name.get('dropping-particle', '')}".strip()


def initials(name: Name) -> str:
    """``J.-P. R.``; names in scripts without capitals stay whole, as nobody abbreviates them."""
    parts = []
    for word in str(name.get("given", "")).split():
        pieces = [piece for piece in re.split(r"(?<=\w)[-\u2010\u2011](?=\w)", word) if piece]
        short = [p if not _has_case(p) else f"{p[0].upper()}." for p in pieces]
        parts.append("-".join(short))
    particle = name.get("dropping-particle", "")
    return " ".join([*parts, particle] if particle else parts)


def _has_case(word: str) -> bool:
    return word[0].lower() != word[0].upper()


def inverted(name: Name, *, short: bool = False, suffix: str = ", ") -> str:
    """``King, M. L., Jr.`` or ``King, Martin Luther, Jr.``; groups stay whole."""
    if group(name):
        return group(name)
    first = initials(name) if short else given(name)
    text = f"{family(name)}, {first}" if first else family(name)
    return text + (f"{suffix}{name['suffix']}" if name.get("suffix") else "")


def direct(name: Name) -> str:
    """``Martin Luther King Jr.``; groups stay whole."""
    if group(name):
        return group(name)
    parts = [given(name), family(name), str(name.get("suffix", ""))]
    return " ".join(part for part in parts if part)


def plain(names: Sequence[Name]) -> str:
    """A byline: ``Ada Byron, Charles Babbage and The Analytical Society``."""
    whole = [direct(name) for name in names]
    return " and ".join(filter(None, [", ".join(whole[:-1]), *whole[-1:]]))
