"""VIX futures and options in affine models: one transform for all of them.

Notation: tau = 30/365; X = (VIX/100)^2 = A + sum_i B_i v_i with

    B = (1 - e^{-kappa tau}) / (kappa tau),  A = theta (1 - B)           (Zhang and Zhu 2006)
      + 2 lam (m - nu)                                return jumps: a log contract's share
      + lam_v mu_v (1 - B) / kappa                    exponential variance jumps

and L(s) = E[e^{-s X_T}]. With g = (1 - e^{-kappa T}) / kappa, u = s B, D = 1 + u sigma^2 g / 2,
ln E[e^{-u v_T}] = -(2 kappa theta / sigma^2) ln D - u v0 e^{-kappa T} / D, and variance jumps
(Duffie, Pan and Singleton 2000) add, with q = 1 + u (mu_v e^{-kappa T} + sigma^2 g / 2),

    -(lam_v mu_v u g / q) ln(1 + x) / x,   x = u g (mu_v kappa - sigma^2 / 2) / q.

    Future:  F = 100 / (2 sqrt(pi)) int_0^inf (1 - L(s)) s^{-3/2} ds
    Call:    100/(2 pi i) int L(-z) sqrt(pi)/2 erfc(k sqrt(z)) z^{-3/2} dz,  k = K/100
                                                       (Sepp 2008; Lian and Zhu 2013)

on a line from a point inside (0, z_max), z_max the first singularity of L(-z) - of the
diffusion or of the variance jumps, whichever is nearer - tilted into the half plane where
the integrand decays. The model's VIX is the idealised one: no strikes missing, no special
opening quotation. Options have parity with the future, never with spot VIX.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import erfcx

from ..errors import EngineError
from ..numerics.arrays import BoolLike, FloatLike, Floats, floats, signs
from ..numerics.quadrature import Rows, half_line
from .affine import Complexes, Factor, Jumps, log1p_over

TAU = 30.0 / 365.0
TILTS = (0.0, 0.3, 1.0)
ALLOWED_PEAK = 3.0  # natural log by which the integrand may exceed its start
NEGLIGIBLE = -42.0
NEVER_PAID = -200.0
SURE = -38.0
SCAN = np.exp(np.linspace(math.log(1e-6), math.log(1e16), 80))
SINH_REACH = 5.1  # the future's integrand dies like e^{-sinh(y)/2}: 1e-17 there


@dataclass(frozen=True, kw_only=True)
class VarianceJumps:
    """Exponential upward jumps of the first factor: rate a year and mean size (a variance)."""

    intensity: float = 0.0
    mean: float = 0.0


@dataclass(frozen=True, kw_only=True)
class VixModel:
    """Square-root variance factors (their ``rho`` plays no part), return and variance jumps."""

    factors: tuple[Factor, ...]
    jumps: Jumps = field(default_factory=Jumps)
    variance_jumps: VarianceJumps = field(default_factory=VarianceJumps)

    @property
    def loadings(self) -> tuple[float, tuple[float, ...]]:
        """A and the B of each factor."""
        jumps, vj = self.jumps, self.variance_jumps
        A = 2.0 * jumps.intensity * (jumps.compensator - jumps.mean)
        B = tuple(_mean_decay(factor.kappa, TAU) for factor in self.factors)
        for factor, b in zip(self.factors, B, strict=True):
            A += factor.theta * (1.0 - b)
        A += vj.intensity * vj.mean * _jump_share(self.factors[0].kappa)
        return A, B

    @property
    def spot(self) -> float:
        """The VIX now, in index points."""
        return 100.0 * math.sqrt(self.squared_now)

    @property
    def squared_now(self) -> float:
        A, B = self.loadings
        return A + sum(b * f.v0 for f, b in zip(self.factors, B, strict=True))

    @property
    def is_certain(self) -> bool:
        """Nothing moves the VIX at random."""
        still = all(
            f.sigma == 0.0 or not _is_alive(self, index) for index, f in enumerate(self.factors)
        )
        return still and self.variance_jumps.intensity * self.variance_jumps.mean == 0.0


def future(model: VixModel, *, expiry: FloatLike) -> Floats:
    """F(T) = E[VIX_T] in index points, for each ``expiry`` in years."""
    T = floats(expiry)
    result = np.array([_future(model, float(t)) for t in T.reshape(-1)])
    return result.reshape(T.shape)


def future_beta(model: VixModel, *, expiry: FloatLike) -> Floats:
    """dF/dVIX: points the future moves for each point that spot VIX diffuses.

    With one factor it is the ratio of the two derivatives in v0. With several it is the
    regression slope of dF on dVIX, each factor weighing by its instantaneous variance
    sigma^2 v0 (by sigma^2 if all v0 are nought). nan where spot VIX is nought.
    """
    T = floats(expiry)
    result = np.array([_future_beta(model, float(t)) for t in T.reshape(-1)])
    return result.reshape(T.shape)


def option(
    model: VixModel,
    *,
    strike: FloatLike,
    expiry: float,
    rate: float = 0.0,
    call: BoolLike = True,
) -> Floats:
    """Present value in index points of options at the strikes ``strike`` > 0 (one expiry).

    Puts and calls are tied by C - P = e^{-rT} (F - K).
    """
    K, f = np.broadcast_arrays(floats(strike), signs(call))
    F = _future(model, expiry)
    calls = np.minimum(_calls(model, K.reshape(-1), expiry, F).reshape(K.shape), F)
    value = np.where(f > 0, calls, calls - F + K)
    least = np.maximum(f * (F - K), 0.0)
    result: Floats = math.exp(-rate * expiry) * np.maximum(value, least)
    return result


def log_laplace(model: VixModel, s: Any, T: float) -> Any:
    """ln L(s) = ln E[e^{-s X_T}], for real or complex ``s`` right of -z_max."""
    A, B = model.loadings
    total = -s * A
    for index, (factor, b) in enumerate(zip(model.factors, B, strict=True)):
        if not _is_alive(model, index):
            continue
        u = s * b
        g = _mean_decay(factor.kappa, T) * T
        half = 0.5 * factor.sigma**2 * g
        decay = math.exp(-factor.kappa * T)
        total = total - factor.kappa * factor.theta * g * u * log1p_over(u * half)
        total = total - u * factor.v0 * decay / (1.0 + u * half)
        vj = model.variance_jumps
        if index == 0 and vj.intensity * vj.mean > 0.0:
            q = 1.0 + u * (vj.mean * decay + half)
            x = u * (vj.mean * factor.kappa * g - half) / q
            total = total - vj.intensity * vj.mean * u * g / q * log1p_over(x)
    return total


def first_singularity(model: VixModel, T: float) -> float:
    """z_max: L(-z) is finite for z below it, and only there."""
    _, B = model.loadings
    limits = [math.inf]
    for index, (factor, b) in enumerate(zip(model.factors, B, strict=True)):
        half = 0.5 * factor.sigma**2 * _mean_decay(factor.kappa, T) * T
        if half > 0.0 and _is_alive(model, index):
            limits.append(1.0 / (b * half))
        vj = model.variance_jumps
        if index == 0 and vj.intensity * vj.mean > 0.0:
            late = vj.mean * math.exp(-factor.kappa * T) + half
            limits.append(1.0 / (b * max(vj.mean, late)))
    return min(limits)


def grunbichler_longstaff(
    *,
    vix: float,
    a: float,
    b: float,
    s: float,
    expiry: float,
    strike: float,
    rate: float = 0.0,
) -> tuple[float, float]:
    """Future and call when VIX itself is square-root: dV = (a - bV) dt + s sqrt(V) dW.

    Grunbichler and Longstaff (1996), in closed form with the noncentral chi-square law.
    V is an affine factor, so its Laplace transform prices the call as well: the tests
    hold the two against each other. ``a``, ``b``, ``s``, ``vix`` > 0.
    """
    from scipy.special import chndtr

    decay = math.exp(-b * expiry)
    c = s * s * (1.0 - decay) / (4.0 * b)
    n, ncp, x = 4.0 * a / (s * s), vix * decay / c, strike / c
    mean = a / b * (1.0 - decay) + decay * vix
    above = [1.0 - float(chndtr(x, n + extra, ncp)) for extra in (0.0, 2.0, 4.0)]
    call = vix * decay * above[2] + a / b * (1.0 - decay) * above[1] - strike * above[0]
    return mean, math.exp(-rate * expiry) * call


def _mean_decay(kappa: float, T: float) -> float:
    """(1 - e^{-kappa T}) / (kappa T), with its limit 1."""
    x = kappa * T
    return 1.0 - 0.5 * x if x < 1e-9 else -math.expm1(-x) / x


def _jump_share(kappa: float) -> float:
    """(1 - B) / kappa: the mean later variance from jumps at rate one and mean one."""
    return 0.5 * TAU if kappa < 1e-7 else (1.0 - _mean_decay(kappa, TAU)) / kappa


def _is_alive(model: VixModel, index: int) -> bool:
    """Whether the factor can leave nought: jumps arrive into the first one."""
    factor, vj = model.factors[index], model.variance_jumps
    fed = factor.kappa * factor.theta + (vj.intensity * vj.mean if index == 0 else 0.0)
    return factor.v0 > 0.0 or fed > 0.0


def _certain_squared(model: VixModel, T: float) -> float:
    """X_T when nothing is random."""
    A, B = model.loadings
    later = (f.theta + (f.v0 - f.theta) * math.exp(-f.kappa * T) for f in model.factors)
    return A + sum(b * v for b, v in zip(B, later, strict=True))


def _over_scales(model: VixModel, T: float, integrand: Callable[[Floats], Floats]) -> float:
    """int_0^inf integrand(s) ds for one that dies like s^{-1/2} ds/s at both ends of (0, inf)."""
    unit = max(-float(log_laplace(model, 1e-8, T)) / 1e-8, 1e-12)  # E[X], nearly

    def total(y: Floats, step: float) -> float:
        s = np.exp(np.sinh(y)) / unit
        return step * float(np.sum(integrand(s) * s * np.cosh(y)))

    nodes = 160
    step = 2.0 * SINH_REACH / nodes
    old = total(floats(step * np.arange(nodes + 1) - SINH_REACH), step)
    while nodes < 20_000:
        new = 0.5 * (old + total(floats(step * (np.arange(nodes) + 0.5) - SINH_REACH), step))
        nodes, step = 2 * nodes, 0.5 * step
        if abs(new - old) <= 1e-10 * abs(new):
            return new
        old = new
    raise EngineError("the integral for a VIX future did not settle; no figure is given")


def _future(model: VixModel, T: float) -> float:
    if T == 0.0 or model.is_certain:
        return 100.0 * math.sqrt(_certain_squared(model, T) if T > 0.0 else model.squared_now)

    def integrand(s: Floats) -> Floats:
        result: Floats = -np.expm1(log_laplace(model, s, T)) * s**-1.5
        return result

    return 50.0 / math.sqrt(math.pi) * _over_scales(model, T, integrand)


def _future_slope(model: VixModel, T: float, index: int) -> float:
    """dF/dv0 of one factor: -d ln L/dv0 under the integral."""
    factor, b = model.factors[index], model.loadings[1][index]
    half = 0.5 * factor.sigma**2 * _mean_decay(factor.kappa, T) * T
    decay = b * math.exp(-factor.kappa * T)

    def integrand(s: Floats) -> Floats:
        result: Floats = (
            np.exp(log_laplace(model, s, T)) * decay / (1.0 + s * b * half) / np.sqrt(s)
        )
        return result

    return 50.0 / math.sqrt(math.pi) * _over_scales(model, T, integrand)


def _future_beta(model: VixModel, T: float) -> float:
    if T == 0.0:
        return 1.0
    now = model.squared_now
    if now == 0.0:
        return math.nan
    spot = [50.0 * b / math.sqrt(now) for b in model.loadings[1]]
    weights = [f.sigma**2 * f.v0 for f in model.factors]
    if sum(weights) == 0.0:
        weights = [f.sigma**2 for f in model.factors]
    if sum(weights) == 0.0:  # nothing moves by itself: every factor's move counts alike
        weights = [1.0 for _ in model.factors]
    top = bottom = 0.0
    for index, (weight, slope) in enumerate(zip(weights, spot, strict=True)):
        if weight > 0.0:
            top += weight * slope * _slope_ahead(model, T, index)
            bottom += weight * slope * slope
    return top / bottom


def _slope_ahead(model: VixModel, T: float, index: int) -> float:
    """dF/dv0 of one factor, random or not."""
    if not model.is_certain:
        return _future_slope(model, T, index)
    later = _certain_squared(model, T)
    if later == 0.0:
        return math.inf
    decay = math.exp(-model.factors[index].kappa * T)
    return 50.0 * model.loadings[1][index] * decay / math.sqrt(later)


def _calls(model: VixModel, K: Floats, T: float, F: float) -> Floats:
    """Undiscounted calls at each strike."""
    A, _ = model.loadings
    k = K / 100.0
    if T == 0.0 or model.is_certain:
        return np.maximum(F - K, 0.0)
    result = np.maximum(F - K, 0.0)  # a strike under the least possible VIX is sure to be paid
    for index in np.flatnonzero(k * k > A * (1.0 + 1e-12)):
        result[index] = _call(model, float(k[index]), T)
    return result


def _call(model: VixModel, k: float, T: float) -> float:
    """One undiscounted call; the line starts at ``start`` and is measured in units of it."""
    start = _contour_start(model, k, T)
    if _is_sure_to_be_paid(model, k, T):
        return _future(model, T) - 100.0 * k
    # everything relative to the start, so that far strikes keep their digits
    base = float(log_laplace(model, -start, T)) - k * k * start

    if base < NEVER_PAID:
        return 0.0  # the integral is at most a few times e^base

    def integrand(x: Floats, t: float) -> tuple[Complexes, Complexes]:
        z = np.asarray(1.0 + (1j + t) * x, dtype=np.complex128)
        root = np.sqrt(z)
        exponent = log_laplace(model, -start * z, T) - k * k * start * z - base
        return exponent, (1.0 - 1j * t) * erfcx(k * math.sqrt(start) * root) / (z * root)

    reach, tilt = math.inf, 0.0
    for t in TILTS:
        exponent, rest = integrand(SCAN, t)
        size = exponent.real + np.log(np.abs(rest))
        last = int(np.flatnonzero(size + np.log(SCAN) > NEGLIGIBLE).max(initial=0))
        died = float(SCAN[min(last + 1, SCAN.size - 1)])
        if died < reach and (t == 0.0 or size.max() < size[0] + ALLOWED_PEAK):
            reach, tilt = died, t

    def sums(x: Floats, weight: Floats, index: Rows) -> Floats:
        exponent, rest = integrand(x, tilt)
        return np.array([[float(np.sum((np.exp(exponent) * rest).real * weight))]])

    value = half_line(sums, rows=1, reach=reach, allowed=np.array([1e-11]), largest_scale=0.3)
    return 50.0 / math.sqrt(math.pi * start) * float(value[0, 0]) * math.exp(base)


def _is_sure_to_be_paid(model: VixModel, k: float, T: float) -> bool:
    """Whether the put is worthless: Chernoff's bound P(X < k^2) <= e^{s k^2} L(s)."""
    s = np.geomspace(1e-2, 1e14, 65) / max(k * k, 1e-12)
    bound = float(np.min(s * k * k + log_laplace(model, s, T)))
    return bound < SURE


def _contour_start(model: VixModel, k: float, T: float) -> float:
    """A point of (0, z_max) where the integrand on the real axis is smallest, nearly."""
    top = first_singularity(model, T)
    if math.isinf(top):
        top = 1e6 / (k * k)
    least = min(1e-6 * top, 0.03 / max(k * k, model.squared_now))
    z = np.concatenate([np.geomspace(least, 0.1 * top, 60), top * np.linspace(0.12, 0.9, 30)])
    size = log_laplace(model, -z, T) - k * k * z - 1.5 * np.log(z)
    size = size + np.log(erfcx(k * np.sqrt(z)))
    return float(z[np.argmin(size)])
