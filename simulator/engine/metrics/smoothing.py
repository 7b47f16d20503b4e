"""Prices that lag: how appraisal smooths returns, and how to undo it.

Notation: ``r`` true and ``r*`` observed returns, ``φ`` in [0, 1) the weight of the last
appraisal, ``θ`` smoothing weights that sum to one. Sources: Geltner 1993 (AR(1));
Getmansky–Lo–Makarov 2004 (moving average).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ParameterError

Array = NDArray[np.float64]


def smoothed(*, returns: ArrayLike, phi: float) -> Array:
    """Observed returns ``r*_t = φ r*_{t−1} + (1 − φ) r_t``; the first is taken as true."""
    _check_phi(phi)
    out = np.array(returns, dtype=np.float64)
    for t in range(1, out.shape[-1]):
        out[..., t] = phi * out[..., t - 1] + (1.0 - phi) * out[..., t]
    return out


def unsmoothed(*, observed: ArrayLike, phi: float) -> Array:
    """True returns ``(r*_t − φ r*_{t−1}) / (1 − φ)``; the first is kept as observed."""
    _check_phi(phi)
    out = np.array(observed, dtype=np.float64)
    out[..., 1:] = (out[..., 1:] - phi * out[..., :-1]) / (1.0 - phi)
    return out


def variance_kept(*, phi: float) -> float:
    """Share of the variance that is left after smoothing, ``(1 − φ)/(1 + φ)``."""
    _check_phi(phi)
    return (1.0 - phi) / (1.0 + phi)


def moving_average(*, returns: ArrayLike, weights: ArrayLike) -> Array:
    """Observed returns ``Σ θ_j r_{t−j}``; shorter than ``returns`` by the number of lags."""
    theta = np.asarray(weights, dtype=np.float64)
    r = np.asarray(returns, dtype=np.float64)
    if theta.ndim != 1 or not theta.size or abs(theta.sum() - 1.0) > 1e-9:
        raise ParameterError("weights", "smoothing weights must sum to one")
    k = theta.size - 1
    n = r.shape[-1] - k
    terms = [theta[j] * r[..., k - j : k - j + n] for j in range(k + 1)]
    return np.asarray(np.sum(terms, axis=0), dtype=np.float64)


def undo_moving_average(*, observed: ArrayLike, weights: ArrayLike, before: ArrayLike) -> Array:
    """True returns from observed ones, given the ``k`` true returns ``before`` the first.

    Needs a first weight above one half, so that errors die out rather than grow.
    """
    theta = np.asarray(weights, dtype=np.float64)
    if theta[0] <= 0.5 or abs(theta.sum() - 1.0) > 1e-9:
        raise ParameterError("weights", "must sum to one with the first above one half")
    k = theta.size - 1
    known = list(np.asarray(before, dtype=np.float64))
    for r in np.asarray(observed, dtype=np.float64):
        past = sum(theta[j] * known[-j] for j in range(1, k + 1))
        known.append((r - past) / theta[0])
    return np.array(known[k:], dtype=np.float64)


def _check_phi(phi: float) -> None:
    if not 0.0 <= phi < 1.0:
        raise ParameterError("phi", "must be at least 0 and below 1", minimum=0.0, maximum=1.0)
