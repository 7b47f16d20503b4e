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
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ..errors import ParameterError
from ..pricing.affine import Factor, Jumps

Floats = NDArray[np.float64]

BLOCK = 2048
SWITCH = 1.5
STEP = 1.0 / 252.0
REPORTS = 20  # a block


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
class Scheme:
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
    closes = np.empty((steps + 1, paths))
    variances = tuple(np.empty((steps + 1, paths)) for _ in model.factors)
    jumped = np.zeros((steps, paths), dtype=bool)
    for number, start in enumerate(range(0, paths, BLOCK)):
        part = slice(start, min(start + BLOCK, paths))
        rng = np.random.Generator(np.random.SFC64([seed, 0x4E57, number]))
        views = [v[:, part] for v in variances]
        crashed = _crash_days(model, seed, number, step, jumped[:, part].shape)
        done, share = part.start / paths, (part.stop - part.start) / paths
        told = None if report is None else partial(_tell, report, done, share)
        _block(model, step, rng, closes[:, part], views, jumped[:, part], crashed, told)
    closes *= spot
    return Paths(closes, variances, jumped)


def _tell(report: Callable[[float], None], done: float, share: float, of_block: float) -> None:
    report(done + share * of_block)


def schemes(model: PathModel, step: float) -> list[Scheme]:
    """The constants of each factor."""
    return [scheme_of(factor, step) for factor in model.factors]


def scheme_of(factor: Factor, dt: float) -> Scheme:
    kappa, theta, sigma, rho = factor.kappa, factor.theta, factor.sigma, factor.rho
    E = float(np.exp(-kappa * dt))
    half = 0.5 * dt * (kappa * rho / sigma - 0.5)
    k34 = 0.5 * dt * (1.0 - rho * rho)
    k2 = half + rho / sigma
    return Scheme(
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
    dt: float,
    rng: np.random.Generator,
    closes: Floats,
    variances: list[Floats],
    jumped: NDArray[np.bool_],
    crashed: NDArray[np.bool_] | None,
    report: Callable[[float], None] | None,
) -> None:
    """Fill one block, step by step, from a close of 1; the arrays are views of the caller's.

    What the scheme adds to ln S as half a logarithm is kept as a product under a root: S is
    then e^x sqrt(product), and a step takes one exponential and no logarithm.
    """
    steps, n = jumped.shape
    each = schemes(model, dt)
    arrived = arrivals(model, rng, dt, steps, n)
    drift = (model.drift - model.jumps.intensity * model.jumps.compensator) * dt
    if crashed is not None and model.crashes is not None:
        drift -= model.crashes.intensity * model.crashes.compensator * dt
    closes[0] = 1.0
    v = np.empty((len(each), n))
    for row, scheme, path in zip(v, each, variances, strict=True):
        row[:] = path[0] = scheme.start
    step = _Step(each, n)
    x, product = np.zeros(n), np.ones(n)
    normals = np.empty((len(each) + 1, n))
    every = max(steps // REPORTS, 1)
    for t in range(steps):
        if report is not None and t % every == 0:
            report(t / steps)
        rng.standard_normal(out=normals)
        x += drift
        v = step.advance(v, normals[1:], x, product, normals[0])
        if arrived is not None and arrived.edges[t] < arrived.edges[t + 1]:
            here = slice(arrived.edges[t], arrived.edges[t + 1])
            who = arrived.who[here]
            np.add.at(x, who, arrived.sizes[here])
            np.add.at(v[0], who, arrived.lifts[here])
            jumped[t, who] = True
        if crashed is not None and (where := np.flatnonzero(crashed[t])).size:
            assert model.crashes is not None
            x[where] += model.crashes.size
            for row, lift in zip(v, model.crashes.lifts, strict=True):
                row[where] += lift
            jumped[t, where] = True
        for row, path in zip(v, variances, strict=True):
            path[t + 1] = row
        close = closes[t + 1]
        np.exp(x, out=close)
        close *= np.sqrt(product)


class _Step:
    """QE-M steps of all factors of one block at once: a row a factor, buffers used again."""

    def __init__(self, each: list[Scheme], n: int) -> None:
        def column(name: str) -> Floats:
            return np.array([[getattr(scheme, name)] for scheme in each])

        self.each = each
        self.decay, self.level = column("decay"), column("level")
        self.slope, self.floor = column("slope"), column("floor")
        self.k34, self.a, self.twice_a = column("k34"), column("a"), -2.0 * column("a")
        self.upward = bool((self.a > 0.0).any())
        self.buffers = [np.empty((len(each), n)) for _ in range(6)]

    def advance(self, v: Floats, z: Floats, x: Floats, product: Floats, normal: Floats) -> Floats:
        """The variances after a step; what ln S gains goes to ``x`` and, under a root, ``product``.

        With A = ``a``, v' the new variance and w = K3 (v + v'): ln S gains A v' + K0* - w/2 and
        sqrt(w) Z, K0* = b2 lift / (2 (1 + lift)) + ln(1 + lift) / 2 with lift = -2 A a.
        """
        m, inverse, b2, root, lift, new = self.buffers
        np.multiply(v, self.decay, out=m)
        m += self.level
        np.multiply(v, self.slope, out=b2)
        b2 += self.floor
        np.multiply(m, m, out=inverse)
        inverse /= b2  # 1 / psi
        np.multiply(inverse, 2.0, out=lift)
        np.maximum(lift, 1.0 + 1e-12, out=lift)  # 2 / psi
        np.subtract(lift, 1.0, out=b2)
        lift *= b2
        np.sqrt(lift, out=lift)
        b2 += lift
        np.sqrt(b2, out=root)
        root += z
        root *= root
        np.add(b2, 1.0, out=lift)
        np.divide(m, lift, out=lift)  # a
        np.multiply(root, lift, out=new)
        lift *= self.twice_a
        b2 *= lift
        lift += 1.0
        b2 /= lift
        if self.upward:  # a variance that rises with the index may leave S without a mean
            lift[lift <= 0.0] = np.nan
        exponential = inverse < 1.0 / SWITCH
        if exponential.any():
            for i, scheme in enumerate(self.each):
                who = np.flatnonzero(exponential[i])
                if who.size:
                    rows = (m[i], inverse[i], z[i], new[i], lift[i], b2[i])
                    _exponential(scheme, *rows, who)
        np.add(v, new, out=root)
        root *= self.k34
        np.multiply(new, self.a, out=m)
        b2 -= root
        b2 *= 0.5
        m += b2
        for i in range(len(self.each)):
            x += m[i]
            product *= lift[i]
        spread = root.sum(axis=0) if len(root) > 1 else root[0]
        np.sqrt(spread, out=spread)
        spread *= normal
        x += spread
        self.buffers[5] = v
        return new


def _exponential(
    s: Scheme,
    m: Floats,
    inverse: Floats,
    z: Floats,
    new: Floats,
    lift: Floats,
    b2: Floats,
    who: NDArray[np.intp],
) -> None:
    """The same step where the variance is near zero: an atom at zero and an exponential tail."""
    psi = 1.0 / inverse.take(who)
    p = (psi - 1.0) / (psi + 1.0)
    rest = 1.0 - p
    beta = rest / m.take(who)
    upper = ndtr(-z.take(who))
    tail = np.log(rest / np.maximum(upper, 1e-300)) / beta
    new[who] = np.where(upper >= rest, 0.0, tail)
    # K0* is -ln(p + beta (1 - p) / (beta - A)) - A v' + ..., kept as a factor under the root
    gain = p + beta * rest / (beta - s.a)
    gain[gain <= 0.0] = np.nan  # there S has no mean
    lift[who] = 1.0 / (gain * gain)
    b2[who] = 0.0


def _crash_days(
    model: PathModel, seed: int, block: int, dt: float, shape: tuple[int, ...]
) -> NDArray[np.bool_] | None:
    """Which steps of a block's paths crash: a chance a day; more crashes keep the fewer ones."""
    if model.crashes is None or model.crashes.intensity == 0.0:
        return None
    rng = np.random.Generator(np.random.SFC64([seed, 0xC4A5, block]))
    return np.asarray(rng.random(shape) < -np.expm1(-model.crashes.intensity * dt))


@dataclass(frozen=True)
class Arrivals:
    """Jumps of a block: those of step t are ``edges[t]`` to ``edges[t + 1]``; who jumps, by how
    much, and what it adds to the first variance."""

    edges: NDArray[np.intp]
    who: NDArray[np.int_]
    sizes: Floats
    lifts: Floats


def arrivals(
    model: PathModel, rng: np.random.Generator, dt: float, steps: int, n: int
) -> Arrivals | None:
    """The jumps of a block, none where the model has none."""
    jumps = model.jumps
    if jumps.intensity == 0.0:
        return None
    count = int(rng.poisson(jumps.intensity * dt * steps * n))
    when = np.sort(rng.integers(0, steps, count))
    who = rng.integers(0, n, count)
    sizes = rng.normal(jumps.mean, jumps.sd, count)
    lifts = rng.exponential(1.0, count) * model.variance_jump_mean
    return Arrivals(np.searchsorted(when, np.arange(steps + 1)), who, sizes, lifts)
