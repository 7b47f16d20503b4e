"""What an import says about itself: findings by line, gaps, and the finished series."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..data import DailySeries
from ..errors import EngineError

REJECTED = "rejected"
REPAIRED = "repaired"
NOTICED = "noticed"
FATAL = "fatal"


@dataclass(frozen=True)
class Finding:
    """One row (or run of rows) that is not simply data.

    ``line`` counts from 1 in the file; ``action`` is rejected (the row is left out),
    repaired (its value or place was changed), noticed (kept as it is) or fatal.
    """

    line: int
    action: str
    kind: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason} ({self.action})"


@dataclass(frozen=True)
class Gap:
    """No row between two dates that are further apart than the series' own rhythm."""

    after: str
    before: str
    days: int

    def __str__(self) -> str:
        return f"no rows between {self.after} and {self.before} ({self.days} days)"


class ImportRefused(EngineError):
    """The file cannot be read with certainty; ``findings`` name every line at fault."""

    def __init__(self, reason: str, findings: Sequence[Finding] = ()) -> None:
        self.reason = reason
        self.findings = tuple(findings)
        shown = "; ".join(f"line {f.line}: {f.reason}" for f in self.findings[:5])
        more = f"; and {len(self.findings) - 5} more" if len(self.findings) > 5 else ""
        super().__init__(f"{reason}: {shown}{more}" if shown else reason)


@dataclass(frozen=True)
class Imported:
    """A series that was read completely, with everything that was done on the way."""

    series: DailySeries
    format: str
    column: str
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    rows_read: int
    origin: str = ""
    licence: str = ""
    hints: tuple[str, ...] = field(default=())

    @property
    def rejected(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.action == REJECTED)

    @property
    def repaired(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.action == REPAIRED)

    def counts(self) -> dict[str, int]:
        """How often each kind of finding occurred, most frequent first."""
        return dict(Counter(f.kind for f in self.findings).most_common())

    def summary(self) -> str:
        """The report in sentences; single rows are in ``findings``."""
        dates = self.series.dates
        lines = [
            f"{self.series.name}: {len(dates)} days from {dates[0]} to {dates[-1]}, "
            f"column {self.column!r} of a file in the {self.format} layout "
            f"({self.rows_read} rows read)."
        ]
        for kind in self.counts():
            group = [f for f in self.findings if f.kind == kind]
            often = f" ({len(group)} times, first here)" if len(group) > 1 else ""
            lines.append(f"Line {group[0].line}: {group[0].reason}; {group[0].action}{often}.")
        lines.extend(f"Gap: {gap}." for gap in self.gaps)
        lines.extend(self.hints)
        return "\n".join(lines)
