"""The cone of realised volatility, and break-evens in its standard deviations."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...data import Data, Progress
from ...errors import DataMissing
from ...results import Axis, Chart, Column, Result, Series, Table
from ...signals.realised_vol import break_even_z, cone, overlap_factor, realised_vol
from ...units import FRACTION, TRADING_DAYS, TRADING_DAYS_PER_YEAR
from .._defined import defined, metrics_of, number, percent, unexplained
from . import experiment

Array = NDArray[np.float64]
QUARTILES = [0.25, 0.5, 0.75]


def run(params: SimpleNamespace, *, seed: int | None, data: Data, progress: Progress) -> Result:
    """Quantiles of realised volatility by horizon; z of the break-evens against them."""
    closes = _closes(params, data)
    moves = np.diff(np.log(closes))
    spot = float(closes[-1]) if params.spot is None else params.spot
    wanted = sorted({int(h) for h in params.horizons})
    horizons = [h for h in wanted if _fits(moves, h)]
    quantiles = sorted(set(params.quantiles))
    values = _figures(moves, spot, params) | {"returns_used": moves.size}
    metrics = metrics_of(experiment.metrics, values)
    return Result(
        headline=_headline(values, params),
        metrics=metrics,
        tables=[
            _cone_table(moves, horizons, quantiles),
            *_break_even_table(moves, horizons, spot, params),
        ],
        charts=_cone_chart(moves, horizons, quantiles),
        notes=[
            *unexplained(metrics, _reasons(moves, values, params)),
            *_cautions(moves, [h for h in wanted if h not in horizons]),
        ],
    )


def _closes(params: SimpleNamespace, data: Data) -> Array:
    if params.series is None:
        return np.array(params.values, dtype=np.float64)
    closes = np.asarray(data.series(params.series).values, dtype=np.float64)
    if np.any(closes <= 0.0):
        raise DataMissing(f"the series {params.series!r} holds zero or less: it has no log returns")
    return closes


def _fits(moves: Array, days: int) -> bool:
    """The overlap correction needs twice the horizon."""
    return moves.size >= 2 * days


def _now(moves: Array, days: int) -> float:
    return float(realised_vol(log_returns=moves[-days:], days=days)[0])


def _figures(moves: Array, spot: float, params: SimpleNamespace) -> dict[str, Any]:
    """What the chosen horizon says; empty when the history is too short for it."""
    h = params.horizon
    if not _fits(moves, h):
        return {}
    low, median, high = cone(log_returns=moves, days=h, quantiles=QUARTILES)
    factor = overlap_factor(observations=moves.size, days=h)
    now = _now(moves, h)
    windows = realised_vol(log_returns=moves, days=h)
    found = {
        "low_vol": low,
        "median_vol": median,
        "high_vol": high,
        "current_vol": now,
        "current_rank": float(np.mean(windows < now)),
        "overlap_factor": factor,
    }
    for name, level in (("z_low", params.breakeven_low), ("z_high", params.breakeven_high)):
        if level is not None:
            found[name] = _z(level, spot, median, h)
    return found


def _z(level: float, spot: float, vol: float, days: int) -> float:
    return break_even_z(
        break_even=level, spot=spot, vol=float(vol), years=days / TRADING_DAYS_PER_YEAR
    )


def _reasons(moves: Array, values: dict[str, Any], params: SimpleNamespace) -> dict[str, str]:
    h = params.horizon
    short = f"a horizon of {h} days needs {2 * h} returns and there are {moves.size}"
    reasons = {spec.name: short for spec in experiment.metrics}
    for name, level in (("z_low", params.breakeven_low), ("z_high", params.breakeven_high)):
        if level is None:
            reasons[name] = "no break-even was given"
        elif "median_vol" in values:
            reasons[name] = "the price has not moved at all"
    return reasons


def _cautions(moves: Array, dropped: list[int]) -> list[str]:
    notes = [
        "Quantiles are of overlapping windows, widened around their mean variance by the root of "
        "the factor of Hodges and Tompkins; the table has them without it too, and the volatility "
        "now is one window and needs none.",
        "A z is a distance, not a probability: real moves have fatter tails than the normal law.",
    ]
    if dropped:
        listed = ", ".join(str(h) for h in dropped)
        notes.append(
            f"Left out for want of history: {listed} days (a horizon needs twice its days; there "
            f"are {moves.size} returns)."
        )
    return notes


def _headline(values: dict[str, Any], params: SimpleNamespace) -> str:
    median, now = defined(values.get("median_vol")), defined(values.get("current_vol"))
    if median is None or now is None:
        return f"The history is too short for a horizon of {params.horizon} trading days."
    first = (
        f"Over {params.horizon} trading days the price realised {percent(median, 1)} a year in "
        f"the median and {percent(now, 1)} now"
    )
    ends = [defined(values.get(name)) for name in ("z_low", "z_high")]
    away = [f"{number(z)}" for z in ends if z is not None]
    if not away:
        return first + "."
    which = "break-even stands" if len(away) == 1 else "break-evens stand"
    return f"{first}; the {which} {' and '.join(away)} median standard deviations away."


def _cone_table(moves: Array, horizons: list[int], quantiles: list[float]) -> Table:
    rows = []
    for h in horizons:
        factor = overlap_factor(observations=moves.size, days=h)
        found = [
            cone(log_returns=moves, days=h, quantiles=quantiles, corrected=c).tolist()
            for c in (True, False)
        ]
        rows.append([h, moves.size - h + 1, factor, _now(moves, h), *found[0], *found[1]])
    return Table(
        name="cone",
        label="Realised volatility by horizon, a year",
        columns=[
            Column("horizon", "Horizon", TRADING_DAYS),
            Column("windows", "Windows"),
            Column("overlap_factor", "Overlap correction", FRACTION),
            Column("now", "Now", FRACTION),
            *(Column(_name(q), _label(q), FRACTION) for q in quantiles),
            *(Column(f"raw_{_name(q)}", f"{_label(q)}, as counted", FRACTION) for q in quantiles),
        ],
        rows=rows,
    )


def _name(quantile: float) -> str:
    return f"q{quantile * 100:g}".replace(".", "_")


def _label(quantile: float) -> str:
    names = {0.0: "Calmest", 0.5: "Median", 1.0: "Wildest"}
    return names.get(quantile, f"{quantile * 100:g} %")


def _break_even_table(
    moves: Array, horizons: list[int], spot: float, params: SimpleNamespace
) -> list[Table]:
    """z of each break-even against the quartiles of every horizon; none without break-evens."""
    low, high = params.breakeven_low, params.breakeven_high
    if low is None and high is None:
        return []
    rows: list[list[Any]] = []
    for h in horizons:
        found = cone(log_returns=moves, days=h, quantiles=QUARTILES)
        for q, vol in zip(QUARTILES, found, strict=True):
            z = [None if level is None else _z(level, spot, vol, h) for level in (low, high)]
            rows.append([h, q, vol, *z])
    return [
        Table(
            name="break_evens",
            label="Break-evens in standard deviations of the cone",
            columns=[
                Column("horizon", "Horizon", TRADING_DAYS),
                Column("quantile", "Quantile", FRACTION),
                Column("vol", "Volatility", FRACTION),
                Column("z_low", "Lower break-even", FRACTION),
                Column("z_high", "Upper break-even", FRACTION),
            ],
            rows=rows,
        )
    ]


def _cone_chart(moves: Array, horizons: list[int], quantiles: list[float]) -> list[Chart]:
    if not horizons:
        return []
    found = np.array([cone(log_returns=moves, days=h, quantiles=quantiles) for h in horizons])
    lines = [Series(_name(q), _label(q), found[:, i]) for i, q in enumerate(quantiles)]
    now = [_now(moves, h) for h in horizons]
    return [
        Chart(
            name="cone",
            label="Realised volatility by horizon",
            kind="line",
            x=Axis("Horizon", TRADING_DAYS, "number", horizons),
            y=Axis("Volatility a year", FRACTION),
            series=[*lines, Series("now", "Now", now, role="reference")],
            alt=(
                f"Quantiles from {percent(found.min(), 1)} to {percent(found.max(), 1)} over "
                f"horizons of {horizons[0]} to {horizons[-1]} trading days."
            ),
        )
    ]
