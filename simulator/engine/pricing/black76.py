"""European options on a forward: Black (1976).

Notation: F forward, K strike, T years to expiry (ACT/365F), v vol, r continuous rate,
s = v sqrt(T), d1 = ln(F/K)/s + s/2, d2 = d1 - s, f = +1 for a call and -1 for a put:

    V = e^{-rT} f [F N(f d1) - K N(f d2)].

Source: F. Black, "The pricing of commodity contracts", J. Financial Economics 3 (1976).
Limits are exact: with no time or no vol the price is the discounted intrinsic value.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr

from ..numerics.arrays import TINY, BoolLike, FloatLike, Floats, in_blocks, signs
from ..numerics.normal import density
from .greeks import Greeks


def price(
    *,
    forward: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    vol: FloatLike,
    rate: FloatLike = 0.0,
    call: BoolLike = True,
) -> Floats:
    """Present value of a call (or put) on a forward; arguments broadcast.

    ``forward`` and ``strike`` > 0, ``expiry`` years >= 0, ``vol`` >= 0.
    """
    arguments = (forward, strike, expiry, vol, rate, signs(call))
    return in_blocks(_price, arguments, 1)[0]


def greeks(
    *,
    forward: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    vol: FloatLike,
    rate: FloatLike = 0.0,
    call: BoolLike = True,
) -> Greeks:
    """Price and sensitivities to the forward (delta, gamma), vol, time and the rate.

    ``rho`` holds the forward fixed, so only discounting moves; ``dividend_rho`` is zero.
    """
    arguments = (forward, strike, expiry, vol, rate, signs(call))
    return Greeks(*in_blocks(_greeks, arguments, 7))


def delta(
    *,
    forward: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    vol: FloatLike,
    rate: FloatLike = 0.0,
    call: BoolLike = True,
) -> Floats:
    """Discounted sensitivity of the price to the forward."""
    arguments = (forward, strike, expiry, vol, rate, signs(call))
    return in_blocks(_delta, arguments, 1)[0]


def of_width(
    *,
    forward: Any,
    strike: Any,
    log_moneyness: Any,
    width: Any,
    discount: Any = 1.0,
    sign: Any = 1.0,
) -> Floats:
    """The price from ln(K/F) and s = v sqrt(T) >= ``TINY``, for those who have both at hand.

    ``sign`` is +1 for calls and -1 for puts, a number or an array. What a smile needs the
    logarithm for it shares with the price here, and nothing is broadcast twice.
    """
    d1, d2 = distances(log_moneyness, width)
    p1, p2 = signed_probabilities(d1, d2, sign)
    p1 *= forward
    p2 *= strike
    p1 -= p2
    return np.asarray(np.maximum(p1, 0.0) * discount)


def distances(log_moneyness: Any, width: Any) -> tuple[Any, Any]:
    """d1 and d2 from k = ln(K/F) and s, at least ``TINY``: s/2 - k/s and -s/2 - k/s."""
    half = 0.5 * width
    d2 = log_moneyness / width
    d1 = half - d2
    return d1, d1 - width


def moneyness_terms(F: Any, K: Any, T: Any, v: Any) -> tuple[Any, Any, Any, Any]:
    """s, sqrt(T), d1, d2; with s = 0 the d's are so large that N is exactly 0, 1/2 or 1."""
    root = np.sqrt(T)
    s = np.maximum(v * root, TINY)
    d1 = np.log(F / K) / s + 0.5 * s
    return s, root, d1, d1 - s


def signed_probabilities(d1: Any, d2: Any, f: Any) -> tuple[Any, Any]:
    """f N(f d1) and f N(f d2); a single sign is not multiplied through."""
    if isinstance(f, float):
        return (ndtr(d1), ndtr(d2)) if f > 0 else (-ndtr(-d1), -ndtr(-d2))
    return f * ndtr(f * d1), f * ndtr(f * d2)


def _price(F: Any, K: Any, T: Any, v: Any, r: Any, f: Any) -> tuple[Floats]:
    _, _, d1, d2 = moneyness_terms(F, K, T, v)
    p1, p2 = signed_probabilities(d1, d2, f)
    return (np.exp(-r * T) * np.maximum(F * p1 - K * p2, 0.0),)


def _delta(F: Any, K: Any, T: Any, v: Any, r: Any, f: Any) -> tuple[Floats]:
    _, _, d1, _ = moneyness_terms(F, K, T, v)
    return (np.exp(-r * T) * f * ndtr(f * d1),)


def _greeks(F: Any, K: Any, T: Any, v: Any, r: Any, f: Any) -> tuple[Floats, ...]:
    s, root, d1, d2 = moneyness_terms(F, K, T, v)
    p1, p2 = signed_probabilities(d1, d2, f)
    discount = np.exp(-r * T)
    n1 = discount * density(d1)
    value = discount * np.maximum(F * p1 - K * p2, 0.0)
    theta = r * value - 0.5 * F * n1 * v * v / s
    gamma = n1 / (F * s)
    return value, discount * p1, gamma, F * n1 * root, theta, -T * value, 0.0 * value
