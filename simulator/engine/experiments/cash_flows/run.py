"""Find every rate, choose the one called irr, draw the present value around them."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np

from ...data import Data, Progress
from ...metrics import cash_flows
from ...results import Axis, Chart, Column, Mark, Result, Series, Table
from ...units import FRACTION, USD
from .._defined import defined, metrics_of, number, percent, unexplained
from . import experiment

NO_DATES = "the amounts have no dates"
ONLY_DATES = "dated flows have no common period; see the rate by dates"
NO_ROOT = "no rate above −100 % makes these flows worth nothing"
ALL_ZERO = "all flows are zero, so that every rate would do"
CURVE_POINTS = 121


def run(params: SimpleNamespace, *, seed: int | None, data: Data, progress: Progress) -> Result:
    """All roots, the chosen one, modified rate and present value of ``params.flows``."""
    flows, times = _read(params.flows)
    roots = cash_flows.irr_roots(flows=flows, times=times)
    rate = cash_flows.chosen(roots)
    name = "irr" if times is None else "xirr"
    values = {
        name: rate,
        "mirr": cash_flows.mirr(
            flows=flows,
            times=times,
            finance_rate=params.finance_rate,
            reinvest_rate=params.reinvest_rate,
        ),
        "npv": cash_flows.npv(flows=flows, times=times, rate=params.discount_rate),
        "total": float(flows.sum()),
    }
    metrics = metrics_of(experiment.metrics, values)
    return Result(
        headline=_headline(rate, roots, defined(values["npv"]), params.discount_rate),
        metrics=metrics,
        tables=[_roots_table(roots, name), _flows_table(flows, times, params)],
        charts=[_profile(flows, times, roots)],
        notes=[*unexplained(metrics, _reasons(flows, times)), *_cautions(flows, roots, times)],
    )


def _read(given: list[Any]) -> tuple[Any, Any]:
    """Amounts and times in years, in order of date; times are None for plain amounts."""
    if not isinstance(given[0], dict):
        return np.array(given, dtype=np.float64), None
    dated = sorted(given, key=lambda flow: flow["date"])
    days = [date.fromisoformat(flow["date"]) for flow in dated]
    amounts = np.array([flow["amount"] for flow in dated], dtype=np.float64)
    return amounts, cash_flows.year_fractions(days)


def _reasons(flows: Any, times: Any) -> dict[str, str]:
    missing = ALL_ZERO if not np.any(flows) else NO_ROOT
    return {
        "irr": missing if times is None else ONLY_DATES,
        "xirr": NO_DATES if times is None else missing,
        "mirr": "it needs an outlay, a proceed and some time between them",
        "npv": "it is too large to be written at this rate",
    }


def _cautions(flows: Any, roots: list[cash_flows.Root], times: Any) -> list[str]:
    notes = []
    if len(roots) > 1:
        listed = ", ".join(percent(root.rate) for root in roots[:8])
        notes.append(
            f"There are {len(roots)} internal rates of return ({listed}), because the flows change "
            "sign more than once. The one quoted is the smallest at or above zero, else the "
            "greatest; none of them alone says whether the stream is worth having."
        )
    if any(root.is_touching for root in roots):
        notes.append("At a touching root the present value does not change sign.")
    if times is None:
        notes.append("The first amount falls due now and is not discounted.")
    else:
        notes.append("Time is actual days over 365 from the earliest date, which is time zero.")
    return notes


def _headline(rate: float | None, roots: Any, npv: float | None, discount: float) -> str:
    if rate is None:
        first = "These flows have no internal rate of return"
    elif len(roots) == 1:
        first = f"The internal rate of return is {percent(rate)}"
    else:
        first = (
            f"There are {len(roots)} internal rates of return; the one quoted is {percent(rate)}"
        )
    if npv is None:
        return first + "."
    return f"{first}; at {percent(discount)} the stream is worth {number(npv)} dollars today."


def _roots_table(roots: list[cash_flows.Root], name: str) -> Table:
    return Table(
        name="irr_roots",
        label="Every rate at which the flows are worth nothing",
        columns=[
            Column("rate", "Rate", FRACTION),
            Column("kind", "Rate by"),
            Column("crossing", "Present value there"),
        ],
        rows=[
            [
                root.rate,
                "periods" if name == "irr" else "dates",
                "touches zero" if root.is_touching else "crosses zero",
            ]
            for root in roots
        ],
    )


def _flows_table(flows: Any, times: Any, params: SimpleNamespace) -> Table:
    t = np.arange(flows.size, dtype=np.float64) if times is None else times
    worth = cash_flows.present_values(flows=flows, times=times, rate=params.discount_rate)
    return Table(
        name="flows",
        label="The flows and what they are worth today",
        columns=[
            Column("time", "Time, periods or years"),
            Column("amount", "Amount", USD),
            Column("present_value", "Present value", USD),
        ],
        rows=np.column_stack([t, flows, worth]).tolist(),
    )


def _profile(flows: Any, times: Any, roots: list[cash_flows.Root]) -> Chart:
    """Present value over rates, wide enough to hold every root below 1,000 %."""
    inside = [root.rate for root in roots if root.rate <= 10.0]
    low = max(min([-0.3, *(1.2 * rate for rate in inside)]), -0.95)
    high = max([0.5, *(1.25 * rate for rate in inside)])
    rates = np.linspace(low, high, CURVE_POINTS)
    worth = np.array([cash_flows.npv(flows=flows, times=times, rate=r) for r in rates])
    scale = 20.0 * max(float(np.abs(flows).sum()), 1e-9)
    worth = np.where(np.abs(worth) <= scale, worth, np.nan)
    return Chart(
        name="present_value",
        label="Present value of the flows by discount rate",
        kind="line",
        x=Axis("Discount rate", FRACTION, "number", rates),
        y=Axis("Present value", USD),
        series=[Series("npv", "Present value", worth, role="base")],
        marks=[
            Mark("y", 0.0, 0.0, "worth nothing"),
            *(Mark("x", rate, rate, percent(rate)) for rate in inside if rate >= low),
        ],
        alt=(
            f"Present value between {percent(low, 0)} and {percent(high, 0)}; it is zero at "
            + (", ".join(percent(rate) for rate in inside) or "no rate shown")
            + "."
        ),
    )
