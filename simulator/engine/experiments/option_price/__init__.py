"""One European option under five models, with every Greek and the implied vol."""

from __future__ import annotations

from ...units import FRACTION, USD
from .. import _pricing_parameters as declare
from ..base import Choice, Experiment, MetricSpec, ModelCard, Number

VARIANCE = "Stochastic variance"

experiment = Experiment(
    slug="option-price",
    title="Option price and Greeks",
    version=1,
    summary=(
        "What a European call or put is worth under Black-Scholes, Black-76, Merton, Heston or "
        "Bates, how that worth moves with everything it depends on, and the vol it implies."
    ),
    parameters=(
        Choice(
            name="model",
            label="Model",
            default="black-scholes",
            options={
                "black-scholes": "Black-Scholes: one vol, on a spot",
                "black-76": "Black-76: one vol, on a forward",
                "merton": "Merton: one vol and jumps",
                "heston": "Heston: a vol that moves",
                "bates": "Bates: a vol that moves, and jumps",
            },
            help="A model ignores the parameters it does not use.",
            term="black-scholes-model",
            group="Model",
        ),
        Choice(
            name="right",
            label="Right",
            default="call",
            options={"call": "Call", "put": "Put"},
            term="european-option",
            group="Contract",
        ),
        declare.price(
            "underlying", "Underlying", 100.0, text="The spot; the forward under Black-76."
        ),
        declare.price("strike", "Strike", 100.0),
        declare.expiry_years(0.25),
        declare.rate("rate", "Interest rate", 0.04),
        declare.rate(
            "dividend_yield",
            "Dividend yield",
            0.013,
            text="Continuous, a year; ignored under Black-76, where it is in the forward.",
        ),
        declare.vol(0.2, text="Annual vol of Black-Scholes, Black-76 and Merton's calm part."),
        declare.variance("v0", "Variance now", 0.03, VARIANCE, "v0 of Heston and Bates."),
        declare.speed("kappa", 5.0, VARIANCE),
        declare.variance(
            "theta", "Long-run variance", 0.04, VARIANCE, "theta of Heston and Bates."
        ),
        declare.vol_of_variance("sigma", 0.5, VARIANCE),
        Number(
            name="rho",
            label="Correlation of price and variance",
            default=-0.72,
            unit=FRACTION,
            minimum=-1.0,
            maximum=1.0,
            step=0.01,
            help="Below nought for an index: falls raise its vol, which is the skew.",
            why="A correlation; both ends are allowed.",
            term="correlation",
            group=VARIANCE,
        ),
        *declare.jump_parameters(0.13, -0.115, 0.097),
        Number(
            name="market_price",
            label="Market price",
            default=None,
            nullable=True,
            unit=USD,
            minimum=0.0,
            maximum=declare.LARGEST_PRICE,
            help="Optional: a price to turn into an implied vol, instead of the model's own.",
            why="Only a price between the no-arbitrage bounds has a vol; others are explained.",
            term="implied-volatility",
            group="Market",
        ),
    ),
    metrics=(
        MetricSpec("price", "Price", USD, "european-option"),
        MetricSpec("delta", "Delta, per 1 of the underlying", FRACTION, "delta"),
        MetricSpec("gamma", "Gamma, change of delta per 1 of the underlying", FRACTION, "gamma"),
        MetricSpec("vega", "Vega, per 1.00 of vol", USD, "vega"),
        MetricSpec("theta", "Theta, per year", USD, "theta"),
        MetricSpec("rho", "Rho, per 1.00 of the rate", USD, "rho"),
        MetricSpec("dividend_rho", "Dividend rho, per 1.00 of the yield", USD, "rho"),
        MetricSpec(
            "elasticity", "Elasticity, % of price per % of underlying", FRACTION, "elasticity"
        ),
        MetricSpec("implied_vol", "Implied vol", FRACTION, "implied-volatility"),
    ),
    card=ModelCard(
        what_it_is=(
            "European options by closed form (Black-Scholes, Black-76), Poisson series (Merton) or "
            "one Fourier integral on a contour chosen for the strike (Heston, Bates), accurate to "
            "about 1e-12 of the forward. Time is calendar days over 365, rates are continuous."
        ),
        leaves_out=(
            "early exercise: American options are worth at least as much",
            "discrete dividends, borrowing fees and bid-ask spreads",
            "that parameters change: a model fitted today is refitted tomorrow",
        ),
        would_change=(
            "a skew: one vol for all strikes misprices far puts of an index",
            "the variance now, more than the long-run one, for options of a month",
            "jumps, for short options far from the money",
        ),
        sources=(
            "Black and Scholes 1973; Merton 1973, 1976; Black 1976; Heston 1993; Bates 1996",
            "Andersen and Lake 2019 on contours; Lord and Kahl 2010 on the logarithm's branch",
        ),
    ),
    package=__name__,
    cost=lambda params: 0.08,
)
