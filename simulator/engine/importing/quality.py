"""What is odd about a series: duplicates, order, weekends, runs, bars, gaps, shifts."""

from __future__ import annotations

import itertools
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from .report import FATAL, NOTICED, REJECTED, REPAIRED, Finding, Gap
from .rows import Row

FLAT_RUN = 5
EQUAL_OPEN_RUN = 20
LONGEST_WEEKEND = 4
SHIFT = 20.0
SATURDAY = 5


def in_order(rows: Sequence[Row]) -> tuple[list[Row], list[Finding]]:
    """Rows by date; exact duplicates are dropped, contradicting ones are fatal."""
    findings: list[Finding] = []
    kept: dict[date, Row] = {}
    latest: date | None = None
    for row in rows:
        before = kept.setdefault(row.day, row)
        if before is not row:
            same = before.value == row.value
            reason = f"{row.day} again, first on line {before.line}"
            reason += "" if same else f", with {row.value:g} instead of {before.value:g}"
            action = REJECTED if same else FATAL
            findings.append(Finding(row.line, action, "duplicate", reason))
        latest = row.day if latest is None else max(latest, row.day)
    findings += _out_of_order(list(kept.values()))
    return sorted(kept.values(), key=lambda row: row.day), findings


def _out_of_order(rows: list[Row]) -> Iterator[Finding]:
    """A file that runs backwards throughout is one finding; a stray row is one each."""
    steps = [after.day < before.day for before, after in itertools.pairwise(rows)]
    if steps and all(steps):
        yield Finding(rows[0].line, REPAIRED, "order", "the file runs from new to old")
        return
    highest: date | None = None
    for row in rows:
        if highest is not None and row.day < highest:
            yield Finding(row.line, REPAIRED, "order", f"{row.day} comes after {highest}")
        highest = row.day if highest is None else max(highest, row.day)


def is_weekday_series(rows: Sequence[Row]) -> bool:
    """True when hardly any row (under one in twenty) falls on a weekend."""
    weekend = sum(row.day.weekday() >= SATURDAY for row in rows)
    return weekend * 20 < len(rows)


def oddities(rows: Sequence[Row], *, market_days: bool) -> Iterator[Finding]:
    """Everything that is reported and kept as it is."""
    if market_days or is_weekday_series(rows):
        for row in rows:
            if row.day.weekday() >= SATURDAY:
                reason = f"{row.day} is a {row.day:%A}"
                yield Finding(row.line, NOTICED, "weekend", reason)
    for row in rows:
        yield from _bar_oddities(row)
        if row.crosses_midnight:
            reason = f"the day as written, {row.day}, is another day in UTC"
            yield Finding(row.line, NOTICED, "time zone", reason)
    yield from _runs(rows, _is_flat, FLAT_RUN, "flat bars", "open, high, low equal the close")
    yield from _runs_of_old_opens(rows)
    yield from _level_shifts(rows)


def _bar_oddities(row: Row) -> Iterator[Finding]:
    if row.bar is None:
        return
    o, h, low, c = row.bar
    inner, outer = min(o, c), max(o, c)
    if min(row.bar) <= 0:
        yield Finding(row.line, NOTICED, "empty bar", f"a zero among open, high, low on {row.day}")
    elif low > inner * (1 + 1e-9) or h < outer * (1 - 1e-9):
        reason = f"open or close lies outside {low:g} to {h:g} on {row.day}"
        yield Finding(row.line, NOTICED, "bar", reason)
    elif low < inner / 2 or h > outer * 2:
        reason = f"the range {low:g} to {h:g} is far from open and close on {row.day}"
        yield Finding(row.line, NOTICED, "suspect range", reason)


def _is_flat(row: Row) -> bool:
    return row.bar is not None and len(set(row.bar)) == 1


def _runs(
    rows: Sequence[Row], holds: Callable[[Row], bool], least: int, kind: str, what: str
) -> Iterator[Finding]:
    for is_run, group in itertools.groupby(rows, key=holds):
        run = list(group)
        if is_run and len(run) >= least:
            reason = f"{what} on {len(run)} rows in a row, {run[0].day} to {run[-1].day}"
            yield Finding(run[0].line, NOTICED, kind, reason)


def _runs_of_old_opens(rows: Sequence[Row]) -> Iterator[Finding]:
    opens = {
        after.line
        for before, after in itertools.pairwise(rows)
        if before.bar and after.bar and after.bar[0] == before.bar[3] and not _is_flat(after)
    }
    yield from _runs(
        rows, lambda row: row.line in opens, EQUAL_OPEN_RUN, "old opens",
        "the open repeats the close of the day before",
    )  # fmt: skip


def _level_shifts(rows: Sequence[Row], beside: int = 10) -> Iterator[Finding]:
    """A jump by more than twenty times that stays: most often a change of unit."""
    for at in range(1, len(rows)):
        old, new = rows[at - 1].value, rows[at].value
        if old <= 0 or new <= 0 or 1 / SHIFT < new / old < SHIFT:
            continue
        before = statistics.median(r.value for r in rows[max(0, at - beside) : at])
        after = statistics.median(r.value for r in rows[at : at + beside])
        if before > 0 and not 1 / SHIFT < after / before < SHIFT:
            reason = f"from {old:g} to {new:g} on {rows[at].day} and it stays: another unit?"
            yield Finding(rows[at].line, NOTICED, "unit change", reason)


def gaps(rows: Sequence[Row]) -> Iterator[Gap]:
    """Steps longer than the series' rhythm: a long weekend, or twice its usual step."""
    steps = [(after.day - before.day).days for before, after in itertools.pairwise(rows)]
    if not steps:
        return
    usual = statistics.median(steps)
    if usual <= 1:
        allowed = float(LONGEST_WEEKEND) if is_weekday_series(rows) else 1.0
    else:
        allowed = 2.0 * usual
    for (before, after), days in zip(itertools.pairwise(rows), steps, strict=True):
        if days > allowed:
            yield Gap(before.day.isoformat(), after.day.isoformat(), days)


def hints(rows: Sequence[Row], form: str) -> Iterator[str]:
    """Sentences about the whole series."""
    days = Counter(row.day.weekday() for row in rows)
    if len(rows) >= 20 and (shifted := _missing_day(days)):
        yield shifted
    elif not is_weekday_series(rows) and form != "sales":
        yield (
            "The series has weekend days. Before it is set beside an exchange's closes, make "
            "sure that its days end at the same hour: a series shifted by one day against UTC "
            "fabricates predictability."
        )
    if form == "sales":
        yield (
            "Each value is the tenth percentile of the last seven days' sales, at least five "
            "of them: a proxy of the floor, which moves only when somebody sells."
        )


def _missing_day(days: Counter[int]) -> str | None:
    if days[6] and not days[4] and not days[5]:
        return "Sundays but no Fridays: every date is probably a day early (a UTC shift)."
    if days[5] and not days[0] and not days[6]:
        return "Saturdays but no Mondays: every date is probably a day late (a UTC shift)."
    return None
