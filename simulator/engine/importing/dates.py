"""Days as files write them: ISO, American slashes, compact, and timestamps with a zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.A)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.A)
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.A)
NAMED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{4})", re.A)
STAMP = re.compile(
    r"(?P<day>\S+?)[T ](?P<h>\d{1,2}):(?P<m>\d{2})(:(?P<s>\d{2})(\.\d+)?)?\s*"
    r"(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.A,
)
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True)
class Moment:
    """A day as written and, where the cell holds a time, the UTC day of that time."""

    day: date
    utc_day: date

    @property
    def is_ambiguous(self) -> bool:
        return self.day != self.utc_day


def is_month_first(cells: Iterable[str]) -> bool | None:
    """Whether slashed dates put the month first; None when the file does not tell."""
    pairs = [m.groups() for cell in cells if (m := SLASHED.match(cell))]
    if any(int(first) > 12 for first, _, _ in pairs):
        return False
    if any(int(second) > 12 for _, second, _ in pairs):
        return True
    return None


def moment(cell: str, *, month_first: bool = True) -> Moment:
    """Read a date or timestamp; raises ``ValueError`` in words.

    A time without a zone is taken as it stands; with one, ``utc_day`` is the day in UTC.
    """
    text = cell.strip()
    stamp = STAMP.fullmatch(text)
    if not stamp:
        day = _day(text, month_first)
        return Moment(day, day)
    day = _day(stamp["day"], month_first)
    clock = datetime(
        day.year, day.month, day.day, int(stamp["h"]), int(stamp["m"]), int(stamp["s"] or 0),
        tzinfo=_zone(stamp["zone"]),
    )  # fmt: skip
    try:
        return Moment(day, clock.astimezone(UTC).date())
    except OverflowError:
        raise ValueError(f"“{cell[:40]}” is not a date") from None


def _zone(text: str | None) -> timezone:
    if text is None or text[0] not in "+-":
        return UTC
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _day(text: str, month_first: bool) -> date:
    try:
        if found := ISO.fullmatch(text) or COMPACT.fullmatch(text):
            year, month, day = map(int, found.groups())
        elif found := SLASHED.fullmatch(text):
            first, second, year = map(int, found.groups())
            month, day = (first, second) if month_first else (second, first)
        elif found := NAMED.fullmatch(text):
            day, year = int(found[1]), int(found[3])
            month = MONTHS.index(found[2].lower()) + 1
        else:
            raise ValueError(text)
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"“{text[:40]}” is not a date") from None
