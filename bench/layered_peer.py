"""The layered hedge as a numba loop: the yardstick for ``bench.engine_simulations``.

The same job, written as one would write it with a compiler at hand: on the same draws the
same two-factor paths, then for every day and path the condor and the three layers with their
marks, settlements, renewals, costs, cash and profit by line. It takes the engine's parameters
and its two small tables; every option works out its own exponentials. The bench asserts that
both answers agree. numba is no dependency of this project: without it the peer is left out.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from simulator.engine.markets import surface, two_factor, vix_curve
from simulator.engine.markets.heston_paths import BLOCK, STEP, PathModel, arrivals, schemes
from simulator.engine.numerics.arrays import Floats
from simulator.engine.overlays import desk
from simulator.engine.overlays.layered import CallLayer
from simulator.engine.overlays.strikes import DAY
from simulator.engine.pricing.affine import Factor

try:
    import numba
except ImportError:  # pragma: no cover
    numba = None


def jit(function: Any) -> Any:
    return numba.njit(error_model="numpy")(function) if numba is not None else function


TAU = two_factor.TAU
PIECES, LARGEST = surface.PIECES, surface.LARGEST_WIDTH
SHAPE_0 = float(two_factor.LOG_SHAPES[0])
SHAPE_STEP = float(two_factor.LOG_SHAPES[1] - two_factor.LOG_SHAPES[0])
SHARES = len(two_factor.SHARES)
SHARE_STEP = float(two_factor.SHARES[1])
(W1, W2), (K1, K2) = vix_curve.WEIGHTS, vix_curve.SPEEDS
MONTH_SQUARE = vix_curve.MEAN_SQUARE_MONTH
FLOOR, LOWEST, HIGHEST = vix_curve.VOL_FLOOR, vix_curve.LOWEST_FACTOR, vix_curve.HIGHEST_FACTOR
Z_LOW, Z_HIGH, TINY = surface.Z_LOW, surface.Z_HIGH, surface.TINY
EXPIRED = desk.EXPIRED
HALF = math.sqrt(0.5)


@jit
def normal(x: float) -> float:
    return 0.5 * math.erfc(-x * HALF)


@jit
def black(F: float, K: float, k: float, s: float, discount: float, call: bool) -> float:
    s = max(s, TINY)
    d1 = -k / s + 0.5 * s
    d2 = d1 - s
    if call:
        return discount * max(F * normal(d1) - K * normal(d2), 0.0)
    return discount * max(K * normal(-d2) - F * normal(-d1), 0.0)


@jit
def mean_square(speed: float, T: float) -> float:
    x = max(speed * T, 1e-12)
    return -math.expm1(-x) / x


@jit
def call_price(F: float, K: float, T: float, vol: float, skew: float, rate: float) -> float:
    square = W1 * W1 * mean_square(2 * K1, T) + 2 * W1 * W2 * mean_square(K1 + K2, T)
    square += W2 * W2 * mean_square(2 * K2, T)
    level = max(vol * math.sqrt(square / MONTH_SQUARE), FLOOR)
    k = math.log(K / F)
    factor = min(max(1.0 + skew * k, LOWEST), HIGHEST)
    return black(F, K, k, level * factor * math.sqrt(T), math.exp(-rate * T), True)


@jit
def future(m: Any, corners: Any, v1: float, v2: float, T: float) -> float:
    """``m``: jump variance, least, lam mu^2, then kappa, sigma^2, level and B of each factor."""
    mean, variance = m[0], 0.0
    for i in range(2):
        kappa, square, level, B = m[3 + 4 * i], m[4 + 4 * i], m[5 + 4 * i], m[6 + 4 * i]
        v = v1 if i == 0 else v2
        E = math.exp(-kappa * T)
        mean += (1.0 - B) * level + B * (v * E + level * (1.0 - E))
        own = square / kappa * (v * E * (1.0 - E) + 0.5 * level * (1.0 - E) ** 2)
        if i == 0:
            own += m[2] / kappa * (1.0 - E * E)
        variance += B * B * own
    k = (mean - m[1]) ** 2 / max(variance, 1e-14)
    share = m[1] / mean
    u = (math.log(min(max(k, 0.05), 1999.0)) - SHAPE_0) / SHAPE_STEP
    w = min(max(share, 0.0), 0.9999) / SHARE_STEP
    i, j = int(u), int(w)
    u, w = u - i, w - j
    at = i * SHARES + j
    value = corners[0, at] + w * corners[1, at] + u * (corners[2, at] + w * corners[3, at])
    short = (1.0 - share) ** 2 / (8.0 * (k + 1.0)) * value
    return 100.0 * math.sqrt(mean) * (1.0 - short)


@jit
def atm_vol(vix: float, T: float, ratios: Any) -> float:
    u = vix / 100.0 * math.sqrt(T) * (PIECES / LARGEST)
    piece = min(int(u), PIECES - 1)
    u -= piece
    ratio = ratios[-1, piece]
    for power in range(ratios.shape[0] - 2, -1, -1):
        ratio = ratio * u + ratios[power, piece]
    return vix / 100.0 * ratio


@jit
def leg(F: float, K: float, w: float, a: float, b: float, discount: float, call: bool) -> float:
    k = math.log(K / F)
    z = min(max(k / w, Z_LOW), Z_HIGH)
    return black(F, K, k, w * (1.0 + z * (a + b * z)), discount, call)


@jit
def legs(
    spot: float, vix: float, days: int, K: Any, at: int, c: Any, ratios: Any, out: Any
) -> None:
    """Marks of the four options; ``c``: rate, dividend yield, a, b, then what trades cost."""
    if days == 0:
        for i in range(4):
            out[i] = max(spot - K[i, at] if i > 1 else K[i, at] - spot, 0.0)
        return
    T = days * DAY
    F, discount = spot * math.exp((c[0] - c[1]) * T), math.exp(-c[0] * T)
    w = max(atm_vol(vix, T, ratios) * math.sqrt(T), TINY)
    for i in range(4):
        out[i] = leg(F, K[i, at], w, c[2], c[3], discount, i > 1)


@jit
def hedge(
    spx: Any, vix: Any, v1: Any, v2: Any, c: Any, m: Any, layers: Any, phases: Any,
    ratios: Any, corners: Any, profits: Any, cash: Any,
) -> None:  # fmt: skip
    """Every day, every path: the condor, then the layers. ``layers``: a row each of life, roll
    (years), contracts and moneyness; ``profits``: lines by days + 1 by paths; ``cash`` by path."""
    days, paths, lines = spx.shape[0] - 1, spx.shape[1], layers.shape[0]
    strikes, size, owed = np.zeros((4, paths)), np.zeros(paths), np.zeros(paths)
    expiry, marks = np.zeros(paths, np.int64), np.zeros((lines + 1, paths))
    held, struck = np.zeros((lines, paths)), np.ones((lines, paths))
    ends, renews = np.full((lines, paths), -1.0), np.full((lines, paths), -1.0)
    four = np.zeros(4)
    rate, slippage, fee, spread, share, commission = c[0], c[4], c[5], c[6], c[7], c[8]
    condors, distance, wing, dte = c[9], c[10], c[11], int(c[12])
    vol, skew = c[13], c[14]
    for day in range(days + 1):
        now = day * STEP
        for p in range(paths):
            moved = 0.0
            if size[p] > 0.0:
                left = expiry[p] - day
                legs(spx[day, p], vix[day, p], left, strikes, p, c, ratios, four)
                owed[p] = four[1] + four[2] - four[0] - four[3]
                if left <= 0:
                    moved -= size[p] * owed[p] * 100.0
                    size[p], owed[p] = 0.0, 0.0
            if size[p] == 0.0 and day < days:
                T = dte * DAY
                F = spx[day, p] * math.exp((rate - c[1]) * T)
                reach = math.exp(
                    distance * max(atm_vol(vix[day, p], T, ratios) * math.sqrt(T), TINY)
                )
                low, high = F / reach, F * reach
                before = (strikes[0, p], strikes[1, p], strikes[2, p], strikes[3, p])
                strikes[0, p], strikes[1, p] = low - wing, low
                strikes[2, p], strikes[3, p] = high, high + wing
                legs(spx[day, p], vix[day, p], dte, strikes, p, c, ratios, four)
                credit = four[1] + four[2] - four[0] - four[3]
                equity = cash[p] + moved
                for line in range(lines + 1):
                    equity += marks[line, p]
                if credit >= 1e-9 and equity >= condors * (wing - credit) * 100.0:
                    size[p], owed[p], expiry[p] = condors, credit, day + dte
                    moved += condors * credit * 100.0 - condors * (slippage * 100.0 + 4.0 * fee)
                else:
                    strikes[0, p], strikes[1, p], strikes[2, p], strikes[3, p] = before
            value = -size[p] * owed[p] * 100.0
            profits[0, day, p] = value - marks[0, p] + moved
            marks[0, p] = value
            cash[p] += moved
        for line in range(lines):
            life, roll, count, moneyness = layers[line]
            for p in range(paths):
                moved, price = 0.0, 0.0
                a, b = v1[day, p], v2[day, p]
                if held[line, p] > 0.0:
                    T = max(ends[line, p] - now, 0.0)
                    price = call_price(
                        future(m, corners, a, b, T), struck[line, p], T, vol, skew, rate
                    )
                    if ends[line, p] - now < EXPIRED:
                        moved += held[line, p] * price * 100.0
                        held[line, p], price = 0.0, 0.0
                if renews[line, p] - now < EXPIRED and day < days:
                    if held[line, p] > 0.0:
                        moved += held[line, p] * price * 100.0
                        moved -= held[line, p] * (max(spread, share * price) * 100.0 + commission)
                    T = life
                    F = future(m, corners, a, b, T)
                    struck[line, p] = moneyness * F
                    if day == 0:
                        T = life - (life - roll) * phases[line, p]
                        F = future(m, corners, a, b, T)
                    price = call_price(F, struck[line, p], T, vol, skew, rate)
                    held[line, p] = count if price > 0.0 else 0.0
                    moved -= held[line, p] * price * 100.0
                    moved -= held[line, p] * (max(spread, share * price) * 100.0 + commission)
                    ends[line, p] = now + T
                    renews[line, p] = now + T - roll
                value = held[line, p] * price * 100.0
                profits[line + 1, day, p] = value - marks[line + 1, p] + moved
                marks[line + 1, p] = value
                cash[p] += moved


@jit
def advance(s: Any, v: float, z: float) -> tuple[float, float]:
    """One QE-M step of one factor: the new variance and its part of the mean of ln S."""
    decay, level, slope, floor, k2, k34, a = s[0], s[1], s[2], s[3], s[4], s[5], s[6]
    mean = decay * v + level
    inverse = mean * mean / (slope * v + floor)
    if inverse < 1.0 / 1.5:
        psi = 1.0 / inverse
        p = (psi - 1.0) / (psi + 1.0)
        beta = (1.0 - p) / mean
        upper = normal(-z)
        new = 0.0 if upper >= 1.0 - p else math.log((1.0 - p) / max(upper, 1e-300)) / beta
        part = -math.log(p + beta * (1.0 - p) / (beta - a))
    else:
        twice = 2.0 * inverse
        b2 = twice - 1.0 + math.sqrt(twice * (twice - 1.0))
        scale = mean / (1.0 + b2)
        new = scale * (math.sqrt(b2) + z) ** 2
        lift = -2.0 * a * scale
        part = 0.5 * math.log1p(lift) + 0.5 * b2 * lift / (1.0 + lift)
    return new, part - 0.5 * k34 * v + k2 * new


@jit
def walk(
    s: Any, drift: float, z: Any, edges: Any, who: Any, sizes: Any, lifts: Any, logs: Any, v: Any
) -> None:  # fmt: skip
    """All factors and the index of one block, step by step, on draws ``z``."""
    for t in range(z.shape[0]):
        for p in range(z.shape[2]):
            x, spread = logs[t, p] + drift, 0.0
            for i in range(v.shape[0]):
                old = v[i, t, p]
                new, part = advance(s[i], old, z[t, i + 1, p])
                v[i, t + 1, p] = new
                x += part
                spread += s[i, 5] * (old + new)
            logs[t + 1, p] = x + math.sqrt(spread) * z[t, 0, p]
        if edges.size:
            for jump in range(edges[t], edges[t + 1]):
                logs[t + 1, who[jump]] += sizes[jump]
                v[0, t + 1, who[jump]] += lifts[jump]


def drawn(
    model: PathModel, *, count: int, days: int, seed: int
) -> tuple[Floats, tuple[Floats, ...]]:
    """Logs of the index and the variances of each factor, on the engine's own draws."""
    found = schemes(model, STEP)
    names = ("decay", "level", "slope", "floor", "k2", "k34", "a")
    rows = np.array([[getattr(scheme, name) for name in names] for scheme in found])
    drift = (model.drift - model.jumps.intensity * model.jumps.compensator) * STEP
    logs = np.empty((days + 1, count))
    logs[0] = 0.0
    variances = np.empty((len(found), days + 1, count))
    variances[:, 0] = [[scheme.start] for scheme in found]
    for number, start in enumerate(range(0, count, BLOCK)):
        part = slice(start, min(start + BLOCK, count))
        width = part.stop - start
        rng = np.random.Generator(np.random.SFC64([seed, 0x4E57, number]))
        here = arrivals(model, rng, STEP, days, width)
        few = (here.edges, here.who, here.sizes, here.lifts) if here is not None else NOBODY
        z = rng.standard_normal((days, len(found) + 1, width))
        walk(rows, drift, z, *few, logs[:, part], variances[:, :, part])
    return logs, tuple(variances)


NOBODY = (np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros(0))


def paths(*, count: int, days: int, seed: int) -> tuple[Any, Any, Any, Any]:
    """Index, VIX and both variances of the two-factor world."""
    model = two_factor.EDU_2
    logs, (v1, v2) = drawn(model.real(), count=count, days=days, seed=seed)
    return 7138.80 * np.exp(logs), two_factor.vix(model, (v1, v2)), v1, v2


def heston(factor: Factor, *, count: int, days: int) -> Floats:
    logs, _ = drawn(PathModel(factors=(factor,)), count=count, days=days, seed=1)
    return np.asarray(100.0 * np.exp(logs))


def profits(
    p: SimpleNamespace, market: tuple[Any, Any, Any, Any], calls: list[CallLayer], capital: float
) -> Any:
    """Profit by line, day and path of the condors and ``calls`` of the bench."""
    spx, vix, v1, v2 = market
    model = two_factor.EDU_2
    m = [model.jump_variance, float(two_factor.swap_variance(model, (0.0, 0.0)))]
    m.append(model.jumps.intensity * model.variance_jump**2)
    for f, level in zip(model.factors, model.levels, strict=True):
        m += [f.kappa, f.sigma**2, level, float(two_factor.loading(f.kappa, TAU))]
    c = [0.03, 0.015, p.skew, surface.SHAPE_B, p.slippage, p.commission]
    c += [calls[0].costs.half_spread, calls[0].costs.share, calls[0].costs.commission]
    c += [p.condors, p.short_sigma, p.wing_width, p.ic_dte, p.vol_of_vix, p.vix_skew]
    rows = []
    for one in calls:
        moneyness = one.pricing.moneyness(one.dte * desk.DAY, one.delta)
        count = one.sizing.count  # type: ignore[attr-defined]
        rows.append([one.dte * desk.DAY, one.roll_at * desk.DAY, count, moneyness])
    paths = spx.shape[1]
    phases = [
        np.random.default_rng(one.phase_seed).integers(0, desk.PHASES, paths) / desk.PHASES
        for one in calls
    ]
    out = np.empty((len(calls) + 1, *spx.shape))
    hedge(
        spx, vix, v1, v2, np.array(c), np.array(m), np.array(rows), np.array(phases),
        surface.ratio_pieces(p.skew, surface.SHAPE_B), two_factor.convexity_corners(),
        out, np.full(paths, float(capital)),
    )  # fmt: skip
    return out
