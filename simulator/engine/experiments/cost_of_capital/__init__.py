"""What capital costs, and what a hedge therefore costs while it is held."""

from __future__ import annotations

from ...units import FRACTION, USD
from ..base import Experiment, MetricSpec, ModelCard, Number


def _money(name: str, label: str, default: float, text: str) -> Number:
    return Number(
        name=name,
        label=label,
        default=default,
        unit=USD,
        minimum=0.0,
        maximum=1e12,
        help=text,
        why="From nothing to a trillion dollars.",
        group="Capital",
    )


def _rate(name: str, label: str, default: float, text: str) -> Number:
    return Number(
        name=name,
        label=label,
        default=default,
        unit=FRACTION,
        minimum=-0.5,
        maximum=1.0,
        step=0.0025,
        help=text,
        why="From −50 % to 100 % a year, as everywhere on this site.",
        group="Rates",
    )


experiment = Experiment(
    slug="cost-of-capital",
    title="Cost of capital and the carry of a hedge",
    version=1,
    summary=(
        "The cost of equity by the capital asset pricing model, the weighted average cost of "
        "capital after tax, and what it costs a year to tie capital up in a hedge."
    ),
    parameters=(
        _money("equity", "Equity", 1000.0, "Market value of the owners' capital."),
        _money("debt", "Debt", 500.0, "Market value of what is borrowed."),
        _rate("cost_of_debt", "Cost of debt", 0.07, "Interest on the debt before tax."),
        Number(
            name="tax_rate",
            label="Tax rate",
            default=0.35,
            unit=FRACTION,
            minimum=0.0,
            maximum=1.0,
            step=0.01,
            help="Share of profit paid in tax; interest is deducted from it.",
            why="From no tax to all of it.",
            group="Rates",
        ),
        Number(
            name="beta",
            label="Beta of the equity",
            default=1.2,
            unit=FRACTION,
            minimum=-200.0,
            maximum=200.0,
            step=0.1,
            help="Slope of its returns on the market's.",
            why="Wide, because a book of VIX calls has measured betas near −60.",
            term="beta",
            group="Rates",
        ),
        _rate("risk_free", "Risk-free rate", 0.04, "Bills over the same horizon."),
        _rate("market_return", "Expected market return", 0.10, "Not the premium over bills."),
        _money(
            "capital_tied", "Capital tied up", 100.0, "Premium and margin that the hedge holds."
        ),
    ),
    metrics=(
        MetricSpec("cost_of_equity", "Cost of equity", FRACTION, "capital-asset-pricing-model"),
        MetricSpec(
            "wacc",
            "Weighted average cost of capital",
            FRACTION,
            "weighted-average-cost-of-capital",
        ),
        MetricSpec("carry", "Cost of the capital tied up, a year", USD, "cost-of-carry"),
        MetricSpec("cost_of_debt_after_tax", "Cost of debt after tax", FRACTION),
        MetricSpec("equity_weight", "Share of equity in the capital", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "Textbook arithmetic: risk-free rate plus beta times the market's premium; equity and "
            "debt weighted by market value; interest after tax; times the capital tied up."
        ),
        leaves_out=(
            "whether one beta describes an NFT book at all: its prices are stale, so see the beta "
            "with lags",
            "that margin can earn interest, which lowers the carry",
            "the risk of the hedge itself, whose own beta is often negative",
        ),
        would_change=(
            "a beta measured over falling markets only",
            "weights at book instead of market value",
        ),
        sources=(
            "Sharpe 1964",
            "Brealey, Myers and Allen, Principles of Corporate Finance, on the cost of capital",
        ),
    ),
    package=__name__,
)
