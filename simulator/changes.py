"""What changed since the result that an example showed before, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import date as day_words

from . import forms, presentation, services
from .models import Run


@dataclass(frozen=True)
class Change:
    """One figure: what was shown, what is shown now, and the difference."""

    label: str
    before: str
    after: str
    difference: str


@dataclass(frozen=True)
class Since:
    """``rows`` changed as they are shown, ``hidden`` figures only beyond the digits shown."""

    previous: Run
    run: Run
    rows: list[Change]
    hidden: int
    total: int
    causes: list[str]

    @property
    def words(self) -> str:
        when = f"since the result of {day_words(self.previous.finished_at, 'j F Y')}"
        if self.rows:
            return f"{len(self.rows)} of {self.total} figures changed {when}"
        if self.hidden:
            return f"No figure changed in the digits shown {when}"
        return f"Nothing changed {when}: the same figures to the last digit"

    @property
    def because(self) -> str:
        if not self.causes:
            return "Both have the same inputs."
        return f"What differs between the two: {'; '.join(self.causes)}."


def since(previous: Run | None, run: Run | None) -> Since | None:
    """The comparison, or None where there is nothing to compare with."""
    if previous is None or run is None or previous.experiment != run.experiment:
        return None
    old, new = previous.document, run.document
    if old is None or new is None:
        return None
    before = {m["name"]: m for m in old.get("metrics", [])}
    after = {m["name"]: m for m in new.get("metrics", [])}
    names = list(dict.fromkeys([*after, *before]))
    moved = [n for n in names if _value(before.get(n)) != _value(after.get(n))]
    rows = [_change(before.get(n), after.get(n)) for n in moved]
    shown = [row for row in rows if row.before != row.after]
    hidden = len(rows) - len(shown)
    return Since(previous, run, shown, hidden, len(names), causes(previous, old, run, new))


def _value(metric: Mapping[str, Any] | None) -> Any:
    return metric and metric["value"]


def _change(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Change:
    known = after or before or {}
    return Change(
        label=known["label"],
        before=_text(before) if before else "was not reported",
        after=_text(after) if after else "is no longer reported",
        difference=difference(_value(before), _value(after), known["unit"], known["name"]),
    )


def _text(metric: Mapping[str, Any]) -> str:
    return presentation.figure_text(metric["value"], metric["unit"], metric["name"])


def difference(before: Any, after: Any, unit: str | None, name: str) -> str:
    """``+0.4 points``: of fractions in percentage points; a dash where there is none."""
    numbers = [v for v in (before, after) if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(numbers) < 2:
        return presentation.MISSING
    moved = float(f"{numbers[1] - numbers[0]:.12g}")  # without what rounding leaves
    sign = "+" if moved > 0 else ""
    return sign + presentation.figure_text(moved, unit, f"{name}_difference")


def causes(previous: Run, old: Mapping[str, Any], run: Run, new: Mapping[str, Any]) -> list[str]:
    """What went in otherwise: parameters, seed, data, libraries, the code itself."""
    found = _parameters(previous, run)
    if previous.seed != run.seed:
        found.append(f"seed {run.seed} instead of {previous.seed}")
    data = [name for name in run.data if run.data[name] != previous.data.get(name)]
    if data:
        found.append(f"another version of the data {', '.join(sorted(data))}")
    libraries = old.get("libraries", {})
    found += [
        f"{name} {number} instead of {libraries.get(name, 'none')}"
        for name, number in new.get("libraries", {}).items()
        if number != libraries.get(name)
    ]
    if previous.version != run.version:
        found.append(f"version {run.version} of the experiment instead of {previous.version}")
    if previous.engine_version != run.engine_version:
        found.append(f"engine {run.engine_version} instead of {previous.engine_version}")
    return found


def _parameters(previous: Run, run: Run) -> list[str]:
    try:
        rows = forms.parameter_rows(services.experiment(run.experiment), run.parameters)
        old = forms.parameter_rows(services.experiment(run.experiment), previous.parameters)
    except services.UnknownExperiment:
        return []
    before = {name: words for name, _, words, _ in old}
    return [
        f"{label} {words} instead of {before.get(name, 'nothing')}"
        for name, label, words, _ in rows
        if before.get(name) != words
    ]
