"""Options under Bates's (1996) model: Heston's variance plus normal jumps of the log price.

Notation: as in ``heston``; jumps at rate ``jump_intensity`` a year, a jump of ln S having
mean ``jump_mean`` and s.d. ``jump_sd``. With no jumps it is Heston; with no vol of variance
it is Merton's series. ``vega`` is to sqrt(v0), per 1.00.
"""

from __future__ import annotations

from ..numerics.arrays import BoolLike, FloatLike, Floats
from . import strip
from .affine import Factor, Jumps, Model
from .greeks import Greeks


def model(
    *,
    v0: float,
    kappa: float,
    theta: float,
    sigma: float,
    rho: float,
    jump_intensity: float,
    jump_mean: float,
    jump_sd: float,
) -> Model:
    """The model of ``affine`` with one factor and jumps."""
    return Model(
        factors=(Factor(v0=v0, kappa=kappa, theta=theta, sigma=sigma, rho=rho),),
        jumps=Jumps(intensity=jump_intensity, mean=jump_mean, sd=jump_sd),
    )


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
    jump_intensity: FloatLike,
    jump_mean: FloatLike,
    jump_sd: FloatLike,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> Floats:
    """Present value; arguments broadcast, options of one model and expiry share the work."""
    return strip.price(
        model,
        {
            "v0": v0,
            "kappa": kappa,
            "theta": theta,
            "sigma": sigma,
            "rho": rho,
            "jump_intensity": jump_intensity,
            "jump_mean": jump_mean,
            "jump_sd": jump_sd,
        },
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
    jump_intensity: FloatLike,
    jump_mean: FloatLike,
    jump_sd: FloatLike,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> Greeks:
    """Price and Greeks at fixed parameters; ``delta`` holds the variance fixed."""
    return strip.greeks(
        model,
        {
            "v0": v0,
            "kappa": kappa,
            "theta": theta,
            "sigma": sigma,
            "rho": rho,
            "jump_intensity": jump_intensity,
            "jump_mean": jump_mean,
            "jump_sd": jump_sd,
        },
        spot=spot,
        strike=strike,
        expiry=expiry,
        rate=rate,
        dividend_yield=dividend_yield,
        call=call,
    )
