"""VIX, its future and its options in an affine model of variance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import ParameterError
from ...units import FRACTION, PER_YEAR, POINTS
from .. import _pricing_parameters as declare
from ..base import Experiment, MetricSpec, ModelCard, Number

FIRST, SECOND, LEAPS = "First factor", "Second factor", "Variance jumps"
SECOND_NAMES = ("v0_2", "kappa_2", "theta_2", "sigma_2")


def second_factor_is_whole(params: Mapping[str, Any]) -> Iterable[ParameterError]:
    """A second factor needs all four of its parameters."""
    given = [name for name in SECOND_NAMES if params[name] is not None]
    if given and len(given) < len(SECOND_NAMES):
        for name in SECOND_NAMES:
            if params[name] is None:
                yield ParameterError(
                    name, "a second factor needs all four of v0_2, kappa_2, theta_2 and sigma_2"
                )


experiment = Experiment(
    slug="vix-option",
    title="VIX future and VIX options",
    version=1,
    summary=(
        "Spot VIX, the VIX future and calls and puts on it, from a model in which variance returns "
        "to its mean: and how little of a move of spot VIX reaches a later future."
    ),
    parameters=(
        declare.variance("v0", "Variance now", 0.03, FIRST, "v0 of the first factor."),
        declare.speed("kappa", 5.0, FIRST),
        declare.variance("theta", "Long-run variance", 0.04, FIRST, "theta of the first factor."),
        declare.vol_of_variance("sigma", 0.5, FIRST),
        declare.variance(
            "v0_2", "Variance now, second factor", None, SECOND, "Empty: no second factor."
        ),
        declare.speed("kappa_2", None, SECOND),
        declare.variance(
            "theta_2", "Long-run variance, second factor", None, SECOND, "Empty: none."
        ),
        declare.vol_of_variance("sigma_2", None, SECOND),
        *declare.jump_parameters(0.0, -0.1, 0.1),
        Number(
            name="variance_jump_intensity",
            label="Variance jumps a year",
            default=0.0,
            unit=PER_YEAR,
            minimum=0.0,
            maximum=50.0,
            step=0.1,
            help="Upward jumps of the first factor's variance, of exponential size.",
            why="Up to about one a week.",
            term="jump-diffusion",
            group=LEAPS,
        ),
        Number(
            name="variance_jump_mean",
            label="Mean variance jump",
            default=0.05,
            unit=FRACTION,
            minimum=0.0,
            maximum=4.0,
            step=0.01,
            why=declare.VARIANCE_WHY,
            group=LEAPS,
        ),
        declare.days(30.0),
        declare.price("strike", "Strike", 20.0, unit=POINTS),
        declare.rate("rate", "Interest rate", 0.03),
    ),
    metrics=(
        MetricSpec("vix", "Spot VIX", POINTS, "vix"),
        MetricSpec("future", "VIX future", POINTS, "vix-future"),
        MetricSpec("call", "VIX call", POINTS, "vix-option"),
        MetricSpec("put", "VIX put", POINTS, "vix-option"),
        MetricSpec("future_beta", "Move of the future per point of spot VIX", FRACTION, "beta"),
    ),
    card=ModelCard(
        what_it_is=(
            "Square-root variance factors, with jumps of the index and of its variance. VIX "
            "squared is linear in the factors; future and options follow from one Laplace "
            "transform, exact to rounding. Options are on the future and settle on the VIX."
        ),
        leaves_out=(
            "the special opening quotation at which real VIX products settle",
            "the gaps and cut-offs of the real strip of options behind the VIX",
            "without variance jumps, the upward slope of the vols of real VIX options",
        ),
        would_change=(
            "a second, slow factor: with one, futures beyond half a year hardly move with spot",
            "variance jumps, for calls far above the future",
            "a market price of variance risk other than the one in these parameters",
        ),
        sources=(
            "Zhang and Zhu 2006; Sepp 2008; Lian and Zhu 2013; Duffie, Pan and Singleton 2000",
        ),
    ),
    rules=(second_factor_is_whole,),
    package=__name__,
    cost=lambda params: 0.1,
)
