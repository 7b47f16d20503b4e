"""From what others write about a work (CSL-JSON, BibTeX, RIS) to our own record of it.

    read(text)      every item of a pasted text, whichever of the three it is
    tidy(item)      only the keys that a record keeps, in one spelling

Nothing here opens a connection; ``kb.fetching`` does, when an operator asks.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Collection
from typing import Any

from django.utils.text import slugify

from .. import names
from ..parts import date
from . import bibtex, ris
from .items import Unreadable, tidy

__all__ = ["Unreadable", "day_of_reading", "evidence_of", "key_for", "read", "tidy"]

LONGEST = 500_000
_RIS = re.compile(r"^\s*TY {1,2}- ?", re.MULTILINE)
_BIBTEX = re.compile(r"@\s*[A-Za-z]+\s*[{(]")
_EVIDENCE = {
    "article-journal": "peer-reviewed",
    "paper-conference": "peer-reviewed",
    "book": "book",
    "chapter": "book",
    "dataset": "data",
    "article-newspaper": "press",
    "article-magazine": "press",
    "post-weblog": "blog",
    "report": "working-paper",
    "article": "working-paper",
    "thesis": "working-paper",
}


def read(text: str) -> list[dict[str, Any]]:
    """Raises ``Unreadable`` with the reason in words when there is no work in it."""
    text = text.removeprefix("\ufeff").strip()
    if len(text) > LONGEST:
        raise Unreadable(f"The text is longer than {LONGEST} characters.")
    if text[:1] in ("{", "["):
        items = _csl(text)
    elif _RIS.match(text):
        items = ris.read(text)
    elif _BIBTEX.search(text):
        items = bibtex.read(text)
    else:
        raise Unreadable("This is neither CSL-JSON, nor BibTeX, nor RIS.")
    if not items:
        raise Unreadable("There is no work in this text.")
    return [tidy(item) for item in items]


def _csl(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except RecursionError:
        raise Unreadable("The JSON is nested too deeply.") from None
    except ValueError as error:
        raise Unreadable(f"Not readable as JSON: {error}") from None
    if isinstance(found, dict):
        inner = found.get("message", found.get("items", found))  # as some services wrap it
        found = inner if isinstance(inner, list) else [inner]
    return list(found)


def key_for(item: dict[str, Any], taken: Collection[str] = ()) -> str:
    """``whaley-2009``, with a letter behind it where that is taken."""
    author = (item.get("author") or item.get("editor") or [{}])[0]
    name = names.group(author) or names.family(author) or str(item.get("title", ""))
    first = "-".join(slugify(name).split("-")[:3]) or "source"
    year = str(date(item)[0]) if date(item) else "n-d"
    base = f"{first}-{year}"[:70]
    if base not in taken:
        return base
    for number in range(2, 10_000):
        if f"{base}-{number}" not in taken:
            return f"{base}-{number}"
    raise Unreadable(f"There are too many sources called {base}.")


def day_of_reading(item: dict[str, Any]) -> dt.date | None:
    """The day on which a page was read, where the record says it to the day."""
    parts = date(item, "accessed")
    try:
        return dt.date(*parts) if item.get("URL") and len(parts) == 3 else None
    except ValueError:
        return None


def evidence_of(item: dict[str, Any]) -> str:
    """A first guess of what kind of evidence this is; an editor decides."""
    return _EVIDENCE.get(str(item.get("type")), "press")
