"""The registry of readings: what "4/4/2" and the layered hedge are said to be, as policies.

Each reading names its page in the register (``content/sources.json``) and the choices that its page
leaves open and this registry fills. Readings that state no money size spend ``budget``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np

from ..backtest import Account, Policy
from ..data import Progress
from ..ledger import Floats, Ledger
from ..markets.state import World
from ..overlays.costs import FREE_VIX, VixCosts
from ..overlays.desk import Desk
from ..overlays.layered import Always, CallLayer, Trigger
from ..overlays.other_layers import FutureLayer, PutLayer, ShortCallLayer
from ..overlays.signal_ratio import AdaptiveRatio, VixAbove
from ..overlays.sizing import Budget, Fixed, Outlay, Sizing
from ..results import Axis, Chart, Mark, Series
from ..units import FRACTION
from ..verdicts import Effect
from ..words import percent
from . import _book, _fair, _vix_marks


@dataclass(frozen=True)
class Setting:
    """What a reading is run in: the book's parameters, its account in USD, a budget, a seed.

    Readings of one setting are marked at one desk.
    """

    params: SimpleNamespace
    capital: float
    budget: float
    seed: int
    desk: Desk = field(default_factory=Desk)

    def calls(
        self,
        n: int,
        dte: float,
        sizing: Sizing,
        *,
        delta: float = 0.50,
        roll_at: float = 0.0,
        trigger: Trigger | None = None,
        points_above: float | None = None,
        strike_at: float | None = None,
    ) -> CallLayer:
        p = self.params
        return CallLayer(
            name=f"layer {n}",
            dte=dte,
            delta=delta,
            sizing=sizing,
            roll_at=roll_at,
            costs=VixCosts() if p.costs else FREE_VIX,
            pricing=_vix_marks.pricing(p),
            trigger=trigger or Always(),
            phase_seed=(self.seed * 1009 + n) % 2**63,
            points_above=points_above,
            strike_at=strike_at,
            explain=False,
            desk=self.desk,
        )

    def budgeted(self, share: float) -> Budget:
        return Budget(share=self.budget * share, notional=self.capital)

    @property
    def scale(self) -> float:
        return float(self.params.condors) / 10.0


@dataclass(frozen=True)
class Reading:
    slug: str
    label: str
    filled: str
    policies: Callable[[Setting], list[Policy]]
    changes: Mapping[str, object] | None = None

    def layers(self, params: SimpleNamespace) -> dict[str, object] | None:
        """The parameters whose layers it holds; None where its layers are its own."""
        if self.changes is None:
            return None
        return {**vars(params), "alvh_enabled": True, **self.changes}


AS_PUBLISHED: Mapping[str, object] = {"tvm_enabled": True, "annual_budget_cap": None}
AS_ADVERTISED: Mapping[str, object] = {"annual_budget_cap": 0.02}


def core(setting: Setting, **changes: object) -> list[Policy]:
    p = SimpleNamespace(**{**vars(setting.params), "alvh_enabled": True, **changes})
    return list(
        _book.layers(
            p, capital=setting.capital, seed=setting.seed, explain=False, desk=setting.desk
        )
    )


def plain(s: Setting) -> list[Policy]:
    return core(s, tvm_enabled=False, annual_budget_cap=None)


def r1(s: Setting) -> list[Policy]:
    return [
        s.calls(n, dte, s.budgeted(share))
        for n, dte, share in ((1, 30.0, 0.4), (2, 110.0, 0.4), (3, 220.0, 0.2))
    ]


def r2(s: Setting) -> list[Policy]:
    return [
        s.calls(1, 30.0, Fixed(4 * s.scale), points_above=5.0, trigger=VixAbove(18.0)),
        s.calls(2, 110.0, Fixed(4 * s.scale), points_above=8.0, trigger=VixAbove(18.0)),
        s.calls(3, 220.0, Fixed(2 * s.scale), strike_at=32.5, trigger=VixAbove(18.0)),
    ]


def r3(s: Setting) -> list[Policy]:
    return [
        s.calls(n, dte, Outlay(share, s.capital), trigger=AdaptiveRatio("macd", seed=s.seed))
        for n, dte, share in ((1, 37.0, 0.04), (2, 75.0, 0.04), (3, 120.0, 0.02))
    ]


def r4(s: Setting) -> list[Policy]:
    return [
        s.calls(1, 30.0, Fixed(4 * s.scale), roll_at=21.0),
        s.calls(2, 110.0, Fixed(4 * s.scale), roll_at=80.0),
        s.calls(3, 220.0, Fixed(2 * s.scale), roll_at=180.0),
    ]


def r5(s: Setting) -> list[Policy]:
    size = 0.1 * s.scale
    return [
        FutureLayer(name="futures", contracts=4 * size),
        PutLayer(name="index puts", contracts=4 * size),
        s.calls(3, 110.0, Fixed(2 * s.scale), roll_at=80.0),
    ]


def r6(s: Setting) -> list[Policy]:
    ratio = AdaptiveRatio("all", seed=s.seed)
    small = replace(s, budget=0.015)
    return [
        small.calls(n, dte, small.budgeted(share), trigger=ratio)
        for n, dte, share in ((1, 7.0, 0.4), (2, 37.0, 0.4), (3, 75.0, 0.2))
    ]


def r7(s: Setting) -> list[Policy]:
    return [
        ShortCallLayer(
            name="sold calls",
            contracts=4 * s.scale,
            costs=VixCosts() if s.params.costs else FREE_VIX,
            pricing=_vix_marks.pricing(s.params),
            trigger=AdaptiveRatio("rsi", seed=s.seed),
        ),
        FutureLayer(name="volatility notes", contracts=0.2 * s.scale),
    ]


READINGS = (
    Reading(
        "core",
        "Core: 4/4/2 calls of 30/110/220 days",
        "renewal at 7/80/180; at the defaults the same as the next",
        core,
        {},
    ),
    Reading(
        "as-published",
        "As published: the core with its gains recycled, no cap",
        "sale at +150 % or a VIX above 30",
        lambda s: core(s, **AS_PUBLISHED),
        AS_PUBLISHED,
    ),
    Reading(
        "as-advertised",
        "As advertised: the core, cut so that a quiet year costs 2 %",
        "what “costs 2 %” means",
        lambda s: core(s, **AS_ADVERTISED),
        AS_ADVERTISED,
    ),
    Reading("r1", "R1: 40/40/20 % of the hedge's money", "the money; held to expiry", r1),
    Reading(
        "r2",
        "R2: 4/4/2 units 5 and 8 points out and at 32.5, above a VIX of 18",
        "units are contracts; held to expiry",
        r2,
    ),
    Reading(
        "r3",
        "R3: 4 %, 4 % and 2 % of the account at 37/75/120 days",
        "spent at each purchase, scaled by MACD",
        r3,
    ),
    Reading("r4", "R4: 4/4/2, the first moved on at 21 days", "layers 2 and 3 as the core", r4),
    Reading(
        "r5",
        "R5: futures, index puts and calls in parts 4/4/2",
        "a tenth of a contract each; puts of 10 delta, 60 days",
        r5,
    ),
    Reading("r6", "R6: 40/40/20 % at 7/37/75 days for 1.5 % a year", "signals scale it", r6),
    Reading(
        "r7",
        "R7: layer one *sells* VIX calls",
        "four calls of 30 delta; a fifth of a future for the notes",
        r7,
    ),
)
BY_SLUG = {reading.slug: reading for reading in READINGS}


def accounts(
    world: World, setting: Setting, readings: Sequence[Reading] = READINGS
) -> list[Account]:
    """Readings, each on an account of its own."""
    return [Account(world=world, policies=one.policies(setting)) for one in readings]


def compared(
    world: World,
    equity: Floats,
    ledger: Ledger,
    seed: int,
    *,
    progress: Progress,
    figures: Sequence[str] = _fair.EFFECT,
) -> _fair.Comparison:
    """One reading beside the unhedged book whose equity is given; ``figures`` are made now."""
    hedge = ledger.profit()
    paid = sum(ledger.paid.values(), np.zeros(world.paths))
    got = sum(ledger.received.values(), np.zeros(world.paths))
    return _fair.compare(
        world=world,
        base=equity,
        hedged=equity + np.cumsum(hedge, axis=0),
        hedge=hedge,
        premium=np.maximum(paid - got, 0.0),
        seed=seed,
        progress=progress,
        figures=figures,
    )


def curve(effects: Mapping[str, Effect], shown: str, *, label: str) -> Chart:
    """The readings from the worst to the best, each named below, the one shown marked."""
    order = sorted(effects, key=lambda slug: effects[slug].value)
    values = [effects[slug] for slug in order]
    lows = [e.value if e.low is None else e.low for e in values]
    highs = [e.value if e.high is None else e.high for e in values]
    at = order.index(shown)

    def alone(numbers: Sequence[float]) -> list[float | None]:
        return [number if place == at else None for place, number in enumerate(numbers)]

    change = "Change of the deepest fall"
    estimates = [e.value for e in values]
    return Chart(
        name="specification",
        label=label,
        kind="specification",
        x=Axis("Reading", None, "category", order),
        y=Axis("Above zero: less deep", FRACTION),
        series=[
            Series("effect", change, estimates, "hedged", lows, highs),
            Series("shown", "The one shown", alone(estimates), "hedge", alone(lows), alone(highs)),
            *(
                Series(slug, slug, [float(one == slug) for one in order], "choice")
                for slug in order
            ),
        ],
        marks=[Mark("x", shown, shown, "shown")],
        alt="; ".join(f"{slug} {percent(effects[slug].value, sign=True)}" for slug in order),
    )
