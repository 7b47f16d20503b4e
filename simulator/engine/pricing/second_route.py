"""Options on a spot or a forward by another route than the calculators take.

Nothing here is shared with the pricers that it checks: no closed form, no contour, no
series, and its own quadrature (Gauss-Legendre panels). Notation: X = ln(S_T/F), k = ln(K/F).

    One vol:   the payoff integrated over the normal density, point by point.
    The rest:  Gil-Pelaez (1951) with f(u) = E[e^{iuX}] in the textbook form of Albrecher
               et al. (2007), on the real axis:
               P(X > k)   = 1/2 + (1/pi) int_0^inf Re[e^{-iuk} f(u) / (iu)] du
               E[e^X; X > k] likewise with f(u - i).

An answer is given only where it settles; ``None`` says that this route cannot decide.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..numerics.arrays import Floats

NODES = 16
TAIL = 9.5  # standard deviations beyond which a normal density is 1e-20
DEAD = 1e-15
SETTLED = 1e-11
LARGEST_GRID = 1 << 17
ROUNDING = 2e-16
SMALLEST_DIGITS = 3e-9  # what the textbook form may lose by dividing by sigma^2
SCAN = np.geomspace(1e-3, 1e7, 400)

Transform = Callable[[Any], Any]


@dataclass(frozen=True)
class Shares:
    """``stock`` E[e^X; exercised] and ``bond`` P(exercised), for a call or a put."""

    stock: float
    bond: float


@dataclass(frozen=True, kw_only=True)
class Law:
    """What moves the log price until T: certain variance, a square-root one, or both, and jumps."""

    variance: float = 0.0  # certain, total until the horizon
    v0: float = 0.0
    kappa: float = 0.0
    theta: float = 0.0
    sigma: float = 0.0
    rho: float = 0.0
    jump_intensity: float = 0.0
    jump_mean: float = 0.0
    jump_sd: float = 0.0


def lognormal_shares(*, log_strike: float, spread: float, call: bool) -> Shares | None:
    """Both shares when X is normal with s.d. ``spread`` > 0 and E[e^X] = 1."""
    if spread <= 0.0:
        return None
    edge = log_strike / spread + 0.5 * spread
    if call:
        low, high = edge, max(edge, spread) + TAIL
    else:
        low, high = min(edge, 0.0) - TAIL, edge
    low, high = max(low, -TAIL - 1.0), min(high, spread + TAIL + 1.0)
    if low >= high:
        return Shares(0.0, 0.0)
    x, weight = panels(np.linspace(low, high, math.ceil(high - low) + 1))
    root = math.sqrt(2.0 * math.pi)
    stock = float(np.sum(weight * np.exp(-0.5 * (x - spread) ** 2))) / root
    return Shares(stock, float(np.sum(weight * np.exp(-0.5 * x * x))) / root)


def shares(law: Law, *, log_strike: float, expiry: float, call: bool) -> Shares | None:
    """Both shares under any ``Law``; None where the integral does not settle here."""
    spread = math.sqrt(_total_variance(law, expiry))
    if spread == 0.0:
        return None
    no_jumps = law.jump_intensity == 0.0 or (law.jump_mean == 0.0 and law.jump_sd == 0.0)
    if law.sigma == 0.0 and no_jumps:
        return lognormal_shares(log_strike=log_strike, spread=spread, call=call)
    if _lost_digits(law, expiry) > SMALLEST_DIGITS:
        return None
    reach = _reach(law, expiry)
    if reach is None:
        return None
    start = 0.5 / max(spread, abs(log_strike), 1e-6)
    found = []
    for shift in (1j, 0.0):

        def integrand(u: Floats, shift: complex = shift) -> Floats:
            value = _transform(law, u - shift, expiry) * np.exp(-1j * u * log_strike) / (1j * u)
            result: Floats = value.real
            return result

        area = _settled(integrand, reach, start)
        if area is None:
            return None
        found.append(0.5 + area / math.pi if call else 0.5 - area / math.pi)
    return Shares(*found)


def price(taken: Shares, *, forward: float, strike: float, discount: float, call: bool) -> float:
    """Present value from both shares."""
    value = forward * taken.stock - strike * taken.bond
    return discount * (value if call else -value)


def certain_variance(*, v0: float, kappa: float, theta: float, expiry: float) -> float:
    """Mean of the integrated square-root variance, by quadrature of the mean path."""
    t, weight = panels(np.linspace(0.0, expiry, 33))
    return float(np.sum(weight * (theta + (v0 - theta) * np.exp(-kappa * t))))


def panels(edges: Floats) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on each panel between neighbouring ``edges``."""
    x, weight = _legendre()
    half, middle = 0.5 * np.diff(edges), 0.5 * (edges[1:] + edges[:-1])
    nodes: Floats = (middle[:, None] + half[:, None] * x).reshape(-1)
    weights: Floats = (half[:, None] * weight).reshape(-1)
    return nodes, weights


@lru_cache(maxsize=1)
def _legendre() -> tuple[Floats, Floats]:
    x, weight = np.polynomial.legendre.leggauss(NODES)
    return x, weight


def _transform(law: Law, u: Any, T: float) -> Any:
    """f(u) for complex ``u``."""
    square = u * u + 1j * u
    exponent = -0.5 * law.variance * square
    if law.sigma > 0.0:
        s2 = law.sigma**2
        b = law.kappa - 1j * law.rho * law.sigma * u
        d = np.sqrt(b * b + s2 * square)
        g, decay = (b - d) / (b + d), np.exp(-d * T)
        bracket = (b - d) * T - 2.0 * np.log((1.0 - g * decay) / (1.0 - g))
        D = (b - d) / s2 * (1.0 - decay) / (1.0 - g * decay)
        exponent = exponent + law.kappa * law.theta / s2 * bracket + law.v0 * D
    if law.jump_intensity > 0.0:
        m = math.exp(law.jump_mean + 0.5 * law.jump_sd**2) - 1.0
        jump = np.exp(1j * u * law.jump_mean - 0.5 * law.jump_sd**2 * u * u)
        exponent = exponent + law.jump_intensity * T * (jump - 1.0 - 1j * u * m)
    return np.exp(exponent)


def _total_variance(law: Law, T: float) -> float:
    total = law.variance + law.jump_intensity * T * (law.jump_mean**2 + law.jump_sd**2)
    if law.sigma > 0.0:
        total += certain_variance(v0=law.v0, kappa=law.kappa, theta=law.theta, expiry=T)
    return total


def _lost_digits(law: Law, T: float) -> float:
    """Rounding left in the exponent by the textbook form's division by sigma squared."""
    if law.sigma == 0.0:
        return 0.0
    size = (law.kappa * law.theta * T + law.v0) * max(law.kappa, 1.0)
    return ROUNDING * size / law.sigma**2


def _reach(law: Law, T: float) -> float | None:
    """Where both transforms have died for good; None where they never do."""
    with np.errstate(all="ignore"):
        sizes = [np.abs(_transform(law, SCAN - shift, T)) for shift in (1j, 0.0)]
    alive = np.flatnonzero(~(np.maximum(*sizes) / SCAN < DEAD))
    if alive.size == 0 or alive[-1] == SCAN.size - 1:
        return None
    return float(SCAN[alive[-1] + 1])


def _settled(f: Callable[[Floats], Floats], reach: float, start: float) -> float | None:
    """Integral over (0, reach) on panels that double in width, each halved until it settles."""
    count = max(2, math.ceil(math.log2(max(reach / start, 2.0))) + 1)
    edges = np.concatenate([[0.0], reach * 2.0 ** np.arange(1 - count, 1)])
    old = math.inf
    while NODES * (edges.size - 1) <= LARGEST_GRID:
        x, weight = panels(edges)
        new = float(np.sum(f(x) * weight))
        if not math.isfinite(new):
            return None
        if abs(new - old) <= SETTLED:
            return new
        old = new
        edges = np.sort(np.concatenate([edges, 0.5 * (edges[1:] + edges[:-1])]))
    return None
