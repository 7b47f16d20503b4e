"""Cost of equity, weighted cost, carry."""

from __future__ import annotations

from types import SimpleNamespace

from ...data import Data, Progress
from ...metrics import cash_flows
from ...results import Axis, Chart, Column, Result, Series, Table
from ...units import FRACTION
from .._defined import metrics_of, number, percent, unexplained
from . import experiment

NO_CAPITAL = "there is neither equity nor debt to weigh"
SHARES = [i / 20 for i in range(21)]


def run(params: SimpleNamespace, *, seed: int | None, data: Data, progress: Progress) -> Result:
    """Cost of equity and of all capital, and a year's cost of the capital tied up."""
    equity_cost = cash_flows.cost_of_equity(
        risk_free=params.risk_free, beta=params.beta, market_return=params.market_return
    )
    debt_cost = params.cost_of_debt * (1.0 - params.tax_rate)
    total = params.equity + params.debt
    weight = params.equity / total if total > 0.0 else None
    wacc = cash_flows.wacc(
        equity=params.equity,
        debt=params.debt,
        cost_of_equity=equity_cost,
        cost_of_debt=params.cost_of_debt,
        tax_rate=params.tax_rate,
    )
    carry = None if wacc is None else wacc * params.capital_tied
    values = {
        "cost_of_equity": equity_cost,
        "wacc": wacc,
        "carry": carry,
        "cost_of_debt_after_tax": debt_cost,
        "equity_weight": weight,
    }
    metrics = metrics_of(experiment.metrics, values)
    reasons = dict.fromkeys(("wacc", "carry", "equity_weight"), NO_CAPITAL)
    return Result(
        headline=_headline(equity_cost, wacc, carry),
        metrics=metrics,
        tables=[_parts(weight, equity_cost, debt_cost)],
        charts=[_by_debt_share(equity_cost, debt_cost)],
        notes=[
            *unexplained(metrics, reasons),
            "The chart keeps the cost of equity fixed; in truth it rises with the debt.",
            "The carry is what the capital would have cost anyway; premium that is lost is extra.",
        ],
    )


def _headline(equity_cost: float, wacc: float | None, carry: float | None) -> str:
    if wacc is None or carry is None:
        return f"Equity costs {percent(equity_cost)} a year; without capital there is no average."
    return (
        f"Capital costs {percent(wacc)} a year (equity {percent(equity_cost)}), so what the hedge "
        f"ties up costs {number(carry)} dollars a year."
    )


def _parts(weight: float | None, equity_cost: float, debt_cost: float) -> Table:
    shares = (None, None) if weight is None else (weight, 1.0 - weight)
    costs = (equity_cost, debt_cost)
    return Table(
        name="parts",
        label="Where the cost comes from",
        columns=[
            Column("part", "Capital"),
            Column("share", "Share", FRACTION),
            Column("cost", "Cost after tax", FRACTION),
            Column("contribution", "Contribution", FRACTION),
        ],
        rows=[
            [name, share, cost, None if share is None else share * cost]
            for name, share, cost in zip(("equity", "debt"), shares, costs, strict=True)
        ],
    )


def _by_debt_share(equity_cost: float, debt_cost: float) -> Chart:
    costs = [(1.0 - share) * equity_cost + share * debt_cost for share in SHARES]
    return Chart(
        name="wacc_by_debt",
        label="Weighted cost by share of debt",
        kind="line",
        x=Axis("Share of debt", FRACTION, "number", SHARES),
        y=Axis("Weighted average cost of capital", FRACTION),
        series=[Series("wacc", "Cost of capital", costs, role="base")],
        alt=(
            f"From {percent(equity_cost)} with equity alone to {percent(debt_cost)} with debt "
            "alone, in a straight line."
        ),
    )
