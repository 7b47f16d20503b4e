"""The two-factor world: paths under the real-world measure, a futures curve under the other.

Notation: variance v = v1 + v2, a fast and a slow square-root factor; N jumps of the index,
each lifting v1 by an exponential amount of mean mu; tau = 30/365. Under the pricing measure

    (VIX/100)^2 = sum_i [B_i v_i + (1 - B_i) h_i] + 2 lam (m - nu),   B = (1 - e^{-k tau})/(k tau),

with h_1 = theta_1 + lam mu / kappa_1, h_2 = theta_2 (Zhang and Zhu 2006; for the log contract a
jump counts 2 (e^J - 1 - J)). A future is F(T) = 100 E sqrt(X_T), X_T the variance above at T.
X_T is never below A, its value where both factors are nought. Its mean m and variance are
exact; X_T - A is taken to be gamma with those moments, of shape k = (m - A)^2 / var. Then
F = 100 sqrt(m) g(k, A/m), and g is kept as a small table: within 0.4 % of the exact transform
of ``pricing.vix`` at every state and tenor tested, at the speed of a table look-up.

The set, where it comes from and what it matches is in ``docs/conventions.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np
from scipy.special import gammaincinv

from ..errors import ParameterError
from ..numerics.times import Times
from ..pricing.affine import Factor, Jumps
from .heston_paths import STEP, Crashes, PathModel, simulate
from .state import Floats, Indices, World

TAU = 30.0 / 365.0


@dataclass(frozen=True, kw_only=True)
class TwoFactor:
    """Both measures of one model. ``factors`` and ``jumps`` price; the ``real_`` ones move.

    Years and variances (0.04 is a vol of 20 %); ``variance_jump`` is the mean lift of the
    first factor at a jump under the pricing measure; ``growth`` the index's drift a year.
    ``crashes`` are in the paths alone: no price knows them.
    """

    factors: tuple[Factor, Factor]
    jumps: Jumps
    variance_jump: float
    real_kappas: tuple[float, float]
    real_jumps: Jumps
    real_variance_jump: float
    growth: float = 0.065
    crashes: Crashes | None = None

    def real(self) -> PathModel:
        """The measure of the paths: kappa theta is that of the pricing measure."""
        factors = tuple(
            Factor(v0=f.v0, kappa=kappa, theta=f.kappa * f.theta / kappa, sigma=f.sigma, rho=f.rho)
            for f, kappa in zip(self.factors, self.real_kappas, strict=True)
        )
        return PathModel(
            factors=factors,
            drift=self.growth,
            jumps=self.real_jumps,
            variance_jump_mean=self.real_variance_jump,
            crashes=self.crashes,
        )

    def priced(self, carry: float) -> PathModel:
        """The measure that prices, in which the index grows at ``carry`` (rate less dividends)."""
        return PathModel(
            factors=self.factors,
            drift=carry,
            jumps=self.jumps,
            variance_jump_mean=self.variance_jump,
        )

    @property
    def levels(self) -> tuple[float, float]:
        """h_i, where each factor's mean goes under the pricing measure."""
        fast, slow = self.factors
        return fast.theta + self.jumps.intensity * self.variance_jump / fast.kappa, slow.theta

    @property
    def jump_variance(self) -> float:
        """What jumps of the index add to the VIX squared: 2 lam (m - nu)."""
        return 2.0 * self.jumps.intensity * (self.jumps.compensator - self.jumps.mean)


# found by matching the bands of docs/conventions.md; see there before changing a digit
EDU_2 = TwoFactor(
    factors=(
        Factor(v0=0.008, kappa=18.0, theta=0.009, sigma=1.16, rho=-0.90),
        Factor(v0=0.018, kappa=1.4, theta=0.045, sigma=0.52, rho=-0.90),
    ),
    jumps=Jumps(intensity=3.9, mean=-0.035, sd=0.01),
    variance_jump=0.0263,
    real_kappas=(32.7, 2.5),
    real_jumps=Jumps(intensity=2.87, mean=-0.009, sd=0.01),
    real_variance_jump=0.0267,
)


def started(model: TwoFactor, *, vix: float, fast_share: float = 0.2) -> TwoFactor:
    """The same model from a state in which spot VIX is ``vix``; ``fast_share`` is v1's part.

    Raises ``ParameterError`` below the VIX that the model's mean reversion and jumps alone give.
    """
    fast, slow = model.factors
    floor = float(swap_variance(model, (0.0, 0.0)))
    rest = (vix / 100.0) ** 2 - floor
    if rest <= 0.0:
        lowest = 100.0 * float(np.sqrt(floor))
        raise ParameterError(
            "vix0",
            f"the model's VIX is never below {lowest:.2f}",
            minimum=lowest,
            unit="index points",
            nearest=lowest + 0.01,
        )
    v1 = fast_share * rest / float(loading(fast.kappa, TAU))
    v2 = (1.0 - fast_share) * rest / float(loading(slow.kappa, TAU))
    return replace(model, factors=(replace(fast, v0=v1), replace(slow, v0=v2)))


CALM_VIX = 18.0
FAST_SHARE = 0.62  # of a move of the VIX, the part that fades in weeks: as in ``vix_curve``


def crashing(model: TwoFactor, *, a_century: float, fall: float, vix: float) -> TwoFactor:
    """The same model with crashes in its paths: the index falls by ``fall`` (-0.20) in a day.

    The squared VIX rises by what takes it from 18 to ``vix`` points, of which the fast factor
    bears .62 and the slow one .38, as in the futures' measured response to spot VIX.
    """
    lift = (vix**2 - CALM_VIX**2) / 1e4
    shares = (FAST_SHARE, 1.0 - FAST_SHARE)
    lifts = tuple(
        share * lift / float(loading(factor.kappa, TAU))
        for share, factor in zip(shares, model.factors, strict=True)
    )
    size = float(np.log1p(fall))
    return replace(model, crashes=Crashes(intensity=a_century / 100.0, size=size, lifts=lifts))


def loading(kappa: float, horizon: Any) -> Any:
    """B: the share of a factor's present that its mean over ``horizon`` years keeps."""
    x = np.maximum(kappa * np.asarray(horizon, dtype=float), 1e-12)
    return -np.expm1(-x) / x


def swap_variance(model: TwoFactor, v: tuple[Any, Any], horizon: Any = TAU) -> Floats:
    """The model's VIX squared (as a variance a year) at any horizon, from factor levels."""
    times = Times.of(horizon)
    fixed, moving = np.asarray(model.jump_variance), np.asarray(0.0)
    for factor, level, now in zip(model.factors, model.levels, v, strict=True):
        B = loading(factor.kappa, times.distinct)
        fixed = fixed + (1.0 - B) * level
        moving = moving + times.spread(B) * now
    return np.asarray(times.spread(fixed) + moving)


@cache
def _month_loading(kappa: float) -> float:
    return float(loading(kappa, TAU))


def vix(model: TwoFactor, v: tuple[Any, Any]) -> Floats:
    """Spot VIX in index points."""
    return np.asarray(100.0 * np.sqrt(swap_variance(model, v)))


def moments(model: TwoFactor, v: tuple[Any, Any], years: Any) -> tuple[Any, Any]:
    """Mean and variance of X_T = (VIX_T / 100)^2 under the pricing measure, exact."""
    return _weights(model).moments(v, years)


def future(model: TwoFactor, v: tuple[Any, Any], years: Any) -> Floats:
    """VIX futures in index points; at no time to go it is spot VIX."""
    return _weights(model).future(v, years)


@cache
def _weights(model: TwoFactor) -> Weights:
    return Weights(model)


class Weights:
    """What a future hangs on: both moments of X_T are affine in the factors, and the weights
    are functions of the time alone, worked out once for each distinct time of ``Times``.

    With E_i = e^{-kappa_i T} each weight is a sum over 1, E_1, E_2, E_1^2 and E_2^2.
    """

    def __init__(self, model: TwoFactor) -> None:
        self.decay = -np.array([[f.kappa] for f in model.factors])
        self.least = float(swap_variance(model, (0.0, 0.0)))
        # rows: of the mean and of the variance the fixed part and both slopes
        self.sums = np.zeros((6, 5))
        self.sums[0, 0] = model.jump_variance
        for i, (f, level) in enumerate(zip(model.factors, model.levels, strict=True)):
            one, square = 1 + i, 3 + i
            B = _month_loading(f.kappa)
            noise = B * B * f.sigma**2 / f.kappa
            self.sums[0, [0, one]] += level, -B * level
            self.sums[1 + i, one] = B
            self.sums[3, [0, one, square]] += 0.5 * noise * level * np.array([1.0, -2.0, 1.0])
            self.sums[4 + i, [one, square]] = noise, -noise
            if i == 0:
                lifted = model.jumps.intensity * model.variance_jump**2
                self.sums[3, [0, square]] += B * B * lifted / f.kappa * np.array([1.0, -1.0])

    def at(self, years: Floats) -> Floats:
        """The six rows at these times."""
        terms = np.empty((5, years.size))
        terms[0] = 1.0
        E = np.exp(self.decay * years.reshape(-1), out=terms[1:3])
        np.multiply(E, E, out=terms[3:])
        # no matrix product: that of a library may start threads
        rows: Floats = np.add.reduce(self.sums[:, :, None] * terms, axis=1)
        return rows.reshape(6, *years.shape)

    def moments(self, v: tuple[Any, Any], years: Any) -> tuple[Any, Any]:
        times = Times.of(years)
        rows = times.spread(self.at(times.distinct))
        mean = rows[1] * v[0]
        mean += rows[2] * v[1]
        mean += rows[0]
        variance = rows[4] * v[0]
        variance += rows[5] * v[1]
        variance += rows[3]
        return mean, variance

    def future(self, v: tuple[Any, Any], years: Any) -> Floats:
        mean, variance = self.moments(v, years)
        k = mean - self.least
        k *= k
        k /= np.maximum(variance, 1e-14)
        short = convexity(k, self.least / mean)
        short *= -100.0
        short += 100.0
        return np.asarray(np.sqrt(mean) * short)


LOG_SHAPES = np.linspace(np.log(0.05), np.log(2000.0), 56)
SHARES = np.linspace(0.0, 1.0, 41)


def convexity(k: Any, share: Any) -> Floats:
    """1 - E sqrt(share + (1 - share) G / k) for G gamma of shape ``k``, from the table.

    The table holds it over (1 - share)^2 / (8 (k + 1)), which is nearly flat.
    """
    k, share = np.asarray(k, dtype=float), np.asarray(share, dtype=float)
    u = np.log(np.minimum(np.maximum(k, 0.05), 1999.0))
    u -= LOG_SHAPES[0]
    u *= 1.0 / (LOG_SHAPES[1] - LOG_SHAPES[0])
    w = np.minimum(np.maximum(share, 0.0), 0.9999)
    w *= 1.0 / SHARES[1]
    i, j = np.floor(u), np.floor(w)
    u -= i
    w -= j
    i *= len(SHARES)
    i += j
    at = i.astype(int)
    value, along, across, both = convexity_corners().take(at, axis=1)
    value += w * along
    across += w * both
    value += u * across
    size = 1.0 - share
    size *= size
    return np.asarray(size / (8.0 * k + 8.0) * value)


@cache
def convexity_corners() -> Floats:
    """Of each cell of the table its first corner, its two slopes and how they twist: four rows."""
    table = _convexity_table()
    along, across = np.zeros_like(table), np.zeros_like(table)
    along[:, :-1] = np.diff(table, axis=1)
    across[:-1] = np.diff(table, axis=0)
    twist = np.zeros_like(table)
    twist[:-1] = np.diff(along, axis=0)
    return np.stack([table.ravel(), along.ravel(), across.ravel(), twist.ravel()])


@cache
def _convexity_table() -> Floats:
    """By quadrature over the quantiles of the gamma law, crowded towards both ends."""
    x, weight = np.polynomial.legendre.leggauss(140)
    x, weight = 0.5 * (x + 1.0), 0.5 * weight
    quantile = x**3 * (10.0 - 15.0 * x + 6.0 * x * x)
    weight = weight * 30.0 * x * x * (1.0 - x) ** 2
    k = np.exp(LOG_SHAPES)[:, None, None]
    draws = gammaincinv(k, quantile) / k
    share = np.minimum(SHARES, 0.9999)[None, :, None]
    root = np.sqrt(share + (1.0 - share) * draws)
    short = 1.0 - (weight * root).sum(axis=-1)
    return np.asarray(short * 8.0 * (k[..., 0] + 1.0) / (1.0 - share[..., 0]) ** 2)


@dataclass(frozen=True)
class FactorCurve:
    """The futures of a two-factor world, from its factors (``days + 1`` by ``paths``)."""

    model: TwoFactor
    variances: tuple[Floats, Floats]

    @cached_property
    def weights(self) -> Weights:
        return _weights(self.model)

    def future(self, day: int | slice, years: Any, at: Indices | None = None) -> Floats:
        """VIX futures ``years`` ahead of the close of ``day``, index points."""
        fast, slow = self._at(day)
        v = (fast, slow) if at is None else (fast[at], slow[at])
        return self.weights.future(v, years)

    def horizon_vol(self, day: int, years: Any) -> Floats:
        """The VIX-like vol to ``years`` ahead, index points: short options see the fast factor."""
        return np.asarray(100.0 * np.sqrt(swap_variance(self.model, self._at(day), years)))

    def first(self, paths: int) -> FactorCurve:
        """The same curve for the first ``paths`` paths."""
        fast, slow = (np.ascontiguousarray(v[:, :paths]) for v in self.variances)
        return FactorCurve(self.model, (fast, slow))

    def beside(self, others: Sequence[FactorCurve]) -> FactorCurve:
        """This curve and others of one pricing measure as one, path after path."""
        model = replace(self.model, crashes=None)
        if any(replace(one.model, crashes=None) != model for one in others):
            raise ValueError("curves side by side need one model")
        both = zip(*(one.variances for one in (self, *others)), strict=True)
        fast, slow = (np.concatenate(factor, axis=1) for factor in both)
        return FactorCurve(model, (fast, slow))

    def _at(self, day: int | slice) -> tuple[Floats, Floats]:
        return self.variances[0][day], self.variances[1][day]


def world(
    *,
    paths: int,
    days: int,
    seed: int,
    model: TwoFactor = EDU_2,
    spot: float = 7138.80,
    report: Callable[[float], None] | None = None,
    carry: float | None = None,
) -> World:
    """Paths of the model: index and VIX under the real-world measure, the curve under the other.

    With ``carry`` the paths too are drawn under the measure that prices, where every fairly
    priced position earns nothing on average: a test of prices, not a market.
    """
    moves = model.real() if carry is None else model.priced(carry)
    drawn = simulate(moves, steps=days, paths=paths, seed=seed, spot=spot, step=STEP, report=report)
    v = (drawn.variances[0], drawn.variances[1])
    return World(
        kind="model",
        spx=drawn.spot,
        vix=vix(model, v),
        years=np.asarray(np.arange(days + 1) * STEP, dtype=np.float64),
        curve=FactorCurve(model, v),
        jumped=drawn.jumped,
    )
