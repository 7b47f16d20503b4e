"""How often would k of n signals have switched a layer on?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import COUNT, FRACTION, POINTS, TRADING_DAYS
from .._book_params import number, start_parameters
from .._common import market_parameters, trading_days, work_rule, year_rule
from ..base import Experiment, Integer, MetricSpec, ModelCard, Preset


def votes_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """No more votes are needed than there are voters."""
    if params["k"] > params["n"]:
        yield ParameterError(
            "k",
            f"of {params['n']} signals at most {params['n']} can agree",
            minimum=1,
            maximum=params["n"],
            unit=COUNT,
            nearest=params["n"],
        )


def cost(params: Mapping[str, Any]) -> float:
    paths = 1 if params["market"] == "replay" else params["paths"]
    return float(0.15 + 8.0e-7 * paths * trading_days(params))


experiment = Experiment(
    slug="layer-votes",
    title="Layers switched on by a vote of signals",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "Up to five signals vote on a hedge layer as signers of a treasury would: how often k of n "
        "agree, how often in vain, how late, and against signals that do not know each other."
    ),
    parameters=(
        *market_parameters(paths=300),
        *(one for one in start_parameters() if one.name in ("spx0", "vix0")),
        Integer(
            name="k",
            label="Votes needed",
            default=2,
            unit=COUNT,
            minimum=1,
            maximum=5,
            group="vote",
        ),
        Integer(
            name="n",
            label="Signals",
            default=3,
            unit=COUNT,
            minimum=1,
            maximum=5,
            group="vote",
            help="In order: MACD and RSI of the VIX, breadth, a level of the VIX, a falling index.",
        ),
        number("vix_level", "VIX above", 20.0, POINTS, 10.0, 60.0, group="vote"),
        number("rsi_level", "RSI above", 60.0, FRACTION, 40.0, 90.0, group="vote"),
        number("spike", "A spike is a rise of the VIX by", 0.30, FRACTION, 0.05, 2.0, group="vote"),
        Integer(
            name="horizon",
            label="Within",
            default=10,
            unit=TRADING_DAYS,
            minimum=1,
            maximum=63,
            group="vote",
        ),
    ),
    metrics=(
        MetricSpec("activation_rate", "Days on which the layer is on", FRACTION),
        MetricSpec("independent_rate", "The same if signals did not know each other", FRACTION),
        MetricSpec("activation_difference", "Difference of the two", FRACTION),
        MetricSpec("false_alarm_rate", "Switched on with no spike to follow", FRACTION),
        MetricSpec("base_false_alarm_rate", "Any day with no spike to follow", FRACTION),
        MetricSpec("spikes", "Spikes a path", COUNT),
        MetricSpec("spikes_caught", "Spikes before which the layer was on", FRACTION),
        MetricSpec("delay", "Days from the start of a missed spike to the vote", TRADING_DAYS),
        MetricSpec("switches", "Times switched on, a path", COUNT),
    ),
    card=ModelCard(
        what_it_is=(
            "Signals of yesterday's close vote on today's layer. The baseline is independence: the "
            "same number of votes from signals that are on as often but know nothing of each other."
        ),
        leaves_out=("What the layer earns: see the experiments of the hedge itself.",),
        would_change=("A signal that is on before spikes more often than on other days.",),
        sources=("Two of three, each at 0.3: 0.216, counted by hand.",),
    ),
    rules=(votes_rule, work_rule, year_rule),
    cost=cost,
    presets=(Preset("Three of five", "A cautious treasury.", {"k": 3, "n": 5}),),
)
