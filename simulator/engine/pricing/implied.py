"""The vol that a market price implies, safe at its bounds.

Notation: x = -|ln(F/K)|, s = vol sqrt(T), and the out-of-the-money option over sqrt(FK)

    b(s) = e^{x/2} N(x/s + s/2) - e^{-x/2} N(x/s - s/2),   0 < b < e^{x/2}.

An in-the-money price is first turned into its out-of-the-money twin by parity, which is
where its information about the vol is. The equation is solved by Newton steps kept in a
bracket, in a form that is nearly linear: ln b against 1/s^2 below the inflection
s = sqrt(2|x|), ln(e^{x/2} - b) against s above it (compare Jaeckel 2006, "By implication").
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.special import erfcx, ndtr, ndtri

from ..numerics.arrays import BoolLike, FloatLike, Floats, floats, signs
from ..numerics.normal import INVERSE_SQRT_2PI
from . import black_scholes

LARGEST_WIDTH = 75.0  # N(-s/2) has no double left beyond
STEPS = 100
SETTLED = 1e-10  # relative; a Newton step that small leaves an error of about its square
ROUNDING = 2e-15  # an in-the-money price this close to its intrinsic value is on it


class Bounds(NamedTuple):
    """The least (vol nought) and the most (vol infinite) that a price can be, present values."""

    least: Floats
    most: Floats


def bounds(
    *,
    forward: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    rate: FloatLike = 0.0,
    call: BoolLike = True,
) -> Bounds:
    """No-arbitrage bounds of an option on a forward."""
    F, K, f = floats(forward), floats(strike), signs(call)
    discount = np.exp(-floats(rate) * floats(expiry))
    return Bounds(discount * np.maximum(f * (F - K), 0.0), discount * np.where(f > 0, F, K))


def black76_vol(
    *,
    price: FloatLike,
    forward: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    rate: FloatLike = 0.0,
    call: BoolLike = True,
) -> Floats:
    """The vol at which Black-76 gives ``price``; arguments broadcast.

    0 where the price is the intrinsic value; nan where no vol gives it (outside
    ``bounds``, at the upper bound, or with no time left): callers say so in words.
    """
    F, K, T, r, f, V = np.broadcast_arrays(
        *(floats(a) for a in (forward, strike, expiry, rate, signs(call), price))
    )
    root = np.sqrt(F) * np.sqrt(K)
    undiscounted = V * np.exp(r * T)
    intrinsic = np.maximum(f * (F - K), 0.0)
    time_value = undiscounted - intrinsic
    at_least = np.abs(time_value) <= np.where(intrinsic > 0.0, ROUNDING * (F + K), 0.0)
    beta = np.where(at_least, 0.0, time_value) / root
    x = -np.abs(np.log(F / K))
    top = np.exp(0.5 * x)
    known = (beta > 0.0) & (beta < top) & (T > 0.0)
    vol = np.where((beta == 0.0) & (T > 0.0), 0.0, np.nan)
    if known.any():
        width = _width(x[known], beta[known], top[known])
        vol[known] = width / np.sqrt(T[known])
    return vol


def black_scholes_vol(
    *,
    price: FloatLike,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    call: BoolLike = True,
) -> Floats:
    """The vol at which Black-Scholes-Merton gives ``price``; see ``black76_vol``."""
    F = black_scholes.forward(spot=spot, expiry=expiry, rate=rate, dividend_yield=dividend_yield)
    return black76_vol(price=price, forward=F, strike=strike, expiry=expiry, rate=rate, call=call)


def _width(x: Floats, beta: Floats, top: Floats) -> Floats:
    """The s with b(s) = beta, elementwise; 0 < beta < top."""
    middle = np.sqrt(2.0 * np.abs(x))
    b_middle = _terms(x, np.maximum(middle, 1e-150))[0]
    lower = beta < b_middle
    low = np.where(lower, 0.0, middle)
    high = np.where(lower, middle, LARGEST_WIDTH)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        # from ln b ~ -x^2 / (2 s^2) below, from 2 N(-s/2) ~ (top - beta) / top above
        from_below = 1.0 / np.sqrt(
            1.0 / middle**2 + 2.0 * np.log(b_middle / beta) / np.maximum(x * x, 1e-300)
        )
        s = np.where(lower, from_below, -2.0 * ndtri(0.5 * (1.0 - beta / top)))
        s = np.where((s > low) & (s < high), s, 0.5 * (low + high))
        result, waiting = s.copy(), np.arange(s.size)
        for _ in range(STEPS):
            b, rest, slope = _terms(x, s)
            under = b < beta
            low, high = np.where(under, s, low), np.where(under, high, s)
            step_u = np.log(b / beta) * b / slope * 2.0 / s**3
            in_u = 1.0 / np.sqrt(1.0 / (s * s) + step_u)
            in_s = s + np.log(rest / (top - beta)) * rest / slope
            # a small time value is known to more digits than what is left of the top
            small = s - (b - beta) / slope
            newton = np.where(lower, in_u, np.where(beta < 0.25 * top, small, in_s))
            # only a Newton step can be the last one: a short bisection proves nothing, and at
            # the solution rounding may point a hair outside the bracket
            close = np.abs(newton - s) <= SETTLED * s
            moving = ~close & (high - low > 4e-16 * s)
            inside = (newton > low) & (newton < high)
            new = np.where(inside | close, newton, 0.5 * (low + high))
            result[waiting] = new
            if not moving.any():
                break
            waiting, s = waiting[moving], new[moving]
            x, beta, top, lower, low, high = (
                column[moving] for column in (x, beta, top, lower, low, high)
            )
    return result


def _terms(x: Floats, s: Floats) -> tuple[Any, Any, Any]:
    """b(s), e^{x/2} - b(s) and b'(s), each without cancellation where it is small."""
    h, t = x / s, 0.5 * s
    gauss = np.exp(-0.5 * (h * h + t * t))
    root2 = np.sqrt(0.5)
    scaled = 0.5 * gauss * (erfcx(-root2 * np.minimum(h + t, 1.0)) - erfcx(-root2 * (h - t)))
    plain = np.exp(0.5 * x) * ndtr(h + t) - np.exp(-0.5 * x) * ndtr(h - t)
    b = np.where(h + t < 0.0, scaled, plain)
    rest = np.exp(0.5 * x) * ndtr(-h - t) + 0.5 * gauss * erfcx(-root2 * (h - t))
    return b, rest, gauss * INVERSE_SQRT_2PI
