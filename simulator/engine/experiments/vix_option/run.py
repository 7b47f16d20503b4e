"""Prices the future and the options, with the curve of futures and the smile they imply."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...data import Data, Progress
from ...numerics.arrays import Floats
from ...pricing import implied, second_vix, vix
from ...pricing.affine import Factor, Jumps
from ...results import Axis, Chart, Column, Mark, Result, Series, Table
from ...units import DAYS, DAYS_PER_YEAR, FRACTION, POINTS
from ...words import percent
from .. import _second_route as twice
from .._defined import metrics_of
from . import experiment

VIX_TOLERANCE = 1e-5  # index points
CURVE_DAYS = (0, 7, 14, 30, 45, 60, 90, 120, 150, 180, 220, 270, 365)


def run(params: SimpleNamespace, *, seed: int | None, data: Data, progress: Progress) -> Result:
    """Spot, future, call, put and the future's beta; curve and smile beside them."""
    model, T = build(params), params.days / DAYS_PER_YEAR
    future = float(vix.future(model, expiry=T))
    call, put = vix.option(
        model, strike=params.strike, expiry=T, rate=params.rate, call=[True, False]
    )
    notes = [
        "The VIX of this model is the idealised log contract over 30 days; real VIX products "
        "settle on a special opening quotation of a strip with gaps. A VIX contract is 100 USD "
        "a point for options and 1,000 USD a point for futures.",
        "Call and put are tied to the future, not to spot VIX: spot VIX cannot be held.",
    ]
    beta = float(vix.future_beta(model, expiry=T))
    if not math.isfinite(beta):
        notes.append("There is no beta: spot VIX is nought and has no proportional move.")
    if any(2.0 * f.kappa * f.theta < f.sigma**2 for f in model.factors):
        notes.append("Feller's condition fails: the variance can touch nought. That is allowed.")
    values = {
        "vix": model.spot,
        "future": future,
        "call": float(call),
        "put": float(put),
        "future_beta": beta,
    }
    curve, table = _curve(model)
    charts = [curve, _value_chart(params, model, T)]
    smile = _smile(params, model, T, future)
    if smile is not None:
        charts.append(smile)
    return Result(
        headline=_headline(params, values),
        metrics=metrics_of(experiment.metrics, values),
        tables=[table, _second_route(params, model, T, values)],
        charts=charts,
        notes=notes,
    )


def build(p: SimpleNamespace) -> vix.VixModel:
    """The model that the parameters describe."""
    factors = [Factor(v0=p.v0, kappa=p.kappa, theta=p.theta, sigma=p.sigma)]
    if p.v0_2 is not None:
        factors.append(Factor(v0=p.v0_2, kappa=p.kappa_2, theta=p.theta_2, sigma=p.sigma_2))
    return vix.VixModel(
        factors=tuple(factors),
        jumps=Jumps(intensity=p.jump_intensity, mean=p.jump_mean, sd=p.jump_sd),
        variance_jumps=vix.VarianceJumps(
            intensity=p.variance_jump_intensity, mean=p.variance_jump_mean
        ),
    )


def _second_route(
    p: SimpleNamespace, model: vix.VixModel, T: float, values: dict[str, Any]
) -> Table:
    """Spot, future, call and put again, from the law of the variance."""
    A, B = second_vix.squared_vix(model)
    spot = 100.0 * math.sqrt(A + sum(b * f.v0 for f, b in zip(model.factors, B, strict=True)))
    found = None if model.is_certain else second_vix.figures(model, strike=p.strike, expiry=T)
    discount = math.exp(-p.rate * T)
    tolerance = VIX_TOLERANCE * max(1.0, discount)
    route = "the law of the variance integrated over the payoff"
    checks = [
        twice.Check("vix", values["vix"], spot, tolerance, "the mean variance path, averaged")
    ]
    for name, factor in (("future", 1.0), ("call", discount), ("put", discount)):
        other = None if found is None else factor * getattr(found, name)
        checks.append(twice.Check(name, values[name], other, tolerance, route))
    return twice.table(checks)


def _headline(p: SimpleNamespace, values: dict[str, Any]) -> str:
    start = (
        f"With spot VIX at {values['vix']:.2f} the {p.days:g}-day future is {values['future']:.2f} "
        f"and a call struck at {p.strike:g} costs {values['call']:.3f} points"
    )
    beta = values["future_beta"]
    if not math.isfinite(beta):
        return start + "."
    return start + f"; a point on spot VIX moves that future by {beta:.2f}."


def _curve(model: vix.VixModel) -> tuple[Chart, Table]:
    T = np.array(CURVE_DAYS) / DAYS_PER_YEAR
    futures, betas = vix.future(model, expiry=T), vix.future_beta(model, expiry=T)
    chart = Chart(
        name="curve",
        label="VIX futures by expiry",
        kind="line",
        x=Axis("Days to expiry", DAYS, values=CURVE_DAYS),
        y=Axis("Future", POINTS),
        series=[Series("future", "Future", futures)],
        alt=(
            f"From spot {futures[0]:.2f} the curve goes to {futures[3]:.2f} at 30 days and "
            f"{futures[-1]:.2f} at a year."
        ),
    )
    table = Table(
        name="curve",
        label="VIX futures and their beta to spot VIX",
        columns=[
            Column("days", "Days to expiry", DAYS),
            Column("future", "Future", POINTS),
            Column("future_beta", "Beta to spot VIX", FRACTION),
        ],
        rows=zip(CURVE_DAYS, futures, betas, strict=True),
    )
    return chart, table


def _value_chart(p: SimpleNamespace, model: vix.VixModel, T: float) -> Chart:
    """What the call pays at expiry, and what it costs at other strikes."""
    levels = np.linspace(0.0, max(3.0 * p.strike, 2.0 * model.spot), 61)
    return Chart(
        name="payoff",
        label="What the call and the put pay at expiry",
        kind="payoff",
        x=Axis("VIX at expiry", POINTS, values=levels),
        y=Axis("Payoff", POINTS),
        series=[
            Series("call", "Call at expiry", np.maximum(levels - p.strike, 0.0), role="hedge"),
            Series("put", "Put at expiry", np.maximum(p.strike - levels, 0.0), role="reference"),
        ],
        marks=[Mark("x", p.strike, p.strike, "strike")],
        alt=f"The call pays a point for each point of VIX above {p.strike:g}, the put below it.",
    )


def _smile(p: SimpleNamespace, model: vix.VixModel, T: float, future: float) -> Chart | None:
    """Black-76 vols on the future; None where nothing is random."""
    if T == 0.0 or model.is_certain or future <= 0.0:
        return None
    strikes = future * np.exp(np.linspace(-0.5, 1.2, 13))
    calls = strikes >= future
    prices = vix.option(model, strike=strikes, expiry=T, rate=p.rate, call=calls)
    vols: Floats = implied.black76_vol(
        price=prices, forward=future, strike=strikes, expiry=T, rate=p.rate, call=calls
    )
    vols = np.where(prices > 1e-7 * future, vols, np.nan)
    seen = vols[np.isfinite(vols)]
    if not seen.size:
        return None
    return Chart(
        name="smile",
        label="The vol of the future that each strike implies",
        kind="line",
        x=Axis("Strike", POINTS, values=strikes),
        y=Axis("Implied vol", FRACTION),
        series=[Series("implied_vol", "Black-76 vol on the future", vols)],
        marks=[Mark("x", future, future, "future")],
        alt=(
            f"Implied vol goes from {percent(seen[0], 0)} at low strikes to {percent(seen[-1], 0)} "
            "at high ones."
        ),
    )
