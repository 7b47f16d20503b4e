"""The position an asker may describe, and the run that fits it.

All figures are per condor in index points; days are calendar days to expiry. Four strikes
in order make an iron condor, which the experiment of that name can price.
"""

from __future__ import annotations

from typing import Any

STRIKES = ("long_put", "short_put", "short_call", "long_call")
FIELDS = ("spot", *STRIKES, "credit", "days")
LABELS = {
    "spot": "Spot price",
    "long_put": "Bought put",
    "short_put": "Sold put",
    "short_call": "Sold call",
    "long_call": "Bought call",
    "credit": "Credit received",
    "days": "Days to expiry",
}
EXPERIMENT = "iron-condor"


def rise(long_put: float, short_put: float, short_call: float, long_call: float) -> bool:
    """The strikes are in order; the two sold ones may be equal (an iron butterfly)."""
    return long_put < short_put <= short_call < long_call


def fits_condor(position: dict[str, Any]) -> bool:
    """Spot, days and four strikes in order are given; the credit is for comparison only."""
    if any(position.get(name) is None for name in ("spot", "days", *STRIKES)):
        return False
    long_put, short_put, short_call, long_call = (position[name] for name in STRIKES)
    return rise(long_put, short_put, short_call, long_call)


def condor_parameters(position: dict[str, Any]) -> dict[str, Any]:
    """The experiment's parameters; the credit is what the model computes, not an input."""
    return {name: position[name] for name in ("spot", "days", *STRIKES)}


def described(position: dict[str, Any]) -> list[tuple[str, Any]]:
    """Labels and values of what was given, in a fixed order."""
    return [(LABELS[name], position[name]) for name in FIELDS if position.get(name) is not None]
