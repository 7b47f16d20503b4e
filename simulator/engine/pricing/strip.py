"""Options of one affine model at one expiry, over many strikes: prices and Greeks.

Prices are exact where the model leaves nothing to integrate: no time (intrinsic), no
random variance (Black-Scholes, or Merton's series with jumps). Everything else goes
through ``fourier``. Greeks are at a fixed model; vega is to sqrt(v0), the vol of today.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import gammaln

from ..errors import EngineError
from ..numerics.arrays import BoolLike, FloatLike, Floats, floats, signs
from . import black_scholes, merton
from .affine import Jumps, Model
from .fourier import NEGLIGIBLE, integrals
from .greeks import Greeks

Builder = Callable[..., Model]
BLOCK = 4096  # log-moneynesses in one evaluation


def price(
    build: Builder,
    parameters: dict[str, FloatLike],
    *,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    rate: FloatLike,
    dividend_yield: FloatLike,
    call: BoolLike,
) -> Floats:
    """Present values; all arguments broadcast, and equal models share one evaluation."""
    market = (spot, strike, expiry, rate, dividend_yield, signs(call))
    return _each_model(build, parameters, market, _prices, 1)[0]


def greeks(
    build: Builder,
    parameters: dict[str, FloatLike],
    *,
    spot: FloatLike,
    strike: FloatLike,
    expiry: FloatLike,
    rate: FloatLike,
    dividend_yield: FloatLike,
    call: BoolLike,
) -> Greeks:
    """Price and Greeks; ``vega`` is per 1.00 of sqrt(v0), the jumps and the rest fixed."""
    market = (spot, strike, expiry, rate, dividend_yield, signs(call))
    return Greeks(*_each_model(build, parameters, market, _greeks, 7))


def _each_model(
    build: Builder,
    parameters: dict[str, FloatLike],
    market: tuple[FloatLike, ...],
    compute: Callable[..., Any],
    outputs: int,
) -> list[Floats]:
    """Broadcast, then hand each distinct (model, expiry) its strikes in one call."""
    arrays = np.broadcast_arrays(*(floats(a) for a in (*market, *parameters.values())))
    shape = arrays[0].shape
    S, K, T, r, q, f, *values = (a.reshape(-1) for a in arrays)
    keys = np.stack([T, *values])
    distinct, group = np.unique(keys, axis=1, return_inverse=True)
    results = np.empty((outputs, S.size))
    for index in range(distinct.shape[1]):
        where = np.flatnonzero(group.reshape(-1) == index)
        model = build(**dict(zip(parameters, distinct[1:, index].tolist(), strict=True)))
        part = (a[where] for a in (S, K, r, q, f))
        results[:, where] = compute(model, float(distinct[0, index]), *part)
    return [row.reshape(shape) for row in results]


def _prices(
    model: Model, T: float, S: Floats, K: Floats, r: Floats, q: Floats, f: Floats
) -> Floats:
    if T == 0.0 or model.variance_is_certain:
        return _certain(model, T, S, K, r, q, f).price[None, :]
    discount, F = np.exp(-r * T), S * np.exp((r - q) * T)
    try:
        level = integrals(model, T=T, w=np.log(F / K), slopes=False).level
    except EngineError:
        if model.jumps.are_absent:
            raise
        return (discount * _held(_over_jumps(model, T, F, K, slopes=False)[0], F, K, f))[None, :]
    call = F + np.sqrt(F) * np.sqrt(K) * level
    return (discount * _held(call, F, K, f))[None, :]


def _greeks(
    model: Model, T: float, S: Floats, K: Floats, r: Floats, q: Floats, f: Floats
) -> Floats:
    if T == 0.0 or model.variance_is_certain:
        return np.stack(_certain(model, T, S, K, r, q, f))
    discount, Q = np.exp(-r * T), np.exp(-q * T)
    F = S * Q / discount
    root = np.sqrt(F) * np.sqrt(K)
    try:
        part = integrals(model, T=T, w=np.log(F / K), slopes=True)
        call = np.stack(
            [
                F + root * part.level,
                1.0 + root * part.first / F,
                root * part.second / (F * F),
                root * part.spot_vol,
                root * part.time,
            ]
        )
    except EngineError:
        if model.jumps.are_absent:
            # almost an atom in the law of S_T: the density's integral has no end to settle at
            return _differences(model, T, S, K, r, q, f)
        try:
            call = _over_jumps(model, T, F, K, slopes=True)
        except EngineError:
            return _differences(model, T, S, K, r, q, f)
    value = discount * _held(call[0], F, K, f)
    # a put differs from its call by the forward contract K - F, which has no gamma or vega
    delta = Q * np.where(f > 0, call[1], call[1] - 1.0)
    gamma = Q * Q / discount * call[2]
    theta = r * value - (r - q) * S * delta - discount * call[4]
    rho, dividend_rho = T * (S * delta - value), -T * S * delta
    return np.stack([value, delta, gamma, discount * call[3], theta, rho, dividend_rho])


def _over_jumps(model: Model, T: float, F: Floats, K: Floats, *, slopes: bool) -> Floats:
    """Undiscounted calls as a Poisson average over the number of jumps, with their slopes.

    Right where jumps of nearly one size leave the integrand without decay: given their
    number, jumps only shift the forward and add certain variance, and one evaluation of
    the rest of the model serves every number. Rows: value, its first and second derivative
    to F, to sqrt(v0), and to T at a fixed forward (nought without ``slopes``).
    """
    law, mean = model.jumps, model.jumps.intensity * T
    jump, drift = law.mean + 0.5 * law.sd**2, law.intensity * law.compensator
    n = merton.jump_counts(mean, jump)
    log_weight = n * math.log(mean) - mean - gammaln(n + 1.0)
    log_scale = n * jump - drift * T  # of the forward, given n jumps
    counts = np.maximum(log_weight, log_weight + log_scale) >= NEGLIGIBLE
    n, log_weight, log_scale = n[counts], log_weight[counts], log_scale[counts]
    total = np.zeros((5, F.size))
    rest = replace(model, jumps=Jumps())
    size = max(1, BLOCK // max(F.size, 1))
    for start in range(0, n.size, size):
        part = slice(start, start + size)
        shift = log_scale[part, None]
        w = np.log(F / K) + shift
        certain = np.broadcast_to(n[part, None] * law.sd**2, w.shape).reshape(-1)
        found = integrals(rest, T=T, w=w.reshape(-1), slopes=slopes, certain=certain)
        level, first, second, spot_vol, time = (row.reshape(w.shape) for row in found)
        share = np.exp(log_weight[part] + log_scale[part])[:, None]
        tilt = np.exp(-0.5 * w)  # sqrt(F_n K) / F_n
        call = np.clip(1.0 + tilt * level, np.maximum(-np.expm1(-w), 0.0), 1.0)  # over F_n
        total[0] += F * (share * call).sum(axis=0)
        if not slopes:
            continue
        delta = 1.0 + tilt * first
        total[1] += (share * delta).sum(axis=0)
        total[2] += (share * tilt * second).sum(axis=0) / F
        total[3] += F * (share * tilt * spot_vol).sum(axis=0)
        # the jumps' own clock: their count, and the compensator in the forward
        clock = law.intensity * (n[part, None] / mean - 1.0) * call - drift * delta
        total[4] += F * (share * (tilt * time + clock)).sum(axis=0)
    return total


def _differences(
    model: Model, T: float, S: Floats, K: Floats, r: Floats, q: Floats, f: Floats
) -> Floats:
    """Greeks by central differences of the price, a thousandth of the spot wide."""

    def at(model: Model, T: float, S: Floats) -> Floats:
        values: Floats = _prices(model, T, S, K, r, q, f)[0]
        return values

    value, h = at(model, T, S), 1e-3 * S
    up, down = at(model, T, S + h), at(model, T, S - h)
    delta, gamma = (up - down) / (2 * h), (up - 2 * value + down) / (h * h)
    k = 1e-3 * T
    theta = (at(model, T - k, S) - at(model, T + k, S)) / (2 * k)
    root = math.sqrt(sum(factor.v0 for factor in model.factors))
    g = 1e-3 * root
    vega = np.zeros_like(value)
    if root > 0.0:
        more, less = _scaled(model, (root + g) / root), _scaled(model, (root - g) / root)
        vega = (at(more, T, S) - at(less, T, S)) / (2 * g)
    return np.stack([value, delta, gamma, vega, theta, T * (S * delta - value), -T * S * delta])


def _scaled(model: Model, ratio: float) -> Model:
    """The same model with today's vol multiplied by ``ratio``."""
    factors = tuple(replace(factor, v0=factor.v0 * ratio * ratio) for factor in model.factors)
    return replace(model, factors=factors)


def _held(call: Floats, F: Floats, K: Floats, f: Floats) -> Floats:
    """The undiscounted option from the call, held inside its no-arbitrage bounds."""
    option = np.where(f > 0, call, call - F + K)
    least = np.maximum(f * (F - K), 0.0)
    result: Floats = np.minimum(np.maximum(option, least), np.where(f > 0, F, K))
    return result


def _certain(
    model: Model, T: float, S: Floats, K: Floats, r: Floats, q: Floats, f: Floats
) -> Greeks:
    """No random variance: Black-Scholes at the root mean variance, or Merton's series."""
    vol = math.sqrt(model.mean_variance(T) / T) if T > 0.0 else 0.0
    market: dict[str, Any] = {
        "spot": S,
        "strike": K,
        "expiry": T,
        "vol": vol,
        "rate": r,
        "dividend_yield": q,
        "call": f > 0,
    }
    if model.jumps.are_absent:
        plain = black_scholes.greeks(**market)
    else:
        jumps = model.jumps
        plain = merton.greeks(
            **market, jump_intensity=jumps.intensity, jump_mean=jumps.mean, jump_sd=jumps.sd
        )
    return _to_spot_vol(plain, model, T, vol)


def _to_spot_vol(plain: Greeks, model: Model, T: float, vol: float) -> Greeks:
    """Vega to sqrt(v0) and theta at the variance that is running off at the horizon.

    d(vol)/d(sqrt v0) = sqrt(v0) share / (vol T); the price sees the horizon through the
    total variance V(T), so theta differs from the constant-vol one by vega times
    dvol/dT = (V'(T) - V/T) / (2 vol T).
    """
    if T == 0.0 or vol == 0.0:
        return plain._replace(vega=0.0 * plain.vega)
    root = math.sqrt(sum(f.v0 for f in model.factors))
    shares = [
        T if f.kappa * T < 1e-12 else -math.expm1(-f.kappa * T) / f.kappa for f in model.factors
    ]
    to_root = sum(f.v0 * s for f, s in zip(model.factors, shares, strict=True))
    running = sum(f.theta + (f.v0 - f.theta) * math.exp(-f.kappa * T) for f in model.factors)
    vega = plain.vega * (to_root / (root * vol * T) if root > 0.0 else 0.0)
    theta = plain.theta - plain.vega * (running - vol * vol) / (2.0 * vol * T)
    return plain._replace(vega=vega, theta=theta)
