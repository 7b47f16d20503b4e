"""Do central-bank and inflation days deserve half size?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from .._baseline import common_metrics
from .._book_params import (
    chosen_tiers,
    condor_parameters,
    gate_parameters,
    gate_rule,
    range_rule,
    start_parameters,
    wing_rule,
)
from .._common import (
    FRACTION,
    book_work_rule,
    market_parameters,
    trading_days,
    year_rule,
)
from ..base import (
    Boolean,
    Experiment,
    MetricSpec,
    ModelCard,
    Number,
    Parameter,
    Preset,
    SeriesName,
)

NOT_HERE = (
    "ic_dte",
    "sizing",
    "stop_loss",
    "profit_take",
    "event_size_factor",
    "fomc_days",
    "cpi_days",
)


def calendar_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """There are events, and a replay is told when they were."""
    if params["market"] == "replay" and params["event_series"] is None:
        yield ParameterError(
            "event_series",
            "a replay needs the release dates: name an imported series with one row a release",
        )
    elif params["market"] != "replay" and not (params["fomc"] or params["cpi"] or params["ppi"]):
        yield ParameterError("fomc", "without any kind of event there is nothing to halve")


def cost(params: Mapping[str, Any]) -> float:
    """CPU seconds: what grows with the days, and with the paths on them."""
    days = trading_days(params)
    paths = 1 if params["market"] == "replay" else params["paths"]
    tiers = len(chosen_tiers(params["tiers_enabled"]))
    return float(0.5 + tiers * (0.002 * days + 5.0e-6 * paths * days))


def _book() -> tuple[Parameter, ...]:
    """The condor book's own parameters, without those that one-day condors have no use for."""
    return tuple(p for p in condor_parameters() if p.name not in NOT_HERE)


experiment = Experiment(
    slug="event-days",
    title="Half size on central-bank and inflation days",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "One-day index condors sold through a year at full size, and at a smaller size where a "
        "central-bank decision or a price release falls on their day: profit by event day, and "
        "whether halving as many ordinary days would have done the same."
    ),
    parameters=(
        *market_parameters(paths=300),
        *start_parameters(law=False),
        Number(
            name="event_size_factor",
            label="Size on event days",
            default=0.5,
            unit=FRACTION,
            minimum=0.0,
            maximum=1.0,
            step=0.25,
            group="events",
            term="position-sizing",
            help="1 is full size, 0 stays away.",
            why="Half and nothing are both published rules; above one is no rule of anybody.",
        ),
        Boolean(
            name="fomc",
            label="Central-bank decisions, 8 a year",
            default=True,
            group="events",
            term="fomc",
        ),
        Boolean(
            name="cpi",
            label="Consumer price releases, 12 a year",
            default=True,
            group="events",
            term="cpi",
        ),
        Boolean(
            name="ppi",
            label="Producer price releases, 12 a year",
            default=False,
            group="events",
            term="ppi",
        ),
        Number(
            name="event_variance",
            label="Variance of an event day, of an ordinary one",
            default=4.0,
            unit=FRACTION,
            minimum=1.0,
            maximum=9.0,
            step=0.5,
            group="events",
            help="4 is moves twice as large. In replays and episodes moves are what they were, and "
            "this is only what option prices are told.",
            why="Moves of two to three times the usual are the published claim: 4 to 9.",
        ),
        Number(
            name="event_priced_share",
            label="Part of the extra variance that option prices contain",
            default=1.0,
            unit=FRACTION,
            minimum=0.0,
            maximum=2.0,
            step=0.25,
            group="events",
            term="implied-volatility",
            help="1: scheduled dates are known to everybody. 0: prices do not know the calendar.",
            why="Beyond 2 the release would cost more than three times what it brings.",
        ),
        SeriesName(
            name="event_series",
            label="Imported release dates",
            default=None,
            nullable=True,
            group="events",
            help="One row a release, on the day it was published; used by a replay.",
            read_when=lambda params: params["market"] == "replay",
        ),
        *_book(),
        *gate_parameters(),
        Boolean(name="costs", label="Trading costs", default=True, group="pricing"),
    ),
    metrics=(
        *common_metrics("at full size", "at the smaller size"),
        MetricSpec("event_profit", "Profit of a sale over an event day, of the account", FRACTION),
        MetricSpec("other_profit", "Profit of a sale over any other day, of the account", FRACTION),
        MetricSpec("event_worst", "Worst sale over an event day, of the account", FRACTION),
        MetricSpec("other_worst", "Worst sale over any other day, of the account", FRACTION),
        MetricSpec("event_win_rate", "Sales over event days that end with a profit", FRACTION),
        MetricSpec("other_win_rate", "Sales over other days that end with a profit", FRACTION),
        MetricSpec("variance_ratio", "Variance of index moves on event days over others", FRACTION),
        MetricSpec("events_a_year", "Event days a year", "1/year"),
        MetricSpec(
            "against_random_days",
            "Return a year against the same size cut on as many other days",
            FRACTION,
        ),
        MetricSpec(
            "fall_against_random_days",
            "Deepest fall against the same size cut on as many other days",
            FRACTION,
            "maximum-drawdown",
        ),
    ),
    card=ModelCard(
        what_it_is=(
            "Condors sold at the close before and settled at the close of an event day, whose "
            "index move is drawn larger and whose option price knows a chosen part of that. The "
            "same paths run at full size, at the smaller size, and with ordinary days cut instead."
        ),
        leaves_out=(
            "How the VIX behaves around events: it does not rise before or fall after them here.",
            "Unscheduled statements, which caused some of the largest moves.",
            "The hour: a morning release and an afternoon decision are both one close apart.",
            "A drift: scheduled days earned shareholders more than other days in some decades.",
        ),
        would_change=(
            "Quoted one-day prices that contain clearly less than the moves of event days.",
            "Some 400 event days with first-published release dates: twenty a year say little.",
        ),
        sources=(
            "The rule and its claim: vendor's pages, codes B5, N1 and N2.",
            "Average returns on scheduled days: Savor and Wilson 2013; Lucca and Moench 2015.",
        ),
    ),
    rules=(calendar_rule, wing_rule, gate_rule, range_rule, book_work_rule, year_rule),
    cost=cost,
    presets=(
        Preset(
            "Prices know the date",
            "Moves twice as large, and options that cost accordingly: half of the same thing.",
            {},
        ),
        Preset(
            "Prices know nothing",
            "The same moves sold at ordinary prices. This is what the rule quietly assumes.",
            {"event_priced_share": 0.0},
        ),
        Preset(
            "Strikes in ordinary ranges",
            "Strikes at the usual multiple of the expected range, too near for a larger move.",
            {"strike_method": "edr", "min_credit_ratio": 0.0},
        ),
        Preset(
            "Stay away",
            "No sale at all over an event day, with moves three times as large.",
            {"event_size_factor": 0.0, "event_variance": 9.0},
        ),
    ),
)
