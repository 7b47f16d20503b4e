"""Which "4/4/2"? Every reading of the layered hedge on the same paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import FRACTION
from .._book_params import (
    BOOK_RULES,
    READING_BUDGET,
    alvh_parameters,
    condor_parameters,
    gate_parameters,
    number,
    shift_parameters,
    start_parameters,
)
from .._common import (
    COMMON_METRICS,
    book_work_rule,
    law_cost,
    market_parameters,
    trading_days,
    vix_pricing_parameters,
    work_rule,
)
from ..base import Choice, Experiment, MetricSpec, ModelCard

NAMES = {
    "core": "Core: 4/4/2 contracts of 30/110/220 days",
    "as-published": "As published",
    "as-advertised": "As advertised",
    "r1": "R1: 40/40/20 % of the money",
    "r2": "R2: vega units out of the money",
    "r3": "R3: 4 %, 4 %, 2 % of the account",
    "r4": "R4: moved on at 21 days",
    "r5": "R5: futures, index puts, calls",
    "r6": "R6: 7/37/75 days",
    "r7": "R7: the first layer sells",
}


def cost(params: Mapping[str, Any]) -> float:
    days = trading_days(params)
    paths = 1 if params["market"] == "replay" else params["paths"]
    more = law_cost(params, start=1.0, day=0.002)
    return float(more + 0.15 + 0.0013 * days + 7.3e-6 * paths * days)


READINGS_WORK = 400_000  # ten books on the same paths


def readings_work_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """Refuses more paths times days than all readings at once may hold."""
    return work_rule(params, most=READINGS_WORK)


experiment = Experiment(
    slug="alvh-readings",
    title="Every reading of the layered hedge",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "Ten readings of the same published hedge, run beside one book of condors on the same "
        "paths: the effect, the cost and the interval of each, the chosen one marked."
    ),
    parameters=(
        *market_parameters(paths=100),
        Choice(name="reading", label="Reading shown", default="core", options=NAMES, group="hedge"),
        number(
            "reading_budget",
            "Premium a year where a reading states none",
            READING_BUDGET,
            FRACTION,
            0.0,
            0.10,
            group="hedge",
        ),
        *start_parameters(),
        *condor_parameters(),
        *gate_parameters(),
        *shift_parameters(enabled=False),
        *alvh_parameters(),
        *vix_pricing_parameters(),
    ),
    metrics=(
        *COMMON_METRICS,
        MetricSpec("readings", "Readings run", "count"),
        MetricSpec("readings_helping", "Readings whose interval is above zero", "count"),
        MetricSpec("readings_harming", "Readings whose interval is below zero", "count"),
        MetricSpec("best_reading", "Largest effect of any reading", FRACTION),
        MetricSpec("worst_reading", "Smallest effect of any reading", FRACTION),
    ),
    card=ModelCard(
        what_it_is=(
            "A registry of readings collected from the vendor's pages, each turned into layers and "
            "run on its own account beside the same condors. Where a page leaves a number open the "
            "table says what was filled in."
        ),
        leaves_out=(
            "Readings that name no instrument at all.",
            "The hedge's effect on how many condors the account can still sell.",
        ),
        would_change=("One published rule with strikes, sizes and renewals all stated.",),
        sources=("Readings R1 to R7 with their pages: the registry of this repository.",),
    ),
    rules=(*(rule for rule in BOOK_RULES if rule is not book_work_rule), readings_work_rule),
    cost=cost,
)
