"""What does a financed reserve layer add?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...units import COUNT, DAYS, FRACTION, PER_YEAR, POINTS, USD
from .._baseline import PREMIUM, common_metrics
from .._book_params import BOOK_RULES, book_cost, book_parameters, number
from .._common import law_cost
from ..base import Experiment, MetricSpec, ModelCard, Preset


def cost(params: Mapping[str, Any]) -> float:
    return book_cost(params, start=0.1, day=0.0045, path_day=3.5e-6, of_the_model=1.7) + law_cost(
        params, start=1.0, day=0.0035
    )


experiment = Experiment(
    slug="second-engine",
    title="A financed reserve beside the hedge",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "Money borrowed for more VIX calls when the layers cover too little of a loss: what it "
        "adds after interest and recalls, and what the leverage does to the worst path."
    ),
    parameters=(
        *book_parameters(paths=120),
        number(
            "se_draw", "Drawn at a time, of the account", 0.01, FRACTION, 0.0, 0.05, group="reserve"
        ),
        number(
            "se_cover",
            "Drawn when the hedge covers less than",
            0.5,
            FRACTION,
            0.0,
            1.0,
            group="reserve",
        ),
        number("se_vix", "And the VIX is above", 28.0, POINTS, 20.0, 40.0, group="reserve"),
        number(
            "se_borrow_rate",
            "Interest on the loan a year",
            0.10,
            FRACTION,
            0.0,
            0.60,
            group="reserve",
        ),
        number(
            "se_recall_rate",
            "Recalls of the loan a year",
            0.25,
            PER_YEAR,
            0.0,
            12.0,
            group="reserve",
        ),
        number(
            "se_recall_discount", "Lost in a forced sale", 0.30, FRACTION, 0.0, 1.0, group="reserve"
        ),
        number("se_dte", "Days of its calls", 60.0, DAYS, 14.0, 180.0, group="reserve"),
        number("se_delta", "Delta of its calls", 0.30, FRACTION, 0.10, 0.60, group="reserve"),
    ),
    metrics=(
        *common_metrics("without the reserve", "with it", change="the reserve"),
        PREMIUM,
        MetricSpec("draws", "Draws a path", COUNT),
        MetricSpec("interest", "Interest paid a path", USD),
        MetricSpec("recalls", "Recalls a path", COUNT),
        MetricSpec("leverage", "Largest loan over the account, worst path", FRACTION),
        MetricSpec(
            "leverage_adjusted_drawdown",
            "Deepest fall with the reserve, times one plus its leverage",
            FRACTION,
        ),
    ),
    card=ModelCard(
        what_it_is=(
            "The layered book twice: as it is, and with a loan that buys 60-day calls when the VIX "
            "is high and the layers have covered less than the chosen share of the fall."
        ),
        leaves_out=(
            "The lender's margin calls before a recall, and the lender's own default.",
            "Every other thing that has been called a second engine: there are at least eleven.",
        ),
        would_change=(
            "A loan that is cheap and cannot be recalled in the weeks when it is drawn.",
        ),
        sources=("Size, level and tenor: codes D93 and D98 of the vendor's pages, size own.",),
    ),
    rules=BOOK_RULES,
    cost=cost,
    presets=(
        Preset("Never drawn", "With no draw the account is the base exactly.", {"se_draw": 0.0}),
        Preset(
            "A nervous lender",
            "Dear money that is recalled often.",
            {"se_borrow_rate": 0.25, "se_recall_rate": 6.0},
        ),
    ),
)
