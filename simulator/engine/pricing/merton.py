"""Black-Scholes with normal jumps of the log price: Merton (1976), as its own series.

Notation: jumps of ln S at rate lam, mean nu, s.d. delta, m = e^{nu + delta^2/2} - 1.
Given n jumps the price is lognormal, so an option is a Poisson average of Black-76:

    V = sum_n P(n) Black76(F e^{-lam m T} e^{n (nu + delta^2/2)}, vol_n),
    vol_n^2 T = v^2 T + n delta^2.

The sum runs over every n whose probability, by count or by share of the forward, is
not negligible at 1e-18.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import gammaln

from ..errors import ParameterError
from ..numerics.arrays import TINY, BoolLike, FloatLike, Floats, floats, signs
from ..numerics.normal import density
from .black76 import signed_probabilities
from .greeks import Greeks

MOST_JUMPS = 20_000


def price(
    *,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    vol: FloatLike,
    jump_intensity: float,
    jump_mean: float,
    jump_sd: float,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> Floats:
    """Present value; the jump law is one for all options, the rest broadcasts."""
    return greeks(
        spot=spot,
        strike=strike,
        expiry=expiry,
        vol=vol,
        jump_intensity=jump_intensity,
        jump_mean=jump_mean,
        jump_sd=jump_sd,
        rate=rate,
        dividend_yield=dividend_yield,
        call=call,
    ).price


def greeks(
    *,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    vol: FloatLike,
    jump_intensity: float,
    jump_mean: float,
    jump_sd: float,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> Greeks:
    """Price and Greeks; ``vega`` is to the diffusive vol ``vol``."""
    S, K, T, v, r, q, f = np.broadcast_arrays(
        *(floats(a) for a in (spot, strike, expiry, vol, rate, dividend_yield, signs(call)))
    )
    jump = jump_mean + 0.5 * jump_sd**2
    counts = jump_counts(jump_intensity * float(np.max(T, initial=0.0)), jump)
    n = counts.reshape(-1, *([1] * T.ndim))
    m = math.expm1(jump)
    discount, Q = np.exp(-r * T), np.exp(-q * T)
    mean = np.maximum(jump_intensity * T, TINY)
    log_scale = n * jump - jump_intensity * m * T  # of the forward, given n jumps
    log_weight = n * np.log(mean) - mean - gammaln(n + 1.0)
    weight, share = np.exp(log_weight), np.exp(log_weight + log_scale)
    F = S * Q / discount
    s = np.maximum(np.sqrt(v * v * T + n * jump_sd**2), TINY)
    d1 = (np.log(F / K) + log_scale) / s + 0.5 * s
    p1, p2 = signed_probabilities(d1, d1 - s, f)
    stock, bond = (share * p1).sum(axis=0), (weight * p2).sum(axis=0)
    exposure = share * density(d1)
    value = discount * np.maximum(F * stock - K * bond, 0.0)
    delta = Q * stock
    per_spread = discount * F * exposure / s  # times dspread^2/2 gives the change of value
    vega = (per_spread * v * T).sum(axis=0)
    # theta: diffusion, then the jumps' own clock (their count and their compensator)
    given = discount * (F * share * p1 - K * weight * p2)
    clock = jump_intensity * ((n / mean - 1.0) * given).sum(axis=0)
    drift = -jump_intensity * m * discount * F * stock
    diffusion = 0.5 * (per_spread * v * v).sum(axis=0)
    theta = r * value - (r - q) * S * delta - (diffusion + clock + drift)
    gamma = (Q * exposure / (S * s)).sum(axis=0)
    return Greeks(value, delta, gamma, vega, theta, T * (S * delta - value), -T * S * delta)


def jump_counts(mean: float, jump: float) -> Any:
    """The numbers of jumps worth summing, under both probability and share measure."""
    centres = (mean, mean * math.exp(min(jump, 30.0)))
    low = min(c - 9.5 * math.sqrt(c) for c in centres)
    high = max(c + 9.5 * math.sqrt(c) + 25.0 for c in centres)
    first, last = max(0, math.floor(low)), math.ceil(high)
    if last - first > MOST_JUMPS:
        raise ParameterError(
            "jump_intensity",
            f"about {last} jumps would have to be counted before expiry; the limit is {MOST_JUMPS}",
        )
    return np.arange(first, last + 1, dtype=np.float64)
