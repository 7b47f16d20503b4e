"""How much of a hedge to hold: contracts from a count, a premium budget or a cost cap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..ledger import Floats, Ledger
from ..markets.state import Indices
from ..units import VIX_MULTIPLIER


@dataclass(frozen=True)
class Offer:
    """One call as it stands at a close, on the paths ``at`` that are due.

    ``price`` and ``future`` in index points; ``held_days`` is how long it will be kept,
    in calendar days; ``decay`` gives what it loses by then if nothing else changes (index
    points).
    """

    at: Indices
    price: Floats
    held_days: float
    decay: Callable[[], Floats]
    future: Floats


class Sizing(Protocol):
    """Contracts to hold after a purchase at this offer, one number for each path of it."""

    def contracts(self, day: int, offer: Offer, ledger: Ledger) -> Floats: ...


@dataclass(frozen=True)
class Fixed:
    """The same number of contracts at every purchase."""

    count: float

    def contracts(self, day: int, offer: Offer, ledger: Ledger) -> Floats:
        return np.full(offer.price.shape, float(self.count))


@dataclass(frozen=True)
class Scaled:
    """Another sizing, times a number that each close has for each path."""

    inner: Sizing
    factor: Callable[[int], Floats]

    def contracts(self, day: int, offer: Offer, ledger: Ledger) -> Floats:
        return np.asarray(self.inner.contracts(day, offer, ledger) * self.factor(day)[offer.at])


@dataclass(frozen=True)
class Budget:
    """Spends ``share`` of ``notional`` (USD) a year on premium, in proportion to the days held.

    Fractions of a contract are allowed: a reader's notional is arbitrary.
    """

    share: float
    notional: float

    def contracts(self, day: int, offer: Offer, ledger: Ledger) -> Floats:
        money = self.share * self.notional * offer.held_days / 365.0
        return np.asarray(money / (np.maximum(offer.price, 0.01) * VIX_MULTIPLIER))


@dataclass(frozen=True)
class Capped:
    """Another sizing, cut so that a year in which nothing happens costs at most ``share``.

    What a quiet year costs is the decay of the calls over the days they are held, repeated
    through the year; ``share`` of ``capital`` (USD) is this layer's part of the cap.
    """

    inner: Sizing
    share: float
    capital: float

    def contracts(self, day: int, offer: Offer, ledger: Ledger) -> Floats:
        wanted = self.inner.contracts(day, offer, ledger)
        a_year = np.maximum(offer.decay(), 0.0) * VIX_MULTIPLIER * 365.0 / offer.held_days
        allowed = self.share * self.capital / np.maximum(a_year, 1e-9)
        return np.asarray(np.minimum(wanted, allowed))


@dataclass(frozen=True)
class WeightByForward:
    """A share of the account, chosen by the level of the VIX future.

    ``weights[i]`` holds for a future above ``levels[i-1]`` and up to ``levels[i]``.
    """

    levels: tuple[float, ...] = (15.0, 30.0, 50.0)
    weights: tuple[float, ...] = (0.0, 0.01, 0.005, 0.0)

    def contracts(self, day: int, offer: Offer, ledger: Ledger) -> Floats:
        weight = np.asarray(self.weights)[np.searchsorted(self.levels, offer.future, side="left")]
        money = weight * np.maximum(ledger.now()[offer.at], 0.0)
        return np.asarray(money / (np.maximum(offer.price, 0.01) * VIX_MULTIPLIER))


@dataclass(frozen=True)
class Outlay:
    """Spends ``share`` of ``capital`` (USD) on premium at every purchase, whatever the tenor."""

    share: float
    capital: float

    def contracts(self, day: int, offer: Offer, ledger: Ledger) -> Floats:
        money = self.share * self.capital
        return np.asarray(money / (np.maximum(offer.price, 0.01) * VIX_MULTIPLIER))
