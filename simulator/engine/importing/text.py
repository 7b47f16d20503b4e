"""From bytes to cells: encodings, line ends, delimiters, and numbers as people write them."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass

from .report import ImportRefused

MAXIMUM_BYTES = 64 * 2**20
MISSING = frozenset({"", ".", "-", "--", "na", "n/a", "#n/a", "nan", "null", "none"})
GROUPED = re.compile(r"[+-]?\d{1,3}([,_'’ \u00a0\u2009\u202f]\d{3})+(\.\d*)?", re.A)
GROUPING = re.compile(r"[,_'’ \u00a0\u2009\u202f]")
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.A)
CURRENCIES = {"$": "USD", "usd": "USD", "eth": "ETH", "Ξ": "ETH", "ξ": "ETH"}


@dataclass(frozen=True)
class Line:
    """The cells of one non-empty line, with its number in the file."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Amount:
    """A number as written, with the currency beside it, if any, and whether it was tidied."""

    value: float
    currency: str | None = None
    tidied: bool = False


def decoded(content: str | bytes) -> str:
    """Text of a file in UTF-8 (with or without a mark), UTF-16 with a mark, or Latin-1.

    Raises ``ImportRefused`` for anything over 64 MB and for binary files.
    """
    if len(content) > MAXIMUM_BYTES:
        raise ImportRefused("the file is larger than 64 MB")
    if isinstance(content, str):
        text = content
    elif content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    if "\0" in text:
        raise ImportRefused("this is not a text file")
    return text.removeprefix("\ufeff")


def delimiter(text: str) -> str:
    """The separator of cells: the most frequent of tab, semicolon and comma, in that order."""
    head = text[:4000]
    if "\t" in head:
        return "\t"
    return ";" if head.count(";") > head.count("\n") / 2 and ";" in head else ","


def lines(text: str, separator: str) -> list[Line]:
    """Non-empty lines as stripped cells; quotes are understood, any line end is accepted."""
    reader = csv.reader(
        io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline=""),
        delimiter=separator,
        skipinitialspace=True,
        strict=True,
    )
    found: list[Line] = []
    try:
        for cells in reader:
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                found.append(Line(reader.line_num, stripped))
    except csv.Error as error:
        raise ImportRefused(f"line {reader.line_num}: {error}") from None
    return found


def is_missing(cell: str) -> bool:
    """True for what files write where there is no value: blank, a point, a dash, NA."""
    return cell.strip().lower() in MISSING


def amount(cell: str, *, separator: str = ",") -> Amount:
    """Read one number; raises ``ValueError`` in words when it is not certainly one.

    ``separator`` is the file's cell separator: where it is not a comma, a lone comma
    inside a number is a decimal comma.
    """
    if DECIMAL.fullmatch(cell) and math.isfinite(plain := float(cell)):
        return Amount(plain)  # nearly every cell of nearly every file
    text, currency = _without_currency(cell.strip().replace("−", "-"))
    cleaned = text
    if separator != "," and "," in text:
        cleaned = text.replace(".", "").replace(",", ".")
    elif GROUPED.fullmatch(text):
        cleaned = GROUPING.sub("", text)
    if not DECIMAL.fullmatch(cleaned):
        raise ValueError(f"“{cell[:40]}” is not a number")
    value = float(cleaned)
    if not math.isfinite(value):
        raise ValueError(f"“{cell[:40]}” is not a finite number")
    return Amount(value, currency, tidied=cleaned != text)


def _without_currency(text: str) -> tuple[str, str | None]:
    for mark, unit in CURRENCIES.items():
        lowered = text.lower()
        if lowered.endswith(mark):
            return text[: -len(mark)].strip(), unit
        if lowered.startswith(mark):
            return text[len(mark) :].strip(), unit
    return text, None
