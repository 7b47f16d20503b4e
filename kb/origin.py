"""Who made a text, with what interest, and whether a machine drafted it: in words for everybody.

What a text's own front matter does not say is the site's usual way, as told on ``/about/``.
"""

from __future__ import annotations

from typing import Any, Protocol

from .models.articles import DRAFTING

USUAL_DRAFTING = "machine-assisted"
NO_INTEREST = "Nobody here sells what it discusses"
_WORDS = dict(DRAFTING)


class Made(Protocol):
    """An answer or a term."""

    drafting: str
    interest: str
    contributors: list[dict[str, str]]


def drafting(of: Made) -> str:
    """How it was drafted, the site's usual way where the text says nothing of its own."""
    return of.drafting or USUAL_DRAFTING


def drafting_words(of: Made) -> str:
    """``Drafted with machine help; people decide what is published and answer for it``."""
    words = _WORDS[drafting(of)]
    return f"{words[:1].upper()}{words[1:]}; people decide what is published and answer for it"


def interest_words(of: Made) -> str:
    return f"Interest of the authors: {of.interest}" if of.interest else NO_INTEREST


def record(of: Made) -> dict[str, Any]:
    """For machines: the contract's keys of an answer's or a term's twin."""
    return {
        "drafting": drafting(of),
        "interest": of.interest or None,
        "contributors": of.contributors,
        "origin": f"{drafting_words(of)}. {interest_words(of).rstrip('.')}.",
    }
