"""Calendars of expiries: third Fridays for index options, thirty days before them for the VIX.

Markets without dates use every 21st trading day.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..markets.state import World

MONTH = 21


def third_fridays(first: np.datetime64, last: np.datetime64) -> NDArray[np.datetime64]:
    """The third Friday of every month from that of ``first`` to that of ``last``."""
    months = np.arange(first.astype("datetime64[M]"), last.astype("datetime64[M]") + 1)
    return np.busday_offset(
        months.astype("datetime64[D]"), 2, roll="forward", weekmask="Fri"
    ).astype("datetime64[D]")


def index_expiries(world: World) -> NDArray[np.int_]:
    """Days (positions) on which monthly index options expire; a holiday's is the day before."""
    if world.dates is None:
        return np.arange(0, world.days + 1, MONTH)
    fridays = third_fridays(world.dates[0], world.dates[-1])
    return _positions(world, fridays)


def vix_expiries(world: World) -> NDArray[np.int_]:
    """Days on which monthly VIX options expire: thirty days before the next third Friday."""
    if world.dates is None:
        return np.arange(0, world.days + 1, MONTH)
    after = np.datetime64(world.dates[-1]) + np.timedelta64(62, "D")
    return _positions(world, third_fridays(world.dates[0], after) - np.timedelta64(30, "D"))


def _positions(world: World, days: NDArray[np.datetime64]) -> NDArray[np.int_]:
    dates = world.dates
    assert dates is not None
    inside = days[(days >= dates[0]) & (days <= dates[-1])]
    return np.unique(np.searchsorted(dates, inside, side="right") - 1)
