"""SPX options from a VIX level alone: a skewed smile whose option strip returns the VIX.

Notation: F forward, K strike, T years, w = s sqrt(T) with s the at-the-money vol,
z = ln(K/F)/w held in [-4.5, 2], vol(K) = s (1 + a z + b z^2). Only the shape (a, b) is
free. The level s is not the VIX: it is solved so that the log-contract strip

    2 int OTM(K) / K^2 dK  =  (VIX/100)^2 T        (undiscounted, in units of 1/F)

of the modelled options gives back the input VIX. In y = ln(K/F)/w the strip depends on w
alone, so one curve w(VIX sqrt(T)) per shape serves every day of a history; it is kept as
a Chebyshev series and is exact to about 1e-9.

Default shape a = -0.19, b = 0.03: with costs a leg of the larger of 0.05 points and 5 % of
premium it comes near the published path of Cboe's condor index CNDR for 2010-2018
(-0.4 % a year against -0.9 %). a = -0.11 without costs turns that into +4.5 %.
The marks are a model's, from closes; they are not quotes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial, chebyshev
from numpy.polynomial.legendre import leggauss
from scipy.special import ndtr

from ..errors import ParameterError
from ..numerics.arrays import BLOCK, TINY, BoolLike, FloatLike, Floats, floats, in_blocks, signs
from ..numerics.normal import quantile
from ..numerics.times import Times
from ..pricing import black76, black_scholes
from ..pricing.greeks import Greeks

SHAPE_A = -0.19
SHAPE_B = 0.03
MILD_SHAPE_A = -0.11  # the other end of the band that a page should show
Z_LOW, Z_HIGH = -4.5, 2.0
LARGEST_WIDTH = 4.0  # VIX sqrt(T) / 100: VIX 400 for a year
ROUNDING = 1e-14
CLOSE = 1e-13
LOWEST_FACTOR = 0.05
NO_WIDTH = TINY / LOWEST_FACTOR
PIECES, DEGREE = 128, 6  # of the kept curve: within rounding of the series it is read from


def shape(z: FloatLike, a: float = SHAPE_A, b: float = SHAPE_B) -> Floats:
    """1 + a z + b z^2 with z held in [-4.5, 2]: the vol as a multiple of at-the-money."""
    held = np.clip(floats(z), Z_LOW, Z_HIGH)
    return 1.0 + held * (a + b * held)


def check_shape(a: float, b: float) -> None:
    """Refuse a shape under which some strike would have no vol left."""
    points = [Z_LOW, Z_HIGH, *([-a / (2 * b)] if b else [])]
    lowest = float(np.min(shape(points, a, b)))
    if lowest < LOWEST_FACTOR:
        raise ParameterError(
            "skew",
            f"the smile a = {a:g}, b = {b:g} falls to {lowest:.3g} of the at-the-money vol; "
            f"it must keep at least {LOWEST_FACTOR:g} of it at every strike",
        )


@dataclass(frozen=True, kw_only=True)
class Smile:
    """The vols of one expiry (or, with arrays, of one expiry a day): level and shape.

    ``spot``, ``expiry``, ``rate``, ``dividend_yield`` and ``atm_vol`` broadcast against the
    strikes given to the methods.
    """

    spot: FloatLike
    expiry: FloatLike | Times
    atm_vol: FloatLike
    rate: FloatLike = 0.0
    dividend_yield: FloatLike = 0.0
    a: float = SHAPE_A
    b: float = SHAPE_B

    @property
    def is_of_width_alone(self) -> bool:
        """Whether the vol at every strike follows from forward and width, as in a fixed shape."""
        return True

    @cached_property
    def times(self) -> Times:
        return Times.of(self.expiry)

    def some(self, where: Any) -> Smile:
        """The smile at some of its spots, which share one expiry."""
        spot, atm_vol = np.broadcast_arrays(floats(self.spot), floats(self.atm_vol))
        return replace(self, spot=spot[where], atm_vol=atm_vol[where])

    @cached_property
    def forward(self) -> Floats:
        T = self.times.distinct
        growth = np.exp((floats(self.rate) - floats(self.dividend_yield)) * T)
        return np.asarray(floats(self.spot) * self.times.spread(growth))

    @cached_property
    def width(self) -> Floats:
        """w: the at-the-money vol times the root of the time."""
        root = self.times.spread(np.sqrt(self.times.distinct))
        return np.asarray(np.maximum(floats(self.atm_vol) * root, NO_WIDTH))

    @cached_property
    def discount(self) -> Floats:
        return np.asarray(self.times.spread(np.exp(-floats(self.rate) * self.times.distinct)))

    def vol(self, strike: FloatLike) -> Floats:
        """Black vol at each strike."""
        k = np.log(floats(strike) / self.forward)
        return floats(self.atm_vol) * shape(k / self.width, self.a, self.b)

    def price(self, strike: FloatLike, *, call: BoolLike) -> Floats:
        """Present value of an option at each strike, in index points."""
        arguments = (self.forward, floats(strike), self.width, self.discount, signs(call))
        if all(array.size <= BLOCK for array in arguments):
            return self._price(*arguments)[0]
        return in_blocks(self._price, arguments, 1)[0]

    def _price(self, F: Any, K: Any, w: Any, discount: Any, f: Any) -> tuple[Floats]:
        """Black-76, its vol and its distances from one logarithm."""
        k = np.log(K / F)
        width = shape(k / w, self.a, self.b)
        width *= w
        return (
            black76.of_width(
                forward=F, strike=K, log_moneyness=k, width=width, discount=discount, sign=f
            ),
        )

    def delta(self, strike: FloatLike, *, call: BoolLike) -> Floats:
        """Sensitivity to the spot at each strike's own vol, f e^{-qT} N(f d1)."""
        K, f = floats(strike), signs(call)
        k = np.log(K / self.forward)
        d1, _ = black76.distances(k, self.width * shape(k / self.width, self.a, self.b))
        return np.asarray(f * ndtr(f * d1) * (self.discount * self.forward / floats(self.spot)))

    def greeks(self, strike: FloatLike, *, call: BoolLike) -> Greeks:
        """Black-Scholes Greeks at each strike's own vol (the vol stays with the strike)."""
        return black_scholes.greeks(
            spot=self.spot,
            strike=strike,
            expiry=self.times.each(),
            vol=self.vol(strike),
            rate=self.rate,
            dividend_yield=self.dividend_yield,
            call=call,
        )

    def strike_for_delta(self, delta: FloatLike, *, call: BoolLike) -> Floats:
        """The strike where |delta| (spot delta, at the strike's own vol) equals ``delta``.

        0 < ``delta`` < e^{-qT}; found by bisection in ln(K/F)/w, to 1e-12 of it.
        """
        T = self.times.each()
        f = signs(call)
        forward_delta = floats(delta) * np.exp(floats(self.dividend_yield) * T)
        goal = f * quantile(forward_delta)  # the d1 wanted
        w = self.width
        return self.forward * np.exp(w * _solve_y(goal, w, self.a, self.b))

    def strike_at(self, y: FloatLike) -> Floats:
        """The strike ``y`` at-the-money standard deviations from the forward."""
        result: Floats = self.forward * np.exp(self.width * floats(y))
        return result

    def probability_below(self, level: FloatLike) -> Floats:
        """Risk-neutral P(S_T < level), from the slope of the put price in the strike.

        With a smile this is N(-d2) plus vega times the slope of the vol.
        """
        K, F, w = floats(level), self.forward, self.width
        y = np.log(K / F) / w
        width = w * shape(y, self.a, self.b)
        d2 = -np.log(K / F) / width - 0.5 * width
        inside = (y > Z_LOW) & (y < Z_HIGH)
        slope = np.where(inside, self.a + 2.0 * self.b * np.clip(y, Z_LOW, Z_HIGH), 0.0)
        correction = np.exp(-0.5 * d2 * d2) / np.sqrt(2 * np.pi) * slope
        result: Floats = np.clip(ndtr(-d2) + correction, 0.0, 1.0)
        return result


def smile(
    *,
    vix: FloatLike,
    spot: FloatLike,
    expiry: FloatLike | Times,
    rate: FloatLike = 0.0,
    dividend_yield: FloatLike = 0.0,
    a: float = SHAPE_A,
    b: float = SHAPE_B,
) -> Smile:
    """The smile of one expiry whose strip returns ``vix`` (index points)."""
    return Smile(
        spot=spot,
        expiry=expiry,
        atm_vol=atm_vol(vix=vix, expiry=expiry, a=a, b=b),
        rate=rate,
        dividend_yield=dividend_yield,
        a=a,
        b=b,
    )


def atm_vol(
    *, vix: FloatLike, expiry: FloatLike | Times, a: float = SHAPE_A, b: float = SHAPE_B
) -> Floats:
    """The at-the-money vol s for which the strip of this expiry returns ``vix``.

    ``vix`` in index points; ``expiry`` in years; they broadcast. VIX sqrt(T)/100 up to 4.
    """
    times = Times.of(expiry)
    goal = floats(vix) / 100.0
    width = np.asarray(goal * times.spread(np.sqrt(times.distinct)))
    if np.any(width > LARGEST_WIDTH):
        raise ParameterError("vix", "VIX times the root of the expiry is beyond this surface")
    return np.asarray(goal * _ratio(width, a, b))


def _ratio(width: Floats, a: float, b: float) -> Floats:
    """s / (VIX/100) at these VIX sqrt(T)/100: the series, read piece by piece."""
    table = ratio_pieces(a, b)
    u = width * (PIECES / LARGEST_WIDTH)
    piece = np.minimum(u.astype(int), PIECES - 1)
    u -= piece
    ratio = table[-1].take(piece)
    for row in table[-2::-1]:
        ratio *= u
        ratio += row.take(piece)
    return np.asarray(ratio)


@lru_cache(maxsize=64)
def ratio_pieces(a: float, b: float) -> Floats:
    """The series as polynomials over equal pieces of [0, 4], a row a power, equal to rounding.

    Summing some thirty terms for every path and day costs more than pricing an option.
    """
    series = _ratio_series(a, b)
    nodes = 0.5 * (chebyshev.chebpts1(DEGREE + 1) + 1.0)
    at = (np.arange(PIECES)[:, None] + nodes) * (2.0 / PIECES) - 1.0
    local = _through(floats(chebyshev.chebval(at, series).T))
    basis = (Chebyshev.basis(d, domain=[0.0, 1.0]) for d in range(DEGREE + 1))
    powers = np.zeros((DEGREE + 1, DEGREE + 1))
    for row, one in enumerate(basis):
        powers[: row + 1, row] = one.convert(kind=Polynomial).coef
    return np.ascontiguousarray(powers @ local)


def strip_vix(
    *, atm_vol: FloatLike, expiry: FloatLike, a: float = SHAPE_A, b: float = SHAPE_B
) -> Floats:
    """The VIX (index points) of the smile's continuous strip: the slow, direct integral."""
    s, T = np.broadcast_arrays(floats(atm_vol), floats(expiry))
    total = strip_variance(s * np.sqrt(T), a, b)
    result: Floats = 100.0 * np.sqrt(total / np.maximum(T, TINY))
    return result


def strip_variance(w: FloatLike, a: float, b: float) -> Floats:
    """2 int OTM(K)/K^2 dK of the smile of width ``w``: total variance, by quadrature."""
    widths = floats(w)[..., None]
    y, weight = _strip_nodes(a, b)
    k = y * widths
    value = black76.price(
        forward=1.0, strike=np.exp(k), expiry=1.0, vol=widths * shape(y, a, b), call=y > 0.0
    )
    result: Floats = 2.0 * np.sum(value * np.exp(-k) * weight * widths, axis=-1)
    return result


@lru_cache(maxsize=64)
def _strip_nodes(a: float, b: float) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes in y; panels end where the smile or the payoff has a kink."""
    low = 9.0 * float(shape(Z_LOW, a, b)) + 5.0
    high = 9.0 * float(shape(Z_HIGH, a, b)) + 4.0 + 9.0 * LARGEST_WIDTH
    edges = [-low, -10.0, Z_LOW, -1.5, 0.0, Z_HIGH, 8.0, 20.0, high]
    x, weight = leggauss(40)
    pairs = [(p, q) for p, q in pairwise(edges) if q > p]
    nodes = [0.5 * (q - p) * x + 0.5 * (p + q) for p, q in pairs]
    weights = [0.5 * (q - p) * weight for p, q in pairs]
    return np.concatenate(nodes), np.concatenate(weights)


@lru_cache(maxsize=64)
def _ratio_series(a: float, b: float) -> Floats:
    """Chebyshev series of s / (VIX/100) as a function of VIX sqrt(T)/100 on [0, 4].

    Its tail of rounding errors is cut off: two thirds of the terms, and of the time.
    """
    check_shape(a, b)
    goals = 0.5 * LARGEST_WIDTH * (chebyshev.chebpts1(96) + 1.0)
    low, high = np.full(goals.shape, 1e-9), 3.0 * goals
    before, level = 0.9 * goals, goals
    missed, miss = (strip_variance(one, a, b) / goals**2 - 1.0 for one in (before, level))
    for _ in range(48):  # a secant, held inside a bracket
        if np.all(np.abs(miss) < CLOSE):
            break
        low, high = np.where(miss < 0.0, level, low), np.where(miss < 0.0, high, level)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = level - miss * (level - before) / (miss - missed)
        inside = np.isfinite(step) & (step > low) & (step < high)
        step = np.where(inside, step, 0.5 * (low + high))
        before, missed = level, miss
        level = np.where(np.abs(miss) < CLOSE, level, step)
        miss = strip_variance(level, a, b) / goals**2 - 1.0
    return floats(chebyshev.chebtrim(_through(level / goals), ROUNDING))


def _through(values: Floats) -> Floats:
    """The Chebyshev series through values at the Chebyshev points (the first axis)."""
    n = len(values)
    basis = chebyshev.chebvander(chebyshev.chebpts1(n), n - 1)
    series = np.tensordot(basis, values, axes=(0, 0)) * (2.0 / n)
    series[0] *= 0.5
    return floats(series)


def _solve_y(goal: Floats, w: Floats, a: float, b: float) -> Floats:
    """The y at which d1 = -y / shape(y) + w shape(y) / 2 equals ``goal`` (d1 falls in y)."""
    goal, w = np.broadcast_arrays(goal, w)
    low, high = np.full(goal.shape, -40.0), np.full(goal.shape, 40.0)
    for _ in range(48):
        y = 0.5 * (low + high)
        m = shape(y, a, b)
        too_low = -y / m + 0.5 * w * m > goal
        low, high = np.where(too_low, y, low), np.where(too_low, high, y)
    result: Floats = 0.5 * (low + high)
    return result
