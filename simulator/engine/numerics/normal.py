"""The normal law: density, distribution, quantile.

Notation: n density, N distribution. ``scipy.special.ndtr`` keeps its relative accuracy
in the lower tail, which is where far out-of-the-money options live; code that needs an
upper tail asks for N(-x) instead of 1 - N(x).
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr, ndtri

from .arrays import Floats

INVERSE_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


def density(x: Floats) -> Floats:
    """n(x) = exp(-x^2 / 2) / sqrt(2 pi)."""
    result: Floats = np.exp(-0.5 * x * x) * INVERSE_SQRT_2PI
    return result


def distribution(x: Floats) -> Floats:
    """N(x), accurate relative to itself in the lower tail."""
    result: Floats = ndtr(x)
    return result


def quantile(p: Floats) -> Floats:
    """The x with N(x) = p, for p in (0, 1)."""
    result: Floats = ndtri(p)
    return result
