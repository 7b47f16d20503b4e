"""VIX calls at what the two-factor model itself says of them: the law of its own VIX.

Notation: X = (VIX_T / 100)^2 with T years to go, linear in both factors at T (Zhang and Zhu
2006); m and s^2 its mean and variance where the factors stand at v1 and v2; L(-z) = E[e^{zX}],
whose logarithm is C + D_1 v1 + D_2 v2; k = K/100. Undiscounted a call is worth

    100/(2 pi i) int L(-z) sqrt(pi)/2 erfc(k sqrt(z)) z^{-3/2} dz

(Sepp 2008; Lian and Zhu 2013) on the line z = a (1 + (t + i) x), with a at most half of the way
to the first singularity: ``pricing.vix`` has the same with a line of its own for every strike.

The law is kept as tables, one a tenor: the width at which Black-76 on the curve's own future
gives the law's price, over w = s / (2 m), by the level of what the factors add to m, by the fast
factor's share of it and by y = ln(K/F) / w. It holds for every day and path; marks are read
between the points. Tenors between two tables are read between them in ln T.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.interpolate import CubicSpline
from scipy.special import erfcx, ndtri

from ..numerics import cells
from ..numerics.arrays import Floats
from ..numerics.times import Times
from ..pricing import black76, implied
from ..pricing import vix as vix_pricing
from .two_factor import FactorCurve, TwoFactor, Weights

TENORS = np.array([1.0, 2.0, 3.5, 6.0, 10.0, 16.0, 25.0, 38.0, 60.0, 95.0, 150.0, 240.0, 400.0])
TENOR_YEARS = TENORS / 365.0
LEVELS, NEAR, TOP = 22, 0.05, 8.8  # ln(1 + t / (NEAR m)) of the highest level
SHARES = np.linspace(0.0, 1.0, 5)
SOLVED = np.linspace(-4.0, 6.0, 21)
Y = np.linspace(-4.0, 6.0, 81)
MOST_KEPT = 400  # tables of as many times to go: some thirty megabytes
EDGES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 40.0, 120.0, 500.0)
NODES = 10
STEPS = 3  # of two readings each, for a strike of a delta
STEEP = 2.0  # where the line starts, over the standard deviation of X
TILT = 0.3  # more would grow where X hardly varies, less would die slowly where it does
LEAST_TIME_VALUE = 1e-9  # of the future: below it a price says nothing of its vol
WIDEST = 4.0  # a width over w beyond this says that the future differs, not the vol


@dataclass(frozen=True)
class VixLaw:
    """The laws of all tenors of one pricing measure; ``weights`` are those of its futures."""

    model: TwoFactor
    weights: Weights
    kept: dict[float, Floats] = field(default_factory=dict, repr=False, compare=False)

    def table(self, years: float) -> Floats:
        """Width over w at one tenor, levels by shares by y, flat.

        Kept: calls of one kind have few times to go, which come back day after day.
        """
        key = round(years, 9)
        if key not in self.kept:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            self.kept[key] = self._between(key)
        return self.kept[key]

    def _between(self, years: float) -> Floats:
        T = min(max(years, TENOR_YEARS[0]), TENOR_YEARS[-1])
        i = min(int(np.searchsorted(TENOR_YEARS, T, side="right")) - 1, len(TENORS) - 2)
        span = math.log(TENOR_YEARS[i + 1] / TENOR_YEARS[i])
        part = math.log(T / TENOR_YEARS[i]) / span
        low = self._tenor(i)
        if part < 1e-9:
            return low
        return np.asarray(low + part * (self._tenor(i + 1) - low))

    def _tenor(self, number: int) -> Floats:
        return _solved(self.model, number)


@lru_cache(maxsize=8)
def law(model: TwoFactor) -> VixLaw:
    """The law of this pricing measure; where its factors stand now does not matter to it."""
    fast, slow = (replace(factor, v0=0.0) for factor in model.factors)
    bare = replace(model, factors=(fast, slow), crashes=None, growth=0.0)
    return VixLaw(bare, _weights(bare))


@lru_cache(maxsize=4)
def _weights(model: TwoFactor) -> Weights:
    return Weights(model)


@lru_cache(maxsize=4 * len(TENORS))
def _solved(model: TwoFactor, number: int) -> Floats:
    """The table of one tenor."""
    T = np.asarray(TENOR_YEARS[number])
    weights = _weights(model)
    rows = weights.at(T)
    level, share = np.meshgrid(np.linspace(0.0, TOP, LEVELS), SHARES, indexing="ij")
    total = NEAR * rows[0] * np.expm1(level.ravel())
    fast = share.ravel() * total / rows[1]
    slow = (1.0 - share.ravel()) * total / rows[2]
    mean, variance = weights.moments((fast, slow), T)
    w = 0.5 * np.sqrt(variance) / mean
    future = weights.future((fast, slow), T)
    strike = future[:, None] * np.exp(w[:, None] * SOLVED)
    price = calls(model, fast=fast, slow=slow, years=float(T), strike=strike)
    ratio = _widths(price, future, strike, w) / w[:, None]
    return np.asarray(CubicSpline(SOLVED, _filled(ratio), axis=1)(Y).ravel())


def _widths(price: Floats, future: Floats, strike: Floats, w: Floats) -> Floats:
    """Black's width of these prices on these futures; nan where a price says nothing of it."""
    F = np.broadcast_to(future[:, None], strike.shape)
    time_value = price - np.maximum(F - strike, 0.0)
    some = time_value > LEAST_TIME_VALUE * F
    width = implied.black76_vol(
        price=np.where(some, price, np.maximum(F - strike, 0.0)),
        forward=F,
        strike=strike,
        expiry=1.0,
    )
    sane = some & (width < WIDEST * w[:, None]) & (width > w[:, None] / WIDEST)
    return np.where(sane, width, np.nan)


def _filled(ratio: Floats) -> Floats:
    """Strikes whose price says nothing take the width of the nearest strike that has one."""
    out = ratio.copy()
    middle = int(np.argmin(np.abs(SOLVED)))
    for column in range(middle + 1, out.shape[1]):
        out[:, column] = np.where(np.isnan(out[:, column]), out[:, column - 1], out[:, column])
    for column in range(middle - 1, -1, -1):
        out[:, column] = np.where(np.isnan(out[:, column]), out[:, column + 1], out[:, column])
    return np.where(np.isnan(out), 1.0, out)


def by_transform(model: TwoFactor) -> vix_pricing.VixModel:
    """The same VIX as ``pricing.vix`` knows it, from where the model's factors stand."""
    jumps = vix_pricing.VarianceJumps(intensity=model.jumps.intensity, mean=model.variance_jump)
    return vix_pricing.VixModel(factors=model.factors, jumps=model.jumps, variance_jumps=jumps)


def calls(model: TwoFactor, *, fast: Floats, slow: Floats, years: float, strike: Floats) -> Floats:
    """Undiscounted calls in index points, states by strikes, on one line for all of them."""
    x, weight = _nodes()
    z = np.asarray(1.0 + (TILT + 1.0j) * x, dtype=np.complex128)
    rest = weight * (1.0 - TILT * 1.0j) / (z * np.sqrt(z))
    top = 0.5 * vix_pricing.first_singularity(by_transform(model), years)
    _, variance = _weights(model).moments((fast, slow), np.asarray(years))
    out = np.empty(strike.shape)
    for state in range(len(fast)):
        start = min(top, STEEP / math.sqrt(float(variance[state])))
        k = strike[state][:, None] / 100.0
        own = by_transform(_at(model, float(fast[state]), float(slow[state])))
        exponent = vix_pricing.log_laplace(own, -start * z, years) - (k * k) * (start * z)
        values = np.exp(exponent) * erfcx(k * np.sqrt(start * z))
        out[state] = (values * rest).real.sum(axis=1) / math.sqrt(start)
    return np.asarray(50.0 / math.sqrt(math.pi) * out)


def _at(model: TwoFactor, fast: float, slow: float) -> TwoFactor:
    """The model where its factors stand at these levels."""
    one, two = model.factors
    return replace(model, factors=(replace(one, v0=fast), replace(two, v0=slow)))


@lru_cache(maxsize=1)
def _nodes() -> tuple[Floats, Floats]:
    """Gauss-Legendre on panels that widen as the integrand dies."""
    nodes, weights = [], []
    x, weight = leggauss(NODES)
    for low, high in pairwise(EDGES):
        nodes.append(0.5 * (high - low) * x + 0.5 * (high + low))
        weights.append(0.5 * (high - low) * weight)
    return np.concatenate(nodes), np.concatenate(weights)


@dataclass(frozen=True)
class LawMarks:
    """Marks at one close: the law read where the factors of some paths stand.

    ``times`` are the years to go, one for all or one a path.
    """

    law: VixLaw
    fast: Floats
    slow: Floats
    times: Times

    @classmethod
    def of(cls, curve: Any, day: int, years: Any, at: Any = None) -> LawMarks:
        """Of a ``FactorCurve``, at the close of ``day``."""
        assert isinstance(curve, FactorCurve)
        fast, slow = (v[day] if at is None else v[day][at] for v in curve.variances)
        times = Times.of(years)
        if times.group is None and times.distinct.size > 1:
            times = Times(*np.unique(times.distinct, return_inverse=True))
        return cls(law(curve.model), fast, slow, times)

    def width(self, k: Floats) -> Floats:
        """Black's width of calls at ln(K/F) = ``k``, one a path."""
        return np.asarray(self._scale * self._ratio(k / self._scale))

    def price(self, F: Floats, K: Floats, rate: float) -> Floats:
        """Calls struck at ``K`` on the curve's futures ``F``, present values."""
        k = np.log(K / F)
        times = self.times
        return black76.of_width(
            forward=F,
            strike=K,
            log_moneyness=k,
            width=self.width(k),
            discount=times.spread(np.exp(-rate * times.distinct)),
        )

    def moneyness(self, delta: Any) -> Floats:
        """K/F of the calls of this (undiscounted) delta, one for all or one a path."""
        goal, w = ndtri(delta), self._scale

        def solved(y: Floats) -> Floats:
            """y from d1 = w r / 2 - y / r with the ratio r at ``y``, which hardly bends."""
            ratio = self._ratio(y)
            return np.asarray(ratio * (0.5 * w * ratio - goal))

        y = np.broadcast_to(-goal, self.fast.shape)
        new = solved(y)
        for _ in range(STEPS):
            again = solved(new)
            bend = again - 2.0 * new + y  # Aitken's, where the steps still shrink
            step = again - new
            safe = np.abs(bend) > 1e-12
            better = again - np.where(safe, step * step / np.where(safe, bend, 1.0), 0.0)
            y = np.where(np.abs(better - again) < 1.0, better, again)
            new = solved(y)
        return np.asarray(np.exp(w * new))

    @cached_property
    def _scale(self) -> Floats:
        """w, and hardly anything where there is no time."""
        mean, variance = self.law.weights.moments((self.fast, self.slow), self.times)
        return np.asarray(np.maximum(0.5 * np.sqrt(np.maximum(variance, 0.0)) / mean, 1e-12))

    @cached_property
    def _cells(self) -> tuple[Floats, Any, Floats, Floats]:
        """The tables of all tenors here, and each path's place in them."""
        distinct = np.atleast_1d(self.times.distinct)
        rows = self.law.weights.at(np.asarray(distinct))
        base, first, second = (self.times.spread(rows[n]) for n in range(3))
        bent = first * self.fast
        total = bent + second * self.slow
        i = np.log1p(total / (NEAR * base)) * ((LEVELS - 1) / TOP)
        i = np.minimum(i, LEVELS - 1.001)
        j = bent / np.maximum(total, 1e-300) * (len(SHARES) - 1)
        j = np.minimum(j, len(SHARES) - 1.001)
        a, b = i.astype(int), j.astype(int)
        at = (a * len(SHARES) + b) * len(Y)
        if self.times.group is not None:
            at = at + self.times.group * (LEVELS * len(SHARES) * len(Y))
        flat = np.concatenate([self.law.table(float(T)) for T in distinct])
        return flat, at, i - a, j - b

    def _ratio(self, y: Any) -> Floats:
        """Width over w at ln(K/F) = y w, between the table's points in all three directions."""
        return cells.read(*self._cells, y, axis=Y, shares=len(SHARES))
