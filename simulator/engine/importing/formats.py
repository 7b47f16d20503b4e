"""The layouts that are understood, and how each is told from its header.

Sources of the layouts: Cboe's ``VIX_History.csv`` and futures archive, FRED's graph
download, Stooq's and Yahoo's classic downloads, yfinance 0.2.5x's ``to_csv`` with its
three header lines, floor-price dumps of the Dune and NFTPriceFloor kind, and logs of
on-chain sales (cryptopunksnotdead/punks.market).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .report import ImportRefused
from .text import Line, amount, is_missing

Names = Sequence[str]
VALUES = ("value", "close", "close/last", "price", "last", "settle")
"""What a column of closes is called where a layout does not say, best first."""


@dataclass(frozen=True)
class Format:
    """One layout: how its header looks, where the date and the value stand.

    ``positive``: the values are prices, so that zero or less is not an observation.
    ``header_lines``: how many lines the header takes. ``accepts`` is what will do when the
    caller names the layout, where that is more than can be told from the header alone.
    """

    name: str
    title: str
    recognises: Callable[[Names, Sequence[Line]], bool]
    dates: Names
    values: Names
    positive: bool = True
    header_lines: int = 1
    market_days: bool = False
    accepts: Callable[[Names, Sequence[Line]], bool] | None = None

    def fits(self, names: Names, rest: Sequence[Line], *, named: bool) -> bool:
        """Whether this header belongs to the layout, or may when the caller says so."""
        if self.recognises(names, rest):
            return True
        return named and self.accepts is not None and self.accepts(names, rest)


def _has(*wanted: str) -> Callable[[Names, Sequence[Line]], bool]:
    return lambda names, rest: set(wanted) <= set(names)


def _is_yfinance(names: Names, rest: Sequence[Line]) -> bool:
    return (
        names[0] == "price"
        and len(rest) > 1
        and rest[0].cells[0].lower() == "ticker"
        and rest[1].cells[0].lower() in ("date", "datetime")
    )


def _is_sales(names: Names, rest: Sequence[Line]) -> bool:
    return "timestamp" in names and any(name.startswith("price") for name in names)


def _is_floor(names: Names, rest: Sequence[Line]) -> bool:
    return "collection" in names and any(name.startswith("floor") for name in names)


def _is_yahoo(names: Names, rest: Sequence[Line]) -> bool:
    return {"date", "close"} <= set(names) and "adj close" in names


def _is_bars(names: Names, rest: Sequence[Line]) -> bool:
    return {"date", "open", "high", "low", "close"} <= set(names)


def _is_cboe(names: Names, rest: Sequence[Line]) -> bool:
    return _is_bars(names, rest) and not any(n.startswith(("vol", "adj")) for n in names)


def _is_fred(names: Names, rest: Sequence[Line]) -> bool:
    """Today's header, or the older ``DATE,SERIESID``."""
    if len(names) != 2:
        return False
    return names[0] == "observation_date" or (names[0] == "date" and names[1] not in VALUES)


def _is_pair(names: Names, rest: Sequence[Line]) -> bool:
    """Cboe's histories of a single figure, ``DATE,VVIX``; FRED's of whatever name."""
    return len(names) == 2 and names[0] in ("date", "observation_date")


def _is_plain(names: Names, rest: Sequence[Line]) -> bool:
    return len(names) >= 2 and names[0] in ("date", "day", "time", "observation_date")


FORMATS: dict[str, Format] = {
    f.name: f
    for f in (
        Format("yfinance", "yfinance download", _is_yfinance, ("price",), ("close",), True, 3),
        Format("sales", "on-chain sales", _is_sales, ("timestamp",), ("price",)),
        Format("floors", "NFT floor by day", _is_floor, ("day", "date"), ("floor_eth", "floor")),
        Format(
            "cfe", "Cboe futures", _has("trade date", "settle"), ("trade date",), ("settle",),
            market_days=True,
        ),
        Format("yahoo", "Yahoo download", _is_yahoo, ("date",), ("close", "adj close")),
        Format(
            "cboe", "Cboe index history", _is_cboe, ("date",), ("close",), market_days=True,
            accepts=_is_pair,
        ),
        Format("stooq", "Stooq download", _is_bars, ("date",), ("close",)),
        Format(
            "fred", "FRED download", _is_fred, ("observation_date", "date"), (), False,
            accepts=_is_pair,
        ),
        Format("plain", "date,value", _is_plain, ("date", "day", "time"), VALUES, False),
    )
}  # fmt: skip
PREAMBLE_LINES = 12


@dataclass(frozen=True)
class Sheet:
    """A recognised file: its layout, its column names (small letters) and its rows."""

    format: Format
    names: tuple[str, ...]
    header: tuple[Line, ...]
    rows: tuple[Line, ...]
    skipped: tuple[Line, ...]


def clean(name: str) -> str:
    """A column name for comparison: small letters, no angle brackets, single spaces."""
    return " ".join(name.strip("<> ").lower().split())


def recognise(lines: Sequence[Line], wanted: str) -> Sheet:
    """Find the header among the first lines and the layout it belongs to.

    ``wanted`` is a name of ``FORMATS`` or ``auto``. Raises ``ImportRefused``.
    """
    if wanted != "auto" and wanted not in FORMATS:
        raise ImportRefused(f"unknown format {wanted!r}; known are auto, {', '.join(FORMATS)}")
    candidates = list(FORMATS.values()) if wanted == "auto" else [FORMATS[wanted]]
    for start, line in enumerate(lines[:PREAMBLE_LINES]):
        names = tuple(clean(cell) for cell in line.cells)
        for form in candidates:
            if form.fits(names, lines[start + 1 :], named=wanted != "auto"):
                return _sheet(form, names, lines, start)
    if wanted in ("auto", "plain") and lines and _looks_like_data(lines[0]):
        plain = FORMATS["plain"]
        return Sheet(plain, ("date", "value"), (), tuple(lines), ())
    raise ImportRefused(_unknown(lines, wanted))


def _sheet(form: Format, names: tuple[str, ...], lines: Sequence[Line], start: int) -> Sheet:
    body = start + form.header_lines
    return Sheet(form, names, tuple(lines[start:body]), tuple(lines[body:]), tuple(lines[:start]))


def _looks_like_data(line: Line) -> bool:
    if len(line.cells) < 2 or not line.cells[0][:1].isdigit():
        return False
    try:
        return is_missing(line.cells[1]) or bool(amount(line.cells[1]))
    except ValueError:
        return False


def _unknown(lines: Sequence[Line], wanted: str) -> str:
    first = ",".join(lines[0].cells)[:80] if lines else "nothing"
    layout = "any known layout" if wanted == "auto" else f"the {wanted} layout"
    return (
        f"the header is not that of {layout} (it begins with “{first}”); "
        f"known layouts are {', '.join(FORMATS)}"
    )
