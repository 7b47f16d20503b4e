"""The adaptive hedge ratio: MACD, RSI and breadth scale how many calls a layer buys.

ratio = product of (1 + k z_i), held in [0.5, 2], with z = +1 or -1 for MACD of the VIX
above or below its signal line, +1 for an RSI of the VIX above 60, and +1 for an
advance-decline line below its 21-day mean. Every z is of the close before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..ledger import Floats
from ..markets import null_models
from ..markets.state import World
from ..signals.macd import macd
from ..signals.rsi import rsi
from .daily_range import DailyRange
from .gate import before, trailing_mean

CHOICES = ("off", "macd", "rsi", "breadth", "all")
LOWEST, HIGHEST = 0.5, 2.0


def scores(world: World, which: str, *, seed: int, rsi_level: float = 60.0) -> list[Floats]:
    """The z of each chosen signal on every day, known the day before; 0 while unknown."""
    out: list[Floats] = []
    if which in ("macd", "all"):
        lines = macd(closes=world.vix.T)
        out.append(np.sign(np.nan_to_num(lines.histogram.T)))
    if which in ("rsi", "all"):
        out.append((np.nan_to_num(rsi(closes=world.vix.T).T) > rsi_level).astype(float))
    if which in ("breadth", "all"):
        up = null_models.advances(world, seed=seed)
        line = np.cumsum(2.0 * up - null_models.PANEL, axis=0)
        out.append((line < trailing_mean(line, 21)).astype(float))
    return [_known(z) for z in out]


def _known(z: Floats) -> Floats:
    late = before(z)
    late[0] = 0.0
    return late


@dataclass
class AdaptiveRatio:
    """A layer's trigger that scales its size by signals; ``strength`` is k."""

    which: str
    strength: float = 0.25
    seed: int = 1
    ratio: Floats = field(init=False, default_factory=lambda: np.ones((1, 1)))

    def begin(self, world: World) -> None:
        ratio = np.ones_like(world.vix)
        for z in scores(world, self.which, seed=self.seed):
            ratio *= 1.0 + self.strength * z
        self.ratio = np.clip(ratio, LOWEST, HIGHEST)

    def allows(self, day: int) -> Floats:
        return np.asarray(self.ratio[day])


@dataclass
class RangeLadder:
    """A layer that may be bought only when the expected daily range is above ``level``."""

    level: float
    daily_range: DailyRange = field(default_factory=DailyRange)
    open: Floats = field(init=False, default_factory=lambda: np.ones((1, 1)))

    def begin(self, world: World) -> None:
        wide = self.daily_range.before(world) > self.level
        self.open = wide.astype(float)

    def allows(self, day: int) -> Floats:
        return np.asarray(self.open[day])


@dataclass
class VixAbove:
    """A layer that may be bought only when the VIX closed above ``level`` the day before."""

    level: float
    open: Floats = field(init=False, default_factory=lambda: np.ones((1, 1)))

    def begin(self, world: World) -> None:
        self.open = (before(world.vix) > self.level).astype(float)

    def allows(self, day: int) -> Floats:
        return np.asarray(self.open[day])
