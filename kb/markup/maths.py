"""Formulas: LaTeX between dollar signs becomes MathML when the text is saved."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Any
from xml.etree import ElementTree

from latex2mathml import converter
from markdown.inlinepatterns import InlineProcessor

FORMULA_LIMIT = 2_000
DEPTH_LIMIT = 24
# An opening dollar is followed, a closing one preceded, by no space: "$5 and $7" stays text.
INLINE = r"(?<![\\$])\$(?![\s$])([^$\n]{0,1999}?[^\s$\\])\$(?![\d$])"
BLOCK = r"(?<![\\$])\$\$([^$]{1,2000})\$\$"
# The converter passes what stands in \\text on as it is.
_TEXT = re.compile(r"\\(?:text\w*|mbox|math\w+|operatorname)\*?\s*\{[^{}]*[<>]")
_UNKNOWN = re.compile(r"<m[io][^>]*>\\([^<]*)</m[io]>")


class FormulaError(ValueError):
    """The LaTeX cannot be set; the message says why."""


@lru_cache(maxsize=4096)
def formula(latex: str, display: bool = False) -> str:
    """MathML with the LaTeX inside, so that it can be copied; raises ``FormulaError``."""
    if len(latex) > FORMULA_LIMIT:
        raise FormulaError(f"the formula is longer than {FORMULA_LIMIT} characters")
    _balanced(latex)
    if _TEXT.search(latex):
        raise FormulaError(r"inside \text write \lt for < and \gt for >")
    try:
        mathml = converter.convert(latex, display="block" if display else "inline")
    except Exception as error:  # the converter raises many kinds on broken input
        raise FormulaError(f"the formula cannot be read ({type(error).__name__})") from None
    unknown = _UNKNOWN.search(mathml)
    if unknown:
        raise FormulaError(f"unknown LaTeX command \\{unknown.group(1)}")
    start = mathml.index(">") + 1
    inner = mathml[start : -len("</math>")]
    shape = "block" if display else "inline"
    return (
        f'<math display="{shape}"><semantics>{inner}'
        f'<annotation encoding="application/x-tex">{escape(latex)}</annotation></semantics></math>'
    )


def _balanced(latex: str) -> None:
    depth = 0
    for mark in re.findall(r"\\[{}\\]|[{}]", latex):
        depth += (mark == "{") - (mark == "}")
        if depth < 0 or depth > DEPTH_LIMIT:
            break
    if depth:
        raise FormulaError(
            "the formula has braces that do not match"
            if abs(depth) <= DEPTH_LIMIT
            else "the formula has too many braces inside one another"
        )
    if latex.count(r"\begin{") != latex.count(r"\end{"):
        raise FormulaError(r"the formula has a \begin without its \end")
    if len(re.findall(r"\\(?:left|right)(?![a-z])", latex)) % 2:
        raise FormulaError(r"the formula has a \left without its \right")


class FormulaProcessor(InlineProcessor):
    """``$…$`` in a line, ``$$…$$`` on its own."""

    def __init__(self, pattern: str, md: Any, *, display: bool) -> None:
        super().__init__(pattern, md)
        self.display = display

    def handleMatch(  # type: ignore[override]  # noqa: N802 - Markdown's own name
        self, m: re.Match[str], data: str
    ) -> tuple[str | ElementTree.Element | None, int, int]:
        latex = m.group(1).strip()
        try:
            mathml = formula(latex, self.display)
        except FormulaError as error:
            notes: Any = self.md.notes  # type: ignore[attr-defined]
            notes.trouble(m.group(0), str(error))
            return None, m.start(0), m.end(0)
        return self.md.htmlStash.store(mathml), m.start(0), m.end(0)
