"""European options on a spot: Black-Scholes-Merton, that is Black-76 on the forward.

Notation: S spot, K strike, T years (ACT/365F), v vol, r continuous rate, q continuous
dividend yield, F = S e^{(r-q)T}, f = +1 for a call and -1 for a put; d1, d2 as in Black-76.

Sources: Black and Scholes, J. Political Economy 81 (1973); Merton, Bell J. 4 (1973).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..numerics.arrays import BoolLike, FloatLike, Floats, in_blocks, signs
from ..numerics.normal import density
from .black76 import moneyness_terms, signed_probabilities
from .greeks import Greeks


def forward(
    *, spot: FloatLike, expiry: FloatLike, rate: FloatLike, dividend_yield: FloatLike
) -> Floats:
    """S e^{(r-q)T}, the price today for delivery at expiry."""
    T = np.asarray(expiry, dtype=np.float64)
    carry = np.asarray(rate, dtype=np.float64) - np.asarray(dividend_yield, dtype=np.float64)
    result: Floats = np.asarray(spot, dtype=np.float64) * np.exp(carry * T)
    return result


def price(
    *,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    vol: FloatLike,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> Floats:
    """Present value of a call (or put) on a spot; arguments broadcast.

    ``spot`` and ``strike`` > 0, ``expiry`` years >= 0, ``vol`` >= 0, rates of any sign.
    """
    arguments = (spot, strike, expiry, vol, rate, dividend_yield, signs(call))
    return in_blocks(_price, arguments, 1)[0]


def greeks(
    *,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    vol: FloatLike,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> Greeks:
    """Price, delta, gamma, vega, theta, rho and dividend rho; units as in ``Greeks``."""
    arguments = (spot, strike, expiry, vol, rate, dividend_yield, signs(call))
    return Greeks(*in_blocks(_greeks, arguments, 7))


def price_and_four_greeks(
    *,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    vol: FloatLike,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Price, delta, gamma, vega and theta only: what a book valued every day needs."""
    arguments = (spot, strike, expiry, vol, rate, dividend_yield, signs(call))
    value, delta, gamma, vega, theta = in_blocks(_four_greeks, arguments, 5)
    return value, delta, gamma, vega, theta


def _price(S: Any, K: Any, T: Any, v: Any, r: Any, q: Any, f: Any) -> tuple[Floats]:
    discount, SQ = np.exp(-r * T), S * np.exp(-q * T)
    _, _, d1, d2 = moneyness_terms(SQ / discount, K, T, v)
    p1, p2 = signed_probabilities(d1, d2, f)
    return (np.maximum(SQ * p1 - K * discount * p2, 0.0),)


def _four_greeks(S: Any, K: Any, T: Any, v: Any, r: Any, q: Any, f: Any) -> tuple[Floats, ...]:
    return _greeks(S, K, T, v, r, q, f)[:5]


def _greeks(S: Any, K: Any, T: Any, v: Any, r: Any, q: Any, f: Any) -> tuple[Floats, ...]:
    discount, Q = np.exp(-r * T), np.exp(-q * T)
    SQ = S * Q
    s, root, d1, d2 = moneyness_terms(SQ / discount, K, T, v)
    p1, p2 = signed_probabilities(d1, d2, f)
    stock, bond = SQ * p1, K * discount * p2
    exposure = SQ * density(d1)
    theta = q * stock - r * bond - 0.5 * exposure * v * v / s
    value = np.maximum(stock - bond, 0.0)
    return value, Q * p1, exposure / (S * S * s), exposure * root, theta, T * bond, -T * stock
