"""From recognised rows to one series: choose the column, read every row, refuse or finish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from . import quality, sales
from .canonical import daily_series
from .dates import Moment, is_month_first, moment
from .formats import Sheet, clean, recognise
from .report import FATAL, REJECTED, REPAIRED, Finding, Imported, ImportRefused
from .rows import Row
from .text import Line, amount, decoded, delimiter, is_missing, lines

MINIMUM_DAYS = 2
TENTHS_UNTIL = date(2007, 3, 26)
"""VIX futures were quoted at ten times the index before this day (Cboe Futures Exchange)."""
TENTHS_FROM = 60.0
BAR = ("open", "high", "low", "close")


@dataclass
class Reading:
    """What accumulates while a file is read."""

    sheet: Sheet
    separator: str
    date_place: int
    month_first: bool
    findings: list[Finding] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    currencies: dict[str, int] = field(default_factory=dict)

    def note(self, line: int, action: str, kind: str, reason: str) -> None:
        self.findings.append(Finding(line, action, kind, reason))


def parse(
    content: str | bytes,
    *,
    name: str,
    format: str = "auto",
    column: str | None = None,
    select: str | None = None,
    unit: str | None = None,
    origin: str = "",
    licence: str = "",
) -> Imported:
    """Read the text of a market-data file into one daily series.

    ``column`` overrides the layout's own choice of value column; ``select`` picks one
    collection, contract or ticker of a file that holds several; ``unit`` is the unit of
    the values where the file does not say (index points for prices, ETH for floors).
    ``origin`` and ``licence`` are carried along untouched. Raises ``ImportRefused``.
    """
    text = decoded(content)
    separator = delimiter(text)
    sheet = recognise(lines(text, separator), format)
    reading = Reading(sheet, separator, _date_place(sheet), _month_first(sheet))
    if sheet.skipped:
        first = sheet.skipped[0].number
        reading.note(first, REJECTED, "preamble", f"{len(sheet.skipped)} lines before the header")
    place = _value_place(sheet, column, select)
    for line in _selected(reading, select):
        _read(reading, line, place)
    _refuse_mixed_currencies(reading)
    _stop_if_fatal(reading)
    return _finish(reading, name, sheet.names[place], unit, origin, licence)


def _value_place(sheet: Sheet, column: str | None, select: str | None) -> int:
    names = sheet.names
    if column is not None:
        if clean(column) not in names[1:]:
            raise ImportRefused(f"no column {column!r}; the file has {', '.join(names[1:])}")
        return names.index(clean(column), 1)
    if sheet.format.name == "yfinance":
        return _ticker_place(sheet, select)
    for wanted in sheet.format.values:
        for place, name in enumerate(names):
            if name == wanted or (wanted == "price" and name.startswith("price")):
                return place
    closes = [place for place, name in enumerate(names) if name.endswith(" close")]
    if len(closes) == 1:
        return closes[0]
    if len(names) == 2 or sheet.format.name == "floors":
        return next((i for i, n in enumerate(names) if n.startswith("floor")), 1)
    raise ImportRefused(f"several value columns ({', '.join(names[1:])}): choose one by column")


def _ticker_place(sheet: Sheet, select: str | None) -> int:
    tickers = sheet.header[1].cells
    places = [i for i, name in enumerate(sheet.names) if name == "close" and i < len(tickers)]
    if select is not None:
        places = [i for i in places if tickers[i].lower() == select.lower()]
    if len(places) != 1:
        found = ", ".join(dict.fromkeys(tickers[1:]))
        raise ImportRefused(f"choose one ticker by select; the file holds {found}")
    return places[0]


def _selected(reading: Reading, select: str | None) -> Sequence[Line]:
    """The rows of one collection or contract where a file mixes several."""
    key = {"floors": "collection", "cfe": "futures"}.get(reading.sheet.format.name)
    rows = reading.sheet.rows
    if key is None or key not in reading.sheet.names:
        return rows
    place = reading.sheet.names.index(key)
    kinds = list(dict.fromkeys(row.cells[place] for row in rows if place < len(row.cells)))
    if select is None and len(kinds) > 1:
        raise ImportRefused(f"choose one {key} by select; the file holds {', '.join(kinds[:20])}")
    if select is not None and select not in kinds:
        raise ImportRefused(f"no {key} {select!r}; the file holds {', '.join(kinds[:20])}")
    return [
        r for r in rows if select is None or (place < len(r.cells) and r.cells[place] == select)
    ]


def _read(reading: Reading, line: Line, place: int) -> None:
    """Turn one line into a row, or say why not."""
    names, form = reading.sheet.names, reading.sheet.format
    if len(line.cells) <= place:
        reading.note(line.number, FATAL, "short row", f"has {len(line.cells)} cells only")
        return
    try:
        when = moment(line.cells[reading.date_place], month_first=reading.month_first)
        cell = line.cells[place]
        if is_missing(cell):
            reading.note(line.number, REJECTED, "missing value", f"no value on {when.day}")
            return
        found = amount(cell, separator=reading.separator)
    except ValueError as error:
        reading.note(line.number, FATAL, "unreadable", str(error))
        return
    if found.currency:
        reading.currencies.setdefault(found.currency, line.number)
    if found.tidied:
        reading.note(line.number, REPAIRED, "digit separators", f"read “{cell}” as {found.value:g}")
    if form.positive and found.value <= 0:
        _not_a_price(reading, line, when, found.value)
        return
    day = when.utc_day if form.name == "sales" else when.day
    bar = _bar(line, names, reading.separator) if form.name != "sales" else None
    reading.rows.append(Row(line.number, day, found.value, bar, when.is_ambiguous))


def _not_a_price(reading: Reading, line: Line, when: Moment, value: float) -> None:
    if value < 0:
        reading.note(line.number, FATAL, "negative price", f"{value:g} on {when.day}")
    else:
        reading.note(line.number, REJECTED, "zero row", f"a price of zero on {when.day}")


def _date_place(sheet: Sheet) -> int:
    names = sheet.names
    return next((names.index(n) for n in sheet.format.dates if n in names), 0)


def _month_first(sheet: Sheet) -> bool:
    """Exchanges write American dates; elsewhere the file must show it by a day past 12."""
    if sheet.format.name in ("cboe", "cfe"):
        return True
    place = _date_place(sheet)
    told = is_month_first(r.cells[place] for r in sheet.rows if place < len(r.cells))
    if told is None and any("/" in r.cells[place][:3] for r in sheet.rows[:1]):
        raise ImportRefused("the dates do not show whether day or month comes first")
    return told is not False


def _bar(line: Line, names: Sequence[str], separator: str) -> tuple[float, ...] | None:
    if not set(BAR) <= set(names):
        return None
    try:
        cells = [line.cells[names.index(name)] for name in BAR]
        return tuple(amount(cell, separator=separator).value for cell in cells)
    except (ValueError, IndexError):
        return None


def _refuse_mixed_currencies(reading: Reading) -> None:
    if len(reading.currencies) > 1:
        for currency, line in reading.currencies.items():
            reading.note(line, FATAL, "mixed units", f"first amount in {currency}")


def _stop_if_fatal(reading: Reading) -> None:
    fatal = [f for f in reading.findings if f.action == FATAL]
    if fatal:
        raise ImportRefused("the file was not imported", fatal)


def _finish(
    reading: Reading, name: str, column: str, unit: str | None, origin: str, licence: str
) -> Imported:
    form = reading.sheet.format
    rows_read = len(reading.sheet.rows)
    rows = _tenths(reading) if form.name == "cfe" else reading.rows
    if form.name == "sales":
        rows, extra = sales.daily_floor(rows)
    else:
        rows, extra = quality.in_order(rows)
    reading.findings.extend(extra)
    _stop_if_fatal(reading)
    if len(rows) < MINIMUM_DAYS:
        raise ImportRefused(f"only {len(rows)} usable rows; a series needs {MINIMUM_DAYS}")
    reading.findings.extend(quality.oddities(rows, market_days=form.market_days))
    own = next(iter(reading.currencies), None)
    series = daily_series(name=name, rows=rows, unit=unit or own or _unit(form.name, column))
    return Imported(
        series=series,
        format=form.name,
        column=column,
        findings=tuple(sorted(reading.findings, key=lambda f: f.line)),
        gaps=tuple(quality.gaps(rows)),
        rows_read=rows_read,
        origin=origin,
        licence=licence,
        hints=tuple(quality.hints(rows, form.name)),
    )


def _tenths(reading: Reading) -> list[Row]:
    """Early VIX futures to index points, where the file still has them at ten times."""
    early = [row for row in reading.rows if row.day < TENTHS_UNTIL]
    if not early or sorted(row.value for row in early)[len(early) // 2] < TENTHS_FROM:
        return reading.rows
    for row in early:
        reason = f"{row.value:g} on {row.day} was quoted at ten times the index"
        reading.note(row.line, REPAIRED, "ten times", reason)
    return [row.divided(10.0) if row.day < TENTHS_UNTIL else row for row in reading.rows]


def _unit(form: str, column: str) -> str:
    if form == "sales" or column.endswith("eth"):
        return "ETH"
    if column.endswith("usd"):
        return "USD"
    return "1" if form in ("fred", "plain") else "index points"
