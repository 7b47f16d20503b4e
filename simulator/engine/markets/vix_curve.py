"""VIX futures and options from daily VIX closes alone: the quick way.

Notation: VIX_t spot close, h_t anchor the curve returns to, T years to expiry,
b(T) = .62 e^{-18T} + .38 e^{-1.4T} the share of a spot move that reaches the T-future:

    F(t, T) = h_t + (VIX_t - h_t) b(T),   h_t = EWMA(VIX) + premium.

Source of the shape: two independent square-root factors of speeds 18 and 1.4 a year;
30/60/150-day betas .48/.33/.21 against .46/.44/.25 measured on two listed contracts of
2006-08 and 43 % / 21 % for the S&P short- and mid-term VIX futures indices
(spvixviews.com, 2011). Against 12 final settlements 2006-2025 the root mean square
error is about 0.8 to 1.0 points. Options are Black-76 on the future with a vol that
rises in ln(K/F); they are marks of a model, not quotes.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from ..numerics.arrays import BoolLike, FloatLike, Floats, floats
from ..numerics.normal import quantile
from ..pricing import black76
from ..pricing.greeks import Greeks

WEIGHTS = (0.62, 0.38)
SPEEDS = (18.0, 1.4)  # per year
HALF_LIFE = 60.0  # trading days
SQUARE_SPEEDS = -np.array([[2 * SPEEDS[0]], [SPEEDS[0] + SPEEDS[1]], [2 * SPEEDS[1]]])  # of b^2
SQUARE_WEIGHTS = np.array([[WEIGHTS[0] ** 2], [2 * WEIGHTS[0] * WEIGHTS[1]], [WEIGHTS[1] ** 2]])
PREMIUM = 3.0  # index points of anchor above the average VIX
MONTH = 30.0 / 365.0
VOL_OF_VIX = 1.05  # at-the-money vol of a one-month VIX option
SKEW = 0.45  # rise of that vol per unit of ln(K/F), as a share of it
VOL_FLOOR = 0.42
LOWEST_FACTOR = 0.3  # the line in ln(K/F) is cut off before deep strikes reach no vol
HIGHEST_FACTOR = 1.6


def future_beta(*, expiry: FloatLike) -> Floats:
    """b(T) = dF/dVIX: 1 for no time, falling with ``expiry`` (years >= 0)."""
    T = floats(expiry)
    return WEIGHTS[0] * np.exp(-SPEEDS[0] * T) + WEIGHTS[1] * np.exp(-SPEEDS[1] * T)


def anchor(*, vix: FloatLike, half_life: float = HALF_LIFE, premium: float = PREMIUM) -> Floats:
    """The level the curve returns to on each day: EWMA of the closes so far, plus a premium.

    ``vix``: daily closes in index points, oldest first (last axis); day t uses closes up
    to and including t. ``half_life`` in trading days. The average starts at the first close.
    """
    closes = floats(vix)
    keep = 0.5 ** (1.0 / half_life)
    start = keep * closes[..., :1]
    average, _ = lfilter([1.0 - keep], [1.0, -keep], closes, axis=-1, zi=start)
    result: Floats = average + premium
    return result


def future(*, vix: FloatLike, anchor: FloatLike, expiry: FloatLike) -> Floats:
    """F(t, T) in index points; the arguments broadcast."""
    level = floats(anchor)
    return level + (floats(vix) - level) * future_beta(expiry=expiry)


def vol_term(*, expiry: FloatLike) -> Floats:
    """At-the-money vol of a T-option relative to the one-month one.

    The future's vol at time u before expiry is proportional to b(u), so an option's
    variance is the average of b^2 over its life. Gives 1 at 30 days, 0.66 at 110 and
    0.51 at 220.
    """
    result: Floats = np.sqrt(_mean_square_beta(floats(expiry)) / MEAN_SQUARE_MONTH)
    return result


def option_vol(
    *,
    future: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    vol_of_vix: FloatLike = VOL_OF_VIX,
    skew: FloatLike = SKEW,
) -> Floats:
    """Black-76 vol of a VIX option: vv(T) (1 + skew ln(K/F)).

    ``vol_of_vix`` is the one-month at-the-money level; vv(T) follows ``vol_term`` and is
    never under 0.42. The factor in ln(K/F) is held between 0.3 and 1.6.
    """
    log_moneyness = np.log(floats(strike) / floats(future))
    return level(vol_of_vix, expiry) * skewed(log_moneyness, skew)


def level(vol_of_vix: FloatLike, expiry: FloatLike) -> Floats:
    """vv(T), the vol at the money."""
    return np.maximum(floats(vol_of_vix) * vol_term(expiry=expiry), VOL_FLOOR)


def skewed(k: Floats, skew: FloatLike) -> Floats:
    """The vol at ln(K/F) = ``k`` as a multiple of that at the money."""
    factor = 1.0 + floats(skew) * k
    return np.minimum(np.maximum(factor, LOWEST_FACTOR), HIGHEST_FACTOR)


def option_price(
    *,
    future: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    rate: FloatLike = 0.0,
    call: BoolLike = True,
    vol_of_vix: FloatLike = VOL_OF_VIX,
    skew: FloatLike = SKEW,
) -> Floats:
    """Mark of a VIX option in index points, on the future of the same expiry."""
    vol = option_vol(future=future, strike=strike, expiry=expiry, vol_of_vix=vol_of_vix, skew=skew)
    return black76.price(
        forward=future, strike=strike, expiry=expiry, vol=vol, rate=rate, call=call
    )


def option_greeks(
    *,
    future: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    rate: FloatLike = 0.0,
    call: BoolLike = True,
    vol_of_vix: FloatLike = VOL_OF_VIX,
    skew: FloatLike = SKEW,
) -> Greeks:
    """Greeks to the future at each strike's own vol; times ``future_beta`` for spot VIX."""
    vol = option_vol(future=future, strike=strike, expiry=expiry, vol_of_vix=vol_of_vix, skew=skew)
    return black76.greeks(
        forward=future, strike=strike, expiry=expiry, vol=vol, rate=rate, call=call
    )


def call_strike_for_delta(
    *,
    future: FloatLike,
    expiry: FloatLike,
    delta: FloatLike,
    vol_of_vix: FloatLike = VOL_OF_VIX,
    skew: FloatLike = SKEW,
) -> Floats:
    """The strike whose call has this undiscounted delta N(d1), at the strike's own vol.

    Arguments broadcast; 0 < ``delta`` < 1. Bisection on ln(K/F), to 1e-12.
    """
    F, T, goal = np.broadcast_arrays(floats(future), floats(expiry), quantile(floats(delta)))
    width = level(vol_of_vix, T) * np.sqrt(T)
    low, high = np.full(F.shape, -6.0), np.full(F.shape, 6.0)
    for _ in range(44):
        k = 0.5 * (low + high)
        s = np.maximum(width * skewed(k, skew), 1e-12)
        too_near = -k / s + 0.5 * s > goal
        low, high = np.where(too_near, k, low), np.where(too_near, high, k)
    result: Floats = F * np.exp(0.5 * (low + high))
    return result


def _mean_square_beta(T: Floats) -> Floats:
    """(1/T) int_0^T b(u)^2 du, with its limit 1 at T = 0."""
    x = np.minimum(SQUARE_SPEEDS * T.reshape(-1), -1e-12)
    return np.asarray(np.add.reduce(np.expm1(x) / x * SQUARE_WEIGHTS).reshape(T.shape))


MEAN_SQUARE_MONTH = float(_mean_square_beta(floats(MONTH)))
