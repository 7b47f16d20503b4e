"""Where a claim holds: a sweep around its example, each cell judged by the claim's rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulator import claim_rules as rules
from simulator import services
from simulator.engine.experiments.base import Integer, Number, Parameter
from simulator.models import SUCCEEDED, Sweep
from simulator.models.claims import Claim

from . import ledger

STEPS = 11
GRID_STEPS = 7


@dataclass(frozen=True)
class Cell:
    """One value (or pair) of the swept parameters and how the sentence fares there."""

    x: Any
    y: Any
    holds: bool | None
    measured: str
    waits: bool = False

    @property
    def word(self) -> str:
        """How the sentence fares: holds, fails, waits for its run, or unknown."""
        if self.waits:
            return "waits"
        return {True: "holds", False: "fails", None: "unknown"}[self.holds]


@dataclass(frozen=True)
class Where:
    """The rows of a strip or grid, and the sentence written from them."""

    x_label: str
    y_label: str
    x_values: list[Any]
    rows: list[tuple[Any, list[Cell]]]
    sentence: str
    is_complete: bool


def values_around(parameter: Parameter, centre: Any, steps: int = STEPS) -> list[float]:
    """Evenly spaced values about the example's own, inside the bounds, the own one included.

    The span is from half to twice the value, or the whole range where that is narrower or the
    value is zero.
    """
    if not isinstance(parameter, Number):
        return []
    low, high = (
        parameter.minimum if parameter.minimum is not None else parameter.above,
        parameter.maximum if parameter.maximum is not None else parameter.below,
    )
    if isinstance(centre, int | float) and not isinstance(centre, bool) and centre:
        near = sorted((centre / 2, centre * 2))
    elif low is not None and high is not None:
        near = [low, min(high, low + 1) if high - low > 1 else high]
    else:
        return []
    start = max(near[0], low) if low is not None else near[0]
    end = min(near[1], high) if high is not None else near[1]
    if not start < end:
        return []
    points = {start + (end - start) * i / (steps - 1) for i in range(steps)}
    if isinstance(centre, int | float):
        points.add(float(centre))
    if isinstance(parameter, Integer):
        points = {float(round(point)) for point in points}
    rounded = sorted({float(f"{point:.6g}") for point in points})
    accepted = [p for p in rounded if _accepts(parameter, p)]
    return [int(p) for p in accepted] if isinstance(parameter, Integer) else accepted


def _accepts(parameter: Parameter, value: float) -> bool:
    try:
        parameter.parse(int(value) if isinstance(parameter, Integer) else value)
    except services.ParameterError:
        return False
    return True


def variable(claim: Claim) -> list[Parameter]:
    """The parameters of the claim's example that can be varied about their value."""
    if claim.example is None:
        return []
    experiment = services.catalogue.experiment(claim.example.experiment)
    centre = experiment.parse(claim.example.parameters)
    return [p for p in experiment.parameters if p.sweepable and values_around(p, centre[p.name], 3)]


def ask(claim: Claim, parameter: str, *, client: str | None = None) -> Sweep:
    """Sweep one parameter about the claim's example on a reader's behalf.

    Raises ``ParametersRefused`` for a parameter that cannot be varied, and what
    ``create_sweep`` raises.
    """
    return _sweep(claim, {parameter: _around(claim, parameter, STEPS)}, client=client)


def _around(claim: Claim, name: str, steps: int) -> list[float]:
    declared = next((p for p in variable(claim) if p.name == name), None)
    if declared is None or claim.example is None:
        raise services.ParametersRefused(
            [services.ParameterError("parameter", f"{name!r} cannot be varied here")]
        )
    experiment = services.catalogue.experiment(claim.example.experiment)
    centre = experiment.parse(claim.example.parameters)
    return values_around(declared, centre[name], steps)


def _sweep(claim: Claim, axes: Mapping[str, Sequence[Any]], **asked: Any) -> Sweep:
    assert claim.example is not None
    (x, x_values), *more = axes.items()
    y, y_values = more[0] if more else ("", [])
    return services.create_sweep(
        experiment=claim.example.experiment, example=claim.example,
        x=x, x_values=x_values, y=y, y_values=y_values, **asked,
    )  # fmt: skip


def axes(claim: Claim) -> dict[str, list[Any]]:
    """What the author wants varied: parameter → values, one for a strip or two for a grid.

    Front matter: ``where: vol``, ``where: [vol, days]`` or ``where: {vol: [0.1, 0.2]}``.
    """
    wanted = claim.terms.get("where")
    if not wanted or not claim.is_testable or claim.example is None:
        return {}
    if isinstance(wanted, Mapping):
        return {name: list(values) for name, values in wanted.items()}
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    steps = STEPS if len(names) == 1 else GRID_STEPS
    return {name: _around(claim, name, steps) for name in names}


def keep(claim: Claim) -> Sweep | None:
    """Sweep what the author named and show it under the claim from now on.

    A sweep that stands on today's parameters and engine is kept as it is.
    """
    wanted = axes(claim)
    if not wanted:
        return None
    if claim.where is None or not _is_todays(claim, claim.where, wanted):
        claim.where = _sweep(claim, wanted, system=True)
        Claim.objects.filter(pk=claim.pk).update(where=claim.where)
    return claim.where


def _is_todays(claim: Claim, sweep: Sweep, wanted: Mapping[str, Sequence[Any]]) -> bool:
    """Whether asking again would ask for the same runs."""
    assert claim.example is not None
    shape = {sweep.x_parameter: sweep.x_values}
    if sweep.y_parameter:
        shape[sweep.y_parameter] = sweep.y_values
    if shape != dict(wanted) or sweep.experiment != claim.example.experiment:
        return False
    centre = dict(claim.example.parameters)
    corner = {name: values[0] for name, values in wanted.items()}
    identity = services.identify(
        services.catalogue.experiment(sweep.experiment), centre | corner, claim.example.seed
    )
    first = sweep.cells.filter(x=0, y=0).select_related("run").first()
    return bool(first and first.run and first.run.fingerprint == identity.fingerprint)


def fits(claim: Claim, sweep: Sweep | None) -> bool:
    """Whether a sweep says something about this claim."""
    return (
        sweep is not None
        and claim.is_testable
        and claim.example is not None
        and sweep.experiment == claim.example.experiment
    )


def table(claim: Claim, sweep: Sweep | None = None) -> Where | None:
    """The strip or grid of a claim, judged now; None where nobody swept."""
    sweep = sweep or claim.where
    if sweep is None or not fits(claim, sweep):
        return None
    experiment = services.catalogue.experiment(sweep.experiment)
    cells = {
        (cell.x, cell.y): _cell(claim, sweep, cell)
        for cell in sweep.cells.select_related("run", "run__result")
    }
    ys = sweep.y_values or [None]
    rows = [
        (y, [cells[i, j] for i in range(len(sweep.x_values)) if (i, j) in cells])
        for j, y in enumerate(ys)
    ]
    labels = {p.name: p.label for p in experiment.parameters}
    x_label = labels.get(sweep.x_parameter, sweep.x_parameter)
    return Where(
        x_label=x_label,
        y_label=labels.get(sweep.y_parameter, sweep.y_parameter),
        x_values=[_short(x) for x in sweep.x_values],
        rows=[(_short(y), row) for y, row in rows],
        sentence=_grid_sentence(labels.get(sweep.y_parameter, ""), rows)
        if sweep.y_parameter
        else sentence(x_label, [cell for _, row in rows for cell in row]),
        is_complete=sweep.is_finished,
    )


def _cell(claim: Claim, sweep: Sweep, cell: Any) -> Cell:
    x = sweep.x_values[cell.x]
    y = sweep.y_values[cell.y] if sweep.y_values else None
    if cell.run is None or cell.run.status != SUCCEEDED:
        waits = cell.run is not None and not cell.run.is_finished
        return Cell(x, y, None, "", waits=waits)
    document = cell.run.result.read()
    judged = rules.judge(claim.said, document)
    return Cell(x, y, judged.holds, ledger.compared_text(claim, document, judged.measured))


def _grid_sentence(label: str, rows: Sequence[tuple[Any, Sequence[Cell]]]) -> str:
    """“True in 31 of 49 combinations; Days: everywhere for 1 to 7, nowhere at 60.”"""
    known = [cell for _, row in rows for cell in row if cell.holds is not None]
    if not known:
        return ""
    holding = sum(cell.holds is True for cell in known)
    spans: list[tuple[str, list[Any]]] = []
    for y, row in rows:
        judged = [cell.holds for cell in row if cell.holds is not None]
        if not judged:
            continue
        word = "everywhere" if all(judged) else "in places" if any(judged) else "nowhere"
        if not spans or spans[-1][0] != word:
            spans.append((word, []))
        spans[-1][1].append(y)
    parts = [f"{word} {_span(values[0], values[-1])}" for word, values in spans]
    whole = f"True in {holding} of {len(known)} combinations"
    return f"{whole}; {label}: {', '.join(parts)}."


def _span(first: Any, last: Any) -> str:
    return f"at {_short(first)}" if first == last else f"for {_short(first)} to {_short(last)}"


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def sentence(label: str, cells: list[Cell]) -> str:
    """“True for implied volatility 0.12 to 0.31, false above”, written from the cells."""
    known = [cell for cell in cells if cell.holds is not None]
    if not known:
        return ""
    runs: list[list[Cell]] = []
    for cell in known:
        if not runs or runs[-1][-1].holds != cell.holds:
            runs.append([])
        runs[-1].append(cell)
    parts = [f"{'true' if run[0].holds else 'false'} {_span(run[0].x, run[-1].x)}" for run in runs]
    return f"{label}: " + ", ".join(parts) + "."
