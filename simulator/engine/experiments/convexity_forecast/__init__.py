"""Can the exchange rate and sentiment tell when the hedge will be convex?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from .._common import (
    COUNT,
    FRACTION,
    TRADING_DAYS,
    law_cost,
    market_parameters,
    trading_days,
    vix_pricing_parameters,
    work_rule,
    year_rule,
)
from ..base import (
    Experiment,
    Integer,
    MetricSpec,
    ModelCard,
    Number,
    Preset,
    SeriesName,
)

MONTH = 21
JUDGED_MONTHS = 24


def from_replay(params: Mapping[str, Any]) -> bool:
    """Whether history is read as it happened: only then do imported regressors have dates."""
    return bool(params["market"] == "replay")


def months_rule(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """There are months to learn from, and months to be judged on."""
    least = (params["first_window"] + JUDGED_MONTHS) * MONTH
    if params["market"] == "episode":
        yield ParameterError(
            "market", "an episode is too short to forecast month by month: use another market"
        )
    elif params["market"] != "replay" and params["days"] < least:
        yield ParameterError(
            "days",
            f"{params['first_window']} months to learn from and {JUDGED_MONTHS} to be judged on "
            f"need at least {least} days",
            minimum=least,
            maximum=2520,
            unit=TRADING_DAYS,
            nearest=least,
        )


def cost(params: Mapping[str, Any]) -> float:
    """CPU seconds: a regression for every month, history and placebo."""
    months = trading_days(params) / MONTH
    paths = 1 if params["market"] == "replay" else params["paths"]
    judged = max(months - params["first_window"], 1.0)
    fits = paths * judged * (params["placebos"] + 2)
    more = law_cost(params, start=0.3)
    return float(more + 0.3 + 0.4e-6 * paths * months * MONTH + 1.0e-6 * fits)


experiment = Experiment(
    slug="convexity-forecast",
    title="Forecasting when VIX calls will pay",
    version=1,
    kind="simulation",
    seeded=True,
    package=__name__,
    summary=(
        "The payoff of a monthly VIX call over its premium, regressed on the exchange rate and "
        "on sentiment as they were published before the purchase, judged out of sample beside "
        "random series put through the same steps."
    ),
    parameters=(
        *market_parameters(paths=60, days=2520, most_paths=1000),
        SeriesName(
            name="rate_series",
            label="Imported real effective exchange rate",
            default=None,
            nullable=True,
            group="regressors",
            help="Used by a replay; without it the rate comes from a null model.",
            read_when=from_replay,
        ),
        SeriesName(
            name="mood_series",
            label="Imported sentiment",
            default=None,
            nullable=True,
            group="regressors",
            help="Used by a replay; without it sentiment comes from a null model.",
            read_when=from_replay,
        ),
        Integer(
            name="publication_lag",
            label="Days from an observation's date to its publication",
            default=45,
            unit="days",
            minimum=0,
            maximum=365,
            group="regressors",
            term="look-ahead-bias",
            help="Of imported series. 0 if their dates are already those of publication.",
            why="A monthly exchange-rate index appears weeks after the month it describes.",
        ),
        Integer(
            name="change_months",
            label="The exchange rate's change over",
            default=3,
            unit="months",
            minimum=1,
            maximum=12,
            group="regressors",
            help="Months. Levels drift for years and belong in no regression.",
        ),
        Number(
            name="rate_persistence",
            label="Persistence of the rate's monthly changes",
            default=0.3,
            unit=FRACTION,
            minimum=0.0,
            maximum=0.98,
            step=0.1,
            group="null model",
            why="Turned up, two drifting series agree by accident more often.",
        ),
        Number(
            name="mood_persistence",
            label="Persistence of sentiment",
            default=0.8,
            unit=FRACTION,
            minimum=0.0,
            maximum=0.98,
            step=0.1,
            group="null model",
        ),
        Number(
            name="planted",
            label="Planted correlation of the rate with the next payoff",
            default=0.0,
            unit=FRACTION,
            minimum=0.0,
            maximum=0.9,
            step=0.1,
            group="null model",
            help="0 is a world in which nothing can be known. Above it the test ought to see it.",
            why="A test that cannot find what is there says nothing when it finds nothing.",
        ),
        Integer(
            name="first_window",
            label="Months to learn from before the first forecast",
            default=60,
            unit="months",
            minimum=24,
            maximum=240,
            group="test",
        ),
        Integer(
            name="placebos",
            label="Placebos",
            default=99,
            unit=COUNT,
            minimum=19,
            maximum=499,
            group="test",
            help="Random pairs of series with the same persistence.",
            why="With 19 one cannot say more than one in twenty.",
        ),
        Number(
            name="call_delta",
            label="Delta of the calls when bought",
            default=0.30,
            unit=FRACTION,
            minimum=0.05,
            maximum=0.60,
            step=0.05,
            group="hedge",
            term="delta",
        ),
        *vix_pricing_parameters(),
    ),
    metrics=(
        MetricSpec("r2_out_of_sample", "Out-of-sample R² in the first history", FRACTION),
        MetricSpec("p_value", "Placebos that do as well, first history", FRACTION),
        MetricSpec("placebo_bar", "What nineteen of twenty placebos stay below", FRACTION),
        MetricSpec("r2_in_sample", "R² inside the sample, first history", FRACTION),
        MetricSpec("slope_rate", "Slope on the exchange rate, a standard deviation", FRACTION),
        MetricSpec("slope_mood", "Slope on sentiment, a standard deviation", FRACTION),
        MetricSpec("r2_mean", "Out-of-sample R², mean over histories", FRACTION),
        MetricSpec(
            "without_best_month", "The same without each history's best-paid month", FRACTION
        ),
        MetricSpec("pass_rate", "Histories in which the pair passes", FRACTION),
        MetricSpec("noise_pass_rate", "Histories in which pure noise passes", FRACTION),
        MetricSpec("timing_gain", "Profit of timing the calls, of each month's premium", FRACTION),
        MetricSpec("share_harmed", "Histories in which timing lost money", FRACTION),
        MetricSpec("mean_ratio", "Mean payoff of a call over what it cost", FRACTION),
        MetricSpec("paying_months", "Months in which a call pays anything", FRACTION),
        MetricSpec("best_five_share", "Share of all payoffs from five months", FRACTION),
        MetricSpec("months", "Months in a history", COUNT),
        MetricSpec("crises", "Independent crises a history, mean", COUNT),
    ),
    card=ModelCard(
        what_it_is=(
            "An expanding regression with two regressors fixed beforehand, known at the purchase, "
            "against the mean so far. It passes if its out-of-sample R² is above zero and above "
            "that of nineteen of twenty random pairs."
        ),
        leaves_out=(
            "Other lags, transformations and regressors: choosing among them afterwards is what "
            "the procedure is there to prevent.",
            "Revisions: imported series should hold the first published figures.",
            "What an owner would do with a forecast beyond doubling or omitting the calls.",
        ),
        would_change=(
            "An imported pair that passes, in both halves and without its best month.",
            "A reason why sellers of VIX options would not know a published figure.",
        ),
        sources=(
            "The proposal: vendor's page on NFT portfolios, code NF1; triggers D133 and D134.",
            "Errors robust to dependence: Newey and West 1987.",
        ),
    ),
    rules=(months_rule, work_rule, year_rule),
    cost=cost,
    presets=(
        Preset(
            "Nothing to know",
            "Rate and sentiment that know nothing: one history in twenty passes all the same.",
            {},
        ),
        Preset(
            "Something to know",
            "A rate correlated 0.5 with the next payoff, to see that the test can find it.",
            {"planted": 0.5},
        ),
        Preset(
            "Drifting series",
            "Regressors that hardly forget: the fit inside the sample grows, outside it does not.",
            {"rate_persistence": 0.98, "mood_persistence": 0.98},
        ),
    ),
)
