"""What a model market needs beyond prices, from stated null models; all of it synthetic.

Breadth: a panel of 50 shares, each with one index factor and noise of its own. Sentiment and
an exchange rate: autoregressions with a weak, declared link to the index. Event days: 8
central-bank and 12 inflation days a year at fixed places. A null model knows nothing about
the hedge; a signal that "works" on it works on noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .state import Floats, World

PANEL = 50
SHARE_VOLATILITY = 0.25  # a year, of a share's own movement
FOMC_DAYS = (20, 52, 83, 115, 146, 178, 209, 241)
CPI_DAYS = (8, 29, 50, 71, 92, 113, 134, 155, 176, 197, 218, 239)


def advances(world: World, *, seed: int) -> Floats:
    """How many of the panel's 50 shares rose each day, ``days + 1`` by ``paths``; row 0 is 25."""
    rng = np.random.default_rng([seed, 0xADD])
    chance = ndtr(world.log_returns() * np.sqrt(252.0) / SHARE_VOLATILITY)
    out = np.full(world.spx.shape, PANEL / 2.0)
    out[1:] = rng.binomial(PANEL, chance)
    return out


@dataclass(frozen=True)
class Regressors:
    """Monthly readings (months by paths): real exchange rate, sentiment, and pure noise."""

    exchange_rate: Floats
    sentiment: Floats
    placebo: Floats


def regressors(world: World, *, month: int = 21, seed: int) -> Regressors:
    """Autoregressions: sentiment leans on the month's index return (0.5), the rate on nothing."""
    rng = np.random.default_rng([seed, 0x5E47])
    marks = np.arange(0, world.days + 1, month)
    monthly = np.diff(np.log(world.spx[marks]), axis=0)
    scale = max(float(monthly.std()), 1e-12)
    shape = monthly.shape
    noise = rng.standard_normal((3, *shape))
    rate, mood, placebo = np.zeros(shape), np.zeros(shape), noise[2]
    for t in range(shape[0]):
        before_rate = rate[t - 1] if t else np.zeros(shape[1])
        before_mood = mood[t - 1] if t else np.zeros(shape[1])
        rate[t] = 0.9 * before_rate + 0.44 * noise[0, t]
        mood[t] = 0.6 * before_mood + 0.5 * monthly[t] / scale + 0.6 * noise[1, t]
    return Regressors(rate, mood, placebo)


def _places(count: int, usual: tuple[int, ...]) -> tuple[int, ...]:
    """The usual days of the year, or as many as asked for at equal distances."""
    if count == len(usual):
        return usual
    return tuple(int(252 * (number + 0.5) / count) for number in range(count))


def event_days(days: int, *, fomc: int = 8, cpi: int = 12) -> NDArray[np.bool_]:
    """Which of ``days + 1`` closes fall on a central-bank or inflation day (synthetic dates).

    ``fomc`` and ``cpi`` are how many of each a year has.
    """
    places = (*_places(fomc, FOMC_DAYS), *_places(cpi, CPI_DAYS))
    out = np.zeros(days + 1, dtype=bool)
    for day in places:
        out[day::252] = True
    return out
