"""Names in addresses that a reader would take for one another."""

from __future__ import annotations

from collections.abc import Iterable

_LOOKALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "-": None})


def looks(slug: str) -> str:
    """How a slug looks at a glance; equal for ``the-oil-hedge`` and ``the-0il-hedge``."""
    return slug.translate(_LOOKALIKE)


def taken_for(slug: str, others: Iterable[str]) -> str:
    """Another slug that this one is too easily taken for, or nothing."""
    look = looks(slug)
    return next((other for other in others if other != slug and looks(other) == look), "")
