"""Which condors may be sold at which VIX: the published gates, side by side.

A gate gives each tier a size multiple from the closes *before* the day of the trade. The
levels are 15 and 20 by default. Sources: pages of the vendor register (glossary G2, guide
L1, pages D64, B2, D65), which contradict each other; that is what they are here to show.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..ledger import Floats
from ..markets.state import World

TIERS = ("conservative", "balanced", "aggressive")
MODES = ("glossary", "learn15", "all_under_20_and_5dma", "always_on", "inverted", "none")


def multiples(
    world: World,
    *,
    tier: str,
    mode: str = "glossary",
    low: float = 15.0,
    high: float = 20.0,
    average_days: int = 5,
) -> Floats:
    """Size multiple of ``tier`` on every day (``days + 1`` by ``paths``), 0 for no trade.

    Row t uses the VIX close of t - 1; row 0, which has none before it, uses its own.
    """
    vix = before(world.vix)
    rules: dict[str, Callable[[], Floats]] = {
        "none": lambda: np.ones_like(vix),
        "always_on": lambda: np.where(vix > 28.0, 0.5, 1.0),
        "glossary": lambda: _at_most(vix, high if tier != "aggressive" else low),
        "learn15": lambda: _at_most(vix, low),
        "inverted": lambda: _inverted(vix, tier, low, high),
        "all_under_20_and_5dma": lambda: (
            _at_most(vix, high) * (vix <= before(trailing_mean(world.vix, average_days)))
        ),
    }
    if mode not in rules:
        raise ValueError(f"no gate is called {mode}")
    return rules[mode]()


def before(values: Floats) -> Floats:
    """Each row replaced by the row before it; the first row stays."""
    return np.concatenate([values[:1], values[:-1]])


def trailing_mean(values: Floats, days: int) -> Floats:
    """Mean of the last ``days`` rows up to each row (fewer at the start)."""
    total = np.cumsum(values, axis=0)
    out = total.copy()
    out[days:] = total[days:] - total[:-days]
    counts = np.minimum(np.arange(len(values)) + 1, days)[:, None]
    return np.asarray(out / counts)


def _at_most(vix: Floats, level: float) -> Floats:
    return np.where(vix <= level, 1.0, 0.0)


def _inverted(vix: Floats, tier: str, low: float, high: float) -> Floats:
    allowed: NDArray[np.bool_] = {
        "conservative": vix < 18.0,
        "balanced": (vix >= 18.0) & (vix < 23.0),
        "aggressive": vix >= 23.0,
    }[tier]
    return np.where(allowed, 1.0, 0.0)
