"""Markdown as our authors write it, rendered once on save and cleaned by one allow-list.

    rendered = render(text, Context(labels={"whaley-2009": "Whaley, 2009"}))

Raw HTML is not part of the language: it comes out as text. Everything that passes is then
cleaned with nh3, so neither layer has to be perfect.
"""

from __future__ import annotations

from .clean import clean, own_links, plain_text, unsourced, without_script
from .document import RENDER_VERSION, Context, Place, Rendered, Trouble, render
from .limits import BODY_LIMIT
from .maths import formula

__all__ = [
    "BODY_LIMIT",
    "RENDER_VERSION",
    "Context",
    "Place",
    "Rendered",
    "Trouble",
    "clean",
    "formula",
    "own_links",
    "plain_text",
    "render",
    "unsourced",
    "without_script",
]
