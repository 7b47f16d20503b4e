"""What does the layered VIX hedge do for a book of index condors?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._book_params import (
    BOOK_RULES,
    alvh_parameters,
    book_cost,
    condor_parameters,
    gate_parameters,
    shift_parameters,
    start_parameters,
)
from .._common import (
    COMMON_METRICS,
    FRACTION,
    law_cost,
    market_parameters,
    vix_pricing_parameters,
)
from ..base import Experiment, MetricSpec, ModelCard, Preset


def cost(params: Mapping[str, Any]) -> float:
    """CPU seconds: a start, what grows with paths and days, and a law for each day of a condor."""
    laws = 0.09 * params["ic_dte"] if params["market"] == "model" and params["ic_dte"] > 1 else 0.0
    return (
        laws
        + book_cost(params, start=0.35, day=0.0055, path_day=8.4e-6, of_the_model=1.7)
        + law_cost(params, start=1.0, day=0.004)
    )


experiment = Experiment(
    slug="alvh-condor",
    title="The layered VIX hedge on a book of condors",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "One-day index condors sold through a year, with and without VIX calls of 30, 110 and "
        "220 days beside them: drawdown, cost, profit by layer and by cause, at every wing width."
    ),
    parameters=(
        *market_parameters(paths=300),
        *start_parameters(),
        *condor_parameters(),
        *gate_parameters(),
        *shift_parameters(),
        *alvh_parameters(),
        *vix_pricing_parameters(),
    ),
    metrics=(
        *COMMON_METRICS,
        MetricSpec(
            "drawdown_cut",
            "Share of the drawdown that the hedge takes away (below zero: adds)",
            FRACTION,
        ),
        MetricSpec("account", "Account that the condors are held in", "USD"),
        MetricSpec("premium_kept", "Share of the credits that is kept, before the hedge", FRACTION),
        MetricSpec("hedge_to_credit", "Net premium of the hedge over the credits", FRACTION),
        MetricSpec("win_rate", "Condors that end with a profit", FRACTION),
        MetricSpec("breakeven_win_rate", "Win rate at which full losses break even", FRACTION),
        MetricSpec("break_even_distance", "Distance of the break-evens from the index", FRACTION),
        MetricSpec("trading_share", "Days on which condors are sold", FRACTION),
        MetricSpec(
            "quiet_year_cost", "The hedge's profit in a year in which nothing moves", FRACTION
        ),
        MetricSpec("cover_of_full_loss", "One full loss recovered at a VIX up 12 points", FRACTION),
        MetricSpec("advertised_widths", "Wing widths at which the advertised pair holds", "count"),
        MetricSpec("residual_share", "Profit that no cause explains, of gross", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "Condors sold at each close on a skewed smile whose strip returns the VIX, three "
            "layers of VIX calls marked on the future of their own expiry, on the same paths "
            "with and without the calls. Contracts do not grow unless asked to."
        ),
        leaves_out=(
            "Quotes, the special settlement of VIX options, early closing within the day.",
            "Interest on the account's cash, which both accounts would earn alike.",
            "What dealers do to the smile in a crash: it keeps its shape while its level moves.",
            "Fair prices by default: condors at the VIX of the day are too dear for these paths in "
            "calm and too cheap in fear. By that the gate seems to earn 31 points a year; at the "
            "model's own law it gives up 7 points of premium.",
            "Fair calls by default: at the market's marks the layers cost 6.6 % of the account a "
            "year, at the model's own law 4.8 %; the difference is the 30-day layer's. The verdict "
            "is the same.",
            "Crashes like those of 1987 and 2020, unless you ask for some a century; no option "
            "price knows of them then, as none is quoted here.",
        ),
        would_change=(
            "Quoted one-day option prices that pay much more than the VIX of the day says.",
            "A published wing width: the drawdown cut and the cost both hang on it.",
            "A share of large down days that open above the gate rather than below it.",
        ),
        sources=(
            "Rules: as collected from the vendor's pages, codes C1, C2, G2, D11 and D158.",
            "Smile: calibrated to Cboe's condor index, 2010 to 2019.",
        ),
    ),
    rules=BOOK_RULES,
    cost=cost,
    warms={"paths": 2, "days": 20},
    presets=(
        Preset(
            "As published",
            "The core rules: 0.70 credit, gate at 15 and 20, 4/4/2 calls always held, no cap.",
            {},
        ),
        Preset(
            "As advertised",
            "The same, with layers cut so that a quiet year costs 2 % of the account.",
            {"annual_budget_cap": 0.02},
        ),
        Preset(
            "Steward",
            "Half the risk a sale, and a hedge that may cost 2 % in a quiet year.",
            {"max_loss_per_trade": 0.05, "annual_budget_cap": 0.02},
        ),
        Preset(
            "Promoter",
            "The aggressive tier, no gate, a tenth of the account a sale, no hedge.",
            {"tiers_enabled": "aggressive", "gate_mode": "none", "alvh_enabled": False},
        ),
        Preset(
            "Fair prices, no gate",
            "Short options at the model's own law, no costs: what is earned is the premium alone. "
            "Put the gate back to see what it gives up.",
            {
                "short_dated_vol": "model",
                "gate_mode": "none",
                "costs": False,
                "ts_enabled": False,
                "alvh_enabled": False,
            },
        ),
        Preset(
            "Fair calls",
            "The layers at the model's own law instead of the market's marks: what a dear call is "
            "of their cost.",
            {"vix_call_vol": "model"},
        ),
        Preset(
            "With crashes",
            "Eight crashes a century, as often as a VIX above 80 has been seen since 1986. Sweep "
            "their number for the one from which on the layers pay.",
            {"crashes_per_century": 8.0},
        ),
        Preset(
            "Cboe-like",
            "A monthly condor at 20 delta, no gate, with one-month 30-delta calls.",
            {
                "ic_dte": 21,
                "strike_method": "delta",
                "short_delta_conservative": 0.20,
                "wing_width": 100.0,
                "gate_mode": "none",
                "ts_enabled": False,
                "event_size_factor": 1.0,
                "call_delta": 0.30,
                "layer_2_contracts": 0.0,
                "layer_3_contracts": 0.0,
                "layer_1_roll_at": 0.0,
                "tvm_enabled": False,
                "min_credit_ratio": 0.0,
            },
        ),
    ),
)
