"""Does rolling a loser forward and back recover its loss?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...units import FRACTION, TRADING_DAYS, USD
from .._baseline import PREMIUM, common_metrics
from .._book_params import CONDOR_RULES, book_cost, condor_book_parameters
from ..base import Experiment, MetricSpec, ModelCard, Preset


def cost(params: Mapping[str, Any]) -> float:
    return book_cost(params, start=0.2, day=0.006, path_day=6.0e-6)


experiment = Experiment(
    slug="time-shift",
    title="Rolling losers forward and back",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "Threatened condors rolled to a longer expiry for a credit that covers the loss, against "
        "the same sales without any roll: how much of a loss comes back, and what does not."
    ),
    parameters=condor_book_parameters(paths=250),
    metrics=(
        *common_metrics("without rolls", "with rolls", change="the rolls"),
        PREMIUM,
        MetricSpec("chains", "Losers that were rolled, a path", "count"),
        MetricSpec(
            "rollable_share", "Threatened losers that could be rolled for a credit", FRACTION
        ),
        MetricSpec("recovered_share", "Of the rolled losses, won back by their rolls", FRACTION),
        MetricSpec("recovered_fully", "Rolled losers that ended without a loss", FRACTION),
        MetricSpec("ended_worse", "Rolled losers that ended with a larger loss", FRACTION),
        MetricSpec(
            "tail_multiple",
            "Final loss of the worst twentieth, in full losses of one sale",
            FRACTION,
        ),
        MetricSpec("roll_credit", "Credit taken in by rolls, a path", USD),
        MetricSpec("margin_days", "Extra days of margin, a path", TRADING_DAYS),
        MetricSpec("rolled_back", "Rolled condors taken back when calm, a path", "count"),
        MetricSpec("profit_per_chain", "What the rolls of one loser brought, mean", USD),
        MetricSpec("residual_share", "Profit that no cause explains, of gross", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "A condor past a short strike at its last close (or, if asked, above a delta at any "
            "close before it) is paid off and a longer one sold for "
            "at least the debit, fees and a cushion, at the size held. Where it turns calm and the "
            "index has closed under its mean of five days, the longer one is bought back and a "
            "one-day condor at the usual strikes sold for it. Both books see the same closes; the "
            "baseline takes the loss and sells the next one-day condor."
        ),
        leaves_out=(
            "Rolls within the day, and legs rolled one by one.",
            "The volume-weighted price of a day, which closes do not have: their mean of five "
            "days stands for it on the way back.",
            "What the margin could have earned elsewhere.",
        ),
        would_change=(
            "Mean reversion of the index over days, which this market does not have.",
            "Longer options that pay more than their own risk.",
        ),
        sources=("Rule: codes C2, D173, D58 and D59 of the vendor's pages.",),
    ),
    rules=CONDOR_RULES,
    cost=cost,
    presets=(
        Preset(
            "More size on a roll", "A quarter more condors each time.", {"ts_size_multiplier": 1.25}
        ),
        Preset("To 45 days", "Rolled far out instead of a week.", {"ts_forward_dte": 45}),
        Preset(
            "The way back, more often",
            "Rolled back under a VIX of about 20 instead of 15: what that decay costs.",
            {"ts_edr_level": 0.013},
        ),
    ),
)
