"""From the parameters of a condor book and its layered hedge to accounts on a market."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace

import numpy as np

from .. import backtest
from ..data import Progress, part, silent
from ..ledger import Ledger
from ..markets import null_models, surface
from ..markets.state import World, side_by_side
from ..overlays import gate
from ..overlays.condor_book import CondorBook, Sheet, sheet
from ..overlays.costs import FREE_VIX, CondorCosts, VixCosts
from ..overlays.daily_range import DailyRange
from ..overlays.desk import Desk
from ..overlays.layered import Always, CallLayer, Trigger
from ..overlays.rolling import TimeShift
from ..overlays.signal_ratio import AdaptiveRatio, RangeLadder
from ..overlays.sizing import Capped, Fixed, Scaled, Sizing
from ..overlays.strikes import Choice
from ..overlays.vega_target import CondorVega, VegaShare, gain_of_layers
from ..units import SPX_MULTIPLIER
from . import _vix_marks
from ._book_params import LAYERS, chosen_tiers
from ._fair import Floats

LADDER_START, LADDER_STEP = 0.0090, 0.0005


@dataclass(frozen=True)
class Book:
    """What an account sells: its sheets by tier, and the capital that bears them."""

    params: SimpleNamespace
    sheets: dict[str, Sheet]
    capital: float
    multiples: dict[str, Floats]

    @property
    def is_priced(self) -> bool:
        """Whether nothing is left to be priced as the book walks: one-day condors, not rolled."""
        sheets = self.sheets.values()
        return not self.params.ts_enabled and all(one.quotes is not None for one in sheets)


def costs_of(p: SimpleNamespace) -> CondorCosts:
    if not p.costs:
        return CondorCosts(slippage=0.0, commission=0.0)
    return CondorCosts(slippage=p.slippage, commission=p.commission)


def daily_range(p: SimpleNamespace) -> DailyRange:
    """The reading of the expected daily range that the parameters name."""
    return DailyRange(
        mode=p.edr_mode,
        bias=p.edr_bias,
        implied_weight=p.edr_implied_weight,
        realised_weight=p.edr_realised_weight,
        multiplier=p.edr_multiplier,
    )


def choice_of(p: SimpleNamespace, tier: str) -> Choice:
    targets = {
        "credit": getattr(p, f"credit_{tier}"),
        "edr": getattr(p, f"edr_multiple_{tier}"),
        "delta": getattr(p, f"short_delta_{tier}"),
        "sigma": p.short_sigma,
    }
    return Choice(
        method=p.strike_method,
        target=targets[p.strike_method],
        wing_width=p.wing_width,
        daily_range=daily_range(p),
        vol_ratio=p.short_dated_iv_ratio,
        shape=(p.skew, surface.SHAPE_B),
    )


def price_note(p: SimpleNamespace) -> str:
    """What short options cost in this run, and how much of a result that is."""
    if p.market != "model":
        return (
            "Short options are priced at the VIX of the day under one smile; what was quoted on "
            "such days may have been something else."
        )
    if p.short_dated_vol == "model":
        return (
            "Short options are priced by the model's own law under its pricing measure: what their "
            "seller earns is the premium between the two measures, and under one measure it is "
            "nought at every VIX."
        )
    return (
        "Short options are not priced by the model's own law: at the VIX, as at their own horizon, "
        "one smile makes them too dear in calm and too cheap in fear for these paths. That, and no "
        "premium, is what a gate by VIX earns here; price them by the model's own law to see it go."
    )


def book(
    p: SimpleNamespace, world: World, progress: Progress = silent, *, all_closes: bool = True
) -> Book:
    """Price what is on offer, and find the account whose given share one full loss is.

    The account is set at the first close: condors times the loss of one, over
    ``max_loss_per_trade``, all tiers together. Without ``all_closes`` only what the gate lets
    be sold is priced.
    """
    tiers = chosen_tiers(p.tiers_enabled)
    calendar = null_models.event_days(world.days, fomc=p.fomc_days, cpi=p.cpi_days)
    events = np.append(calendar[1:], False)  # sold the day before
    size = np.where(events, p.event_size_factor, 1.0)[:, None]
    multiples = {
        tier: size
        * gate.multiples(
            world,
            tier=tier,
            mode=p.gate_mode,
            low=p.gate_low,
            high=p.gate_high,
            average_days=p.vix_ma_days,
        )
        / len(tiers)
        for tier in tiers
    }
    sheets = {
        tier: sheet(
            world,
            choice_of(p, tier),
            dte=p.ic_dte,
            vols=p.short_dated_vol,
            wanted=None if all_closes else multiples[tier] > 0.0,
            report=_pricing(progress, number / len(tiers), (number + 1) / len(tiers)),
        )
        for number, tier in enumerate(tiers)
    }
    loss = np.mean([_loss(p, tier) for tier in tiers])
    capital = p.condors * loss * SPX_MULTIPLIER / p.max_loss_per_trade
    return Book(p, sheets, float(capital), multiples)


def _pricing(progress: Progress, low: float, high: float) -> Callable[[float], None]:
    one = part(progress, low, high)
    return lambda done: one(done, "pricing condors")


def _loss(p: SimpleNamespace, tier: str) -> float:
    """Points that one condor can lose: the wing less its credit (less a tenth where unknown)."""
    credit = getattr(p, f"credit_{tier}") if p.strike_method == "credit" else 0.1 * p.wing_width
    return float(p.wing_width - credit)


def condors(b: Book, *, explain: bool = True) -> list[CondorBook]:
    """The policies that sell, one a tier."""
    p = b.params
    shift = None
    if p.ts_enabled:
        shift = TimeShift(
            forward_days=p.ts_forward_dte,
            cushion=p.ts_cushion,
            max_rolls=p.ts_max_rolls,
            size_multiplier=p.ts_size_multiplier,
            range_level=p.ts_edr_level,
            vix_level=p.ts_vix_level,
            either=p.ts_trigger == "or",
            needs_credit=p.ts_restrike,
            roll_back=p.ts_rollback,
            back_days=p.ts_rollback_dte,
            daily_range=daily_range(p),
            threat_delta=p.ts_threat_delta if p.threatened_if == "delta" else None,
        )
    share = p.max_loss_per_trade if p.sizing == "fraction" else None
    return [
        CondorBook(
            name=f"{tier} condors",
            sheet=one,
            condors=p.condors,
            multiple=b.multiples[tier],
            costs=costs_of(p),
            min_credit=p.min_credit_ratio * p.wing_width,
            max_loss_share=share,
            stop=p.stop_loss,
            take=p.profit_take,
            shift=None if shift is None else replace(shift),
            explain=explain,
        )
        for tier, one in b.sheets.items()
    ]


def layers(
    p: SimpleNamespace,
    *,
    capital: float,
    seed: int,
    explain: bool = True,
    desk: Desk | None = None,
) -> list[CallLayer]:
    """The layered hedge: none where it is switched off; ``desk`` marks it with others."""
    if not p.alvh_enabled:
        return []
    desk = desk or Desk()
    wanted = [(n, getattr(p, f"layer_{n}_contracts") * p.condors / 10.0) for n, *_ in LAYERS]
    total = sum(count for _, count in wanted)
    vega = _condor_vega(p) if p.vega_target_mode is not None and total > 0.0 else None
    out = []
    for n, count in wanted:
        sizing: Sizing = Fixed(count)
        trigger = _trigger(p, n, seed)
        if vega is not None:
            trigger = VegaShare(trigger, p.vega_target_mode, vega, layers_gain(p))
            sizing = Scaled(sizing, trigger.factor)
        if p.annual_budget_cap is not None and total > 0.0:
            sizing = Capped(sizing, share=p.annual_budget_cap * count / total, capital=capital)
        out.append(
            CallLayer(
                name=f"layer {n}",
                dte=getattr(p, f"layer_{n}_dte"),
                roll_at=getattr(p, f"layer_{n}_roll_at"),
                delta=p.call_delta,
                sizing=sizing,
                costs=VixCosts() if p.costs else FREE_VIX,
                pricing=_vix_marks.pricing(p),
                trigger=trigger,
                phase_seed=(seed * 1009 + n) % 2**63,
                explain=explain,
                desk=desk,
            )
        )
    if p.tvm_enabled:
        out[0].sell_at, out[0].sell_above_vix = 1.0 + p.tvm_gain, p.tvm_vix
        out[0].recycle, out[0].heirs = p.tvm_recycle_share, (out[1], out[2])
    return out


def _condor_vega(p: SimpleNamespace) -> CondorVega:
    """The vega of the condors on sale, priced when a layer asks for it."""
    return CondorVega(
        choices=tuple(choice_of(p, tier) for tier in chosen_tiers(p.tiers_enabled)),
        dte=p.ic_dte,
        condors=p.condors,
        vols=p.short_dated_vol,
    )


def layers_gain(p: SimpleNamespace) -> float:
    """USD that the layers at their usual sizes gain for a point of spot VIX."""
    return gain_of_layers(
        contracts=tuple(getattr(p, f"layer_{n}_contracts") * p.condors / 10.0 for n, *_ in LAYERS),
        dtes=tuple(getattr(p, f"layer_{n}_dte") for n, *_ in LAYERS),
        delta=p.call_delta,
    )


def vega_factor(p: SimpleNamespace, world: World) -> float:
    """Mean multiple of the usual sizes at the first close: 1 where no vega is aimed at."""
    if p.vega_target_mode is None or not layers_gain(p):
        return 1.0
    share = VegaShare(Always(), p.vega_target_mode, _condor_vega(p), layers_gain(p))
    share.begin(world)
    return float(share.factor(0).mean())


def _trigger(p: SimpleNamespace, n: int, seed: int) -> Trigger:
    if not p.always_on:
        level = LADDER_START + (n - 1) * LADDER_STEP
        return RangeLadder(level=level, daily_range=daily_range(p))
    if p.signal_overlay != "off":
        return AdaptiveRatio(p.signal_overlay, strength=p.signal_strength, seed=seed)
    return Always()


@dataclass(frozen=True)
class Accounts:
    """The same book without and with its hedge, and the names of the hedge's lines."""

    base: Ledger
    hedged: Ledger
    book: Book
    hedge_lines: tuple[str, ...]
    base_books: Sequence[CondorBook]
    hedged_layers: Sequence[CallLayer]

    @property
    def hedge(self) -> Floats:
        return profit_of(self.hedged, self.hedge_lines)

    @property
    def premium(self) -> Floats:
        return premium_of(self.hedged_layers, self.base.paths)


def profit_of(ledger: Ledger, lines: tuple[str, ...]) -> Floats:
    """Daily profit of the named lines; nothing where there are none."""
    if not lines:
        return np.zeros((ledger.days + 1, ledger.paths))
    return ledger.profit(*lines)


@dataclass(frozen=True)
class Sold:
    """A book without any hedge, and its equity."""

    book: Book
    equity: Floats


Asked = tuple[SimpleNamespace, World]


def alone(asked: Sequence[Asked], progress: Progress = silent) -> list[Sold]:
    """Books without any hedge, and without attribution: for sweeps.

    Books whose condors are priced before they are sold walk side by side, as one book on the
    paths of all: what a day costs is then paid once.
    """
    books = []
    for number, (p, world) in enumerate(asked):
        ends = (0.5 * n / len(asked) for n in (number, number + 1))
        books.append(book(p, world, part(progress, *ends), all_closes=False))
    walked = part(progress, 0.5, 1.0)
    stage = "selling condors without a hedge"
    if not all(one.is_priced for one in books):
        accounts = [
            backtest.Account(world=world, policies=condors(one, explain=False), capital=one.capital)
            for one, (_, world) in zip(books, asked, strict=True)
        ]
        ledgers = backtest.run_together(accounts, progress=walked, stage=stage)
        return [Sold(*both) for both in zip(books, (one.equity() for one in ledgers), strict=True)]
    worlds = [world for _, world in asked]
    counts = [world.paths for world in worlds]
    ledger = backtest.run(
        side_by_side(worlds),
        [
            CondorBook.beside(same)
            for same in zip(*(condors(one, explain=False) for one in books), strict=True)
        ],
        capital=np.repeat([one.capital for one in books], counts),
        progress=walked,
        stage=stage,
    )
    equities = np.split(ledger.equity(), np.cumsum(counts)[:-1], axis=1)
    return [Sold(*both) for both in zip(books, equities, strict=True)]


@dataclass(frozen=True)
class Bought:
    """The layers on their own account: daily profit, and net premium by path."""

    profit: Floats
    premium: Floats


def hedge_accounts(
    asked: Sequence[tuple[SimpleNamespace, World, float]], *, seed: int, desk: Desk
) -> list[backtest.Account]:
    """The layers beside accounts of these capitals, each on an account of its own."""
    return [
        backtest.Account(
            world=world,
            policies=layers(p, capital=capital, seed=seed, explain=False, desk=desk),
        )
        for p, world, capital in asked
    ]


def bought(account: backtest.Account, ledger: Ledger) -> Bought:
    """What came of an account that holds nothing but layers."""
    calls = [one for one in account.policies if isinstance(one, CallLayer)]
    return Bought(ledger.profit(), premium_of(calls, ledger.paths))


def calls_alone(
    asked: Sequence[tuple[SimpleNamespace, World, float]],
    *,
    seed: int,
    progress: Progress = silent,
) -> list[Bought]:
    """Layers on accounts of their own, in one walk: for sweeps."""
    accounts = hedge_accounts(asked, seed=seed, desk=Desk())
    stage = "buying the layers on their own account"
    ledgers = backtest.run_together(accounts, progress=progress, stage=stage)
    return [bought(*one) for one in zip(accounts, ledgers, strict=True)]


def premium_of(calls: Sequence[CallLayer], paths: int) -> Floats:
    """Premium paid less premium taken in, USD by path."""
    return sum((layer.purchases - layer.sales for layer in calls), np.zeros(paths))


def accounts(
    p: SimpleNamespace,
    world: World,
    *,
    seed: int,
    explain: bool = True,
    progress: Progress = silent,
    span: tuple[float, float] = (0.0, 1.0),
) -> Accounts:
    """Run the book twice on the same paths: alone, and beside its layers."""
    low, high = span
    middle = low + 0.2 * (high - low)
    b = book(p, world, part(progress, low, middle))
    made = partial(layers, p, capital=b.capital, seed=seed, explain=explain)
    base, (hedged,) = backtest.with_more(
        world,
        partial(condors, b, explain=explain),
        [made],
        capital=b.capital,
        progress=part(progress, middle, high),
        stage="selling condors without and with the hedge",
    )
    names = tuple(layer.name for layer in hedged.policies)
    return Accounts(base.ledger, hedged.ledger, b, names, base.policies, hedged.policies)
