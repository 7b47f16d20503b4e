"""Numbers as people type them: decimal point or comma, with or without thousands apart.

A text that two readers would read as two numbers is refused with both, never guessed:
``1,234`` is one thousand and more to some and hardly more than one to others. A lone point is
always decimal, because that is how the pages and links of this site write.
"""

from __future__ import annotations

import math
import re

LONGEST = 60
_SPACES = "[\u0020\u00a0\u2009\u202f'’]"  # ISO 80000-1 sets groups of three apart by a thin space
_GROUPS = re.compile(rf"\d{{1,3}}(?:{_SPACES}\d{{3}})+(?=$|[.,])", re.ASCII)
_PARTS = re.compile(r"([-+−–]?)([\d.,]*\d[\d.,]*)([eE][-+−]?\d{1,6})?", re.ASCII)
_AMBIGUOUS = re.compile(r"([1-9]\d{0,2}),(\d{3})", re.ASCII)


def read_number(text: str) -> float:
    """The number that ``text`` says; infinity where it is longer than any number needs.

    Raises ``ValueError`` with words for the reader: what is no number, and what could be two.
    """
    found = _PARTS.fullmatch(_joined(text.strip()))
    if found is None:
        raise ValueError(f"“{text.strip()[:40]}” is not a number")
    sign, body, exponent = found.groups()
    if len(body) > LONGEST:
        return math.inf
    plain = _plain(body)
    if plain is None:
        raise ValueError(f"“{text.strip()[:40]}” is not a number")
    minus = "-" if sign in ("-", "−", "–") else ""
    return float(minus + plain + (exponent or "").replace("−", "-"))


def read_whole(text: str) -> float:
    """The same where only whole numbers are asked for: a mark before three digits groups them."""
    text = text.strip()
    if re.fullmatch(r"[-+−–]?\d{1,3}(?:[.,]\d{3})+", text, re.ASCII):
        text = re.sub("[.,]", "", text)
    return read_number(text)


def split_list(text: str) -> list[str]:
    """The entries of a list; what separates them is told from what is decimal.

    Blanks, line breaks and semicolons separate. A comma separates as well, unless
    semicolons do: then it is decimal. Commas inside entries that blanks keep apart could be
    either, so such a list raises ``ValueError``.
    """
    if ";" in text:
        return [word for word in re.split(r"[\s;]+", text) if word]
    apart = re.split(r",?\s+|,$", text.strip())
    inner = [word for word in apart if re.search(r"\d,\d", word)]
    if inner and len(apart) > 1 and not any("." in word for word in apart):
        first = inner[0][:20]
        raise ValueError(
            f"has commas inside “{first}” and blanks beside it: write “{first.replace(',', '.')}” "
            f"for one number, or “{first.replace(',', ' ')}” for several"
        )
    return [word for word in re.split(r"[\s,]+", text) if word]


def _joined(text: str) -> str:
    """The text without what keeps groups of three digits apart."""
    return re.sub(
        rf"^([-+−–]?){_GROUPS.pattern}",
        lambda m: m[1] + re.sub(_SPACES, "", m[0][len(m[1]) :]),
        text,
        flags=re.ASCII,
    )


def _plain(body: str) -> str | None:
    """Digits with at most one decimal point, or None where marks stand where none belongs."""
    commas, points = body.count(","), body.count(".")
    if not commas:
        return body if points <= 1 else _ungrouped(body, ".")
    if not points:
        if commas > 1:
            return _ungrouped(body, ",")
        ambiguous = _AMBIGUOUS.fullmatch(body)
        if ambiguous:
            whole, rest = ambiguous.groups()
            raise ValueError(
                f"“{body}” could be {whole}{rest} or {whole}.{rest}: write one of these"
            )
        return body.replace(",", ".")
    decimal = max(",.", key=body.rfind)
    if body.count(decimal) > 1:
        return None
    whole, _, rest = body.partition(decimal)
    joined = _ungrouped(whole, "," if decimal == "." else ".")
    return None if joined is None else f"{joined}.{rest}"


def _ungrouped(body: str, mark: str) -> str | None:
    """The digits of ``1,234,567``, or None where a group is not of three."""
    if not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", body, re.ASCII):
        return None
    return body.replace(mark, "")
