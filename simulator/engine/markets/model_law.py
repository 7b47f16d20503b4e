"""Index options at what the two-factor model itself says of them: the law of its own returns.

Notation: X = ln(S_T / F), psi(z) = E[e^{zX}], k = ln(K/F), w^2 the variance that the model
expects over T years (its log-contract, jumps included), y = k / w, z = 1/2 + iu. Any option is
dearer than Black's at width w by

    F e^{k/2} / pi  int_0^inf Re[e^{-iuk} (psi_B(z) - psi(z))] / (u^2 + 1/4) du

(Lewis 2001, taken against Black's psi_B = exp(-w^2 (u^2 + 1/4) / 2), so that nothing large
cancels). psi of one trading day is that of the paths' own step: Andersen's QE-M scheme has
its moment function in closed form (2008, section 4.3), and one-day options are then fair to the
last bit. Longer ones take the continuous model: factors as in ``pricing.affine``, and jumps that
lift the first factor by an exponential amount of mean mu,

    lam dt sum_s [e^{nu z + d^2 z^2 / 2} / (1 - mu D_1(z, s)) - 1] - lam T m z

(Duffie, Pan and Singleton 2000), D_1 the loading of the first factor with s years to go: here a
sum over closes, as a jump of the paths lifts the variance of the days after its own.

A law is kept as a table: the implied width over w, by w^2, by the fast factor's share of the
variance and by y. It holds for every day and path; a smile reads it between its points.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.special import roots_legendre

from ..numerics import cells
from ..numerics.arrays import BoolLike, FloatLike, Floats, floats, signs
from ..numerics.normal import quantile
from ..numerics.times import Times
from ..pricing import affine, black76, implied
from ..pricing.affine import Complexes
from . import heston_paths, surface, two_factor
from .two_factor import TwoFactor

DAY = 1.0 / 252.0
Y = np.linspace(-8.0, 6.0, 113)
SHARES = np.linspace(0.0, 1.0, 5)
LEVELS_OF_A_DAY, LEVELS = 72, 36  # one day's law bends most, where the variance is near nought
NEAR = 0.05
LARGEST_VARIANCE = 4.0  # a year, of both factors together: a vol of 200 %
EDGES = (0.0, 0.02, 0.1, 0.5, 1.0, 2.0, 4.0, 7.0, 11.0, 17.0, 26.0, 40.0)
EDGES_OF_A_DAY = (*EDGES, 60.0, 90.0)
FREQUENCIES = np.geomspace(1e-3, 1e5, 16_000)  # where the exponents of several days are kept
LEAST_TIME_VALUE = 1e-13  # of the forward: below it a price says nothing of its vol


@dataclass(frozen=True)
class Law:
    """The smiles of one horizon: ``ratio`` by level of w^2, share of the fast factor and y.

    ``least`` is w^2 with both factors at nought; level i stands NEAR ``least`` (``growth``^i - 1)
    above it, so that levels crowd there, where the law changes fastest.
    """

    days: int
    loadings: tuple[float, float]
    least: float
    growth: float
    ratio: Floats

    def variance(self, fast: Floats, slow: Floats) -> Floats:
        """w^2 where the factors stand at these levels."""
        return np.asarray(self.least + self.loadings[0] * fast + self.loadings[1] * slow)

    def cell(self, fast: Floats, slow: Floats) -> tuple[Any, Floats, Floats]:
        """Where in the flat table a state's smile begins, and how far it is to the next ones."""
        bent = self.loadings[0] * fast
        total = bent + self.loadings[1] * slow
        i = np.log1p(total / (NEAR * self.least)) / np.log(self.growth)
        i = np.minimum(i, len(self.ratio) - 1.001)
        j = bent / np.maximum(total, 1e-300) * (len(SHARES) - 1)
        j = np.minimum(j, len(SHARES) - 1.001)
        a, b = i.astype(int), j.astype(int)
        return (a * len(SHARES) + b) * len(Y), i - a, j - b


@lru_cache(maxsize=256)
def _law(model: TwoFactor, days: int) -> Law:
    T = days * DAY
    loadings = tuple(float(T * two_factor.loading(f.kappa, T)) for f in model.factors)
    least = float(T * two_factor.swap_variance(model, (0.0, 0.0), T))
    most = max(loadings) * LARGEST_VARIANCE
    levels = LEVELS_OF_A_DAY if days == 1 else LEVELS
    growth = float((1.0 + most / (NEAR * least)) ** (1.0 / (levels - 1)))
    level, share = np.meshgrid(np.arange(levels), SHARES, indexing="ij")
    total = NEAR * least * (growth ** level.ravel().astype(float) - 1.0)
    w2 = least + total
    fast = share.ravel() * total / loadings[0]
    slow = (1.0 - share.ravel()) * total / loadings[1]
    width = implied_widths(model, days, fast=fast, slow=slow, w=np.sqrt(w2), y=Y)
    ratio = (width / np.sqrt(w2)[:, None]).reshape(levels, len(SHARES), len(Y))
    return Law(days, (loadings[0], loadings[1]), least, growth, ratio)


def law(model: TwoFactor, days: int) -> Law:
    """The law of ``days`` trading days; where the factors stand now does not matter to it."""
    fast, slow = (replace(factor, v0=0.0) for factor in model.factors)
    return _law(replace(model, factors=(fast, slow), crashes=None, growth=0.0), days)


def implied_widths(
    model: TwoFactor, days: int, *, fast: Floats, slow: Floats, w: Floats, y: Floats
) -> Floats:
    """Black's width of the model's own prices, states by strikes at k = ``y`` ``w``."""
    k = w[:, None] * y
    black = black76.of_width(
        forward=1.0, strike=np.exp(k), log_moneyness=k, width=w[:, None], sign=np.sign(y + 1e-300)
    )
    price = black + excess(model, days, fast=fast, slow=slow, w=w, y=y)
    some = price > LEAST_TIME_VALUE
    vol = implied.black76_vol(
        price=np.where(some, price, black),
        forward=1.0,
        strike=np.exp(k),
        expiry=1.0,
        call=np.broadcast_to(y >= 0.0, k.shape),
    )
    return _filled(np.where(some & np.isfinite(vol), vol, np.nan))


def _filled(width: Floats) -> Floats:
    """Strikes whose price says nothing take the vol of the nearest strike that has one."""
    out = width.copy()
    middle = out.shape[1] // 2
    for column in range(middle, out.shape[1]):
        out[:, column] = np.where(np.isnan(out[:, column]), out[:, column - 1], out[:, column])
    for column in range(middle, -1, -1):
        out[:, column] = np.where(np.isnan(out[:, column]), out[:, column + 1], out[:, column])
    return out


def excess(
    model: TwoFactor, days: int, *, fast: Floats, slow: Floats, w: Floats, y: Floats
) -> Floats:
    """The model's price less Black's at width ``w``, of the forward; states by strikes."""
    node, weight = _nodes(EDGES_OF_A_DAY if days == 1 else EDGES)
    u = node / w[:, None]
    z = _contour(u)
    psi = np.exp(_log_psi(model, days, z, fast[:, None], slow[:, None]))
    difference = np.exp(-0.5 * (w * w)[:, None] * (u * u + 0.25)) - psi
    difference *= weight / (node * node + 0.25 * (w * w)[:, None])
    wave = np.exp(-1j * np.outer(node, y))
    k = w[:, None] * y
    return np.asarray(np.exp(0.5 * k) * (w / np.pi)[:, None] * (difference @ wave).real)


@lru_cache(maxsize=4)
def _nodes(edges: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Gauss-Legendre on panels that widen; each has what its waves of up to y = 8 need."""
    nodes, weights = [], []
    for low, high in pairwise(edges):
        x, weight = roots_legendre(16 + int(4.0 * (high - low)))
        nodes.append(0.5 * (high - low) * x + 0.5 * (high + low))
        weights.append(0.5 * (high - low) * weight)
    return np.concatenate(nodes), np.concatenate(weights)


def _log_psi(model: TwoFactor, days: int, z: Complexes, fast: Floats, slow: Floats) -> Complexes:
    """ln psi of ``days`` days, states by nodes."""
    if days == 1:
        total = _of_a_step(model.factors[0], z, fast) + _of_a_step(model.factors[1], z, slow)
        return np.asarray(total + DAY * affine.jump_exponent(model.jumps, z))
    fixed, of_fast, of_slow = (_between(one, z.imag) for one in _exponents(model, days))
    return np.asarray(fixed + of_fast * fast + of_slow * slow)


def _exponents(model: TwoFactor, days: int) -> tuple[Complexes, Complexes, Complexes]:
    """ln psi = C + D_1 v_1 + D_2 v_2 at the kept frequencies."""
    z, T = _contour(FREQUENCIES), days * DAY
    (C1, D1), (C2, D2) = (affine.loadings(factor, z, T) for factor in model.factors)
    return np.asarray(C1 + C2 + _lifting_jumps(model, z, days)), D1, D2


def _contour(u: Floats) -> Complexes:
    return np.asarray(0.5 + 1j * u, dtype=np.complex128)


def _between(values: Complexes, u: Floats) -> Complexes:
    """Read between the kept frequencies, in ln u."""
    at, kept = np.log(np.maximum(u, FREQUENCIES[0])), np.log(FREQUENCIES)
    return np.asarray(np.interp(at, kept, values.real) + 1j * np.interp(at, kept, values.imag))


def _lifting_jumps(model: TwoFactor, z: Complexes, days: int) -> Complexes:
    """The exponent of jumps that come with a lift of the first factor, at closes."""
    jumps = model.jumps
    size: Complexes = np.exp(jumps.mean * z + 0.5 * (jumps.sd * z) ** 2)
    total = size - 1.0  # on the last day there is nothing left to move
    for left in range(1, days):
        _, D = affine.loadings(model.factors[0], z, left * DAY)
        total = total + (size / (1.0 - model.variance_jump * D) - 1.0)
    return np.asarray(jumps.intensity * DAY * (total - days * jumps.compensator * z))


def _of_a_step(factor: affine.Factor, z: Complexes, v: Floats) -> Complexes:
    """ln E[e^{zX}] of one factor over one QE-M step from ``v``.

    X = g + k2 v' + sqrt(k34 (v + v')) Z with E[e^X] = 1, so that only the moment function of
    v' is needed, at k2 z + k34 z^2 / 2.
    """
    s = heston_paths.scheme_of(factor, DAY)
    whole = _log_moment(s, s.a + 0.0j, v)
    g = -0.5 * s.k34 * v - whole
    quadratic = 0.5 * s.k34 * z * z
    return np.asarray(z * g + quadratic * v + _log_moment(s, s.k2 * z + quadratic, v))


def _log_moment(s: heston_paths.Scheme, c: Any, v: Floats) -> Complexes:
    """ln E[e^{c v'}] of the QE draw from ``v``: a squared normal, or an atom and a tail.

    ``v`` has a row for each state; ``c`` is a number, or has the same rows.
    """
    m = s.decay * v + s.level
    inverse = m * m / (s.slope * v + s.floor)  # 1 / psi
    squared = (inverse >= 1.0 / heston_paths.SWITCH).ravel()
    out = np.empty(np.broadcast_shapes(np.shape(c), v.shape), dtype=complex)
    for rows, branch in ((squared, _of_square), (~squared, _of_tail)):
        if rows.any():
            own = c[rows] if np.ndim(c) else c
            out[rows] = branch(own, m[rows], inverse[rows])
    return out


def _of_square(c: Any, m: Floats, inverse: Floats) -> Complexes:
    twice = 2.0 * inverse
    b2 = twice - 1.0 + np.sqrt(twice * (twice - 1.0))
    a = m / (1.0 + b2)
    down = 1.0 - 2.0 * c * a
    return np.asarray(c * a * b2 / down - 0.5 * np.log(down))


def _of_tail(c: Any, m: Floats, inverse: Floats) -> Complexes:
    p = (1.0 - inverse) / (1.0 + inverse)
    beta = (1.0 - p) / m
    return np.asarray(np.log(p + beta * (1.0 - p) / (beta - c)))


@dataclass(frozen=True, kw_only=True)
class LawSmile(surface.Smile):
    """The smile of the model's own law where its factors stand at ``fast`` and ``slow``.

    ``expiry`` is a whole number of trading days (one for all, or ``Times`` of such); ``a`` and
    ``b`` are not read. ``spot`` may be another index level than the factors' own day had.
    """

    model: TwoFactor
    fast: Floats
    slow: Floats

    @property
    def is_of_width_alone(self) -> bool:
        return False

    def some(self, where: Any) -> LawSmile:
        few = super().some(where)
        assert isinstance(few, LawSmile)
        return replace(few, fast=self.fast[where], slow=self.slow[where])

    def vol(self, strike: FloatLike) -> Floats:
        k = np.log(floats(strike) / self.forward)
        return np.asarray(floats(self.atm_vol) * self._ratio(k / self.width))

    def price(self, strike: FloatLike, *, call: BoolLike) -> Floats:
        K = floats(strike)
        k = np.log(K / self.forward)
        return black76.of_width(
            forward=self.forward,
            strike=K,
            log_moneyness=k,
            width=self.width * self._ratio(k / self.width),
            discount=self.discount,
            sign=signs(call),
        )

    def delta(self, strike: FloatLike, *, call: BoolLike) -> Floats:
        K, f = floats(strike), signs(call)
        k = np.log(K / self.forward)
        d1, _ = black76.distances(k, self.width * self._ratio(k / self.width))
        reach = self.discount * self.forward / floats(self.spot)
        return np.asarray(f * black76.signed_probabilities(d1, d1, f)[0] * f * reach)

    def strike_for_delta(self, delta: FloatLike, *, call: BoolLike) -> Floats:
        T = self.times.each()
        goal = signs(call) * quantile(floats(delta) * np.exp(floats(self.dividend_yield) * T))
        goal, w = np.broadcast_arrays(goal, self.width)
        low, high = np.full(w.shape, Y[0]), np.full(w.shape, Y[-1])
        for _ in range(48):
            y = 0.5 * (low + high)
            m = self._ratio(y)
            too_low = -y / m + 0.5 * w * m > goal
            low, high = np.where(too_low, y, low), np.where(too_low, high, y)
        return np.asarray(self.forward * np.exp(w * 0.5 * (low + high)))

    @cached_property
    def _cells(self) -> tuple[Floats, Any, Floats, Floats]:
        """The tables of all horizons one after another, and each path's place in them."""
        laws = [law(self.model, max(round(float(T) / DAY), 1)) for T in self._distinct]
        flat = np.concatenate([one.ratio.ravel() for one in laws])
        at, i, j = laws[0].cell(self.fast, self.slow)
        before = laws[0].ratio.size
        for number, one in enumerate(laws[1:], start=1):
            mine = self.times.group == number
            start, u, v = one.cell(self.fast[mine], self.slow[mine])
            at[mine], i[mine], j[mine] = before + start, u, v
            before += one.ratio.size
        return flat, at, i, j

    @property
    def _distinct(self) -> Floats:
        return np.atleast_1d(self.times.distinct)

    def _ratio(self, y: Any) -> Floats:
        """Implied width over w at k = y w, between the table's points in all three directions."""
        return cells.read(*self._cells, y, axis=Y, shares=len(SHARES))


def smile(
    model: TwoFactor,
    *,
    fast: Floats,
    slow: Floats,
    spot: Floats,
    expiry: FloatLike | Times,
    rate: float,
    dividend_yield: float,
) -> LawSmile:
    """The smile at these factors; its ``atm_vol`` is w over the root of the time."""
    times = Times.of(expiry)
    return LawSmile(
        spot=spot,
        expiry=times,
        atm_vol=np.sqrt(two_factor.swap_variance(model, (fast, slow), times)),
        rate=rate,
        dividend_yield=dividend_yield,
        model=model,
        fast=fast,
        slow=slow,
    )
