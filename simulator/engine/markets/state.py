"""What a market did, day by day, on many paths side by side.

Arrays are ``days + 1`` rows by ``paths`` columns: row 0 is the close on which a plan
starts, so that a day's slice is contiguous. Times are years since row 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import ParameterError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]


class Curve(Protocol):
    """The futures of one world: what can be traded, where spot VIX cannot."""

    def future(self, day: int | slice, years: Any, at: Indices | None = None) -> Floats:
        """VIX futures ``years`` ahead of the close of ``day``, index points, one a path.

        ``years`` is a number, an array or ``Times``; of the paths ``at`` alone where given.
        ``day`` may be a slice, with a row of ``years`` for each of its closes.
        """
        ...

    def horizon_vol(self, day: int, years: Any) -> Floats:
        """The VIX-like volatility of the index to ``years`` ahead, index points, one a path."""
        ...

    def first(self, paths: int) -> Curve:
        """The same curve for the first ``paths`` paths."""
        ...

    def beside(self, others: Sequence[Any]) -> Curve:
        """This curve and others of its kind as one, path after path."""
        ...


@dataclass(frozen=True)
class World:
    """Daily closes of one market on many paths.

    ``spx`` and ``vix`` in index points; ``eth`` in USD or None; ``years`` since the start;
    ``jumped`` marks days (row t: between t and t + 1) on which the index jumped;
    ``dates`` are datetime64[D] where the market has a calendar; ``rate`` is the riskless
    rate, continuous; ``kind`` is model, episode, replay or bootstrap.
    """

    kind: str
    spx: Floats
    vix: Floats
    years: Floats
    curve: Curve
    eth: Floats | None = None
    jumped: Bools | None = None
    dates: NDArray[np.datetime64] | None = None
    rate: float = 0.03
    dividend_yield: float = 0.015
    extra: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = self.spx.shape
        if len(shape) != 2 or shape[0] < 2 or shape[1] < 1:
            raise ParameterError("days", "a market needs at least one day and one path", minimum=1)
        arrays = {"vix": self.vix, "eth": self.eth, **self.extra}
        for name, array in arrays.items():
            if array is not None and array.shape != shape:
                raise ValueError(f"{name} has shape {array.shape}, the index has {shape}")
        if self.years.shape != (shape[0],):
            raise ValueError("years needs one value a day")

    @property
    def days(self) -> int:
        """Trading days after the start."""
        return int(self.spx.shape[0]) - 1

    @property
    def paths(self) -> int:
        return int(self.spx.shape[1])

    @property
    def span(self) -> float:
        """Years from the first close to the last."""
        return float(self.years[-1])

    def first(self, paths: int) -> World:
        """The same market with its first ``paths`` paths only."""
        if paths >= self.paths:
            return self
        few = slice(0, paths)
        return replace(
            self,
            spx=np.ascontiguousarray(self.spx[:, few]),
            vix=np.ascontiguousarray(self.vix[:, few]),
            curve=self.curve.first(paths),
            eth=None if self.eth is None else self.eth[:, few],
            jumped=None if self.jumped is None else self.jumped[:, few],
            extra={name: array[:, few] for name, array in self.extra.items()},
        )

    def jumped_before(self, day: int) -> Bools | None:
        """Where the index jumped between the close before ``day`` and that of ``day``."""
        return None if self.jumped is None else np.asarray(self.jumped[day - 1])

    def log_returns(self) -> Floats:
        """Daily log changes of the index, ``days`` by ``paths``."""
        return np.diff(np.log(self.spx), axis=0)


def side_by_side(worlds: Sequence[World]) -> World:
    """Markets of equally many days as one, path after path: index, VIX and futures alone."""
    first, others = worlds[0], worlds[1:]
    if any(type(one.curve) is not type(first.curve) for one in others):
        raise ValueError("markets side by side need futures of one kind")
    if any((one.rate, one.dividend_yield) != (first.rate, first.dividend_yield) for one in others):
        raise ValueError("markets side by side need one rate and one dividend yield")
    return World(
        kind=first.kind,
        spx=np.concatenate([one.spx for one in worlds], axis=1),
        vix=np.concatenate([one.vix for one in worlds], axis=1),
        years=first.years,
        curve=first.curve.beside([one.curve for one in others]),
        dates=first.dates,
        rate=first.rate,
        dividend_yield=first.dividend_yield,
    )


CRISIS_VIX = 30.0
CRISIS_FALL = -0.10
CRISIS_GAP = 63


def crises(spx: Floats, vix: Floats) -> NDArray[np.int_]:
    """How many independent crises each path holds.

    A crisis day closes with VIX above 30 or the index 10 % below its running high; two
    are independent when at least 63 trading days lie between their first days and the
    days in between went by without one. Inputs ``days + 1`` by ``paths``; counts by path.
    """
    high = np.maximum.accumulate(spx, axis=0)
    alarm = (vix > CRISIS_VIX) | (spx / high - 1.0 <= CRISIS_FALL)
    counts = np.zeros(spx.shape[1], dtype=int)
    last = np.full(spx.shape[1], -CRISIS_GAP - 1)
    for day in range(len(spx)):
        fresh = alarm[day] & (day - last >= CRISIS_GAP)
        counts += fresh
        last = np.where(alarm[day], day, last)
    return counts
