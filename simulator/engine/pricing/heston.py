"""Options under Heston's (1993) square-root variance.

Notation: dv = kappa (theta - v) dt + sigma sqrt(v) dW2, d<W1, W2> = rho dt; v0, theta are
variances (0.04 is a vol of 20 %), kappa is per year. Accurate to about 1e-12 of the
forward over the whole range of parameters, Feller's condition or not; ``vega`` is the
sensitivity to sqrt(v0), the vol of today, per 1.00.
"""

from __future__ import annotations

from ..numerics.arrays import BoolLike, FloatLike, Floats
from . import strip
from .affine import Factor, Model
from .greeks import Greeks


def model(*, v0: float, kappa: float, theta: float, sigma: float, rho: float) -> Model:
    """The model of ``affine`` with one factor and no jumps."""
    return Model(factors=(Factor(v0=v0, kappa=kappa, theta=theta, sigma=sigma, rho=rho),))


def price(
    *,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    v0: FloatLike,
    kappa: FloatLike,
    theta: FloatLike,
    sigma: FloatLike,
    rho: FloatLike,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> Floats:
    """Present value; arguments broadcast, options of one model and expiry share the work."""
    return strip.price(
        model,
        {"v0": v0, "kappa": kappa, "theta": theta, "sigma": sigma, "rho": rho},
        spot=spot,
        strike=strike,
        expiry=expiry,
        rate=rate,
        dividend_yield=dividend_yield,
        call=call,
    )


def greeks(
    *,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    v0: FloatLike,
    kappa: FloatLike,
    theta: FloatLike,
    sigma: FloatLike,
    rho: FloatLike,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> Greeks:
    """Price and Greeks at fixed parameters; ``delta`` holds the variance fixed."""
    return strip.greeks(
        model,
        {"v0": v0, "kappa": kappa, "theta": theta, "sigma": sigma, "rho": rho},
        spot=spot,
        strike=strike,
        expiry=expiry,
        rate=rate,
        dividend_yield=dividend_yield,
        call=call,
    )
