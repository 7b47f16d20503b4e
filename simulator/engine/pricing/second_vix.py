"""VIX futures and options by another route than ``vix``: from the law of the variance.

Notation: X = (VIX/100)^2 = A + sum_i B_i v_i. Without variance jumps v_T = c x with x
noncentral chi-square of d degrees of freedom (Cox, Ingersoll and Ross 1985):

    c = sigma^2 (1 - e^{-kappa T}) / (4 kappa),  d = 4 kappa theta / sigma^2,
    ncp = v0 e^{-kappa T} / c,

and future, call and put are their payoffs integrated over that density, in y = sqrt(x),
which a power of y tames where Feller's condition fails. With two factors or variance jumps
P(X > x) is found by Talbot's inversion (Abate and Valko 2004) of a Laplace transform whose
jump part is integrated over the time of the jump, and E[g(X)] = g(A) + int_A g' P(X > x) dx.

An answer is given only where the law's mass and mean come out, or two inversions agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln, ive

from ..numerics.arrays import Floats
from .affine import Factor
from .second_route import TAIL, panels
from .vix import VixModel

TAU = 30.0 / 365.0
RIGHT_MASS = 1e-9
SMOOTH = 8.0
GRADES = 24
SMALLEST_PANEL = 1e-9
INVERSION_ERROR = 1e-6  # of a point


@dataclass(frozen=True)
class Way:
    """Talbot's ``terms``, how fast panels ``shrink`` towards the least VIX, and how strongly
    the times of variance jumps crowd towards the end: two ways that must agree."""

    terms: int
    shrink: float
    crowding: int


WAYS = (Way(24, 3.0, 3), Way(30, 2.3, 5))


@dataclass(frozen=True)
class Figures:
    """Undiscounted: the future, the call and the put at one strike, in index points."""

    future: float
    call: float
    put: float


def figures(model: VixModel, *, strike: float, expiry: float) -> Figures | None:
    """The three figures; None where this route cannot decide."""
    if expiry == 0.0:
        return None
    if len(model.factors) == 1 and not _has_variance_jumps(model):
        found = _by_density(model, strike, expiry)
        if found is not None:
            return found
    first, second = (_by_inversion(model, strike, expiry, way) for way in WAYS)
    if first is None or second is None:
        return None
    far = max(abs(first.future - second.future), abs(first.call - second.call))
    return second if far <= INVERSION_ERROR else None


def _has_variance_jumps(model: VixModel) -> bool:
    return model.variance_jumps.intensity * model.variance_jumps.mean > 0.0


def squared_vix(model: VixModel) -> tuple[float, list[float]]:
    """A and the B of each factor, by averaging the mean paths over the 30 days."""
    t, weight = panels(np.linspace(0.0, TAU, 3))
    weight = weight / TAU
    jumps = model.jumps
    m = math.exp(jumps.mean + 0.5 * jumps.sd**2) - 1.0
    A, B = 2.0 * jumps.intensity * (m - jumps.mean), []
    for factor in model.factors:
        b = float(np.sum(weight * np.exp(-factor.kappa * t)))
        A += factor.theta * (1.0 - b)
        B.append(b)
    first, vj = model.factors[0].kappa, model.variance_jumps
    if _has_variance_jumps(model):
        # a jump at s lifts what is left of the window: int_0^t e^{-kappa u} du at each t
        inner = np.array([_decayed(first, float(x)) for x in t])
        A += vj.intensity * vj.mean * float(np.sum(weight * inner))
    return A, B


def _decayed(kappa: float, length: float) -> float:
    u, weight = panels(np.linspace(0.0, length, 3))
    return float(np.sum(weight * np.exp(-kappa * u)))


def _by_density(model: VixModel, strike: float, T: float) -> Figures | None:
    A, (b,) = squared_vix(model)
    nodes = _law(model.factors[0], T).nodes(((strike / 100.0) ** 2 - A) / b)
    if nodes is None:
        return None
    vix, weight = 100.0 * np.sqrt(A + b * nodes[0]), nodes[1]
    return Figures(
        future=float(np.sum(weight * vix)),
        call=float(np.sum(weight * np.maximum(vix - strike, 0.0))),
        put=float(np.sum(weight * np.maximum(strike - vix, 0.0))),
    )


@dataclass(frozen=True)
class _Law:
    """v_T of one factor: ``certain``, or ``scale`` times a noncentral chi-square."""

    mean: float
    scale: float
    degrees: float
    ncp: float

    def nodes(self, kink: float) -> tuple[Floats, Floats] | None:
        """Values of v_T with weights that sum to one; a panel ends at the ``kink``."""
        if self.scale == 0.0:
            return np.array([self.mean]), np.array([1.0])
        centre = math.sqrt(self.degrees + self.ncp)
        low, high = max(0.0, centre - TAIL), centre + TAIL
        at_kink = min(max(math.sqrt(max(kink, 0.0) / self.scale), low), high)
        edges = np.append(np.linspace(low, high, 21), at_kink)
        y, weight = panels(np.unique(edges[edges > 0.0]))
        if low == 0.0:
            y, weight = self._near_nought(float(edges[edges > 0.0].min()), y, weight)
        weight = weight * self._density(y)
        v = self.scale * y * y
        if self.degrees == 0.0:
            v, weight = np.append(v, 0.0), np.append(weight, math.exp(-0.5 * self.ncp))
        mean = float(np.sum(v * weight))
        off = abs(float(np.sum(weight)) - 1.0) + abs(mean - self.mean) / self.mean
        return (v, weight) if off <= RIGHT_MASS else None

    def _near_nought(self, first: float, y: Floats, weight: Floats) -> tuple[Floats, Floats]:
        """Add panels that shrink towards nought, the last one in a power of y.

        The density goes like y^{d-1} there, which is smooth in t when y = t^m, m d large.
        """
        shrinking = first * np.exp2(np.arange(-float(GRADES), 1.0))
        more, its = panels(shrinking)
        power = max(1.0, SMOOTH / self.degrees) if self.degrees > 0.0 else 1.0
        t, dt = panels(np.array([0.0, 1.0]))
        last = shrinking[0] * t**power
        return (
            np.concatenate([last, more, y]),
            np.concatenate([shrinking[0] * power * t ** (power - 1.0) * dt, its, weight]),
        )

    def _density(self, y: Floats) -> Floats:
        """Of sqrt(x), for y > 0."""
        d, ncp = self.degrees, self.ncp
        with np.errstate(all="ignore"):
            if ncp == 0.0:
                log = (d - 1.0) * np.log(y) - 0.5 * y * y + (1.0 - 0.5 * d) * math.log(2.0)
                return np.asarray(np.exp(log - gammaln(0.5 * d)))
            root = math.sqrt(ncp)
            order = abs(0.5 * d - 1.0) if d == 0.0 else 0.5 * d - 1.0
            log = np.log(y) - 0.5 * (y - root) ** 2 + (0.5 * d - 1.0) * np.log(y / root)
            return np.asarray(np.exp(log) * ive(order, root * y))


def _law(factor: Factor, T: float) -> _Law:
    decay = math.exp(-factor.kappa * T)
    mean = factor.theta + (factor.v0 - factor.theta) * decay
    scale = 0.25 * factor.sigma**2 * _decayed(factor.kappa, T)
    if scale == 0.0 or mean == 0.0:
        return _Law(mean, 0.0, 0.0, 0.0)
    degrees = 4.0 * factor.kappa * factor.theta / factor.sigma**2
    return _Law(mean, scale, degrees, factor.v0 * decay / scale)


def _by_inversion(model: VixModel, strike: float, T: float, way: Way) -> Figures | None:
    """E sqrt(X) and the call from P(X > x), integrated in sqrt(x)."""
    A, _ = squared_vix(model)
    root, k = math.sqrt(A), strike / 100.0
    high = 2.0 * max(root, 0.05)
    while float(_above(model, np.array([high * high - A]), T, way)[0]) > 1e-9:
        high *= 1.5
        if high > 1e3:
            return None
    levels = math.ceil(math.log(SMALLEST_PANEL) / -math.log(way.shrink))
    coarse = np.append(way.shrink ** -np.arange(0.0, levels), 0.0)
    shares = np.append(coarse, 0.5 * (coarse[1:] + coarse[:-1]))
    edges = np.append(root + (high - root) * shares, min(max(k, root), high))
    y, weight = panels(np.unique(edges))
    above = _above(model, y * y - A, T, way)
    if not np.isfinite(above).all() or above.min() < -1e-6 or above.max() > 1.0 + 1e-6:
        return None
    future = 100.0 * (root + float(np.sum(weight * above)))
    over = y > k
    call = 100.0 * (max(root - k, 0.0) + float(np.sum((weight * above)[over])))
    return Figures(future, call, call - future + strike)


def _above(model: VixModel, x: Floats, T: float, way: Way) -> Floats:
    """P(X - A > x) by Talbot's contour, for each x > 0."""
    terms = way.terms
    theta = np.arange(1, terms) * math.pi / terms
    cot = 1.0 / np.tan(theta)
    shape = np.concatenate([[1.0], theta * (cot + 1j)])
    slope = np.concatenate([[0.5], 1.0 + 1j * (theta + (theta * cot - 1.0) * cot)])
    r = 0.4 * terms / x
    s = r[:, None] * shape
    with np.errstate(all="ignore"):
        value = np.exp(s * x[:, None] + _log_laplace(model, s, T, way.crowding)) / s * slope
    below: Floats = (r / terms) * value.sum(axis=1).real
    return np.asarray(1.0 - below)


def _log_laplace(model: VixModel, s: Any, T: float, crowding: int) -> Any:
    """ln E[e^{-s(X_T - A)}], the jump part integrated over the time of the jump."""
    _, B = squared_vix(model)
    total = np.zeros_like(s)
    for index, (factor, b) in enumerate(zip(model.factors, B, strict=True)):
        half = 0.5 * factor.sigma**2
        u = s * b
        D = 1.0 + u * half * _decayed(factor.kappa, T)
        total = total - u * factor.v0 * math.exp(-factor.kappa * T) / D
        if factor.sigma > 0.0:
            total = total - factor.kappa * factor.theta / half * np.log(D)
        else:
            total = total - u * factor.theta * (1.0 - math.exp(-factor.kappa * T))
        if index == 0 and _has_variance_jumps(model):
            vj = model.variance_jumps
            # where s is large a jump's last moments count: nodes crowd towards them
            t, dt = panels(np.linspace(0.0, 1.0, 3))
            times, weights = T * t**crowding, T * crowding * t ** (crowding - 1) * dt
            for left, weight in zip(times, weights, strict=True):
                grown = 1.0 + u * half * _decayed(factor.kappa, float(left))
                response = u * math.exp(-factor.kappa * float(left)) / grown
                total = total + weight * vj.intensity * (1.0 / (1.0 + vj.mean * response) - 1.0)
    return total
