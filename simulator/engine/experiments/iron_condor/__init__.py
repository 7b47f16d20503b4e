"""An iron condor seen by its seller: credit, loss, break-evens, Greeks, odds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import FRACTION, POINTS
from .. import _pricing_parameters as declare
from ..base import Choice, Experiment, MetricSpec, ModelCard, Number

STRIKES = ("long_put", "short_put", "short_call", "long_call")
TARGETS = {"delta": 0.2, "edr": 1.2, "sigma": 1.0}
CREDIT_SHARE = 0.25  # of the wing
LARGEST_TARGET = {"delta": 0.49, "edr": 10.0, "sigma": 10.0}


def chosen_method(params: Mapping[str, Any]) -> str:
    """The method in force: the one named, else strikes when any are given, else delta."""
    if params["strike_method"] is not None:
        return str(params["strike_method"])
    return "strikes" if any(params[name] is not None for name in STRIKES) else "delta"


def strikes_are_whole_and_ordered(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """All four or none; with no other method; long put < short put <= short call < long call."""
    method = chosen_method(params)
    given = [name for name in STRIKES if params[name] is not None]
    if method != "strikes":
        if given:
            yield ParameterError(
                "strike_method",
                f"strikes are given together with the method {method}: leave the strikes empty, "
                "or choose the method strikes",
                nearest="strikes",
            )
        return
    if len(given) < len(STRIKES):
        for name in STRIKES:
            if params[name] is None:
                yield ParameterError(
                    name, "give all four strikes, or none and another method", unit=POINTS
                )
        return
    k1, k2, k3, k4 = (params[name] for name in STRIKES)
    for wrong, name, words in (
        (k1 >= k2, "long_put", "the long put must be struck below the short put"),
        (k2 > k3, "short_put", "the short put must not be struck above the short call"),
        (k3 >= k4, "long_call", "the long call must be struck above the short call"),
    ):
        if wrong:
            yield ParameterError(name, words, unit=POINTS)


def target_fits_its_method(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """A delta below a half, a credit below the wing, multiples up to ten; time and vol."""
    method = chosen_method(params)
    if method == "strikes":
        return
    for name in ("days", "vol"):
        if params[name] == 0.0:
            yield ParameterError(
                name, f"must be above 0 to place strikes by {method}; or give the four strikes"
            )
    target = params["strike_target"]
    if target is None:
        return
    largest = params["wing_width"] if method == "credit" else LARGEST_TARGET[method]
    if target > largest or (method == "credit" and target == largest):
        words = {
            "credit": "a credit must be below the wing width",
            "delta": "a delta of a short strike must be at most 0.49",
            "edr": "at most ten expected ranges",
            "sigma": "at most ten standard deviations",
        }
        yield ParameterError(
            "strike_target", words[method], minimum=0.0, maximum=largest, nearest=largest
        )


def _strike(name: str, label: str) -> Number:
    return Number(
        name=name,
        label=label,
        default=None,
        nullable=True,
        unit=POINTS,
        above=0.0,
        maximum=declare.LARGEST_PRICE,
        step=5.0,
        help="Empty: chosen by the strike method.",
        why="In order: long put below short put, short call below long call.",
        term="strike-price",
        group="Strikes",
    )


experiment = Experiment(
    slug="iron-condor",
    title="Iron condor",
    version=1,
    summary=(
        "What the seller of an iron condor is paid, can lose and must be right about: credit, "
        "largest loss, break-evens, Greeks and odds, with the payoff now and at expiry."
    ),
    parameters=(
        declare.price("spot", "Index", 5000.0, unit=POINTS),
        declare.rate("rate", "Interest rate", 0.045),
        declare.rate("dividend_yield", "Dividend yield", 0.013),
        declare.days(30.0),
        declare.vol(0.16, text="At-the-money vol of this expiry; 0.16 is 16 %."),
        Number(
            name="skew",
            label="Skew",
            default=0.0,
            unit=FRACTION,
            minimum=-0.4,
            maximum=0.2,
            step=0.01,
            help=(
                "Relative change of the vol per standard deviation that a strike lies above the "
                "forward; −0.19 is near the index's, 0 is one vol for all strikes."
            ),
            why="Beyond these ends some strike would be left without a vol.",
            term="volatility-skew",
            group="Market",
        ),
        _strike("long_put", "Long put"),
        _strike("short_put", "Short put"),
        _strike("short_call", "Short call"),
        _strike("long_call", "Long call"),
        Choice(
            name="strike_method",
            label="Strike method",
            default=None,
            nullable=True,
            options={
                "strikes": "The four strikes given",
                "credit": "Equal distance from the forward, for a credit",
                "delta": "Short strikes at a delta",
                "edr": "Short strikes at a multiple of the expected range",
                "sigma": "Short strikes at standard deviations from the forward",
            },
            help="Empty: strikes when four are given, else delta.",
            group="Strikes",
        ),
        Number(
            name="strike_target",
            label="Target of the method",
            default=None,
            nullable=True,
            above=0.0,
            maximum=declare.LARGEST_PRICE,
            step=0.01,
            help=(
                "The short strikes' delta, their multiple of the expected range or their standard "
                "deviations, or the credit in points. Empty: delta 0.20, range 1.2, deviation 1, "
                "credit a quarter of the wing."
            ),
            why="A delta stays below a half and a credit below the wing.",
            group="Strikes",
        ),
        Number(
            name="wing_width",
            label="Wing width",
            default=50.0,
            unit=POINTS,
            above=0.0,
            maximum=declare.LARGEST_PRICE,
            step=5.0,
            help="From a short to its long strike; not used when four strikes are given.",
            why="Any width that leaves the long put above nought.",
            term="wing-width",
            group="Strikes",
        ),
    ),
    metrics=(
        MetricSpec("credit", "Credit received", POINTS, "credit"),
        MetricSpec("max_loss", "Largest loss", POINTS, "iron-condor"),
        MetricSpec("breakeven_low", "Lower break-even", POINTS, "break-even-point"),
        MetricSpec("breakeven_high", "Upper break-even", POINTS, "break-even-point"),
        MetricSpec("delta", "Delta, points per index point", FRACTION, "delta"),
        MetricSpec("gamma", "Gamma, change of delta per index point", FRACTION, "gamma"),
        MetricSpec("vega", "Vega, per 1.00 of vol", POINTS, "vega"),
        MetricSpec("theta_per_day", "Theta, per calendar day", POINTS, "theta"),
        MetricSpec(
            "probability_of_profit",
            "Probability of a profit at expiry (risk-neutral)",
            FRACTION,
            "probability-of-profit",
        ),
        MetricSpec(
            "probability_between_shorts",
            "Probability of ending between the short strikes (risk-neutral)",
            FRACTION,
            "probability-of-profit",
        ),
        MetricSpec(
            "expected_value",
            "Expected profit at expiry (risk-neutral)",
            POINTS,
            "risk-neutral-measure",
        ),
        MetricSpec(
            "breakeven_win_rate",
            "Share of wins needed if every loss were the largest",
            FRACTION,
            "probability-of-profit",
        ),
    ),
    card=ModelCard(
        what_it_is=(
            "Four European, cash-settled index options by Black-Scholes, each at its own vol of a "
            "smile with one slope. All figures are the seller's, for one condor, in index points; "
            "a contract is 100 USD a point. Probabilities are the risk-neutral ones of the smile."
        ),
        leaves_out=(
            "bid-ask spreads and commissions: on four legs they take much of a small credit",
            "margin, early closing and rolling",
            "how often prices really end between the strikes (see the probability's name)",
        ),
        would_change=(
            "the skew: it pays the put side more and the call side less",
            "costs of the larger of 0.05 points and 5 % of the premium on each leg",
            "a real-world distribution with less (or more) movement than the options charge for",
        ),
        sources=("Black and Scholes 1973; Merton 1973",),
    ),
    rules=(strikes_are_whole_and_ordered, target_fits_its_method),
    package=__name__,
    cost=lambda params: 0.08,
)
