"""European options from a moment function, on a contour chosen for each strike.

Notation: psi(z) = E[e^{zX}], X = ln(S_T/F), w = ln(F/K). For 0 < Re z < 1, where psi
always exists, an undiscounted call is F + I and the put K + I with

    I = (K/pi) int_0^inf Re[ e^{zw} psi(z) (1 - it) / (z (z - 1)) ] dx,
    z(x) = 1/2 + (i + t) x.

t = 0 is Lewis (2001). Tilting the line (t = +-0.27, Andersen and Lake 2019) turns the
oscillation of e^{zw} into decay; which of the three lines is best is read off the size of
the integrand, strike by strike. Greeks come from the same nodes with other weights.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import EngineError
from ..numerics.arrays import Floats
from ..numerics.quadrature import Rows, half_line
from .affine import Complexes, Model, log_psi, log_psi_and_slopes, log_size

TILTS = (0.0, -math.tan(math.pi / 12), math.tan(math.pi / 12))
NEGLIGIBLE = -42.0  # natural log of what is left out of an integral of order one
TOLERANCE = 1e-11  # of the last halving, in units of the forward; the error is far below it
ROUNDING = 1e-13  # ... but never asked to be finer than this
ALLOWED_PEAK = 4.0  # natural log by which a tilted integrand may exceed the straight one
DAMPED = 9.0  # standard deviations: e^{-40}
MOST_PHASE = 6_000.0  # radians that no number of nodes here can follow
SCAN = np.exp(np.linspace(math.log(1e-4), math.log(1e17), 64))


class Integrals(NamedTuple):
    """I over K e^{w/2} (that is, over sqrt(FK)) and its derivatives, one per strike.

    ``level`` I, ``first`` F dI/dF, ``second`` F^2 d2I/dF2, ``spot_vol`` dI/dsqrt(v0),
    ``time`` dI/dT at a fixed forward.
    """

    level: Floats
    first: Floats
    second: Floats
    spot_vol: Floats
    time: Floats


def integrals(
    model: Model, *, T: float, w: Floats, slopes: bool, certain: Floats | None = None
) -> Integrals:
    """The integrals of every log-moneyness ``w`` (1-d) at one expiry ``T`` > 0.

    ``certain`` is total variance that each of them has besides the model's, whatever the
    horizon: what a known number of jumps brings. Without ``slopes`` only ``level`` is
    computed and the rest is zero. Raises ``EngineError`` if the quadrature does not settle.
    """
    rows = _Rows(w, np.zeros_like(w) if certain is None else certain)
    tilt, reach = _choose(model, T, rows, slopes)
    _refuse_restless(model, float(reach.max(initial=0.0)))
    parts = np.zeros((5, w.size))
    for t in TILTS:
        chosen = np.flatnonzero(tilt == t)
        # strikes of a similar reach share nodes, and so one evaluation of psi
        order = chosen[np.argsort(reach[chosen])]
        for group in _groups(reach, order):
            parts[:, group] = _settle(
                model, T, rows.at(group), t, float(reach[group].max()), slopes
            )
    return Integrals(*parts)


def _refuse_restless(model: Model, reach: float) -> None:
    """Say at once what 32,768 nodes would find out: jumps turn the integrand too often.

    Jumps of mean nu turn its phase by nu for each unit of x, until their own s.d. or the
    rest of the model has damped them.
    """
    law = model.jumps
    damped = min(reach, DAMPED / law.sd) if law.sd > 0.0 else reach
    if not law.are_absent and abs(law.mean) * damped > MOST_PHASE:
        raise EngineError("jumps of nearly one size leave an integrand that never settles")


def _groups(reach: Floats, order: np.ndarray) -> list[np.ndarray]:
    """Cut a list sorted by reach where the reach has grown thirtyfold."""
    groups: list[np.ndarray] = []
    while order.size:
        inside = reach[order] <= 30.0 * reach[order[0]]
        groups.append(order[inside])
        order = order[~inside]
    return groups


class _Rows(NamedTuple):
    """What differs from one integral of a model to the next."""

    w: Floats
    certain: Floats

    def at(self, index: np.ndarray) -> _Rows:
        return _Rows(self.w[index], self.certain[index])

    def exponent(self, z: Complexes) -> Complexes:
        """ln of each row's own factor e^{w (z - 1/2) + certain (z^2 - z) / 2}."""
        result = np.multiply.outer(self.w, z - 0.5)
        if self.certain.any():
            result += np.multiply.outer(self.certain, 0.5 * z * (z - 1.0))
        return np.asarray(result, dtype=np.complex128)


def _choose(model: Model, T: float, rows: _Rows, slopes: bool) -> tuple[Floats, Floats]:
    """For each strike the tilt whose integrand dies first, and where it has died.

    A tilted line is only asked to stay dead until the straight one is dead too: there the
    contour may step over to it (and beyond, with |rho| near 1, the tilted one can revive).
    """
    straight = _reach(_log_size(model, T, rows, 0.0, slopes), np.full(rows.w.shape, np.inf))
    choices = [(np.zeros(rows.w.shape), straight.reach, straight.peak)]
    for t in TILTS[1:]:
        tilted = _reach(_log_size(model, T, rows, t, slopes), straight.reach)
        refused = tilted.peak > straight.peak + ALLOWED_PEAK
        choices.append(
            (np.full(rows.w.shape, t), np.where(refused, np.inf, tilted.reach), tilted.peak)
        )
    tilts, reaches, _ = (np.array(column) for column in zip(*choices, strict=True))
    best, strike = np.argmin(reaches, axis=0), np.arange(rows.w.size)
    return tilts[best, strike], reaches[best, strike]


def _log_size(model: Model, T: float, rows: _Rows, t: float, slopes: bool) -> Floats:
    """ln of x times the size of the integrand at the points of ``SCAN``, one row a strike."""
    z = np.asarray(0.5 + (1j + t) * SCAN, dtype=np.complex128)
    size = log_size(model, z, T) + np.log(SCAN)
    size = size - np.log(np.abs(z * (z - 1.0)))
    if slopes:  # gamma has no 1/z^2 to help it decay
        size = size + 2.0 * np.log(SCAN)
    result: Floats = size + rows.exponent(z).real
    return result


class _Reach(NamedTuple):
    reach: Floats
    peak: Floats


def _reach(size: Floats, limit: Floats) -> _Reach:
    """Where each row has died for good, looking no further than ``limit``, and its peak."""
    seen = limit[:, None] >= SCAN
    alive = seen & ~(size <= NEGLIGIBLE)
    last = np.where(alive.any(axis=1), SCAN.size - 1 - np.argmax(alive[:, ::-1], axis=1), 0)
    reach = SCAN[np.minimum(last + 1, SCAN.size - 1)]
    return _Reach(np.minimum(reach, limit), np.where(seen, size, -np.inf).max(axis=1))


def _settle(model: Model, T: float, rows: _Rows, t: float, reach: float, slopes: bool) -> Floats:
    """The five integrals of a group of strikes that share a line and its nodes."""

    def sums(x: Floats, weight: Floats, index: Rows) -> Floats:
        return _sums(model, T, rows.at(index), t, x, weight, slopes)

    allowed = np.maximum(TOLERANCE * np.exp(0.5 * np.minimum(rows.w, 0.0)), ROUNDING)
    return half_line(sums, rows=rows.w.size, reach=reach, allowed=allowed)


def _sums(
    model: Model, T: float, rows: _Rows, t: float, x: Floats, weight: Floats, slopes: bool
) -> Floats:
    """Weighted sums over the nodes ``x`` of the integrands of ``Integrals``, for every row."""
    z = np.asarray(0.5 + (1j + t) * x, dtype=np.complex128)
    jacobian = (1.0 - 1j * t) / math.pi * weight
    bottom = z * (z - 1.0)
    if slopes:
        exponent, spot_vol, time = log_psi_and_slopes(model, z, T)
        columns = jacobian * np.stack(
            [1.0 / bottom, 1.0 / (z - 1.0), np.ones_like(z), spot_vol / bottom, time / bottom]
        )
    else:
        exponent = log_psi(model, z, T)
        columns = (jacobian / bottom)[None, :]
    totals = np.zeros((5, rows.w.size))
    for start in range(0, rows.w.size, 64):
        part = np.arange(start, min(start + 64, rows.w.size))
        # one exponential of the sum: either factor alone may overflow on a tilted line
        wave: Complexes = np.exp(rows.at(part).exponent(z) + exponent)
        # einsum and not a matrix product: no threads, so the same digits on any machine
        totals[: len(columns), part] = np.einsum("cn,sn->cs", columns, wave).real
    return totals
