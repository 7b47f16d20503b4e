"""Internal rates of return of a stream of cash: every one of them, or none."""

from __future__ import annotations

from ...units import FRACTION, USD
from ..base import Experiment, FlowList, MetricSpec, ModelCard, Number

LARGEST = 1e12
RATE_WHY = "From −50 % to 100 % a period, as everywhere on this site."


def _rate(name: str, label: str, text: str) -> Number:
    return Number(
        name=name,
        label=label,
        default=0.05,
        unit=FRACTION,
        minimum=-0.5,
        maximum=1.0,
        step=0.005,
        help=text,
        why=RATE_WHY,
        group="Rates",
    )


experiment = Experiment(
    slug="cash-flows",
    title="Internal rate of return, with every root",
    version=1,
    summary=(
        "The rates at which a stream of cash is worth nothing: all of them, because a stream "
        "that changes sign more than once may have several or none; with the present value and "
        "the modified rate beside them."
    ),
    parameters=(
        FlowList(
            name="flows",
            label="Cash flows",
            default=[-150_000.0, 15_000.0, 25_000.0, 35_000.0, 45_000.0, 60_000.0],
            unit=USD,
            minimum=-LARGEST,
            maximum=LARGEST,
            min_items=1,
            max_items=2000,
            help=(
                "Amounts one period apart, the first one now; or dated amounts such as "
                '{"date": "2008-01-01", "amount": -10000}, in any order. Paid out is negative.'
            ),
            why="Up to 2,000 flows, so that every root is found within a moment.",
            term="cash-flow",
        ),
        _rate("discount_rate", "Discount rate", "Rate for the net present value, a period."),
        _rate("finance_rate", "Financing rate", "What outlays cost until they are paid (MIRR)."),
        _rate("reinvest_rate", "Reinvestment rate", "What proceeds earn until the end (MIRR)."),
    ),
    metrics=(
        MetricSpec("irr", "Internal rate of return a period", FRACTION, "internal-rate-of-return"),
        MetricSpec("xirr", "Internal rate of return a year, by dates", FRACTION, "xirr"),
        MetricSpec(
            "mirr",
            "Modified internal rate of return",
            FRACTION,
            "modified-internal-rate-of-return",
        ),
        MetricSpec("npv", "Net present value", USD, "net-present-value"),
        MetricSpec("total", "Sum of all flows", USD),
    ),
    card=ModelCard(
        what_it_is=(
            "The roots of the present value in the rate, over all rates above −100 %. The figure "
            "called irr is the smallest root at or above zero, else the greatest root; the table "
            "has them all. Dated flows are discounted by actual days over 365."
        ),
        leaves_out=(
            "the risk and the size of the flows: a rate is not an amount",
            "that proceeds are seldom reinvested at the internal rate (see the modified rate)",
            "taxes and fees that are not among the flows",
        ),
        would_change=(
            "a second change of sign among the flows, which may add roots",
            "a different date of the first flow, which moves the net present value",
        ),
        sources=(
            "numpy-financial's published cases",
            "Microsoft's documentation of XIRR and MIRR",
            "Pólya and Szegő, Problems and Theorems in Analysis II, part V, 77",
        ),
    ),
    package=__name__,
)
