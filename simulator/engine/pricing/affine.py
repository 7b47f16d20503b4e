"""The moment function of an affine stock model: square-root variance factors and jumps.

Notation: X = ln(S_T / F), psi(z) = E[e^{zX}] for complex z, T years. A factor is
dv = kappa (theta - v) dt + sigma sqrt(v) dW with correlation rho to the stock. With

    b = kappa - rho sigma z,  d = sqrt(b^2 - sigma^2 (z^2 - z)),  Re d >= 0,
    e = (1 - e^{-dT}) / d,    w = (b - d) e / 2,

    ln psi = v0 D + C,   D = (z^2 - z) e / (2 (1 + w)),
    C = kappa theta (z^2 - z) / (b + d) (T - e ln(1 + w) / w).

This is Heston (1993) in the form with e^{-dT} ("little trap", Albrecher et al. 2007),
whose logarithm stays on its principal branch (Lord and Kahl 2010), rewritten so that
nothing is divided by sigma or by d: it is exact in the limits sigma = 0, kappa = 0 and d = 0.
Jumps of ln S arrive at rate lam with mean nu and s.d. delta (Merton 1976, Bates 1996):
they add lam T (e^{nu z + delta^2 z^2 / 2} - 1 - m z), m = e^{nu + delta^2/2} - 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..numerics.arrays import Floats

Complexes = npt.NDArray[np.complex128]


@dataclass(frozen=True, kw_only=True)
class Factor:
    """One square-root variance factor, in years and variances (0.04 is a vol of 20 %)."""

    v0: float
    kappa: float
    theta: float
    sigma: float
    rho: float = 0.0

    def mean_variance(self, T: float) -> float:
        """E of the integral of v from 0 to T."""
        x = self.kappa * T
        share = T if x < 1e-12 else -math.expm1(-x) / self.kappa
        return self.v0 * share + self.theta * max(T - share, 0.0)


@dataclass(frozen=True, kw_only=True)
class Jumps:
    """Normal jumps of the log price: ``intensity`` a year, mean and s.d. of a jump."""

    intensity: float = 0.0
    mean: float = 0.0
    sd: float = 0.0

    @property
    def compensator(self) -> float:
        """m, the mean relative jump of the price."""
        return math.expm1(self.mean + 0.5 * self.sd * self.sd)

    @property
    def are_absent(self) -> bool:
        return self.intensity == 0.0 or (self.mean == 0.0 and self.sd == 0.0)


@dataclass(frozen=True, kw_only=True)
class Model:
    """A stock under the pricing measure: variance factors plus jumps."""

    factors: tuple[Factor, ...]
    jumps: Jumps = field(default_factory=Jumps)

    def mean_variance(self, T: float) -> float:
        """E of the integrated diffusive variance."""
        return sum(factor.mean_variance(T) for factor in self.factors)

    @property
    def variance_is_certain(self) -> bool:
        """No factor can move at random: the diffusion is then Black-Scholes."""
        return all(
            f.sigma == 0.0 or (f.v0 == 0.0 and f.kappa * f.theta == 0.0) for f in self.factors
        )


def loadings(factor: Factor, z: Complexes, T: float) -> tuple[Complexes, Complexes]:
    """C and D of one factor: ln psi = C + D v0."""
    quadratic = z * z - z
    b = factor.kappa - factor.rho * factor.sigma * z
    variance = factor.sigma * factor.sigma
    d = np.sqrt(b * b - variance * quadratic)
    plus = b + d
    minus = b - d
    # of b + d and b - d, whose product is sigma^2 (z^2 - z), the larger is exact
    safe = np.abs(plus) >= np.abs(minus)
    tiny = np.abs(plus) + np.abs(minus) == 0.0
    plus_or_one = np.where(tiny, 1.0, plus)
    minus = np.where(safe, variance * quadratic / plus_or_one, minus)
    e = _one_minus_exp_over(d, T)
    w = 0.5 * minus * e
    D = 0.5 * quadratic * e / (1.0 + w)
    if factor.kappa * factor.theta == 0.0:
        return np.zeros_like(D), D
    drift = factor.kappa * factor.theta
    inverse = np.where(safe, quadratic / plus_or_one, minus / max(variance, 1e-300))
    C = drift * inverse * (T - e * log1p_over(w))
    return C, D


def log_psi(model: Model, z: Complexes, T: float) -> Complexes:
    """ln psi(z) of the model at horizon ``T`` > 0."""
    total = np.zeros_like(z)
    for factor in model.factors:
        C, D = loadings(factor, z, T)
        total += C + factor.v0 * D
    return total + T * jump_exponent(model.jumps, z)


def log_psi_and_slopes(
    model: Model, z: Complexes, T: float
) -> tuple[Complexes, Complexes, Complexes]:
    """ln psi, its derivative to sqrt(v0) (all factors scaled alike) and to ``T``.

    The slope in T is the Riccati equation itself: C' = kappa theta D and
    D' = (z^2 - z)/2 - b D + sigma^2 D^2 / 2. With several factors the vega moves the
    root of the total variance, each factor keeping its share.
    """
    total, spot_variance, slope = (np.zeros_like(z) for _ in range(3))
    root = math.sqrt(sum(factor.v0 for factor in model.factors))
    for factor in model.factors:
        C, D = loadings(factor, z, T)
        total += C + factor.v0 * D
        if root > 0.0:
            spot_variance += 2.0 * factor.v0 / root * D
        b = factor.kappa - factor.rho * factor.sigma * z
        growth = 0.5 * (z * z - z) - b * D + 0.5 * factor.sigma**2 * D * D
        slope += factor.kappa * factor.theta * D + factor.v0 * growth
    jumps = jump_exponent(model.jumps, z)
    return total + T * jumps, spot_variance, slope + jumps


def jump_exponent(jumps: Jumps, z: Complexes) -> Complexes:
    """lam (E[e^{zJ}] - 1 - m z); an overflow on a contour that is then refused reads 1e300."""
    if jumps.are_absent:
        return np.zeros_like(z)
    power = jumps.mean * z + 0.5 * jumps.sd**2 * z * z
    # e^600 is beyond every contour that can be used; the cap only keeps numbers finite
    capped = np.minimum(power.real, 600.0) + 1j * power.imag
    result: Complexes = jumps.intensity * (np.exp(capped) - 1.0 - jumps.compensator * z)
    return result


def log_size(model: Model, z: Complexes, T: float) -> Floats:
    """An upper bound of ln |psi(z)|: the jumps' oscillating term is taken at its full size.

    Used to see, on a coarse scan, where an integrand grows; the oscillation itself would
    hide growth between two points of the scan.
    """
    total = np.zeros(z.shape)
    for factor in model.factors:
        C, D = loadings(factor, z, T)
        total += C.real + factor.v0 * D.real
    jumps = model.jumps
    if jumps.are_absent:
        return total
    power = (jumps.mean * z + 0.5 * jumps.sd**2 * z * z).real
    growth = np.exp(np.minimum(power, 600.0)) - 1.0 - jumps.compensator * z.real
    result: Floats = total + T * jumps.intensity * growth
    return result


def _one_minus_exp_over(d: Any, T: float) -> Any:
    """(1 - e^{-dT}) / d, with its limit T."""
    x = d * T
    small = np.abs(x) < 1e-5
    series = T * (1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0)))
    return np.where(small, series, -np.expm1(-x) / np.where(small, 1.0, d))


def log1p_over(w: Any) -> Any:
    """ln(1 + w) / w, with its limit 1; a series where log1p would lose digits."""
    small = np.abs(w) < 3e-3
    little = np.where(small, w, 0.0)
    series = np.zeros_like(little)
    for n in range(7, 0, -1):
        series = 1.0 / n - little * series
    return np.where(small, series, np.log1p(np.where(small, 1.0, w)) / np.where(small, 1.0, w))
