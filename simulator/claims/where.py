"""Where a claim holds: a sweep around its example, each cell judged by the claim's rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator import claim_rules as rules
from simulator import services
from simulator.engine.experiments.base import Integer, Number, Parameter
from simulator.models import SUCCEEDED, Sweep
from simulator.models.claims import Claim
from simulator.presentation import figure_text

STEPS = 11


@dataclass(frozen=True)
class Cell:
    """One value (or pair) of the swept parameters and how the sentence fares there."""

    x: Any
    y: Any
    holds: bool | None
    measured: str

    @property
    def word(self) -> str:
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
    """Sweep one parameter about the claim's example.

    Raises ``ParametersRefused`` for a parameter that cannot be varied, and what
    ``create_sweep`` raises.
    """
    declared = next((p for p in variable(claim) if p.name == parameter), None)
    if declared is None or claim.example is None:
        raise services.ParametersRefused(
            [services.ParameterError("parameter", f"{parameter!r} cannot be varied here")]
        )
    experiment = services.catalogue.experiment(claim.example.experiment)
    centre = experiment.parse(claim.example.parameters)
    return services.create_sweep(
        experiment=experiment,
        example=claim.example,
        x=parameter,
        x_values=values_around(declared, centre[parameter]),
        client=client,
    )


def keep(claim: Claim) -> Sweep | None:
    """Sweep the parameter that the author named and show it under the claim from now on."""
    parameter = claim.terms.get("where")
    if not parameter or not claim.is_testable:
        return None
    claim.where = ask(claim, parameter)
    Claim.objects.filter(pk=claim.pk).update(where=claim.where)
    return claim.where


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
        x_values=sweep.x_values,
        rows=rows,
        sentence=sentence(x_label, [cell for _, row in rows for cell in row])
        if not sweep.y_parameter
        else "",
        is_complete=sweep.is_finished,
    )


def _cell(claim: Claim, sweep: Sweep, cell: Any) -> Cell:
    x = sweep.x_values[cell.x]
    y = sweep.y_values[cell.y] if sweep.y_values else None
    if cell.run is None or cell.run.status != SUCCEEDED:
        return Cell(x, y, None, "")
    judged = rules.judge(claim.said, cell.run.result.read())
    shown = (
        "" if judged.measured is None else figure_text(judged.measured, claim.unit, claim.metric)
    )
    return Cell(x, y, judged.holds, shown)


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
    parts = [
        f"{'true' if run[0].holds else 'false'} for {run[0].x:g} to {run[-1].x:g}"
        if len(run) > 1
        else f"{'true' if run[0].holds else 'false'} at {run[0].x:g}"
        for run in runs
    ]
    return f"{label}: " + ", ".join(parts) + "."
