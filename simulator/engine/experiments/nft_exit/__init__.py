"""What does it cost to leave an NFT position, all at once or in steps?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import COUNT, DAYS, ETH, FRACTION, USD
from .._book_params import number
from ..base import Boolean, Experiment, Integer, MetricSpec, ModelCard, Preset


def ladder_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """A ladder ends within the run."""
    needed = params["ladder_steps"] * params["ladder_gap"]
    if needed > 252:
        nearest = 252 // params["ladder_gap"]
        yield ParameterError(
            "ladder_steps",
            f"every {params['ladder_gap']} days would take {needed} days, more than a year",
            minimum=1,
            maximum=nearest,
            unit=COUNT,
            nearest=nearest,
        )


def cost(params: Mapping[str, Any]) -> float:
    days = params["ladder_steps"] * params["ladder_gap"]
    return float(0.12 + 2.0e-7 * params["paths"] * (days + 40))


experiment = Experiment(
    slug="nft-exit",
    title="Leaving an NFT position",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "A position sold at once or in steps into true, wash-filtered volume: spread, impact, "
        "fees, gas, sandwiching and the price that moves while one waits."
    ),
    parameters=(
        number("items", "Items to sell", 20.0, COUNT, 1.0, 10_000.0, group="position"),
        number("floor_price", "Floor", 10.0, ETH, 0.0001, 1e5, group="position"),
        number("eth_price", "Price of ether", 2000.0, USD, 1.0, 1e6, group="position"),
        number("sales_a_day", "Sales a day, as reported", 24.0, COUNT, 0.01, 1e6, group="market"),
        number(
            "wash_share",
            "Share of them that is wash trading",
            0.58,
            FRACTION,
            0.0,
            0.99,
            group="market",
            why="58 % of Ethereum's NFT volume of 2022 (hildobby on Dune).",
        ),
        number(
            "nft_vol", "Volatility of the floor a year", 1.10, FRACTION, 0.05, 3.0, group="market"
        ),
        number(
            "floor_drift", "Drift of the floor a year", 0.0, FRACTION, -3.0, 3.0, group="market"
        ),
        number("half_spread", "Half-spread", 0.06, FRACTION, 0.0, 0.5, group="costs"),
        number("impact", "Impact", 1.0, FRACTION, 0.0, 5.0, group="costs"),
        number("fee", "Marketplace fee", 0.025, FRACTION, 0.0, 0.2, group="costs"),
        number("royalty", "Royalty", 0.05, FRACTION, 0.0, 0.2, group="costs"),
        number("gas", "Gas a sale", 15.0, USD, 0.0, 2000.0, group="costs"),
        Boolean(
            name="amm", label="Sold into a pool (can be sandwiched)", default=False, group="costs"
        ),
        number("tolerance", "Slippage tolerance", 0.02, FRACTION, 0.0, 0.5, group="costs"),
        number(
            "sandwich_share",
            "Of the impact a sandwich takes",
            0.5,
            FRACTION,
            0.0,
            1.0,
            group="costs",
        ),
        number(
            "latency_minutes",
            "Delay until a sale is in",
            2.0,
            "minutes",
            0.0,
            1440.0,
            group="costs",
        ),
        Integer(
            name="ladder_steps",
            label="Steps",
            default=10,
            unit=COUNT,
            minimum=1,
            maximum=60,
            group="ladder",
        ),
        Integer(
            name="ladder_gap",
            label="Days between steps",
            default=3,
            unit=DAYS,
            minimum=1,
            maximum=60,
            group="ladder",
        ),
        Integer(
            name="paths",
            label="Paths",
            default=4000,
            unit=COUNT,
            minimum=10,
            maximum=50_000,
            group="market",
        ),
    ),
    metrics=(
        MetricSpec("dump_fraction", "Brought by selling at once, of items times floor", FRACTION),
        MetricSpec("ladder_fraction", "Brought by the ladder, mean", FRACTION),
        MetricSpec("ladder_difference", "Ladder less dump", FRACTION),
        MetricSpec("probability_ladder_better", "Paths on which the ladder brings more", FRACTION),
        MetricSpec("ladder_worst", "Brought by the ladder on 1 path in 20", FRACTION),
        MetricSpec("haircut_at_reported", "Haircut at once if reported volume were true", FRACTION),
        MetricSpec("haircut_at_true", "Haircut at once at true volume", FRACTION),
        MetricSpec("sandwich_loss", "Lost to sandwiching, at once", FRACTION),
        MetricSpec("latency_loss", "Price risk of the delay, one standard deviation", FRACTION),
        MetricSpec("gas_total", "Gas of the ladder", USD),
        MetricSpec("days_of_volume", "Days of true volume in the position", DAYS),
    ),
    card=ModelCard(
        what_it_is=(
            "Square-root impact over wash-filtered volume, a half-spread, fees and gas; the floor "
            "moves at random while a ladder waits. The baseline is selling everything at once."
        ),
        leaves_out=(
            "Single items worth more than the floor, and buyers who answer to the selling.",
            "Falls that stop trading: see the death of collections in the hedge's experiment.",
        ),
        would_change=("A measured impact of floor sweeps that grows faster than the square root.",),
        sources=("Exit formula and defaults: our own; wash share: hildobby on Dune, 2022.",),
    ),
    rules=(ladder_rule,),
    cost=cost,
    presets=(
        Preset(
            "The whole floor is me", "Two hundred items in a thin collection.", {"items": 200.0}
        ),
        Preset(
            "Into a pool",
            "With a loose tolerance: an invitation.",
            {"amm": True, "tolerance": 0.10},
        ),
    ),
)
