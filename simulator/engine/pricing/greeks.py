"""The sensitivities that every European pricer reports, in one set of units."""

from __future__ import annotations

from typing import NamedTuple

from ..numerics.arrays import Floats

UNDEFINED = 1e100


class Greeks(NamedTuple):
    """A price and its sensitivities, all arrays of one shape.

    ``delta`` and ``gamma`` are per unit of the underlying, ``vega`` per 1.00 of vol,
    ``theta`` per year of passing time (negative for what decays), ``rho`` and
    ``dividend_rho`` per 1.00 of a continuous annual rate. Where the payoff has its kink
    (no time or no vol, forward equal to strike) gamma and theta have no finite value: they
    come back larger than ``UNDEFINED`` in size, and a caller that publishes must say so.
    """

    price: Floats
    delta: Floats
    gamma: Floats
    vega: Floats
    theta: Floats
    rho: Floats
    dividend_rho: Floats
