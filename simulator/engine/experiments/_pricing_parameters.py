"""Parameters that the pricing calculators share, with their bounds and reasons. No numpy."""

from __future__ import annotations

from ..units import DAYS, FRACTION, PER_YEAR, POINTS, USD, YEARS
from .base import Number

LARGEST_PRICE = 1e9
PRICE_WHY = "Any price above nought, up to a thousand million."
RATE_WHY = "From −50 % to 100 % a year: every rate that has been seen, and some to spare."
VOL_WHY = "From 0, where the formula reaches its limit, to 500 % a year."
VARIANCE_WHY = "A variance: 0.04 is a vol of 20 %, 4 one of 200 %."


def price(name: str, label: str, default: float, *, unit: str = USD, text: str = "") -> Number:
    """A price or strike above nought."""
    return Number(
        name=name,
        label=label,
        default=default,
        unit=unit,
        above=0.0,
        maximum=LARGEST_PRICE,
        help=text,
        why=PRICE_WHY,
        term="strike-price" if name.startswith("strike") else None,
        group="Contract" if name.startswith("strike") else "Market",
    )


def rate(name: str, label: str, default: float, *, text: str = "") -> Number:
    """A continuous annual rate of any sign."""
    return Number(
        name=name,
        label=label,
        default=default,
        unit=FRACTION,
        minimum=-0.5,
        maximum=1.0,
        step=0.005,
        help=text or "Continuous, a year; 0.05 is 5 %.",
        why=RATE_WHY,
        term="risk-free-rate" if name == "rate" else None,
        group="Market",
    )


def vol(default: float, *, text: str = "Annual vol; 0.2 is 20 %.") -> Number:
    """An annual vol."""
    return Number(
        name="vol",
        label="Vol",
        default=default,
        unit=FRACTION,
        minimum=0.0,
        maximum=5.0,
        step=0.01,
        help=text,
        why=VOL_WHY,
        term="implied-volatility",
        group="Market",
    )


def expiry_years(default: float) -> Number:
    return Number(
        name="expiry_years",
        label="Time to expiry",
        default=default,
        unit=YEARS,
        minimum=0.0,
        maximum=50.0,
        step=0.01,
        help="Calendar days over 365.",
        why="From expiry itself, where an option is its intrinsic value, to fifty years.",
        term="days-to-expiration",
        group="Contract",
    )


def days(default: float) -> Number:
    return Number(
        name="days",
        label="Days to expiry",
        default=default,
        unit=DAYS,
        minimum=0.0,
        maximum=1095.0,
        step=1.0,
        help="Calendar days; divided by 365 for the formula.",
        why="From expiry itself to three years.",
        term="days-to-expiration",
        group="Contract",
    )


def variance(name: str, label: str, default: float | None, group: str, text: str) -> Number:
    return Number(
        name=name,
        label=label,
        default=default,
        nullable=default is None,
        unit=FRACTION,
        minimum=0.0,
        maximum=4.0,
        step=0.005,
        help=text,
        why=VARIANCE_WHY,
        group=group,
    )


def speed(name: str, default: float | None, group: str) -> Number:
    return Number(
        name=name,
        label="Speed of return",
        default=default,
        nullable=default is None,
        unit=PER_YEAR,
        minimum=0.0,
        maximum=50.0,
        step=0.5,
        help="kappa: how fast the variance returns to its long-run level.",
        why="50 a year halves a deviation in five days; 0 never returns.",
        term="mean-reversion",
        group=group,
    )


def vol_of_variance(name: str, default: float | None, group: str) -> Number:
    return Number(
        name=name,
        label="Vol of variance",
        default=default,
        nullable=default is None,
        unit=FRACTION,
        minimum=0.0,
        maximum=5.0,
        step=0.05,
        help="sigma: how much the variance moves, times its root.",
        why=VOL_WHY,
        group=group,
    )


def jump_parameters(intensity: float, mean: float, sd: float) -> tuple[Number, Number, Number]:
    """Rate, mean and s.d. of the jumps of the log price."""
    group = "Jumps"
    return (
        Number(
            name="jump_intensity",
            label="Jumps a year",
            default=intensity,
            unit=PER_YEAR,
            minimum=0.0,
            maximum=50.0,
            step=0.1,
            why="Up to about one a week; more is better described by the vol.",
            term="jump-diffusion",
            group=group,
        ),
        Number(
            name="jump_mean",
            label="Mean jump of the log price",
            default=mean,
            unit=FRACTION,
            minimum=-1.0,
            maximum=1.0,
            step=0.01,
            help="−0.1 is a fall of about 9.5 %.",
            why="From a fall of 63 % to a rise of 172 % in one jump.",
            group=group,
        ),
        Number(
            name="jump_sd",
            label="Standard deviation of a jump",
            default=sd,
            unit=FRACTION,
            minimum=0.0,
            maximum=1.0,
            step=0.01,
            why="0 makes all jumps alike.",
            group=group,
        ),
    )


__all__ = [
    "DAYS",
    "FRACTION",
    "PER_YEAR",
    "POINTS",
    "USD",
    "YEARS",
    "days",
    "expiry_years",
    "jump_parameters",
    "price",
    "rate",
    "speed",
    "variance",
    "vol",
    "vol_of_variance",
]
