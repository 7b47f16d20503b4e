"""Sells condors with and without the layers, attributes the difference, sweeps the wings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from ...data import Data, Progress, part, silent
from ...markets.state import World
from ...results import Axis, Chart, Column, Mark, Metric, Result, Series, Table
from ...units import FRACTION, USD
from ...verdicts import Effect
from .. import _book, _fair, _worlds
from .. import _second_route as twice
from .._arithmetic import layered_hedge
from .._fair import figure
from . import experiment

WINGS = (5.0, 10.0, 15.0, 25.0, 50.0, 100.0)
SWEEP_PATHS = 60
ADVERTISED_CUT = (0.35, 0.40)
ADVERTISED_COST = (0.01, 0.02)
Calls = tuple[_fair.Floats, _fair.Floats]  # daily profit and net premium


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


QUICK = {"ts_enabled": False}  # rolls are most of the work and none of the hedge
BAND = (
    Choice("as run", {}),
    Choice("calls marked at a vol of 0.85", {"vol_of_vix": 0.85}),
    Choice("calls marked at a vol of 1.15", {"vol_of_vix": 1.15}),
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


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers what the hedge does, and whether the advertised pair is reachable anywhere."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    both = _book.accounts(params, world, seed=seed, progress=progress, span=(0.1, 0.65))
    comparison = compare(world, both, seed)
    progress(0.65, "sweeping the wing width")
    few = FewPaths(params, seed, data)
    sweep = _sweep(few, part(progress, 0.65, 0.85))
    arithmetic = layered_hedge(
        vix=params.vix0,
        delta=params.call_delta,
        contracts=tuple(getattr(params, f"layer_{n}_contracts") for n in (1, 2, 3)),
        account=both.book.capital,
        full_loss=params.max_loss_per_trade * both.book.capital,
        scale=_scale(params, world),
    )
    specs = {spec.name: spec for spec in experiment.metrics}
    metrics: list[Metric] = _fair.metrics(
        comparison,
        irr_base=_fair.growth_irr(comparison.base, world),
        irr_hedged=_fair.growth_irr(comparison.hedged, world),
    )
    hits = sum(1 for row in sweep.rows if row[-1] == "yes")
    own = {
        **book_figures(params, world, both, seed),
        "drawdown_cut": drawdown_cut_effect(comparison, seed),
        "quiet_year_cost": -arithmetic.quiet_year / both.book.capital,
        "cover_of_full_loss": arithmetic.cover,
        "advertised_widths": hits,
    }
    metrics += [figure(spec, own[name]) for name, spec in specs.items() if name in own]
    return Result(
        headline=_headline(comparison, hits),
        metrics=metrics,
        tables=[
            attribution(both),
            sweep,
            _band(few, part(progress, 0.85, 1.0)),
            _fair.paths_table(comparison),
            arithmetic.table,
            twice.table([_representative(params, world, n) for n in (1, 2, 3)]),
        ],
        charts=[
            _fair.equity_chart(comparison, world, label="The account with and without the hedge"),
            _fair.drawdown_chart(comparison, world),
            _sweep_chart(sweep),
            attribution_chart(both),
        ],
        notes=_fair.notes(
            world,
            comparison,
            "Break-evens and the gate read yesterday's close; marks and fills are at closes.",
            _book.price_note(params),
            "Cost is what the layers earned; the quiet-year cost is what they would lose if the "
            "VIX and its curve stood still, the usual meaning of an annual cost.",
            "This is one reading of ten: the experiment “Every reading of the layered hedge” runs "
            "all of them on the same condors.",
            *synthetic_notes(params),
            *undefined_notes(own),
        ),
    )


def _scale(params: SimpleNamespace, world: World) -> float:
    """Calls held at the first close, of those that ten condors have."""
    if not params.alvh_enabled:
        return 0.0
    return float(params.condors / 10.0 * _book.vega_factor(params, world))


def _representative(params: SimpleNamespace, world: World, layer: int) -> twice.Check:
    """A call of one layer, priced by another route."""
    return twice.vix_call_check(
        world,
        days=getattr(params, f"layer_{layer}_dte"),
        delta=params.call_delta,
        vol_of_vix=params.vol_of_vix,
        skew=params.vix_skew,
    )


def compare(world: World, both: _book.Accounts, seed: int) -> _fair.Comparison:
    """The fair frame on a book and its hedge."""
    return _fair.compare(
        world=world,
        base=both.base.equity(),
        hedged=both.hedged.equity(),
        hedge=both.hedge,
        premium=both.premium,
        seed=seed,
    )


def drawdown_cut(c: _fair.Comparison) -> float | None:
    """1 - hedged over unhedged mean deepest fall; None where there is no fall."""
    base = c.drawdown_base.mean()
    return None if base == 0.0 else float(1.0 - c.drawdown_hedged.mean() / base)


def drawdown_cut_effect(c: _fair.Comparison, seed: int) -> Effect | None:
    """The same with its interval."""
    value = drawdown_cut(c)
    if value is None or len(c.base[0]) < 2:
        return None if value is None else Effect(value)
    left = _fair.ratio(c.drawdown_hedged, c.drawdown_base, seed)
    assert left is not None
    assert left.low is not None
    assert left.high is not None
    return Effect(value, 1.0 - left.high, 1.0 - left.low)


def book_figures(
    params: SimpleNamespace, world: World, both: _book.Accounts, seed: int
) -> dict[str, float | Effect | None]:
    """What the unhedged book sold, won and kept."""
    books = both.base_books
    sold = np.sum([b.sold for b in books], axis=0)
    won = np.sum([b.won for b in books], axis=0)
    collected = np.sum([b.collected for b in books], axis=0)
    all_sold = float(sold.sum())
    credit = collected.sum() / all_sold / (params.condors * 100.0) if all_sold else None
    offered = next(iter(both.book.sheets.values()))
    distance = None
    if offered.quotes is not None:
        put_side = world.spx - offered.quotes.strikes[1] + offered.quotes.credit
        distance = float(np.median(put_side / world.spx))
    gross = sum(both.hedged.gross[line].sum() for line in both.hedged.gross)
    residual = sum(np.abs(both.hedged.residual(line)).sum() for line in both.hedged.gross)
    return {
        "account": both.book.capital,
        "premium_kept": _fair.ratio(both.base.profit().sum(axis=0), collected, seed),
        "hedge_to_credit": _fair.ratio(both.premium, collected, seed),
        "win_rate": _fair.ratio(won, sold, seed),
        "breakeven_win_rate": None if credit is None else 1.0 - credit / params.wing_width,
        "break_even_distance": distance,
        "trading_share": _fair.mean_effect(sold / (world.days * len(books)), seed),
        "residual_share": float(residual / gross) if gross else None,
    }


def attribution(both: _book.Accounts) -> Table:
    """Mean profit a path by line and cause, in USD."""
    causes = ("theta", "delta", "gamma", "vega", "jumps", "costs", "residual", "total")
    rows = [
        [line, *(row[cause] for cause in causes)] for line, row in both.hedged.attribution().items()
    ]
    columns = (Column("line", "Line"), *(Column(c, c.capitalize(), USD) for c in causes))
    return Table("attribution", "Mean profit by line and cause", columns, rows)


def attribution_chart(both: _book.Accounts) -> Chart:
    causes = ("theta", "delta", "gamma", "vega", "jumps", "costs")
    rows = both.hedged.attribution()
    return Chart(
        name="attribution",
        label="Mean profit by line and cause",
        kind="bars",
        x=Axis("Cause", None, "category", causes),
        y=Axis("USD a path", USD),
        series=[
            Series(line.replace(" ", "-"), line, [row[c] for c in causes])
            for line, row in rows.items()
        ],
        alt="; ".join(f"{line}: {row['total']:,.0f} USD in all" for line, row in rows.items()),
    )


class FewPaths:
    """A small market for what is run many times, and the layers on their own account in it."""

    def __init__(self, params: SimpleNamespace, seed: int, data: Data) -> None:
        few = {**vars(params), "paths": min(params.paths, SWEEP_PATHS)}
        self.params, self.seed, self.data = SimpleNamespace(**few), seed, data
        self.world = _worlds.build(self.params, seed=seed, data=data)
        self._calls: dict[tuple[float, bool], Calls] = {}

    def changed(self, changes: Mapping[str, object]) -> SimpleNamespace:
        return SimpleNamespace(**{**vars(self.params), **changes})

    def calls(self, p: SimpleNamespace, capital: float, progress: Progress = silent) -> Calls:
        """Run once a mark, unless the account or the condors decide how many calls there are."""
        if p.annual_budget_cap is not None or p.vega_target_mode is not None:
            return self._bought(p, capital, progress)
        mark = (p.vol_of_vix, p.costs)
        if mark not in self._calls:
            self._calls[mark] = self._bought(p, capital, progress)
        return self._calls[mark]

    def _bought(self, p: SimpleNamespace, capital: float, progress: Progress) -> Calls:
        return _book.calls_alone(p, self.world, capital=capital, seed=self.seed, progress=progress)


def _sweep(few: FewPaths, progress: Progress) -> Table:
    """Every wing width on the same few paths; the last column says whether the pair holds."""
    world, seed = few.world, few.seed
    rows = []
    for number, wing in enumerate(WINGS):
        here = part(progress, number / len(WINGS), (number + 1) / len(WINGS))
        here(0.0, "sweeping the wing width")
        change = {"wing_width": wing, "min_credit_ratio": 0.0, "ts_enabled": False}
        one = few.changed(change)
        book, base = _book.alone(one, world, part(here, 0.0, 0.6))
        hedge, premium = few.calls(one, book.capital, part(here, 0.6, 1.0))
        c = _fair.compare(
            world=world,
            base=base.equity(),
            hedged=base.equity() + np.cumsum(hedge, axis=0),
            hedge=hedge,
            premium=premium,
            seed=seed,
        )
        static = layered_hedge(
            vix=one.vix0,
            delta=one.call_delta,
            contracts=tuple(getattr(one, f"layer_{n}_contracts") for n in (1, 2, 3)),
            account=book.capital,
            full_loss=one.max_loss_per_trade * book.capital,
            scale=_scale(one, world),
        )
        cut = drawdown_cut(c)
        holds = (
            cut is not None
            and ADVERTISED_CUT[0] <= cut <= ADVERTISED_CUT[1]
            and ADVERTISED_COST[0] <= -c.annual_cost <= ADVERTISED_COST[1]
        )
        rows.append(
            [
                wing,
                book.capital,
                c.drawdown_base.mean(),
                c.drawdown_hedged.mean(),
                cut,
                c.annual_cost,
                -static.quiet_year / book.capital,
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


def _band(few: FewPaths, progress: Progress) -> Table:
    """The same question under other marks and, in the model, with crashes: the model's own risk."""
    choices = [choice for choice in BAND if choice.fits(few.params)]
    rows: list[list[object]] = []
    asked = _book.alone(few.changed(QUICK), few.world, part(progress, 0.0, 0.1))
    for number, choice in enumerate(choices):
        share = part(progress, *(0.1 + 0.9 * n / len(choices) for n in (number, number + 1)))
        share(0.0, "the same under other choices")
        one = few.changed({**QUICK, **choice.changes})
        here = FewPaths(one, few.seed, few.data) if choice.other_market else few
        sold = asked
        if choice.other_book:
            sold = _book.alone(one, here.world, part(share, 0.0, 0.4))
        rows.append([choice.label, *_effect(one, here, sold, part(share, 0.4, 1.0))])
    columns = (Column("choice", "Choice"), *_fair.EFFECT_COLUMNS)
    label = f"Model risk: the same question under other choices ({few.world.paths} paths, no rolls)"
    return Table("band", label, columns, rows)


def _effect(
    p: SimpleNamespace, few: FewPaths, sold: _book.Account, progress: Progress
) -> tuple[float | None, ...]:
    """What the layers do beside a book that is already sold."""
    book, base = sold
    hedge, premium = few.calls(p, book.capital, progress)
    c = _fair.compare(
        world=few.world,
        base=base.equity(),
        hedged=base.equity() + np.cumsum(hedge, axis=0),
        hedge=hedge,
        premium=premium,
        seed=few.seed,
    )
    return c.effect.value, c.effect.low, c.effect.high, c.annual_cost, c.share_harmed


def _sweep_chart(sweep: Table) -> Chart:
    rows = list(sweep.rows)
    return Chart(
        name="wings",
        label="Cost and cover by wing width",
        kind="line",
        x=Axis("Wing width", "index points", "number", [row[0] for row in rows]),
        y=Axis("Share", FRACTION),
        series=[
            Series("cut", "Drawdown taken away", [row[4] for row in rows], "hedged"),
            Series("cover", "Full loss recovered at VIX +12", [row[7] for row in rows], "hedge"),
            Series(
                "quiet", "Profit of a quiet year, of the account", [row[6] for row in rows], "cost"
            ),
        ],
        marks=[Mark("y", *ADVERTISED_CUT, "advertised cut")],
        alt=(
            f"From wings of {rows[0][0]:g} to {rows[-1][0]:g} points the cover of one full loss "
            f"falls from {rows[0][7]:.0%} to {rows[-1][7]:.0%} and the quiet-year cost from "
            f"{-rows[0][6]:.0%} to {-rows[-1][6]:.0%} of the account."
        ),
    )


def _headline(c: _fair.Comparison, hits: int) -> str:
    pair = (
        "the advertised pair (35–40 % less drawdown for 1–2 % a year) holds at no wing width"
        if hits == 0
        else f"the advertised pair holds at {hits} of {len(WINGS)} wing widths"
    )
    return (
        f"Deepest fall {_fair.percent(c.drawdown_base.mean())} without the layers and "
        f"{_fair.percent(c.drawdown_hedged.mean())} with them ({_fair.points(c.effect.value)}); "
        f"the layers earned {_fair.percent(c.annual_cost)} of the account a year and left "
        f"{_fair.percent(c.share_harmed)} of paths with less money; {pair}. {c.verdict.sentence}"
    )


def synthetic_notes(params: SimpleNamespace) -> list[str]:
    out = [
        f"Event days are at fixed, synthetic places: {params.fomc_days} central-bank and "
        f"{params.cpi_days} inflation days a year."
    ]
    if params.signal_overlay in ("breadth", "all"):
        out.append("Advances and declines are synthetic: a one-factor panel of 50 shares.")
    return out


def undefined_notes(own: Mapping[str, float | Effect | None]) -> list[str]:
    missing = sorted(name.replace("_", " ") for name, value in own.items() if value is None)
    if not missing:
        return []
    return [f"Not defined here, because nothing was sold or nothing fell: {', '.join(missing)}."]
