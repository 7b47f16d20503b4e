"""Put-call parity: the gap, and what a conversion, a reversal or a box would make of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import FRACTION, USD
from .. import _pricing_parameters as declare
from ..base import Choice, Experiment, MetricSpec, ModelCard, Number


def box_needs_two_strikes(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """The second strike of a box must differ from the first."""
    if params["strike_2"] is not None and params["strike_2"] == params["strike"]:
        yield ParameterError(
            "strike_2", "must differ from the first strike; or leave it empty for no box"
        )


def _quote(name: str, label: str, default: float, text: str) -> Number:
    return Number(
        name=name,
        label=label,
        default=default,
        unit=USD,
        minimum=0.0,
        maximum=declare.LARGEST_PRICE,
        step=0.01,
        help=text,
        why="A price, or nought.",
        term="put-option" if name == "put" else "call-option" if name == "call" else None,
        group="Quotes",
    )


experiment = Experiment(
    slug="parity",
    title="Put-call parity, conversion, reversal and box",
    version=1,
    summary=(
        "How far a call and a put are from parity with their underlying, what trading the gap "
        "would make after costs, which interest rate the quotes imply, and what a box is worth."
    ),
    parameters=(
        Choice(
            name="asset",
            label="Underlying",
            default="listed",
            options={
                "listed": "Listed: can be borrowed and has options",
                "nft": "NFT: cannot be borrowed and has no options",
            },
            help="For an NFT the arithmetic is shown, but nobody can trade it.",
            term="nft",
            group="Contract",
        ),
        declare.price("spot", "Underlying price", 5000.0),
        declare.price("strike", "Strike", 5000.0),
        declare.expiry_years(0.25),
        declare.rate("rate", "Interest rate", 0.045),
        declare.rate("dividend_yield", "Dividend yield", 0.013),
        _quote("call", "Call price", 180.0, "What the call costs."),
        _quote("put", "Put price", 140.0, "What the put costs, at the same strike and expiry."),
        _quote("cost", "Cost of the trade", 1.0, "All legs together, paid now."),
        Number(
            name="strike_2",
            label="Second strike, for a box",
            default=5100.0,
            nullable=True,
            unit=USD,
            above=0.0,
            maximum=declare.LARGEST_PRICE,
            help="Empty: no box.",
            why=declare.PRICE_WHY,
            term="box-spread",
            group="Contract",
        ),
    ),
    metrics=(
        MetricSpec("parity_gap", "Gap: call − put − forward value", USD, "put-call-parity"),
        MetricSpec("conversion_profit", "Profit of a conversion, today", USD, "conversion"),
        MetricSpec("reversal_profit", "Profit of a reversal, today", USD, "reversal"),
        MetricSpec(
            "implied_rate", "Interest rate implied by the quotes", FRACTION, "risk-free-rate"
        ),
        MetricSpec("box_value", "Value of the box, today", USD, "box-spread"),
    ),
    card=ModelCard(
        what_it_is=(
            "Put-call parity of European options: call less put equals the discounted forward less "
            "the discounted strike. No model of prices is needed. Profits are present values after "
            "the cost; the table carries them to expiry."
        ),
        leaves_out=(
            "early exercise: for American options parity is only a pair of bounds",
            "borrowing fees, margin and the risk of being recalled",
            "that both quotes must be there at once, at size",
        ),
        would_change=(
            "the cost: most gaps that are quoted are smaller than it",
            "a dividend other than the one assumed, which looks like a gap",
            "an underlying that cannot be sold short: then only one side of the bound holds",
        ),
        sources=("Stoll 1969; Hull, Options, Futures, and Other Derivatives, ch. 11",),
    ),
    rules=(box_needs_two_strikes,),
    package=__name__,
)
