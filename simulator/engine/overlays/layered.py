"""One layer of a volatility hedge: bought VIX calls, rolled by the calendar.

A layer is when + how much + what + when to roll. Calls are marked with Black-76 on the
future of their own expiry, settled at the VIX close of their last day (the true
settlement is a special opening quotation; see the model cards), and paid for in cash.

Profit by cause of one held day, from the old mark to the new:

    theta  price(T', F) - price(T, F)                     time passes, nothing else
    delta  D (F' - F)
    gamma  price(T', F') - price(T', F) - D (F' - F)      = integral of gamma, exactly
    vega   the vol moves to that of the new moneyness (by law: and of the new state)
    jumps  delta and gamma of the days on which the market jumped
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ..ledger import Floats, Ledger
from ..markets.state import World
from .costs import VixCosts
from .desk import DAY, EXPIRED, PHASES, Desk
from .sizing import Sizing
from .vix_marks import Pricing


class Trigger(Protocol):
    """When a layer may buy; decisions use the closes before ``day``."""

    def begin(self, world: World) -> None: ...

    def allows(self, day: int) -> Floats:
        """A multiple of the usual size for each path; 0 means: do not buy."""
        ...


class Always:
    """Bought at any VIX."""

    def __init__(self) -> None:
        self.ones = np.ones(1)

    def begin(self, world: World) -> None:
        self.ones = np.ones(world.paths)

    def allows(self, day: int) -> Floats:
        return self.ones


@dataclass(kw_only=True)
class CallLayer:
    """VIX calls of ``dte`` calendar days and ``delta``, renewed with ``roll_at`` days left.

    ``sell_at``: sell once the mark is this multiple of what was paid and stay out until
    the next renewal (None: hold); ``sell_above_vix`` does so when the VIX closed above it.
    ``retry``: a refused purchase is tried again the next day, not at the next renewal.
    ``phase_seed`` starts every path at one of six
    points of the layer's cycle, so that no result hangs on the day of the first purchase.
    ``points_above`` the future, or ``strike_at`` in index points, choose the strike instead of
    ``delta``. ``calendar``: expiries in years since the start, ascending; a call then runs from
    one to the next instead of ``dte`` days. ``recycle``: share of the proceeds of an early sale
    that goes into ``heirs``. Layers with one ``desk`` act in one go.
    """

    name: str
    dte: float
    delta: float
    sizing: Sizing
    roll_at: float = 0.0
    sell_at: float | None = None
    sell_above_vix: float | None = None
    costs: VixCosts = field(default_factory=VixCosts)
    pricing: Pricing = field(default_factory=Pricing)
    trigger: Trigger = field(default_factory=Always)
    phase_seed: int | None = None
    calendar: Floats | None = None
    points_above: float | None = None
    strike_at: float | None = None
    explain: bool = True
    retry: bool = True
    recycle: float = 0.0
    heirs: tuple[CallLayer, ...] = ()
    desk: Desk = field(default_factory=Desk, repr=False)

    contracts: Floats = field(init=False, repr=False)
    gift: Floats = field(init=False, repr=False)
    purchases: Floats = field(init=False, repr=False)
    sales: Floats = field(init=False, repr=False)

    def begin(self, world: World, ledger: Ledger) -> None:
        self.trigger.begin(world)
        self.desk.join(self, world, ledger)

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        self.desk.step(self, day)

    @property
    def first_purchase(self) -> float:
        """Years after the start: at once, or when the first calls of the calendar expire."""
        return -1.0 if self.calendar is None else float(self.calendar[0])

    def life(self, now: float) -> float | None:
        """Years that a call bought now has; None where the calendar has ended."""
        if self.calendar is None:
            return self.dte * DAY
        later = self.calendar[self.calendar > now + EXPIRED]
        return float(later[0] - now) if len(later) else None

    def ahead(self, paths: int) -> Floats:
        """Years by which each path's first calls are older than new ones."""
        if self.phase_seed is None:
            return np.zeros(paths)
        held = (self.dte - self.roll_at) * DAY
        phases = np.random.default_rng(self.phase_seed).integers(0, PHASES, paths)
        return np.asarray(held * phases / PHASES)
