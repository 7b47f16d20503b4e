"""Citations in six styles from one record, CSL-JSON (citeproc-js-docs, "CSL-JSON").

    cite(item, "apa")      HTML with <i>, for the page
    plain(cite(...))       the same as text
    export(item, "ris")    the text of a file, and its content type

Works for sources, for our own answers, terms and revisions (``works``), and for anything
else that comes as a CSL item, such as a run.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from . import apa, bibtex, chicago, mla, ris

Item = Mapping[str, Any]

STYLES = {
    "apa": "APA 7",
    "mla": "MLA 9",
    "chicago": "Chicago 17",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csl-json": "CSL-JSON",
}
_PROSE = {"apa": apa.reference, "mla": mla.reference, "chicago": chicago.reference}
_TAG = re.compile(r"<[^>]*>")
OWN_KEYS = ("evidence", "interest", "archived_url", "read_at", "notice")


def cite(item: Item, style: str) -> str:
    """The citation as HTML: prose styles with italics, the others escaped text."""
    if style in _PROSE:
        return _PROSE[style](item)
    return html.escape(export(item, style)[0], quote=False)


def plain(markup: str) -> str:
    return html.unescape(_TAG.sub("", markup))


def export(items: Item | Sequence[Item], style: str) -> tuple[str, str]:
    """The text of one citation or of a list, and its content type."""
    many = [items] if isinstance(items, Mapping) else list(items)
    if style == "bibtex":
        return "\n".join(map(bibtex.entry, many)), "application/x-bibtex; charset=utf-8"
    if style == "ris":
        return "".join(map(ris.record, many)), "application/x-research-info-systems; charset=utf-8"
    if style == "csl-json":
        pure = [{k: v for k, v in item.items() if k not in OWN_KEYS} for item in many]
        kind = "application/vnd.citationstyles.csl+json; charset=utf-8"
        return json.dumps(pure, ensure_ascii=False, indent=1) + "\n", kind
    return "\n".join(plain(cite(item, style)) for item in many) + "\n", "text/plain; charset=utf-8"


with_letters = apa.with_letters
in_text = apa.in_text
"""The label of a citation in running text: ``Carr & Wu, 2009``."""
