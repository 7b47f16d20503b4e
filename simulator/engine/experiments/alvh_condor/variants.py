"""The same question on a few paths: every wing width, other marks, smiles and markets, and every
reading of the hedge.

All books walk side by side and all layers are marked at one desk, so that a day's fixed work is
paid once and not once for each of a dozen variants.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from ... import backtest
from ...data import Data, Progress, part
from ...markets.state import World
from ...overlays.desk import Desk
from ...results import Chart, Column, Table
from ...units import FRACTION, USD
from .. import _book, _fair, _readings, _worlds
from .._arithmetic import layered_hedge
from .._book_params import READING_BUDGET
from .._readings import READINGS, Setting

WINGS = (5.0, 10.0, 15.0, 25.0, 50.0, 100.0)
SWEEP_PATHS = 60
ADVERTISED_CUT = (0.35, 0.40)
ADVERTISED_COST = (0.01, 0.02)
RUN = "this run"
QUICK = {"ts_enabled": False}  # rolls are most of the work and none of the hedge


@dataclass(frozen=True)
class Choice:
    """One row of the model-risk band: parameters, and what of the run they change."""

    label: str
    changes: Mapping[str, object]
    other_book: bool = False
    other_market: bool = False
    of_the_model: bool = False

    def fits(self, params: SimpleNamespace) -> bool:
        """Whether the chosen market reads these parameters at all."""
        return params.market == "model" or not (self.other_market or self.of_the_model)


BAND = (
    Choice("as run", {}),
    Choice("calls marked at a vol of 0.85", {"vix_call_vol": "market", "vol_of_vix": 0.85}),
    Choice("calls marked at a vol of 1.15", {"vix_call_vol": "market", "vol_of_vix": 1.15}),
    Choice("a milder smile, slope −0.11", {"skew": -0.11}, other_book=True),
    Choice(
        "short options by the model's own law",
        {"short_dated_vol": "model"},
        other_book=True,
        of_the_model=True,
    ),
    Choice(
        "eight crashes a century",
        {"crashes_per_century": 8.0},
        other_book=True,
        other_market=True,
    ),
)


@dataclass(frozen=True)
class Variant:
    """One way to ask; ``book`` names the condors, which several variants may share."""

    params: SimpleNamespace
    world: World
    book: Hashable

    @property
    def calls(self) -> Hashable:
        """Names the layers: those of one mark and market, unless the account or the condors
        decide how many calls there are."""
        p = self.params
        depends = p.annual_budget_cap is not None or p.vega_target_mode is not None
        return p.vix_call_vol, p.vol_of_vix, id(self.world), self.book if depends else None


@dataclass(frozen=True)
class Found:
    """A variant, the book that it sold and what the layers did beside it."""

    params: SimpleNamespace
    book: _book.Book
    comparison: _fair.Comparison


@dataclass(frozen=True)
class Variants:
    """What the variants say: by wing width, by model, and by reading of the hedge."""

    sweep: Table
    band: Table
    readings: Table
    strip: Chart


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Variants:
    """The sweep of wing widths, the model-risk band and every reading, on the same few paths."""
    progress(0.0, "sweeping the wing width")
    few = SimpleNamespace(**{**vars(params), "paths": min(params.paths, SWEEP_PATHS)})
    world = _worlds.build(few, seed=seed, data=data)
    choices = [choice for choice in BAND if choice.fits(few)]
    asked = [*_wings(few, world), *_choices(few, world, choices, seed=seed, data=data)]
    found, readings = compared(asked, seed=seed, progress=part(progress, 0.05, 1.0))
    wings, band = found[: len(WINGS)], found[len(WINGS) :]
    effects = {slug: one.effect for slug, one in readings.items()}
    effects[RUN] = band[0].comparison.effect
    return Variants(
        _sweep(wings, world),
        _band(choices, band, world),
        _read(readings, band[0].comparison, world),
        _readings.curve(
            effects, RUN, label=f"This run among all readings of the hedge ({world.paths} paths)"
        ),
    )


def _changed(params: SimpleNamespace, changes: Mapping[str, object]) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(params), **QUICK, **changes})


def _wings(params: SimpleNamespace, world: World) -> Iterator[Variant]:
    for wing in WINGS:
        one = _changed(params, {"wing_width": wing, "min_credit_ratio": 0.0})
        yield Variant(one, world, wing)


def _choices(
    params: SimpleNamespace, world: World, choices: Sequence[Choice], *, seed: int, data: Data
) -> Iterator[Variant]:
    for choice in choices:
        one = _changed(params, choice.changes)
        market = _worlds.build(one, seed=seed, data=data) if choice.other_market else world
        yield Variant(one, market, choice.label if choice.other_book else "as run")


def compared(
    asked: Sequence[Variant], *, seed: int, progress: Progress
) -> tuple[list[Found], dict[str, _fair.Comparison]]:
    """What the layers do beside each book, the books without rolls; and every reading beside
    that of the run."""
    books = {one.book: (one.params, one.world) for one in reversed(asked)}
    sold = dict(
        zip(books, _book.alone(list(books.values()), part(progress, 0.0, 0.5)), strict=True)
    )
    layers = {
        one.calls: (one.params, one.world, sold[one.book].book.capital) for one in reversed(asked)
    }
    desk = Desk()
    hedges = _book.hedge_accounts(list(layers.values()), seed=seed, desk=desk)
    (params, world), own = books["as run"], sold["as run"]
    setting = Setting(params, own.book.capital, READING_BUDGET, seed, desk)
    same = _shared(params)
    distinct = [reading for reading in READINGS if same[reading.slug] == reading.slug]
    every = _readings.accounts(world, setting, distinct)
    ledgers = backtest.run_together(
        [*hedges, *every],
        progress=part(progress, 0.5, 0.95),
        stage="buying the layers on their own account, in every reading",
    )
    own_ledgers, theirs = ledgers[: len(hedges)], ledgers[len(hedges) :]
    profits = [_book.bought(*one) for one in zip(hedges, own_ledgers, strict=True)]
    bought = dict(zip(layers, profits, strict=True))
    run_calls = next(one.calls for one in asked if one.book == "as run")
    held = dict(zip((reading.slug for reading in distinct), theirs, strict=True))
    held[RUN] = dict(zip(layers, own_ledgers, strict=True))[run_calls]
    found = []
    for one in asked:
        book, hedge = sold[one.book], bought[one.calls]
        comparison = _fair.compare(
            world=one.world,
            base=book.equity,
            hedged=book.equity + np.cumsum(hedge.profit, axis=0),
            hedge=hedge.profit,
            premium=hedge.premium,
            seed=seed,
            progress=part(progress, 0.95, 0.95),
            figures=_fair.EFFECT,
        )
        found.append(Found(one.params, book.book, comparison))
    readings = {
        slug: _readings.compared(
            world, own.equity, held[same[slug]], seed, progress=part(progress, 0.98, 0.98)
        )
        for slug in same
    }
    return found, readings


def _shared(params: SimpleNamespace) -> dict[str, str]:
    """Whose layers each reading holds: its own, those of the run, or of a reading before it."""
    known = [(vars(params), RUN)]
    same = {}
    for reading in READINGS:
        layers = reading.layers(params)
        same[reading.slug] = next((who for one, who in known if one == layers), reading.slug)
        if layers is not None:
            known.append((layers, same[reading.slug]))
    return same


def _sweep(found: Sequence[Found], world: World) -> Table:
    """Every wing width on the same few paths; the last column says whether the pair holds."""
    rows = []
    for one in found:
        p, capital, c = one.params, one.book.capital, one.comparison
        static = layered_hedge(
            vix=p.vix0,
            delta=p.call_delta,
            contracts=tuple(getattr(p, f"layer_{n}_contracts") for n in (1, 2, 3)),
            account=capital,
            full_loss=p.max_loss_per_trade * capital,
            scale=scale(p, world),
        )
        cut = drawdown_cut(c)
        holds = (
            cut is not None
            and ADVERTISED_CUT[0] <= cut <= ADVERTISED_CUT[1]
            and ADVERTISED_COST[0] <= -c.annual_cost <= ADVERTISED_COST[1]
        )
        rows.append(
            [
                p.wing_width,
                capital,
                c.drawdown_base.mean(),
                c.drawdown_hedged.mean(),
                cut,
                c.annual_cost,
                -static.quiet_year / capital,
                static.cover,
                c.share_harmed,
                "yes" if holds else "no",
            ]
        )
    columns = (
        Column("wing", "Wing", "index points"),
        Column("account", "Account", USD),
        Column("drawdown_base", "Deepest fall without", FRACTION),
        Column("drawdown_hedged", "Deepest fall with", FRACTION),
        Column("drawdown_cut", "Drawdown taken away", FRACTION),
        Column("annual_cost", "The hedge's profit a year", FRACTION),
        Column("quiet_year", "Its profit in a quiet year", FRACTION),
        Column("cover", "Full loss recovered at VIX +12", FRACTION),
        Column("share_harmed", "Paths with less money", FRACTION),
        Column("advertised", "35–40 % for 1–2 %?"),
    )
    label = f"The wing width decides ({world.paths} paths each, no rolls, no least credit)"
    return Table("wings", label, columns, rows)


def _band(choices: Sequence[Choice], found: Sequence[Found], world: World) -> Table:
    """The same question under other marks and, in the model, with crashes: the model's own risk."""
    rows = [
        [choice.label, *_fair.effect_row(one.comparison)]
        for choice, one in zip(choices, found, strict=True)
    ]
    columns = (Column("choice", "Choice"), *_fair.EFFECT_COLUMNS)
    label = f"Model risk: the same question under other choices ({world.paths} paths, no rolls)"
    return Table("band", label, columns, rows)


def _read(readings: Mapping[str, _fair.Comparison], own: _fair.Comparison, world: World) -> Table:
    """Every reading of the hedge, from the worst to the best; this run among them."""
    labels = {one.slug: one.label for one in READINGS} | {RUN: "This run"}
    each = {**readings, RUN: own}
    rows = [
        [labels[slug], *_fair.effect_row(each[slug])]
        for slug in sorted(each, key=lambda one: each[one].effect.value)
    ]
    columns = (Column("reading", "Reading"), *_fair.EFFECT_COLUMNS)
    label = f"All readings of the hedge beside the same condors ({world.paths} paths, no rolls)"
    return Table("readings", label, columns, rows)


def scale(params: SimpleNamespace, world: World) -> float:
    """Calls held at the first close, of those that ten condors have."""
    if not params.alvh_enabled:
        return 0.0
    return float(params.condors / 10.0 * _book.vega_factor(params, world))


def drawdown_cut(c: _fair.Comparison) -> float | None:
    """1 - hedged over unhedged mean deepest fall; None where there is no fall."""
    base = c.drawdown_base.mean()
    return None if base == 0.0 else float(1.0 - c.drawdown_hedged.mean() / base)
