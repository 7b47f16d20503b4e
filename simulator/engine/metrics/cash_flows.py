"""What a stream of cash is worth, and at which rates it is worth nothing.

Notation: amounts ``c`` at times ``t`` (periods, or years of 365 days for dated flows),
``u = ln(1 + r)``; the present value ``f(u) = Σ c e^{−ut}`` is zero at an internal rate
of return. All rates above −1 are ``u`` on the real line, so *every* real root is found:

* Descartes: f has no more roots than c has sign changes (Pólya–Szegő V.77 for real t);
* outside a bound on |u| the first or the last flow outweighs all others together;
* inside, f and f′ are scanned on a grid that is even in asinh(uT), T the span of the flows:
  at a rate u only the first few 1/u of time matter, so f varies on the scale of u itself.
  A sign change of f brackets a root; a sign change of f′ between equal signs of f brackets
  an extremum, which is either two roots close together, or one touching zero, or none.
  Brent's method polishes.

Leading and trailing zeros change nothing. Rates are returned as fractions, ascending.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from ..units import DAYS_PER_YEAR

Array = NDArray[np.float64]
Function = Callable[[float, Array, Array], float]
LOWEST, HIGHEST = -36.0, 690.0  # 1 + r from the last digit above zero to the largest double
STEP = 0.005
CELLS = 1_000_000
NEGLIGIBLE = 1e-290  # of the largest flow: below, quotients leave the range of doubles
TOUCH = 1e-13
SNAP = 1e-12


class Root(NamedTuple):
    """A rate at which the flows are worth nothing; ``is_touching`` marks a double root."""

    rate: float
    is_touching: bool


def year_fractions(days: Sequence[date]) -> Array:
    """Years of 365 days since the earliest of the dates."""
    first = min(days)
    return np.array([(day - first).days / DAYS_PER_YEAR for day in days])


def present_values(*, flows: ArrayLike, rate: float, times: ArrayLike | None = None) -> Array:
    """Every flow discounted to time zero; a flow of zero is worth zero, nan beyond all numbers."""
    c, t = _as_arrays(flows, times)
    with np.errstate(over="ignore", invalid="ignore"):
        worth = np.where(c == 0.0, 0.0, c * np.exp(-t * np.log1p(rate)))
    return np.where(np.isfinite(worth), worth, np.nan)


def npv(*, flows: ArrayLike, rate: float, times: ArrayLike | None = None) -> float:
    """Present value at time zero; without ``times`` the flows are one period apart from 0.

    nan where it is beyond the largest double.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        worth = float(np.sum(present_values(flows=flows, rate=rate, times=times)))
    return worth if np.isfinite(worth) else float("nan")


def irr_roots(*, flows: ArrayLike, times: ArrayLike | None = None) -> list[Root]:
    """Every rate above −1 at which the flows are worth nothing, ascending.

    An empty list when there is none, or when all flows are zero and every rate would do.
    """
    c, t = _merged(*_as_arrays(flows, times))
    changes = int(np.sum(np.diff(np.sign(c)) != 0)) if c.size else 0
    if changes == 0:
        return []
    largest = float(np.max(np.abs(c)))
    return _roots(c / largest, t - t[0], changes)


def irr(*, flows: ArrayLike, times: ArrayLike | None = None) -> float | None:
    """The smallest root at or above zero, else the greatest root, else None."""
    return chosen(irr_roots(flows=flows, times=times))


def chosen(roots: Sequence[Root]) -> float | None:
    """The rule of ``irr`` on roots already found."""
    gains = [root.rate for root in roots if root.rate >= 0.0]
    if gains:
        return min(gains)
    return max((root.rate for root in roots), default=None)


def mirr(
    *, flows: ArrayLike, finance_rate: float, reinvest_rate: float, times: ArrayLike | None = None
) -> float | None:
    """Rate that turns the financed outlays into the reinvested proceeds by the last flow.

    None without both an outlay and a proceed, without any time between the flows, or
    where so little time makes the rate larger than any double.
    """
    c, t = _as_arrays(flows, times)
    span = float(np.max(t, initial=0.0))
    gains, outlays = np.maximum(c, 0.0), np.maximum(-c, 0.0)
    if span <= 0.0 or not gains.any() or not outlays.any():
        return None
    future = _log_sum(gains, (span - t) * np.log1p(reinvest_rate))
    present = _log_sum(outlays, -t * np.log1p(finance_rate))
    u = (future - present) / span
    return float(np.expm1(u)) if u <= HIGHEST else None


def _log_sum(weights: Array, exponents: Array) -> float:
    """ln Σ w e^x without overflow, for weights at or above zero that are not all zero."""
    used = weights > 0.0
    terms = np.log(weights[used]) + exponents[used]
    return float(terms.max() + np.log(np.sum(np.exp(terms - terms.max()))))


def cost_of_equity(*, risk_free: float, beta: float, market_return: float) -> float:
    """Capital asset pricing model: ``r_f + β (r_m − r_f)``."""
    return risk_free + beta * (market_return - risk_free)


def wacc(
    *, equity: float, debt: float, cost_of_equity: float, cost_of_debt: float, tax_rate: float
) -> float | None:
    """Weighted average cost of capital after tax; None when there is no capital at all."""
    total = equity + debt
    if total <= 0.0:
        return None
    return (equity * cost_of_equity + debt * cost_of_debt * (1.0 - tax_rate)) / total


def floor_to_volume(
    *, floor: float, supply: float, volume: float, volume_days: float = 30.0
) -> float | None:
    """Years the market would take to turn the collection over: floor × supply / yearly volume.

    ``volume`` is the wash-filtered volume of ``volume_days`` days in the floor's currency;
    None when nothing traded.
    """
    if volume <= 0.0:
        return None
    return floor * supply / (volume * DAYS_PER_YEAR / volume_days)


def _as_arrays(flows: ArrayLike, times: ArrayLike | None) -> tuple[Array, Array]:
    c = np.asarray(flows, dtype=np.float64)
    t = np.arange(c.size, dtype=np.float64) if times is None else np.asarray(times, np.float64)
    if c.shape != t.shape:
        raise ValueError("every flow needs its time")
    return c, t


def _merged(c: Array, t: Array) -> tuple[Array, Array]:
    """Flows in order of time, those of one moment added up, zeros left out."""
    moments, place = np.unique(t, return_inverse=True)
    sums = np.zeros(moments.size)
    np.add.at(sums, place, c)
    present = np.abs(sums) > NEGLIGIBLE * np.max(np.abs(sums), initial=0.0)
    return sums[present], moments[present]


def _roots(c: Array, t: Array, changes: int) -> list[Root]:
    grid = _grid(c, t, single=changes == 1)
    f, slope = _values(c, t, grid)
    sign = np.sign(f)
    found = [_at_grid_point(grid, sign, int(i)) for i in np.flatnonzero(sign == 0.0)]
    for i in np.flatnonzero(sign[:-1] * sign[1:] < 0.0):
        found += [_crossing(c, t, grid[i], grid[i + 1])]
    if changes > 1:
        turns = np.sign(slope[:-1]) * np.sign(slope[1:]) < 0.0
        for i in np.flatnonzero(turns & (sign[:-1] * sign[1:] > 0.0)):
            found += _around_extremum(c, t, grid[i], grid[i + 1])
    return _distinct(sorted(found))


def _at_grid_point(grid: Array, sign: Array, i: int) -> Root:
    """A grid point may be the root itself; it touches when f has one sign on both sides."""
    before, after = sign[:i][sign[:i] != 0.0], sign[i:][sign[i:] != 0.0]
    return Root(_rate(grid[i]), bool(before.size and after.size and before[-1] == after[0]))


def _grid(c: Array, t: Array, *, single: bool) -> Array:
    """Points from the bound below which the last flow rules to that above which the first does."""
    weight = np.abs(c)
    high = np.log(max(weight[1:].sum() / weight[0], 1.0)) / (t[1] - t[0])
    low = -np.log(max(weight[:-1].sum() / weight[-1], 1.0)) / (t[-1] - t[-2])
    low, high = max(low - 1e-3, LOWEST), min(high + 1e-3, HIGHEST)
    if single:
        return np.array([low, high])
    first, last = np.arcsinh(low * t[-1]), np.arcsinh(high * t[-1])
    points = int((last - first) / STEP) + 2
    even = np.linspace(first, last, min(points, CELLS // c.size))
    return np.unique(np.concatenate([[low, 0.0, high], np.sinh(even) / t[-1]]))


def _values(c: Array, t: Array, u: Array) -> tuple[Array, Array]:
    """f and f′ at every u, each divided by the same positive number, in bounded memory."""
    f, slope = np.empty(u.size), np.empty(u.size)
    rows = max(1, CELLS // (4 * c.size))
    for first in range(0, u.size, rows):
        part = slice(first, first + rows)
        terms = c * _discount(t, u[part, None])
        f[part] = terms.sum(axis=1)
        slope[part] = -(terms @ t)
    return f, slope


def _discount(t: Array, u: Array) -> Array:
    """e^{−ut} over its largest entry, so that nothing overflows."""
    e = -u * t
    return np.asarray(np.exp(e - e.max(axis=-1, keepdims=True)), dtype=np.float64)


def _f(u: float, c: Array, t: Array) -> float:
    return float(_values(c, t, np.array([u]))[0][0])


def _slope(u: float, c: Array, t: Array) -> float:
    return float(_values(c, t, np.array([u]))[1][0])


def _crossing(c: Array, t: Array, low: float, high: float) -> Root:
    return Root(_rate(_zero(_f, c, t, low, high)), False)


def _around_extremum(c: Array, t: Array, low: float, high: float) -> list[Root]:
    """The two roots, the touching root or nothing on both sides of an extremum of f."""
    top = _zero(_slope, c, t, low, high)
    at, beside = _f(top, c, t), _f(low, c, t)
    size = float(np.sum(np.abs(c) * _discount(t, np.array([top]))))
    if abs(at) <= TOUCH * size:
        return [Root(_rate(top), True)]
    if at * beside > 0.0:
        return []
    return [_crossing(c, t, low, top), _crossing(c, t, top, high)]


def _zero(function: Function, c: Array, t: Array, low: float, high: float) -> float:
    """Brent's zero; where rounding has eaten the change of sign, the end that is nearer to it."""
    left, right = function(low, c, t), function(high, c, t)
    if left * right >= 0.0:
        return low if abs(left) <= abs(right) else high
    return float(brentq(function, low, high, args=(c, t), xtol=1e-15, rtol=8.9e-16, maxiter=300))


def _rate(u: float) -> float:
    r = float(np.expm1(u))
    return 0.0 if abs(r) < SNAP else r


def _distinct(roots: Sequence[Root]) -> list[Root]:
    kept: list[Root] = []
    for root in roots:
        if not kept or root.rate - kept[-1].rate > 1e-11 * (1.0 + abs(root.rate)):
            kept.append(root)
    return kept
