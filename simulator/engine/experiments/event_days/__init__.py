"""Do central-bank and inflation days deserve half size?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import FRACTION, USD
from .._book_params import BOOK_RULES, book_cost, book_parameters, number
from .._common import COMMON_METRICS
from ..base import Boolean, Experiment, MetricSpec, ModelCard, Preset


def one_day_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """Only one-day condors stand or fall with one day."""
    if params["ic_dte"] != 1:
        yield ParameterError(
            "ic_dte", "must be 1 here: a longer condor lives through many days", nearest=1
        )


def no_release_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """Without any release there are no event days to ask about."""
    if not (params["fomc"] or params["cpi"]):
        yield ParameterError("fomc", "choose at least one kind of event day")


def cost(params: Mapping[str, Any]) -> float:
    return book_cost(params, start=0.1, day=0.0025, path_day=3.0e-6)


experiment = Experiment(
    slug="event-days",
    title="Half size on event days",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "One-day condors that live through a central-bank or inflation release, at full and at "
        "smaller size: profit by event day, and what the smaller size costs or saves."
    ),
    parameters=(
        *book_parameters(paths=300, hedge=False, rolls=False),
        Boolean(name="fomc", label="Central-bank days (8 a year)", default=True, group="events"),
        Boolean(name="cpi", label="Inflation days (12 a year)", default=True, group="events"),
        number(
            "event_variance",
            "Variance of an event day over another's",
            4.0,
            FRACTION,
            1.0,
            12.0,
            group="events",
            why="Moves of two to three times the usual are claimed: a variance of 4 to 9.",
        ),
        number(
            "event_priced",
            "Of the extra variance, in the option prices",
            1.0,
            FRACTION,
            0.0,
            1.5,
            group="events",
            why="One: sellers are paid for it in full. What is not priced is what half size saves.",
        ),
    ),
    metrics=(
        *COMMON_METRICS,
        MetricSpec("profit_per_event_day", "Profit of an event day at full size", USD),
        MetricSpec("profit_per_other_day", "Profit of another day at full size", USD),
        MetricSpec("loss_rate_event", "Event days that lose", FRACTION),
        MetricSpec("loss_rate_other", "Other days that lose", FRACTION),
        MetricSpec("event_days", "Event days traded, a path", "count"),
    ),
    card=ModelCard(
        what_it_is=(
            "The model's index with an extra, independent move on release dates. A condor sold at "
            "the close before a release lives through it; its options carry the stated part of the "
            "extra variance. The baseline is full size on every day."
        ),
        leaves_out=(
            "Real release dates: they lie at fixed, synthetic places, never on reference months.",
            "What a release does to the VIX of the days after.",
        ),
        would_change=("Option prices before releases that do not contain them: try 0.",),
        sources=("Twenty days a year and half size: codes B5, N1 and N2 of the vendor's pages.",),
    ),
    rules=(*BOOK_RULES, one_day_rule, no_release_rule),
    cost=cost,
    presets=(
        Preset(
            "Releases nobody prices",
            "Extra variance that sellers are not paid for.",
            {"event_priced": 0.0},
        ),
        Preset("Skip them", "No sale before a release.", {"event_size_factor": 0.0}),
    ),
)
