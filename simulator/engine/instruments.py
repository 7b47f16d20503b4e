"""What was agreed: option contracts and the legs of a position, as frozen values.

How the world stands (a market) and how to value (a pricer) live elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .units import SPX_MULTIPLIER


@dataclass(frozen=True, kw_only=True)
class Option:
    """A European, cash-settled option.

    ``strike`` in the units of the underlying (a number or an array of strikes, one a
    day or one a path), ``expiry`` in years, ``multiplier`` in USD a point.
    """

    strike: Any
    expiry: Any
    call: bool
    multiplier: float = SPX_MULTIPLIER


@dataclass(frozen=True, kw_only=True)
class Leg:
    """``quantity`` contracts of an option: positive bought, negative sold."""

    option: Option
    quantity: float
