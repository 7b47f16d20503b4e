"""What cash does time decay yield, and does it cover an illiquid book's needs?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...units import COUNT, FRACTION, POINTS, USD
from .._baseline import PREMIUM, common_metrics
from .._book_params import CONDOR_RULES, book_cost, condor_book_parameters, number
from ..base import Choice, Experiment, MetricSpec, ModelCard, Parameter, Preset

CHANGED = {"gate_mode": "none"}


def cost(params: Mapping[str, Any]) -> float:
    longer = params["ic_dte"] > 1  # strikes are then solved for as they are sold
    day, path_day = (0.0038, 2.4e-6) if longer else (0.0016, 3.6e-6)
    return book_cost(params, start=0.15, day=day, path_day=path_day)


def entry_parameters() -> tuple[Parameter, ...]:
    """The entry rules of the vendor's pages, on top of the gate."""
    group = "entry"
    return (
        Choice(
            name="entry",
            label="Condors are sold",
            default="any",
            options={
                "any": "at every close that the gate allows",
                "conditions": "when VIX, implied volatility and contango are all high",
                "events": "before central-bank and inflation days only",
                "spike": "after a spike of the VIX only",
            },
            group=group,
            help="Beside the gate, which is off by default so that all regimes are seen.",
            why="The vendor's pages give these rules for one name; they exclude each other.",
            term="big-top",
        ),
        number(
            "press_premium",
            "VIX over realised volatility, at least",
            0.18,
            FRACTION,
            0.0,
            1.0,
            step=0.01,
            group=group,
            help="Used by the three conditions; realised over 21 trading days.",
            why="18 % is the published figure; 0 takes this condition away.",
            term="realised-volatility",
        ),
        number(
            "press_contango",
            "Second VIX future over the first, at least",
            0.12,
            FRACTION,
            -0.5,
            1.0,
            step=0.01,
            group=group,
            help="Used by the three conditions; futures of 30 and 60 days.",
            why="12 % is the published figure; below zero the condition holds nearly always.",
            term="contango",
        ),
        number(
            "press_spike",
            "VIX over its five-day mean, at least",
            0.20,
            FRACTION,
            0.0,
            1.0,
            step=0.05,
            group=group,
            help="Used by the rule that sells after a spike.",
            why="The page names no size; a fifth is a choice and happens a few times a year.",
        ),
    )


def need_parameters() -> tuple[Parameter, ...]:
    """The illiquid book whose bills the cash should pay."""
    group = "portfolio"
    return (
        number(
            "nft_notional",
            "Collection at the floor price",
            100_000.0,
            USD,
            0.0,
            1e9,
            group=group,
            help="What the illiquid book is worth at the start.",
            why="About the size of the condors' own account at its defaults; 0: no needs.",
            term="floor-price",
        ),
        number(
            "nft_items",
            "Items held",
            10.0,
            COUNT,
            1.0,
            1e6,
            group=group,
            help="How many items make up that sum; a forced sale sells a share of them.",
            why="More items against the same volume leave at a deeper discount.",
        ),
        number(
            "nft_vol",
            "Volatility of the floor a year",
            1.10,
            FRACTION,
            0.64,
            2.50,
            step=0.05,
            group=group,
            help="Of everything but sudden falls and death.",
            why="Not below 0.64, which the measured link to ether alone brings.",
        ),
        number(
            "nft_upkeep",
            "Upkeep a year, of the start",
            0.01,
            FRACTION,
            0.0,
            0.20,
            step=0.005,
            group=group,
            help="Custody, insurance, fees: paid whatever the market does.",
            why="A choice; owners who hold items themselves pay less.",
        ),
        number(
            "nft_loan_share",
            "Borrowed against the collection",
            0.30,
            FRACTION,
            0.0,
            0.80,
            step=0.05,
            group=group,
            help="Share of the start; the interest is due in cash.",
            why="Lenders rarely go above half of a floor price. 0: no loan.",
        ),
        number(
            "nft_loan_rate",
            "Interest on that loan a year",
            0.09,
            FRACTION,
            0.0,
            1.0,
            step=0.01,
            group=group,
            help="A simple yearly rate on the sum at the start.",
            why="The same as in the carry of a hedge; loans on NFTs have cost 5 to 30 %.",
        ),
        number(
            "exit_vix",
            "A sale is forced when the VIX closes above",
            25.0,
            POINTS,
            15.0,
            80.0,
            group=group,
            help="Once for each crisis: 63 trading days without such a close come between.",
            why="25 begins stress in the floor model; 80 means that nothing is ever forced.",
        ),
        number(
            "exit_share",
            "Share of the items that must go",
            0.30,
            FRACTION,
            0.0,
            1.0,
            step=0.05,
            group=group,
            help="All at once, at the close after.",
            why="A choice: a loan of 30 % called back takes about this much.",
        ),
        number(
            "nft_sales_a_day",
            "Items of the collection sold a day, as reported",
            13.0,
            COUNT,
            0.01,
            1e6,
            group=group,
            help="Before wash trades are taken out.",
            why="4,000 ETH a month at a floor of 10, as in the portfolio experiment.",
        ),
        number(
            "wash_share",
            "Share of those sales that is wash trading",
            0.58,
            FRACTION,
            0.0,
            0.99,
            step=0.01,
            group=group,
            help="True volume is what is left.",
            why="58 % of Ethereum's NFT volume of 2022 (hildobby on Dune).",
            term="wash-trading",
        ),
    )


def _book() -> tuple[Parameter, ...]:
    """The condor book without rolls, open in every regime."""
    return tuple(
        replace(one, default=CHANGED[one.name]) if one.name in CHANGED else one
        for one in condor_book_parameters(paths=500, rolls=False)
    )


experiment = Experiment(
    slug="temporal-theta",
    title="Cash from time decay against an illiquid book's needs",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "The decay that sold condors collect, less what movement, volatility and trading take "
        "back, by VIX regime, beside the carrying cost and forced sales of an NFT collection."
    ),
    parameters=(*_book(), *entry_parameters(), *need_parameters()),
    metrics=(
        *common_metrics("of bills alone", "with condors", change="the condors"),
        PREMIUM,
        MetricSpec("theta_cash", "Decay collected a year", USD, "theta"),
        MetricSpec("gamma_cost", "Gamma: what bending moves brought a year", USD, "gamma"),
        MetricSpec("delta_cash", "Delta: what straight moves brought a year", USD, "delta"),
        MetricSpec("jump_cost", "Jumps: what days with a jump brought a year", USD),
        MetricSpec("vega_cost", "Vega: what changes of volatility brought a year", USD, "vega"),
        MetricSpec("costs", "Trading: what its costs brought a year", USD),
        MetricSpec("cash_net", "Cash that is left a year", USD),
        MetricSpec("cash_kept", "Of the decay collected, left as cash", FRACTION),
        MetricSpec("carry_need", "Upkeep and interest of the collection a year", USD),
        MetricSpec("exit_need", "Lost in forced sales against the floor, a year", USD),
        MetricSpec("coverage", "Cash left over needs", FRACTION),
        MetricSpec("covered_paths", "Paths whose cash pays for all their needs", FRACTION),
        MetricSpec("worst_gap", "Deepest shortfall of cash, 1 path in 20", USD),
        MetricSpec("cash_around_exit", "Cash of the 21 days to a forced sale, mean", USD),
        MetricSpec("entry_share", "Closes at which the entry rule and gate allow a sale", FRACTION),
        MetricSpec("residual_share", "Profit that no cause explains, of all moves", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "A book of sold condors whose daily profit is split into time, straight and bent "
            "moves, jumps, volatility and costs, held against the bills of an NFT collection: "
            "upkeep, interest, and the discount of a sale that stress forces. Both accounts hold "
            "the same capital and pay the same bills; one of them sells condors."
        ),
        leaves_out=(
            "Rent on the capital itself: in both accounts it lies idle.",
            "The fall of the floor: only cash is counted, not what the items are worth.",
            "Margin calls within the day, which ask for cash before a close shows the loss.",
            "Royalties and other income of the collection.",
        ),
        would_change=(
            "Other prices: at the VIX 32,000 USD a year are left below 15 and 39,000 lost from 20 "
            "on; at the model's own law all regimes lose alike, 12,800 in all, as trading takes "
            "33,600 of a premium of 20,900.",
            "A book that needs its cash in calm markets rather than in stress.",
            "Forced sales that follow crashes inside crypto, which the condors do not see.",
        ),
        sources=(
            "Entry rules: codes D89, D90, D91, D92 and D125 of the vendor's pages.",
            "Decay and movement: Black and Scholes 1973; split by cause as in the conventions.",
            "Exit: square-root impact on true volume, as in the experiment on leaving.",
        ),
    ),
    rules=CONDOR_RULES,
    cost=cost,
    presets=(
        Preset(
            "Three conditions at once",
            "High VIX, dear options and steep contango together: how often does that happen?",
            {"entry": "conditions"},
        ),
        Preset(
            "The last three weeks",
            "Condors of 15 trading days, held to their end: slower decay, more volatility.",
            {"ic_dte": 15, "strike_method": "delta", "wing_width": 50.0, "paths": 100},
        ),
        Preset(
            "Before events only",
            "Sold the day before central-bank and inflation days, at full size.",
            {"entry": "events", "event_size_factor": 1.0},
        ),
        Preset(
            "After a spike only",
            "The reading that sells when the VIX has just risen by a fifth.",
            {"entry": "spike"},
        ),
        Preset(
            "Only in calm, as published",
            "The glossary's gate: nothing is sold above a VIX of 20, and nothing is earned there.",
            {"gate_mode": "glossary"},
        ),
        Preset(
            "At the model's own law",
            "Fair prices in every regime: what is left is the premium between the two measures, "
            "and trading takes more than that.",
            {"short_dated_vol": "model"},
        ),
    ),
)
