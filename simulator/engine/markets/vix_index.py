"""The VIX of an option strip: Cboe's formula, and the variance swap behind it.

Notation, for one expiry T: F forward, K0 the first strike at or under F, Q(K) the mid
quote of the out-of-the-money option (at K0 the mean of both), dK half the distance
between a strike's neighbours,

    sigma^2 = (2/T) sum dK / K^2 e^{rT} Q(K) - (1/T) (F/K0 - 1)^2.

Two expiries are interpolated to 30 days in total variance, in minutes.
Sources: Cboe, "The CBOE Volatility Index - VIX" (white paper, 2009); for the replicating
weights K. Demeterfi, E. Derman, M. Kamal and J. Zou, "More than you ever wanted to know
about volatility swaps" (Goldman Sachs, 1999).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import EngineError
from ..numerics.arrays import FloatLike, Floats, floats

MINUTES_PER_YEAR = 525_600.0
MINUTES_30_DAYS = 43_200.0


class StripVariance(NamedTuple):
    """One expiry's forward, the strike under it, and its annual variance."""

    forward: float
    first_strike: float
    variance: float


def expiry_variance(
    *,
    strike: FloatLike,
    call_bid: FloatLike,
    call_ask: FloatLike,
    put_bid: FloatLike,
    put_ask: FloatLike,
    expiry: float,
    rate: float,
) -> StripVariance:
    """Cboe's single-expiry variance from quotes at rising strikes.

    An option without a bid is left out, and nothing beyond two such in a row is used.
    ``expiry`` in years, ``rate`` continuous. Raises ``EngineError`` if no strike serves.
    """
    K = floats(strike)
    calls = 0.5 * (floats(call_bid) + floats(call_ask))
    puts = 0.5 * (floats(put_bid) + floats(put_ask))
    if K.size < 3 or np.any(np.diff(K) <= 0):
        raise EngineError("a strip needs at least three rising strikes")
    nearest = int(np.argmin(np.abs(calls - puts)))
    growth = math.exp(rate * expiry)
    forward = float(K[nearest] + growth * (calls[nearest] - puts[nearest]))
    below = np.flatnonzero(forward >= K)
    if not below.size:
        raise EngineError("no strike lies at or under the forward")
    centre = int(below[-1])
    low = _quoted(floats(put_bid)[:centre][::-1])
    high = _quoted(floats(call_bid)[centre + 1 :])
    used = np.concatenate([(centre - 1 - low)[::-1], [centre], centre + 1 + high])
    quotes = np.concatenate(
        [
            puts[(centre - 1 - low)[::-1]],
            [0.5 * (puts[centre] + calls[centre])],
            calls[centre + 1 + high],
        ]
    )
    total = strip_sum(strike=K[used], quote=quotes, growth=growth)
    first = float(K[centre])
    variance = 2.0 / expiry * total - (forward / first - 1.0) ** 2 / expiry
    return StripVariance(forward, first, variance)


def strip_sum(*, strike: FloatLike, quote: FloatLike, growth: float) -> float:
    """sum dK / K^2 e^{rT} Q(K), the ends taking the distance to their one neighbour."""
    K, Q = floats(strike), floats(quote)
    if K.size < 2:
        raise EngineError("fewer than two quoted strikes: the strip has no width")
    gaps = np.diff(K)
    width = np.concatenate([gaps[:1], 0.5 * (gaps[1:] + gaps[:-1]), gaps[-1:]])
    return float(np.sum(width / (K * K) * growth * Q))


def index(
    *,
    near_variance: float,
    near_minutes: float,
    next_variance: float,
    next_minutes: float,
) -> float:
    """VIX in index points: total variance interpolated to 30 days."""
    near, far = near_minutes / MINUTES_PER_YEAR, next_minutes / MINUTES_PER_YEAR
    share = (next_minutes - MINUTES_30_DAYS) / (next_minutes - near_minutes)
    total = near * near_variance * share + far * next_variance * (1.0 - share)
    return 100.0 * math.sqrt(total * MINUTES_PER_YEAR / MINUTES_30_DAYS)


def replicated_variance(
    *,
    spot: float,
    rate: float,
    expiry: float,
    centre: float,
    put_strike: FloatLike,
    put_price: FloatLike,
    call_strike: FloatLike,
    call_price: FloatLike,
) -> float:
    """Fair variance of a swap from finitely many options (Derman, Kamal, Zou et al.).

    The payoff (2/T) [(S - c)/c - ln(S/c)] is replaced by chords between neighbouring
    strikes going out from ``centre`` c, which gives each option its weight; ``put_strike``
    falls from the centre and ``call_strike`` rises from it, the last strike of each only
    ending its chord. Prices are present values.
    """

    def payoff(S: Floats) -> Floats:
        result: Floats = 2.0 / expiry * ((S - centre) / centre - np.log(S / centre))
        return result

    portfolio = 0.0
    for strikes, prices in ((put_strike, put_price), (call_strike, call_price)):
        K, V = floats(strikes), floats(prices)
        slopes = np.abs(np.diff(payoff(K)) / np.diff(K))
        weights = np.diff(slopes, prepend=0.0)
        portfolio += float(np.sum(weights * V[: weights.size]))
    carry = rate * expiry - (spot / centre * math.exp(rate * expiry) - 1.0)
    return 2.0 / expiry * (carry - math.log(centre / spot)) + math.exp(rate * expiry) * portfolio


def _quoted(bids: Floats) -> np.ndarray:
    """Positions with a bid, going outwards, up to the first two in a row without."""
    missing = bids <= 0.0
    pair = np.flatnonzero(missing[:-1] & missing[1:]) if bids.size > 1 else np.array([], int)
    end = int(pair[0]) if pair.size else bids.size
    return np.flatnonzero(~missing[:end])
