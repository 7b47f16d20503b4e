"""Paths of an index with square-root variance factors and jumps, with low bias.

Notation: n factors dv_i = kappa_i (theta_i - v_i) dt + sigma_i sqrt(v_i) dW_i, correlation
rho_i of W_i with the index, D the step in years, E = e^{-kappa D}, psi = var / mean^2 of v
after a step. Andersen's QE scheme draws v from a squared normal where psi <= 1.5 and from an
atom at zero with an exponential tail elsewhere, matching both moments exactly; ln S follows
by his central discretisation with the martingale correction (QE-M), so that the mean of S is
exact at any step. Source: L. Andersen, "Simple and efficient simulation of the Heston
stochastic volatility model", J. Computational Finance 11 (2008), equations 26-33 and 46-50.

Jumps of ln S ~ N(mean, sd^2) arrive as an exact Poisson process; each may lift the first
factor by an exponential amount (Duffie, Pan and Singleton 2000). They enter at the end of a
step and their drift is compensated, so the index grows at ``drift`` a year.

Beside these, seldom, a crash of one size may fall on a day (``Crashes``). Its days come from a
random stream of their own, so that the rest of every path is what it was without crashes.

Work goes in blocks of paths that fit a core's cache; a block has its own random stream, so
the same seed gives the same paths whatever the number of processes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ..errors import ParameterError
from ..pricing.affine import Factor, Jumps

Floats = NDArray[np.float64]

BLOCK = 2048
SWITCH = 1.5
STEP = 1.0 / 252.0


@dataclass(frozen=True, kw_only=True)
class Crashes:
    """Falls of ln S by ``size`` (negative), ``intensity`` a year, lifting every factor's variance.

    ``lifts`` are added to the variances (a year) at the close of the day; the drift of the index
    is compensated, so that crashes make the other days better and not the mean lower.
    """

    intensity: float
    size: float
    lifts: tuple[float, ...]

    @property
    def compensator(self) -> float:
        return float(np.expm1(self.size))


@dataclass(frozen=True, kw_only=True)
class PathModel:
    """An index under the measure its paths are drawn from; rates per year, variances a year."""

    factors: tuple[Factor, ...]
    drift: float = 0.0
    jumps: Jumps = field(default_factory=Jumps)
    variance_jump_mean: float = 0.0
    crashes: Crashes | None = None

    def __post_init__(self) -> None:
        for factor in self.factors:
            if factor.kappa <= 0.0 or factor.sigma <= 0.0:
                raise ParameterError("kappa", "paths need kappa and sigma above 0 in every factor")


@dataclass(frozen=True)
class Paths:
    """``spot`` and each factor's variance, steps + 1 by paths; ``jumped`` steps by paths."""

    spot: Floats
    variances: tuple[Floats, ...]
    jumped: NDArray[np.bool_]


@dataclass(frozen=True)
class _Scheme:
    """One factor's constants of a step."""

    decay: float
    level: float
    slope: float
    floor: float
    k2: float
    k34: float
    a: float
    start: float


def simulate(
    model: PathModel,
    *,
    steps: int,
    paths: int,
    seed: int,
    spot: float = 100.0,
    step: float = STEP,
    report: Callable[[float], None] | None = None,
) -> Paths:
    """Draw ``paths`` paths of ``steps`` steps of ``step`` years from ``spot``."""
    if steps < 1 or paths < 1:
        raise ParameterError("paths", "at least one path of one step is needed", minimum=1)
    logs = np.empty((steps + 1, paths))
    variances = tuple(np.empty((steps + 1, paths)) for _ in model.factors)
    jumped = np.zeros((steps, paths), dtype=bool)
    schemes = [_scheme(factor, step) for factor in model.factors]
    for number, start in enumerate(range(0, paths, BLOCK)):
        part = slice(start, min(start + BLOCK, paths))
        rng = np.random.Generator(np.random.SFC64([seed, 0x4E57, number]))
        _block(
            model,
            schemes,
            rng,
            step,
            logs[:, part],
            [v[:, part] for v in variances],
            jumped[:, part],
            _crash_days(model, seed, number, step, jumped[:, part].shape),
        )
        if report is not None:
            report(part.stop / paths)
    logs += np.log(spot)
    np.exp(logs, out=logs)
    return Paths(logs, variances, jumped)


def _scheme(factor: Factor, dt: float) -> _Scheme:
    kappa, theta, sigma, rho = factor.kappa, factor.theta, factor.sigma, factor.rho
    E = float(np.exp(-kappa * dt))
    half = 0.5 * dt * (kappa * rho / sigma - 0.5)
    k34 = 0.5 * dt * (1.0 - rho * rho)
    k2 = half + rho / sigma
    return _Scheme(
        decay=E,
        level=theta * (1.0 - E),
        slope=sigma * sigma * E / kappa * (1.0 - E),
        floor=theta * sigma * sigma / (2.0 * kappa) * (1.0 - E) ** 2,
        k2=k2,
        k34=k34,
        a=k2 + 0.5 * k34,
        start=factor.v0,
    )


def _block(
    model: PathModel,
    schemes: list[_Scheme],
    rng: np.random.Generator,
    dt: float,
    logs: Floats,
    variances: list[Floats],
    jumped: NDArray[np.bool_],
    crashed: NDArray[np.bool_] | None,
) -> None:
    """Fill one block, step by step; the arrays are views of the caller's."""
    steps, n = jumped.shape
    arrivals = _arrivals(model, rng, dt, steps, n)
    drift = (model.drift - model.jumps.intensity * model.jumps.compensator) * dt
    if crashed is not None and model.crashes is not None:
        drift -= model.crashes.intensity * model.crashes.compensator * dt
    logs[0] = 0.0
    for scheme, v in zip(schemes, variances, strict=True):
        v[0] = scheme.start
    normals = np.empty((len(schemes) + 1, n))
    spread = np.empty(n)
    for t in range(steps):
        rng.standard_normal(out=normals)
        x = logs[t] + drift
        spread[:] = 0.0
        for scheme, v, z in zip(schemes, variances, normals[1:], strict=True):
            x += _advance(scheme, v[t], z, v[t + 1], spread)
        np.sqrt(spread, out=spread)
        spread *= normals[0]
        x += spread
        if arrivals is not None and (here := arrivals[t]) is not None:
            who, sizes, lifts = here
            np.add.at(x, who, sizes)
            np.add.at(variances[0][t + 1], who, lifts)
            jumped[t, who] = True
        if crashed is not None and (where := np.flatnonzero(crashed[t])).size:
            assert model.crashes is not None
            x[where] += model.crashes.size
            for v, lift in zip(variances, model.crashes.lifts, strict=True):
                v[t + 1][where] += lift
            jumped[t, where] = True
        logs[t + 1] = x


def _advance(s: _Scheme, v: Floats, z: Floats, out: Floats, spread: Floats) -> Floats:
    """One QE-M step of one factor: writes v', adds its part of the variance of ln S.

    Returns the factor's part of the mean of ln S, martingale correction included.
    """
    m = s.decay * v
    m += s.level
    inverse = s.slope * v
    inverse += s.floor
    np.divide(m * m, inverse, out=inverse)  # 1 / psi
    exponential = np.flatnonzero(inverse < 1.0 / SWITCH)
    twice = np.maximum(2.0 * inverse, 1.0 + 1e-12)
    b2 = twice - 1.0
    b2 += np.sqrt(twice * b2)
    np.divide(m, 1.0 + b2, out=twice)  # now a
    np.add(np.sqrt(b2), z, out=out)
    out *= out
    out *= twice
    twice *= -2.0 * s.a  # now -2 A a
    mean = np.log1p(twice)
    mean *= 0.5
    b2 *= twice
    twice += 1.0
    b2 /= twice
    b2 *= 0.5
    mean += b2
    if exponential.size:
        _exponential(s, m, inverse, z, out, mean, exponential)
    # ln S gains K0* + K1 v + K2 v', and K0* holds -(K1 + K3/2) v: what is left of v is -K3/2
    mean -= (0.5 * s.k34) * v
    mean += s.k2 * out
    spread += s.k34 * v
    spread += s.k34 * out
    return mean


def _exponential(
    s: _Scheme,
    m: Floats,
    inverse: Floats,
    z: Floats,
    out: Floats,
    mean: Floats,
    who: NDArray[np.int_],
) -> None:
    """The same step where the variance is near zero: an atom at zero and an exponential tail."""
    psi = 1.0 / inverse[who]
    p = (psi - 1.0) / (psi + 1.0)
    beta = (1.0 - p) / m[who]
    upper = ndtr(-z[who])
    tail = np.log((1.0 - p) / np.maximum(upper, 1e-300)) / beta
    out[who] = np.where(upper >= 1.0 - p, 0.0, tail)
    mean[who] = -np.log(p + beta * (1.0 - p) / (beta - s.a))


def _crash_days(
    model: PathModel, seed: int, block: int, dt: float, shape: tuple[int, ...]
) -> NDArray[np.bool_] | None:
    """Which steps of a block's paths crash: a chance a day; more crashes keep the fewer ones."""
    if model.crashes is None or model.crashes.intensity == 0.0:
        return None
    rng = np.random.Generator(np.random.SFC64([seed, 0xC4A5, block]))
    return np.asarray(rng.random(shape) < -np.expm1(-model.crashes.intensity * dt))


def _arrivals(
    model: PathModel, rng: np.random.Generator, dt: float, steps: int, n: int
) -> list[Any] | None:
    """Jumps of a block by step: who jumps, by how much, and what it adds to the variance."""
    jumps = model.jumps
    if jumps.intensity == 0.0:
        return None
    count = int(rng.poisson(jumps.intensity * dt * steps * n))
    when = np.sort(rng.integers(0, steps, count))
    who = rng.integers(0, n, count)
    sizes = rng.normal(jumps.mean, jumps.sd, count)
    lifts = rng.exponential(1.0, count) * model.variance_jump_mean
    edges = np.searchsorted(when, np.arange(steps + 1))
    out: list[Any] = [None] * steps
    for t in np.unique(when):
        part = slice(edges[t], edges[t + 1])
        out[t] = (who[part], sizes[part], lifts[part])
    return out
