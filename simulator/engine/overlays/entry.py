"""When the "cash press" says that decay may be sold: its contradictory entry rules.

Each rule is a mask, ``days + 1`` by ``paths``, of closes at which a sale is allowed. It
reads closes *before* that day; an event's date is known ahead. Rules: codes D89 (three
conditions), D91 (before events) and D92 (after a spike of the VIX) of the vendor's pages,
the register of pages (``content/sources.json``); the spike's size is a choice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..markets import null_models
from ..markets.state import World
from .gate import before, trailing_mean

Bools = NDArray[np.bool_]

LONG_MEAN = 200
SHORT_MEAN = 5
REALISED_DAYS = 21
FIRST, SECOND = 30.0 / 365.0, 60.0 / 365.0


def allowed(
    world: World, *, rule: str, premium: float = 0.18, contango: float = 0.12, spike: float = 0.20
) -> Bools:
    """The closes at which ``rule`` (any, conditions, events, spike) lets a condor be sold.

    ``premium``: VIX over realised vol of 21 days, less one; ``contango``: second future over
    first, less one; ``spike``: VIX over its five-day mean, less one. All of the day before.
    """
    if rule == "any":
        return np.ones(world.vix.shape, dtype=bool)
    if rule == "events":
        tomorrow = np.append(null_models.event_days(world.days)[1:], False)
        return np.broadcast_to(tomorrow[:, None], world.vix.shape)
    if rule == "spike":
        return np.asarray(
            before(world.vix) >= (1.0 + spike) * before(trailing_mean(world.vix, SHORT_MEAN))
        )
    if rule == "conditions":
        high, dear, steep = conditions(world, premium=premium, contango=contango)
        return np.asarray(high & dear & steep)
    raise ValueError(f"no entry rule is called {rule}")


def conditions(world: World, *, premium: float, contango: float) -> tuple[Bools, Bools, Bools]:
    """The three conditions one by one: high VIX, dear options, a steep front of the curve."""
    vix = before(world.vix)
    high = vix > before(trailing_mean(world.vix, LONG_MEAN))
    squares = np.zeros_like(world.spx)
    squares[1:] = world.log_returns() ** 2
    # row 0 has no return: its VIX stands for the realised vol that nobody has seen yet
    squares[0] = (world.vix[0] / 100.0) ** 2 / 252.0
    realised = 100.0 * np.sqrt(252.0 * trailing_mean(squares, REALISED_DAYS))
    dear = vix >= (1.0 + premium) * before(realised)
    slope = np.stack(
        [
            world.curve.future(day, SECOND) / world.curve.future(day, FIRST) - 1.0
            for day in range(world.days + 1)
        ]
    )
    return np.asarray(high), np.asarray(dear), np.asarray(before(slope) >= contango)
