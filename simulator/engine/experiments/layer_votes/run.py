"""Votes of dependent signals against votes of independent ones."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from ... import words
from ...data import Data, Progress, part
from ...markets.state import World
from ...overlays.gate import before, trailing_mean
from ...overlays.signal_ratio import scores
from ...results import Axis, Chart, Column, Metric, Result, Series, Table
from ...signals.votes import chance_if_independent
from ...units import FRACTION
from ...verdicts import Effect
from .. import _fair, _worlds
from .._fair import Floats, figure
from . import experiment

NAMES = ("MACD", "RSI", "breadth", "VIX level", "falling index")
Bools = NDArray[np.bool_]
WARM_UP = 40


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers how a vote behaves."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    progress(0.3, "reading the signals")
    votes = signals(params, world, seed)
    progress(0.6, "counting votes")
    start = min(WARM_UP, world.days // 2)
    known = votes[: params.n, start:]
    on = known.sum(axis=0) >= params.k
    chances = known.mean(axis=(1, 2))
    independent = chance_if_independent(k=params.k, chances=chances)
    rates = on.mean(axis=0)
    effect = _fair.mean_effect(rates - independent, seed, part(progress, 0.7, 0.9))
    progress(0.9, "waiting for spikes")
    spikes = spike_starts(params, world)[start:]
    own = outcomes(params, world, on, spikes, start)
    values: dict[str, object] = {
        "activation_rate": float(rates.mean()),
        "independent_rate": independent,
        "activation_difference": effect,
        **own,
    }
    metrics: list[Metric] = [figure(spec, values[spec.name]) for spec in experiment.metrics]
    return Result(
        headline=_headline(params, values, effect),
        metrics=metrics,
        tables=[_grid(votes[:, start:]), _singles(votes[:, start:])],
        charts=[_chart(votes[: params.n, start:])],
        notes=[
            "Every signal reads the close of the day before; a spike is a rise of the VIX within "
            "the horizon, counted once until it ends.",
            "Advances and declines are synthetic: a one-factor panel of 50 shares.",
            *(_missing(values)),
            _fair.PATH_NOTE,
        ],
    )


def signals(params: SimpleNamespace, world: World, seed: int) -> Bools:
    """Five votes by day and path: what each signal of the close before says."""
    macd, rsi, breadth = scores(world, "all", seed=seed, rsi_level=params.rsi_level)
    late = before(world.vix)
    falling = before(world.spx) < before(trailing_mean(world.spx, 21))
    return np.stack([macd > 0, rsi > 0, breadth > 0, late > params.vix_level, falling])


def spike_starts(params: SimpleNamespace, world: World) -> Bools:
    """Days from which the VIX rises by the asked share within the horizon."""
    highest = np.full(world.vix.shape, -np.inf)
    for ahead in range(1, params.horizon + 1):
        highest[:-ahead] = np.maximum(highest[:-ahead], world.vix[ahead:])
    return np.asarray(highest / world.vix - 1.0 >= params.spike)


def outcomes(
    params: SimpleNamespace, world: World, on: Bools, spikes: Bools, start: int
) -> dict[str, float | None]:
    """False alarms, spikes caught and how late the others are noticed."""
    usable = slice(0, len(on) - params.horizon)
    switched = on[1:] & ~on[:-1]
    began = spikes & ~np.vstack([np.zeros((1, spikes.shape[1]), bool), spikes[:-1]])
    days, paths = np.nonzero(began[usable])
    caught = on[days, paths]
    delays = []
    for day, path in zip(days[~caught], paths[~caught], strict=True):
        later = np.flatnonzero(on[day:, path])
        if later.size:
            delays.append(int(later[0]))
    alarms = switched[usable]
    after = spikes[1:][usable]
    return {
        "false_alarm_rate": float((~after[alarms]).mean()) if alarms.any() else None,
        "base_false_alarm_rate": float((~spikes[usable]).mean()),
        "spikes": float(began.sum() / world.paths),
        "spikes_caught": float(caught.mean()) if days.size else None,
        "delay": float(np.mean(delays)) if delays else None,
        "switches": float(switched.sum() / world.paths),
    }


def _grid(votes: Bools) -> Table:
    """Activation by k and n, and what independence would give."""
    rows = []
    for n in range(1, len(votes) + 1):
        for k in range(1, n + 1):
            chances = votes[:n].mean(axis=(1, 2))
            rate = float((votes[:n].sum(axis=0) >= k).mean())
            rows.append([k, n, rate, chance_if_independent(k=k, chances=chances)])
    columns = (
        Column("k", "Votes needed", "count"),
        Column("n", "Signals", "count"),
        Column("rate", "On", FRACTION),
        Column("independent", "If independent", FRACTION),
    )
    return Table("votes", "How often k of n agree", columns, rows)


def _singles(votes: Bools) -> Table:
    flat = votes.reshape(len(votes), -1).astype(float)
    rows = []
    for i, name in enumerate(NAMES):
        others = [j for j in range(len(NAMES)) if j != i]
        linked = [_linked(flat[i], flat[j]) for j in others]
        rows.append([name, float(flat[i].mean()), float(np.mean(linked))])
    columns = (
        Column("signal", "Signal"),
        Column("rate", "On", FRACTION),
        Column("correlation", "Mean correlation with the others", FRACTION),
    )
    return Table("signals", "The voters", columns, rows)


def _linked(a: Floats, b: Floats) -> float:
    return 0.0 if a.std() == 0.0 or b.std() == 0.0 else float(np.corrcoef(a, b)[0, 1])


def _chart(votes: Bools) -> Chart:
    n = len(votes)
    chances = votes.mean(axis=(1, 2))
    count = votes.sum(axis=0)
    ks = list(range(1, n + 1))
    real = [float((count >= k).mean()) for k in ks]
    free = [chance_if_independent(k=k, chances=chances) for k in ks]
    return Chart(
        name="votes",
        label=f"Days on which at least k of {n} agree",
        kind="bars",
        x=Axis("Votes needed", None, "category", [str(k) for k in ks]),
        y=Axis("Share of days", FRACTION),
        series=[
            Series("seen", "These signals", real, "hedged"),
            Series("independent", "If they were independent", free, "reference"),
        ],
        alt="; ".join(
            f"{k} of {n}: {words.percent(a, 0)}, independent {words.percent(b, 0)}"
            for k, a, b in zip(ks, real, free, strict=True)
        ),
    )


def _headline(params: SimpleNamespace, values: dict[str, object], effect: Effect) -> str:
    rate, alone = values["activation_rate"], values["independent_rate"]
    assert isinstance(rate, float)
    assert isinstance(alone, float)
    more = "more often than" if effect.value > 0 else "less often than"
    told = more if effect.is_detected else "as often as"
    false = values["false_alarm_rate"]
    tail = ""
    if isinstance(false, float):
        tail = f" Of the times it is switched on {words.percent(false)} come to nothing."
    return (
        f"{params.k} of {params.n} signals agree on {words.percent(rate)} of days, {told} "
        f"independent signals would ({words.percent(alone)}).{tail}"
    )


def _missing(values: dict[str, object]) -> list[str]:
    names = [name.replace("_", " ") for name, value in values.items() if value is None]
    return [f"Not defined on these paths: {', '.join(names)}."] if names else []
