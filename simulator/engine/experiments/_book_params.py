"""Parameters of the condor book and of the layered hedge, shared by declarations. No numpy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..errors import ParameterError
from ..units import COUNT, DAYS, FRACTION, POINTS, TRADING_DAYS, USD
from ._common import (
    book_work_rule,
    crash_parameters,
    market_parameters,
    trading_days,
    vix_pricing_parameters,
    year_rule,
)
from .base import Boolean, Choice, Integer, Number, Parameter

TIERS = ("conservative", "balanced", "aggressive")
CREDITS = {"conservative": 0.70, "balanced": 1.15, "aggressive": 1.60}
EDR_MULTIPLES = {"conservative": 1.75, "balanced": 1.20, "aggressive": 0.85}
DELTAS = {"conservative": 0.10, "balanced": 0.15, "aggressive": 0.20}
LAYERS = ((1, 30.0, 4.0, 7.0), (2, 110.0, 4.0, 80.0), (3, 220.0, 2.0, 180.0))

READING_BUDGET = 0.02
"""Premium a year, of the account, where a reading of the hedge states no money."""


def number(
    name: str, label: str, default: Any, unit: str, low: float, high: float, **more: Any
) -> Number:
    """A bounded number; ``group`` and the rest as keywords."""
    return Number(
        name=name, label=label, default=default, unit=unit, minimum=low, maximum=high, **more
    )


def start_parameters(*, law: bool = True) -> tuple[Parameter, ...]:
    """Where the model's market begins; ``law``: whether its own law may price short options."""
    return (
        number("spx0", "Index at the start", 7138.80, POINTS, 1000.0, 10_000.0, group="market"),
        number(
            "vix0",
            "VIX at the start",
            17.95,
            POINTS,
            13.0,
            80.0,
            group="market",
            why="Below 13 the two-factor model has no state: its jumps alone hold the VIX up.",
        ),
        Choice(
            name="short_dated_vol",
            label="Short options are priced at",
            default="vix",
            options={"vix": "the VIX", "horizon": "the model's variance to their own expiry"}
            | ({"model": "the model's own law"} if law else {}),
            group="market",
            help="The second is what the model expects them to move, under the smile of the first."
            + (" The third is the whole law under the pricing measure: fair prices." if law else "")
            + " Markets that are known by their VIX alone use the VIX.",
        ),
        number(
            "short_dated_iv_ratio",
            "Times this ratio",
            1.0,
            FRACTION,
            0.6,
            1.2,
            step=0.05,
            group="market",
        ),
        *crash_parameters(),
    )


def condor_parameters(*, dte: int = 1, wing: float = 10.0) -> tuple[Parameter, ...]:
    """What is sold, how much of it, and at what cost."""
    group = "condors"
    per_tier: list[Parameter] = []
    for tier in TIERS:
        per_tier += [
            number(
                f"credit_{tier}", f"Credit, {tier}", CREDITS[tier], POINTS, 0.30, 3.0, group=group
            ),
            number(
                f"edr_multiple_{tier}",
                f"Multiple of the expected range, {tier}",
                EDR_MULTIPLES[tier],
                FRACTION,
                0.4,
                2.5,
                group=group,
            ),
            number(
                f"short_delta_{tier}",
                f"Delta of the short strikes, {tier}",
                DELTAS[tier],
                FRACTION,
                0.05,
                0.30,
                group=group,
            ),
        ]
    return (
        Integer(
            name="ic_dte",
            label="Days to expiry when sold",
            default=dte,
            unit=TRADING_DAYS,
            minimum=1,
            maximum=60,
            group=group,
            why="One of the day itself would have to be sold within it, which closes do not show.",
        ),
        Choice(
            name="tiers_enabled",
            label="Tiers",
            default="conservative",
            options={
                "conservative": "conservative",
                "balanced": "balanced",
                "aggressive": "aggressive",
                "conservative_balanced": "conservative and balanced",
                "conservative_aggressive": "conservative and aggressive",
                "balanced_aggressive": "balanced and aggressive",
                "all": "all three",
            },
            group=group,
        ),
        Choice(
            name="strike_method",
            label="Short strikes by",
            default="credit",
            options={
                "credit": "credit",
                "edr": "expected daily range",
                "delta": "delta",
                "sigma": "standard deviations",
            },
            group=group,
        ),
        *per_tier,
        number("short_sigma", "Standard deviations", 1.5, FRACTION, 0.3, 4.0, group=group),
        number(
            "wing_width",
            "Width of the wings",
            wing,
            POINTS,
            5.0,
            100.0,
            step=5.0,
            group=group,
            why="Nearly never published, and it decides everything: see the sweep.",
        ),
        number(
            "min_credit_ratio",
            "No sale below this credit, of the wing",
            0.06,
            FRACTION,
            0.0,
            0.20,
            group=group,
        ),
        number("condors", "Condors at a time", 10.0, COUNT, 1.0, 1000.0, group=group),
        number(
            "max_loss_per_trade",
            "Loss of one sale, of the account",
            0.10,
            FRACTION,
            0.005,
            0.10,
            group=group,
            help="All tiers together. It sets the account that the condors are held in.",
        ),
        Choice(
            name="sizing",
            label="Number of condors",
            default="fixed",
            options={"fixed": "stays", "fraction": "grows and shrinks with the account"},
            group=group,
        ),
        number(
            "stop_loss",
            "Stop at a loss of this many credits",
            None,
            FRACTION,
            1.0,
            4.0,
            nullable=True,
            group=group,
            help="At closes, so it does nothing for one-day condors. Empty: none.",
        ),
        number(
            "profit_take",
            "Take profit at this share of the credit",
            None,
            FRACTION,
            0.25,
            0.90,
            nullable=True,
            group=group,
        ),
        number("event_size_factor", "Size on event days", 0.5, FRACTION, 0.0, 1.0, group=group),
        Integer(
            name="fomc_days",
            label="Central-bank days a year",
            default=8,
            unit=COUNT,
            minimum=0,
            maximum=24,
            group=group,
            term="fomc",
            help="At fixed, synthetic places; another number than 8 at equal distances.",
        ),
        Integer(
            name="cpi_days",
            label="Inflation days a year",
            default=12,
            unit=COUNT,
            minimum=0,
            maximum=24,
            group=group,
            term="cpi",
            help="The same, with 12.",
        ),
        number("commission", "Commission a leg", 1.0, USD, 0.0, 3.0, group="pricing"),
        number("slippage", "Slippage a condor", 0.10, POINTS, 0.0, 0.50, group="pricing"),
        number("skew", "Slope of the index smile", -0.19, FRACTION, -0.25, -0.05, group="pricing"),
    )


def gate_parameters() -> tuple[Parameter, ...]:
    """When condors may be sold."""
    group = "gate"
    return (
        Choice(
            name="gate_mode",
            label="Gate",
            default="glossary",
            options={
                "glossary": "up to 15 all tiers, to 20 two, above none",
                "learn15": "only up to 15",
                "all_under_20_and_5dma": "all up to 20 and below the average",
                "always_on": "always, half size above 28",
                "inverted": "higher tiers at higher VIX",
                "none": "no gate",
            },
            group=group,
        ),
        number("gate_low", "Lower level", 15.0, POINTS, 10.0, 40.0, group=group),
        number("gate_high", "Upper level", 20.0, POINTS, 10.0, 40.0, group=group),
        Integer(
            name="vix_ma_days",
            label="Days of the average",
            default=5,
            unit=TRADING_DAYS,
            minimum=3,
            maximum=20,
            group=group,
        ),
        Choice(
            name="edr_mode",
            label="Expected daily range",
            default="vix_sqrt",
            options={
                "vix_sqrt": "VIX / √252, times a bias",
                "glossary_blend": "VIX9D and 20-day realised vol, weighted",
            },
            group=group,
            help="It places strikes of that method, arms rolls and opens the ladder of layers.",
        ),
        number(
            "edr_bias",
            "Expected range over VIX / √252",
            1.025,
            FRACTION,
            0.8,
            1.3,
            group=group,
            help="Of the first formula.",
        ),
        number(
            "edr_implied_weight",
            "Weight of the nine-day VIX",
            0.1,
            FRACTION,
            0.0,
            1.0,
            group=group,
            help="Of the blend; the model's own vol to nine days, elsewhere the VIX.",
        ),
        number(
            "edr_realised_weight",
            "Weight of the realised vol",
            0.5,
            FRACTION,
            0.0,
            1.0,
            group=group,
            help="Of the blend; twenty days.",
        ),
        number(
            "edr_multiplier",
            "Multiplier of the blend",
            1.0,
            FRACTION,
            0.8,
            2.0,
            group=group,
            why="0.8 for a steward and 2.0 for a promoter is the published range.",
        ),
    )


def shift_parameters(*, enabled: bool = True) -> tuple[Parameter, ...]:
    """Time-Shift: rolling losers forward."""
    group = "time-shift"
    return (
        Boolean(name="ts_enabled", label="Roll losers forward", default=enabled, group=group),
        Choice(
            name="ts_trigger",
            label="Armed by",
            default="or",
            options={"or": "expected range or VIX", "and": "expected range and VIX"},
            group=group,
        ),
        Choice(
            name="threatened_if",
            label="A condor is threatened",
            default="strike",
            options={
                "strike": "when it ends past a short strike",
                "delta": "when the delta of a short strike is above a level",
            },
            group=group,
            help="The second is looked at on every close and rolls before expiry. One-day condors "
            "have no close before it, so that only longer ones differ.",
        ),
        number("ts_threat_delta", "That level", 0.25, FRACTION, 0.15, 0.60, step=0.05, group=group),
        number("ts_edr_level", "Expected range above", 0.0094, FRACTION, 0.004, 0.03, group=group),
        number("ts_vix_level", "VIX above", 16.0, POINTS, 10.0, 40.0, group=group),
        Integer(
            name="ts_forward_dte",
            label="Roll to",
            default=5,
            unit=TRADING_DAYS,
            minimum=1,
            maximum=45,
            group=group,
        ),
        number(
            "ts_cushion",
            "Credit above debit and fees",
            0.10,
            POINTS,
            0.0,
            25.0,
            group=group,
            why="Up to a quarter of what the condor risked is published: of the widest wings.",
        ),
        number("ts_size_multiplier", "Size on a roll", 1.0, FRACTION, 1.0, 2.0, group=group),
        Integer(
            name="ts_max_rolls",
            label="Rolls at most",
            default=3,
            unit=COUNT,
            minimum=0,
            maximum=10,
            group=group,
        ),
        Boolean(
            name="ts_restrike",
            label="Only for a credit that covers the debit",
            default=True,
            group=group,
        ),
        Boolean(
            name="ts_rollback",
            label="Roll back when calm",
            default=True,
            group=group,
            help="Rolled condors only: where the expected range is under its level and the index "
            "closed under its mean of five days, which stands for a day's volume-weighted price.",
        ),
        Integer(
            name="ts_rollback_dte",
            label="Roll back to",
            default=1,
            unit=TRADING_DAYS,
            minimum=0,
            maximum=2,
            group=group,
            help="At the usual strikes and the size held. 0: bought back, and nothing sold for it, "
            "as a condor sold at a close has no hour left of that day.",
        ),
    )


def alvh_parameters() -> tuple[Parameter, ...]:
    """The layered VIX hedge."""
    group = "hedge"
    per_layer: list[Parameter] = []
    for n, dte, contracts, roll in LAYERS:
        per_layer += [
            number(f"layer_{n}_dte", f"Layer {n}: days", dte, DAYS, 7.0, 365.0, group=group),
            number(
                f"layer_{n}_contracts",
                f"Layer {n}: calls per ten condors",
                contracts,
                COUNT,
                0.0,
                20.0,
                group=group,
            ),
            number(
                f"layer_{n}_roll_at",
                f"Layer {n}: renewed with",
                roll,
                DAYS,
                0.0,
                360.0,
                group=group,
            ),
        ]
    return (
        Boolean(name="alvh_enabled", label="Layered hedge", default=True, group=group),
        *per_layer,
        number("call_delta", "Delta of the calls", 0.50, FRACTION, 0.15, 0.60, group=group),
        Boolean(
            name="always_on",
            label="Always held",
            default=True,
            group=group,
            help="Otherwise a ladder: the first layer above an expected range of 0.90 %, one more "
            "every 0.05.",
        ),
        number(
            "annual_budget_cap",
            "What a quiet year may cost, of the account",
            None,
            FRACTION,
            0.0025,
            0.10,
            nullable=True,
            group=group,
            help="Layers are cut in proportion. Empty: no cap.",
        ),
        number(
            "vega_target_mode",
            "Calls' vega, of the condors'",
            None,
            FRACTION,
            0.2,
            1.0,
            step=0.1,
            nullable=True,
            group=group,
            help="What the layers gain for a point of VIX, of what the condors on sale lose; the "
            "layers keep their proportions. Empty: the counts above stand.",
            why="0.4 and 0.4 to 0.6 are published; 1 would leave no vega.",
        ),
        Boolean(name="tvm_enabled", label="Recycle gains of layer 1", default=True, group=group),
        number("tvm_gain", "Gain at which layer 1 is sold", 1.5, FRACTION, 0.5, 4.0, group=group),
        number("tvm_vix", "Or when the VIX is above", 30.0, POINTS, 20.0, 80.0, group=group),
        number(
            "tvm_recycle_share",
            "Share that goes to layers 2 and 3",
            0.65,
            FRACTION,
            0.0,
            1.0,
            group=group,
        ),
        Choice(
            name="signal_overlay",
            label="Adaptive ratio",
            default="off",
            options={
                "off": "off",
                "macd": "MACD of the VIX",
                "rsi": "RSI of the VIX above 60",
                "breadth": "advance-decline line",
                "all": "all three",
            },
            group=group,
        ),
        number("signal_strength", "Strength of each signal", 0.25, FRACTION, 0.0, 1.0, group=group),
    )


def layer_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """A layer is renewed before it expires, and layers grow longer."""
    for n, *_ in LAYERS:
        if params[f"layer_{n}_roll_at"] >= params[f"layer_{n}_dte"]:
            yield ParameterError(
                f"layer_{n}_roll_at",
                f"layer {n} has {params[f'layer_{n}_dte']:g} days and cannot be renewed with "
                f"{params[f'layer_{n}_roll_at']:g} left",
                minimum=0.0,
                maximum=params[f"layer_{n}_dte"] - 1.0,
                unit=DAYS,
                nearest=params[f"layer_{n}_dte"] - 1.0,
            )


def wing_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """A credit cannot be as large as the wing that it is the most to be lost of."""
    if params["strike_method"] != "credit":
        return
    for tier in chosen_tiers(params["tiers_enabled"]):
        if params[f"credit_{tier}"] >= 0.5 * params["wing_width"]:
            yield ParameterError(
                f"credit_{tier}",
                f"is half of the wing of {params['wing_width']:g} points or more: no out-of-the-"
                "money condor pays that",
                minimum=0.30,
                maximum=0.5 * params["wing_width"],
                unit=POINTS,
                nearest=0.45 * params["wing_width"],
            )
        least = params["min_credit_ratio"] * params["wing_width"]
        if params[f"credit_{tier}"] < least:
            yield ParameterError(
                "min_credit_ratio",
                f"refuses every sale: {least:g} points are asked for and the {tier} credit is "
                f"{params[f'credit_{tier}']:g}",
                minimum=0.0,
                maximum=params[f"credit_{tier}"] / params["wing_width"],
                unit=FRACTION,
                nearest=params[f"credit_{tier}"] / params["wing_width"],
            )


def gate_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """The gate's levels are in order."""
    if params["gate_low"] > params["gate_high"]:
        yield ParameterError(
            "gate_low",
            f"lies above the upper level of {params['gate_high']:g}",
            minimum=10.0,
            maximum=params["gate_high"],
            unit=POINTS,
            nearest=params["gate_high"],
        )


def range_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """A blended range weighs something."""
    blend = params["edr_mode"] == "glossary_blend"
    if blend and params["edr_implied_weight"] + params["edr_realised_weight"] <= 0.0:
        yield ParameterError(
            "edr_realised_weight",
            "is nought and so is the weight of the nine-day VIX: the range would always be nought",
            minimum=0.0,
            maximum=1.0,
            unit=FRACTION,
            nearest=0.5,
        )


def threat_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """A condor is not threatened by the delta that it is sold at."""
    if params["threatened_if"] != "delta" or params["strike_method"] != "delta":
        return
    sold = max(params[f"short_delta_{tier}"] for tier in chosen_tiers(params["tiers_enabled"]))
    if params["ts_enabled"] and sold >= params["ts_threat_delta"]:
        yield ParameterError(
            "ts_threat_delta",
            f"is not above the delta of {sold:g} at which condors are sold: all would be "
            "threatened at once",
            minimum=0.15,
            maximum=0.60,
            unit=FRACTION,
            nearest=min(sold + 0.05, 0.60),
        )


def vega_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """There are calls that a target can scale."""
    held = any(params[f"layer_{n}_contracts"] for n, *_ in LAYERS)
    if params["alvh_enabled"] and params["vega_target_mode"] is not None and not held:
        yield ParameterError(
            "vega_target_mode", "has no calls to scale: every layer holds none", unit=FRACTION
        )


def chosen_tiers(enabled: str) -> tuple[str, ...]:
    """The tiers that the parameter names."""
    if enabled == "all":
        return TIERS
    return tuple(enabled.split("_"))


CONDOR_RULES = (wing_rule, gate_rule, range_rule, threat_rule, book_work_rule, year_rule)
BOOK_RULES = (*CONDOR_RULES, layer_rule, vega_rule)


def condor_book_parameters(*, paths: int, rolls: bool = True) -> tuple[Parameter, ...]:
    """A book of condors without a hedge, and without what only a hedge would read."""
    (costs,) = (one for one in vix_pricing_parameters() if one.name == "costs")
    return (
        *market_parameters(paths=paths),
        *start_parameters(),
        *condor_parameters(),
        *gate_parameters(),
        *shift_parameters(enabled=rolls),
        costs,
    )


def book_parameters(
    *, paths: int, hedge: bool = True, rolls: bool = True, dte: int = 1, market: str = "model"
) -> tuple[Parameter, ...]:
    """Market, condors, gate, rolls, hedge and marks: all that a book of condors is made of."""
    parameters = (
        *market_parameters(default=market, paths=paths),
        *start_parameters(),
        *condor_parameters(dte=dte),
        *gate_parameters(),
        *shift_parameters(enabled=rolls),
        *alvh_parameters(),
        *vix_pricing_parameters(),
    )
    changed = {"alvh_enabled": hedge}
    return tuple(
        replace(one, default=changed[one.name]) if one.name in changed else one
        for one in parameters
    )


def book_cost(
    params: Mapping[str, Any],
    *,
    start: float,
    day: float,
    path_day: float,
    of_the_model: float = 1.0,
) -> float:
    """CPU seconds: a start, what grows with days and what grows with paths times days.

    Other markets than the model's cost so much less as the model's cost ``of_the_model`` more:
    their gates are closed on most days, and there are fewer variants.
    """
    days = trading_days(params)
    paths = 1 if params["market"] == "replay" else params["paths"]
    more_tiers = 0.4 * (len(chosen_tiers(params["tiers_enabled"])) - 1)
    whole = start + (1.0 + more_tiers) * (day * days + path_day * paths * days)
    return float(whole if params["market"] == "model" else whole / of_the_model)
