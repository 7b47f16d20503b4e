"""Integrals over a half line of analytic functions that decay, with their own error check.

With x = s exp(u - e^{-u}) the integrand in u dies double-exponentially on the left and as
fast as f itself on the right, so the trapezoid rule converges geometrically in the number
of nodes (Takahasi and Mori 1974). The step is halved until halving no longer matters.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..errors import EngineError
from .arrays import Floats

Rows = npt.NDArray[np.intp]
LEFT_END = -3.7  # x / s = exp(u - e^{-u}) is 1e-19 there
FIRST_NODES = 64
LAST_NODES = 32768


def half_line(
    sums: Callable[[Floats, Floats, Rows], Floats],
    *,
    rows: int,
    reach: float,
    allowed: Floats,
    largest_scale: float = 0.5,
) -> Floats:
    """Integrals from 0 to ``reach`` of several families of functions, one column a row.

    ``sums(x, weight, index)`` returns sum_j weight_j f(x_j) for the rows in ``index``: an
    array of shape (families, len(index)). Beyond ``reach`` nothing may be left of f.
    ``allowed`` (rows,) bounds the last change, relative to max(1, |integral|).
    ``largest_scale`` is the smallest x at which f has structure. Raises ``EngineError``
    if 32,768 nodes do not settle it.
    """
    scale = min(largest_scale, reach / 30.0)
    length = math.log(reach / scale) + 0.05 - LEFT_END
    waiting = np.arange(rows)
    nodes = FIRST_NODES

    def at(fractions: Floats) -> Floats:
        u = LEFT_END + length * fractions
        shrink = np.exp(-u)
        x = scale * np.exp(u - shrink)
        return sums(x, x * (1.0 + shrink), waiting)

    # the two end points contribute nothing, by the choice of the ends
    total = at(np.arange(1, nodes) / nodes)
    result = np.zeros_like(total)
    old = total * (length / nodes)
    while nodes < LAST_NODES:
        total = total + at((np.arange(nodes) + 0.5) / nodes)
        nodes *= 2
        new = total * (length / nodes)
        change = np.abs(new - old) / np.maximum(np.abs(new), 1.0)
        settled = (change <= allowed[waiting]).all(axis=0)
        result[:, waiting[settled]] = new[:, settled]
        waiting, total, old = waiting[~settled], total[:, ~settled], new[:, ~settled]
        if not waiting.size:
            return result
    raise EngineError("an integral did not settle; no figure is given")
