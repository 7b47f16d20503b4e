"""Reading a table between its points: levels by shares by a third axis, many places at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import Floats


def read(
    flat: Floats, at: Any, i: Floats, j: Floats, y: Any, *, axis: Floats, shares: int
) -> Floats:
    """What ``flat`` says at ``y`` (evenly spaced ``axis``, the fastest), linear in all three.

    ``at``: where the row of the cell's first corner begins; ``i`` and ``j``: how far it is to
    the next level and to the next of ``shares`` shares, as fractions.
    """
    columns = len(axis)
    s = (np.minimum(np.maximum(y, axis[0]), axis[-1]) - axis[0]) * (1.0 / (axis[1] - axis[0]))
    b = np.minimum(s.astype(int), columns - 2)
    s = s - b
    start = at + b

    def along(more: int) -> Any:
        here = flat.take(start + more)
        return here + s * (flat.take(start + (more + 1)) - here)

    step = shares * columns
    low, top = along(0), along(step)
    low += j * (along(columns) - low)
    top += j * (along(step + columns) - top)
    return np.asarray(low + i * (top - low))
