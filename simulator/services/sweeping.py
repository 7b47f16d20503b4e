"""Sweeps: any parameter as a line, any two as a grid, one run row a cell."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from simulator import doorbell
from simulator.engine.errors import ParameterError, ParametersRefused
from simulator.engine.experiments.base import Experiment
from simulator.models import (
    CANCELLED,
    FAILED,
    KEPT,
    Example,
    Priority,
    Run,
    Sweep,
    SweepCell,
    Worker,
    leases,
)

from . import catalogue, costs, quotas, submitting
from .fingerprints import Identity, identify
from .refusals import CostTooHigh


def create_sweep(
    *,
    experiment: str | Experiment,
    x: str,
    x_values: Sequence[Any],
    y: str = "",
    y_values: Sequence[Any] = (),
    parameters: Mapping[str, Any] | None = None,
    seed: int | None = None,
    example: Example | None = None,
    client: str | None = None,
    system: bool = False,
) -> Sweep:
    """Queue one run for every combination and return the sweep that holds them.

    The cells of a ``system`` sweep wait behind everybody else, and no bound of the queue
    turns them away.

    Cells that are known already cost nothing and are there at once. Raises
    ``ParametersRefused``, ``CostTooHigh``, ``QuotaExceeded``, ``QueueFull``.
    """
    if isinstance(experiment, str):
        experiment = catalogue.experiment(experiment)
    centre = {**(example.parameters if example else {}), **(parameters or {})}
    if seed is None and example is not None:
        seed = example.seed
    _check_axes(experiment, x, x_values, y, y_values)
    cells = _identities(experiment, centre, seed, x, x_values, y, y_values)
    base = identify(experiment, centre, seed)
    with transaction.atomic():
        known = set(_kept(list(cells.values())).values_list("fingerprint", flat=True))
        cost = _cost(experiment, [c for c in cells.values() if c.fingerprint not in known])
        if cost and not system:
            submitting.refuse_when_full(experiment)
            if client:
                quotas.charge(experiment, client=client, cost=cost, sweep=True)
        sweep = Sweep.objects.create(
            experiment=experiment.slug,
            version=experiment.version,
            parameters=base.parameters,
            seed=base.seed,
            x_parameter=x,
            x_values=list(x_values),
            y_parameter=y,
            y_values=list(y_values),
            total=len(cells),
            example=example,
            client=client or "",
        )
        _announce(
            _fill(sweep, place, identity, client or "", system=system)
            for place, identity in cells.items()
        )
        _recount(sweep)
    return sweep


def ask_for_variants(
    *, example: Example, variants: Sequence[Mapping[str, Any]], client: str | None = None
) -> list[Run]:
    """One run for each variant of an example's parameters, charged together as one sweep.

    Raises ``ParametersRefused``, ``CostTooHigh``, ``QuotaExceeded``, ``QueueFull``.
    """
    experiment = catalogue.experiment(example.experiment)
    wanted = [
        identify(experiment, {**example.parameters, **variant}, example.seed)
        for variant in variants
    ]
    with transaction.atomic():
        known = {run.fingerprint: run for run in _kept(wanted)}
        cost = _cost(experiment, [i for i in wanted if i.fingerprint not in known])
        if cost:
            submitting.refuse_when_full(experiment)
            if client:
                quotas.charge(experiment, client=client, cost=cost, sweep=True)
        runs = [_run_for(identity, Priority.SWEEP, client or "") for identity in wanted]
        _announce(runs)
        return [run for run, _ in runs]


def _kept(identities: Sequence[Identity]) -> QuerySet[Run]:
    names = [identity.fingerprint for identity in identities]
    return Run.objects.filter(fingerprint__in=names, status__in=KEPT)


def _check_axes(
    experiment: Experiment, x: str, x_values: Sequence[Any], y: str, y_values: Sequence[Any]
) -> None:
    errors = []
    known = {p.name: p for p in experiment.parameters}
    for axis, name, values in (("x", x, x_values), ("y", y, y_values)):
        if not name:
            continue
        if name not in known or not known[name].sweepable:
            errors.append(ParameterError(axis, f"{name!r} is not a parameter that can be swept"))
        elif not values:
            errors.append(ParameterError(axis, f"name the values of {name!r}"))
        elif len({repr(v) for v in values}) != len(values):
            errors.append(ParameterError(axis, f"a value of {name!r} appears twice"))
    if not x:
        errors.append(ParameterError("x", "name the parameter to vary"))
    elif x == y:
        errors.append(ParameterError("y", "must be another parameter than the first"))
    most = quotas.limits()["sweep_cells"]
    count = len(x_values) * max(1, len(y_values) if y else 1)
    if count > most:
        errors.append(
            ParameterError(
                "x", f"{count} cells; a sweep may have {most}", maximum=most, nearest=most
            )
        )
    if errors:
        raise ParametersRefused(errors)


def _identities(
    experiment: Experiment,
    centre: Mapping[str, Any],
    seed: int | None,
    x: str,
    x_values: Sequence[Any],
    y: str,
    y_values: Sequence[Any],
) -> dict[tuple[int, int], Identity]:
    found = {}
    for j, second in enumerate(y_values if y else [None]):
        for i, first in enumerate(x_values):
            raw = {**centre, x: first} | ({y: second} if y else {})
            found[i, j] = identify(experiment, raw, seed)
    return found


def _cost(experiment: Experiment, cells: Sequence[Identity]) -> float:
    """Estimated CPU seconds of the cells that must be computed; raises ``CostTooHigh``."""
    total = sum(costs.check(experiment, cell.parameters) for cell in cells)
    cap = quotas.limits()["sweep_cpu_seconds"]
    if total > cap:
        fit = max(1, int(len(cells) * cap / total))
        words = f"these cells would take about {total:.0f} CPU seconds; a sweep may take {cap:g}"
        detail = f"{words}, which is about {fit} cells"
        raise CostTooHigh([ParameterError("x", detail, maximum=fit, nearest=fit)])
    return float(total)


def _fill(
    sweep: Sweep, place: tuple[int, int], identity: Identity, client: str, *, system: bool = False
) -> tuple[Run, bool]:
    run, created = _run_for(identity, Priority.SYSTEM if system else Priority.SWEEP, client)
    SweepCell.objects.update_or_create(
        sweep=sweep, x=place[0], y=place[1], defaults={"run": run, "created": created}
    )
    return run, created


def _run_for(identity: Identity, priority: Priority, client: str) -> tuple[Run, bool]:
    """The run that answers already, or a new one; and which of both."""
    run = submitting.find(identity, priority)
    if run is not None:
        return run, False
    cost = costs.estimate(identity.experiment, identity.parameters)
    return submitting.insert(identity, cost=cost, priority=priority, client=client)


def _announce(runs: Iterable[tuple[Run, bool]]) -> None:
    """Wake as many workers as there are once the new runs are committed; they go on alone."""
    made = [run for run, created in runs if created]
    for run in made[: doorbell.enough(Worker.objects.slots())]:
        urgent = run.priority != Priority.SYSTEM
        transaction.on_commit(partial(doorbell.ring, run.pk, urgent=urgent))


def _recount(sweep: Sweep) -> None:
    """Count with the cells' runs locked, so that one finishing right now is not missed."""
    ids = sorted(sweep.cells.exclude(run=None).values_list("run_id", flat=True))
    list(Run.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    sweep.recount()


def cancel_sweep(sweep: Sweep) -> Sweep:
    """Stop the cells that this sweep brought into being and no other sweep waits for."""
    mine = sweep.cells.filter(created=True, run__status__in=("queued", "running"))
    for run_id in list(mine.values_list("run_id", flat=True)):
        others = SweepCell.objects.filter(run_id=run_id, sweep__finished_at__isnull=True)
        if run_id and not others.exclude(sweep=sweep).exists():
            leases.request_cancel(run_id)
    sweep.refresh_from_db()
    return sweep


def resume_sweep(sweep: Sweep, *, client: str | None = None) -> Sweep:
    """Ask again for the cells that failed, were cancelled or are gone; the others stay."""
    experiment = catalogue.experiment(sweep.experiment)
    cells = _identities(
        experiment, sweep.parameters, sweep.seed, sweep.x_parameter, sweep.x_values,
        sweep.y_parameter, sweep.y_values,
    )  # fmt: skip
    with transaction.atomic():
        open_cells = [
            (cell.x, cell.y)
            for cell in sweep.cells.select_related("run")
            if cell.run is None or cell.run.status in (FAILED, CANCELLED)
        ]
        if open_cells and client:
            cost = _cost(experiment, [cells[place] for place in open_cells])
            quotas.charge(experiment, client=client, cost=cost, sweep=True)
        _announce(_fill(sweep, place, cells[place], client or sweep.client) for place in open_cells)
        _recount(sweep)
    return sweep


def sweep_tables(sweep: Sweep) -> dict[str, list[list[Any]]]:
    """Metric name → its value in every cell, rows by y and columns by x; None where open."""
    height, width = max(1, len(sweep.y_values)), len(sweep.x_values)
    tables: dict[str, list[list[Any]]] = {}
    cells = SweepCell.objects.filter(sweep=sweep, run__result__isnull=False)
    for x, y, text in cells.values_list("x", "y", "run__result__document"):
        for found in json.loads(text)["metrics"]:
            table = tables.setdefault(found["name"], [[None] * width for _ in range(height)])
            table[y][x] = found["value"]
    return tables


def sweep_table(sweep: Sweep, metric: str) -> list[list[Any]]:
    """One metric of every cell; see ``sweep_tables``."""
    empty: list[list[Any]] = [
        [None] * len(sweep.x_values) for _ in range(max(1, len(sweep.y_values)))
    ]
    return sweep_tables(sweep).get(metric, empty)
