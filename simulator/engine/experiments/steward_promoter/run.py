"""Runs seven readings once and reports them twice.

Every reading spends the same share of the portfolio a year on premium, so its profit is
linear in the budget: a run at the reference budget serves every point of the frontier.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from ... import backtest, words
from ...data import Data, Progress, part, silent
from ...ledger import Floats
from ...markets import nft
from ...markets.state import World
from ...overlays.costs import FREE_VIX, VixCosts
from ...overlays.desk import Desk
from ...overlays.layered import Always, CallLayer
from ...overlays.signal_ratio import VixAbove
from ...overlays.sizing import Budget
from ...results import Axis, Chart, Column, Mark, Metric, Result, Series, Table
from ...units import FRACTION
from ...verdicts import Effect
from .. import _fair, _vix_marks, _worlds
from .._fair import figure
from . import READINGS, experiment

REFERENCE = 0.03
BUDGETS = np.round(np.arange(0.0, 0.1001, 0.01), 4)
RESAMPLES = 1000
QUARTER = 0.25


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One layer of a reading: how long, what part of the money, and which strike."""

    dte: float
    weight: float
    delta: float = 0.50
    roll_at: float = 0.0
    sell_at: float | None = None
    points_above: float | None = None
    strike_at: float | None = None
    above_vix: float | None = None


PIECES: dict[str, tuple[Piece, ...]] = {
    "monthly": (Piece(dte=30.0, weight=1.0, delta=0.30),),
    "monthly-half": (Piece(dte=30.0, weight=1.0),),
    "monthly-sold": (Piece(dte=30.0, weight=1.0, delta=0.30, sell_at=3.0),),
    "ladder": (
        Piece(dte=30.0, weight=0.4),
        Piece(dte=110.0, weight=0.4),
        Piece(dte=220.0, weight=0.2),
    ),
    "ladder-renewed": (
        Piece(dte=30.0, weight=0.4, roll_at=7.0),
        Piece(dte=110.0, weight=0.4, roll_at=80.0),
        Piece(dte=220.0, weight=0.2, roll_at=180.0),
    ),
    "short-ladder": (
        Piece(dte=7.0, weight=0.4),
        Piece(dte=37.0, weight=0.4),
        Piece(dte=75.0, weight=0.2),
    ),
    "out-of-the-money": (
        Piece(dte=30.0, weight=0.4, points_above=5.0, above_vix=18.0),
        Piece(dte=110.0, weight=0.4, points_above=8.0, above_vix=18.0),
        Piece(dte=220.0, weight=0.2, strike_at=32.5, above_vix=18.0),
    ),
}


@dataclass(frozen=True)
class Hedge:
    """A reading's daily profit and what it paid for premium, in USD at the reference budget."""

    profit: Floats
    premium: Floats


@dataclass(frozen=True)
class Shown:
    """What the promoter's page shows: one path, one window, mid prices, the best reading."""

    reading: str
    path: int
    start: int
    end: int
    effect: float
    path_effect: float
    mid_effect: float
    annual_profit: float
    path_profit: float
    mid_profit: float
    base: Floats
    hedged: Floats


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers how far apart the two reports are, and which choices part them."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    base = portfolio(params, world, seed)
    hedges = {}
    for number, slug in enumerate(READINGS):
        span = (0.1 + 0.085 * number, 0.1 + 0.085 * (number + 1))
        hedges[slug] = hedge(params, world, slug, seed, progress=progress, span=span)
    steward = params.nft_hedge_budget / REFERENCE
    promoter = params.promoter_budget / REFERENCE
    own = hedges[params.reading]
    c = _fair.compare(
        world=world,
        base=base,
        hedged=base + np.cumsum(own.profit * steward, axis=0),
        hedge=own.profit * steward,
        premium=own.premium * steward,
        seed=seed,
        progress=part(progress, 0.7, 0.75),
    )
    progress(0.75, "reading the run as a promoter")
    best = max(hedges, key=lambda slug: float(effects(base, hedges[slug].profit * promoter).mean()))
    mid = hedge(params, world, best, seed, free=True, progress=progress, span=(0.75, 0.84))
    shown = promoted(params, world, base, best, mid.profit * promoter)
    progress(0.85, "walking the budget from 0 to 10 %")
    falls = frontier(base, own.profit, part(progress, 0.85, 0.9))
    progress(0.9, "redrawing the frontier")
    knee, knee_share = _knees(falls, seed)
    changes = {}
    for number, (slug, one) in enumerate(hedges.items()):
        progress(0.91 + 0.05 * number / len(hedges), "holding the readings beside each other")
        changes[slug] = effects(base, one.profit * steward)
    progress(0.96, "writing both reports")
    found = {slug: _fair.mean_effect(change, seed) for slug, change in changes.items()}
    figures = _figures(params, world, base, hedges, changes, shown, knee, knee_share, steward, seed)
    specs = {spec.name: spec for spec in experiment.metrics}
    irr = (_fair.growth_irr(c.base, world), _fair.growth_irr(c.hedged, world))
    metrics: list[Metric] = _fair.metrics(c, irr_base=irr[0], irr_hedged=irr[1])
    metrics += [figure(specs[name], value) for name, value in figures.items()]
    progress(0.98, "walking the budget once more")
    table = _frontier_table(base, own, falls, world, seed)
    progress(0.985, "taking the promoter's steps one by one")
    steps = _steps(params, world, base, hedges, shown, figures, steward, promoter)
    progress(0.99, "drawing the accounts")
    return Result(
        headline=_headline(params, c, shown, figures),
        metrics=metrics,
        tables=[
            steps,
            _reports(params, c, shown, figures),
            _readings(base, hedges, found, world, steward),
            table,
        ],
        charts=[
            _promoter_chart(shown),
            _fair.equity_chart(c, world, label="The whole of it: the steward's chart"),
            _reading_chart(found, best),
            _frontier_chart(params, table),
        ],
        notes=_notes(params, world, c, knee_share),
    )


def portfolio(params: SimpleNamespace, world: World, seed: int) -> Floats:
    """The unhedged floor in USD, ``days + 1`` by ``paths``."""
    model = nft.FloorModel(
        beta_eth=params.nft_eth_beta,
        beta_calm=params.nft_macro_beta_calm,
        beta_stress=params.nft_macro_beta,
        stress_vix=params.nft_stress_vix,
        volatility=params.nft_vol,
        jump_rate=params.nft_idio_jump_rate,
        jump_size=params.nft_idio_jump_size,
        death_hazard=params.nft_death_hazard,
    )
    return np.asarray(params.nft_notional * nft.floor_paths(model, world, seed=seed).floor())


def hedge(
    params: SimpleNamespace,
    world: World,
    slug: str,
    seed: int,
    *,
    free: bool = False,
    progress: Progress,
    span: tuple[float, float],
) -> Hedge:
    """One reading on its own account at the reference budget; ``free``: at mid prices."""
    desk = Desk()
    layers = [
        CallLayer(
            name=f"layer {index + 1}",
            dte=piece.dte,
            delta=piece.delta,
            sizing=Budget(share=REFERENCE * piece.weight, notional=params.nft_notional),
            roll_at=piece.roll_at,
            sell_at=piece.sell_at,
            points_above=piece.points_above,
            strike_at=piece.strike_at,
            costs=FREE_VIX if free or not params.costs else VixCosts(),
            pricing=_vix_marks.pricing(params),
            trigger=Always() if piece.above_vix is None else VixAbove(piece.above_vix),
            phase_seed=(seed * 1009 + index) % 2**63,
            explain=False,
            desk=desk,
        )
        for index, piece in enumerate(PIECES[slug])
    ]
    stage = f"running {READINGS[slug]}"
    ledger = backtest.run(world, layers, capital=0.0, progress=progress, span=span, stage=stage)
    premium = sum((one.purchases - one.sales for one in layers), np.zeros(world.paths))
    return Hedge(ledger.profit(), np.maximum(premium, 0.0))


def effects(base: Floats, profit: Floats) -> Floats:
    """Change of the deepest fall by path, above zero: less deep."""
    hedged = base + np.cumsum(profit, axis=0)
    return _fair.drawdowns(hedged) - _fair.drawdowns(base)


def promoted(
    params: SimpleNamespace, world: World, base: Floats, best: str, profit: Floats
) -> Shown:
    """The best reading at mid prices, on one path, in the window in which it earned most."""
    changes = effects(base, profit)
    hedged = base + np.cumsum(profit, axis=0)
    path = int(np.argmax(changes))
    if params.promoter_path == "median":
        order = np.argsort(hedged[-1], kind="stable")
        path = int(order[(len(order) - 1) // 2])
    gained = np.cumsum(profit[:, path])
    length = min(params.window_days, world.days - 1)
    ends = np.arange(length, world.days + 1)
    start = int(np.argmax(gained[ends] - gained[ends - length]))
    end = start + length
    window = base[start : end + 1, path]
    with_hedge = window + (gained[start : end + 1] - gained[start])
    falls = _fair.drawdowns(np.stack([window, with_hedge], axis=1))
    a_year = 252.0 / length
    return Shown(
        reading=best,
        path=path,
        start=start,
        end=end,
        effect=float(falls[1] - falls[0]),
        path_effect=float(changes[path]),
        mid_effect=float(changes.mean()),
        annual_profit=float((gained[end] - gained[start]) / base[0, path] * a_year),
        path_profit=float(gained[-1] / base[0, path] / _fair.yearly(world.span)),
        mid_profit=_profit_a_year(base, profit, world),
        base=window,
        hedged=with_hedge,
    )


def _profit_a_year(base: Floats, profit: Floats, world: World) -> float:
    return float(profit.sum(axis=0).mean() / base[0].mean() / _fair.yearly(world.span))


def frontier(base: Floats, profit: Floats, progress: Progress = silent) -> Floats:
    """Deepest falls at every budget: budgets by paths."""
    gained = np.cumsum(profit, axis=0)
    falls = []
    for number, budget in enumerate(BUDGETS):
        progress(number / len(BUDGETS), "walking the budget from 0 to 10 %")
        falls.append(_fair.drawdowns(base + gained * (budget / REFERENCE)))
    return np.stack(falls)


def knee(falls: Floats) -> float | None:
    """Where the next point of budget begins to save less than a point of fall, if inside.

    None where that is so from the first point on, or nowhere up to the last.
    """
    for (here, fall), (after, next_fall) in pairwise(zip(BUDGETS, falls, strict=True)):
        if next_fall - fall < after - here:
            return float(here) if here > 0.0 else None
    return None


def _knees(falls: Floats, seed: int) -> tuple[float | None, float]:
    """The knee of the mean frontier, and the share of resamples of paths that have one."""
    rng = np.random.default_rng([seed, 0x6EE])
    paths = falls.shape[1]
    picks = rng.integers(0, paths, (RESAMPLES, paths))
    found = [knee(falls[:, pick].mean(axis=1)) for pick in picks]
    return knee(falls.mean(axis=1)), float(np.mean([one is not None for one in found]))


def _figures(
    params: SimpleNamespace,
    world: World,
    base: Floats,
    hedges: dict[str, Hedge],
    changes: dict[str, Floats],
    shown: Shown,
    knee_at: float | None,
    knee_share: float,
    steward: float,
    seed: int,
) -> dict[str, object]:
    means = {slug: float(one.mean()) for slug, one in changes.items()}
    by_path = np.mean(list(changes.values()), axis=0)
    careful = _fair.mean_effect(by_path, seed + 11)
    worst = by_path[by_path <= np.quantile(by_path, QUARTER)]
    profits = [_profit_a_year(base, one.profit * steward, world) for one in hedges.values()]
    return {
        "promoter_effect": shown.effect,
        "steward_effect": careful,
        "worst_quartile": float(worst.mean()),
        "distance": shown.effect - careful.value,
        "promoter_profit": shown.annual_profit,
        "steward_profit": float(np.mean(profits)),
        "best_reading": max(means.values()),
        "worst_reading": min(means.values()),
        "readings": len(hedges),
        "knee": knee_at,
        "knee_share": knee_share,
    }


def _steps(
    params: SimpleNamespace,
    world: World,
    base: Floats,
    hedges: dict[str, Hedge],
    shown: Shown,
    figures: dict[str, object],
    steward: float,
    promoter: float,
) -> Table:
    """From the one report to the other, one choice at a time."""
    all_of = [effects(base, one.profit * promoter).mean() for one in hedges.values()]
    earned = [_profit_a_year(base, one.profit * promoter, world) for one in hedges.values()]
    best = hedges[shown.reading].profit * promoter
    careful = figures["steward_effect"]
    assert isinstance(careful, Effect)
    rows = [
        ["the steward: all readings, all paths, costs", careful.value, figures["steward_profit"]],
        ["the promoter's budget", float(np.mean(all_of)), float(np.mean(earned))],
        ["the best reading", float(effects(base, best).mean()), _profit_a_year(base, best, world)],
        ["mid prices", shown.mid_effect, shown.mid_profit],
        [f"one path, the {params.promoter_path}", shown.path_effect, shown.path_profit],
        ["its best window, blown up to a year", shown.effect, shown.annual_profit],
    ]
    columns = (
        Column("choice", "With this choice too"),
        Column("effect", "Change of the deepest fall", FRACTION),
        Column("profit", "The hedge's profit a year", FRACTION),
    )
    return Table("steps", "From the steward's report to the promoter's", columns, rows)


def _reports(
    params: SimpleNamespace, c: _fair.Comparison, shown: Shown, figures: dict[str, object]
) -> Table:
    """Both reports side by side; a gap is what a report leaves out."""
    careful = figures["steward_effect"]
    assert isinstance(careful, Effect)
    falls = _fair.drawdowns(np.stack([shown.base, shown.hedged], axis=1))
    ends = shown.hedged[-1] / shown.hedged[0] - 1.0
    rows = [
        ["premium a year", params.promoter_budget, params.nft_hedge_budget],
        ["deepest fall without the hedge", falls[0], c.drawdown_base.mean()],
        ["deepest fall with the hedge", falls[1], c.drawdown_hedged.mean()],
        ["change of the deepest fall", shown.effect, careful.value],
        ["its interval, from", None, careful.low],
        ["its interval, to", None, careful.high],
        ["on the worst quarter of paths", None, figures["worst_quartile"]],
        ["worst of the readings", None, figures["worst_reading"]],
        ["without the hedge's best month", None, c.twin.mean()],
        ["return shown, cost netted", ends, None],
        ["the hedge's profit a year, its own line", None, figures["steward_profit"]],
        ["paths that end with less money", None, c.share_harmed],
    ]
    columns = (
        Column("figure", "Figure"),
        Column("promoter", "The promoter reports", FRACTION),
        Column("steward", "The steward reports", FRACTION),
    )
    return Table("reports", "Both reports of the same run", columns, rows)


def _readings(
    base: Floats,
    hedges: dict[str, Hedge],
    found: dict[str, Effect],
    world: World,
    steward: float,
) -> Table:
    rows = []
    for slug, one in hedges.items():
        effect = found[slug]
        profit = one.profit * steward
        harmed = float(np.mean(profit.sum(axis=0) < -1e-9 * base[0]))
        a_year = _profit_a_year(base, profit, world)
        rows.append([READINGS[slug], effect.value, effect.low, effect.high, a_year, harmed])
    columns = (
        Column("reading", "Reading"),
        Column("effect", "Change of the deepest fall", FRACTION),
        Column("low", "From", FRACTION),
        Column("high", "To", FRACTION),
        Column("profit", "The hedge's profit a year", FRACTION),
        Column("share_harmed", "Paths with less money", FRACTION),
    )
    return Table("readings", "Every reading at the steward's budget", columns, rows)


def _frontier_table(base: Floats, own: Hedge, falls: Floats, world: World, seed: int) -> Table:
    rows = []
    for budget, fall in zip(BUDGETS, falls, strict=True):
        change = fall - falls[0]
        effect = _fair.mean_effect(change, seed)
        profit = own.profit * (budget / REFERENCE)
        rows.append(
            [
                float(budget),
                fall.mean(),
                effect.value,
                effect.low,
                effect.high,
                change[change <= np.quantile(change, QUARTER)].mean(),
                _profit_a_year(base, profit, world),
                float(np.mean(profit.sum(axis=0) < -1e-9 * base[0])),
            ]
        )
    columns = (
        Column("budget", "Premium a year", FRACTION),
        Column("drawdown", "Deepest fall, mean", FRACTION),
        Column("difference", "Change", FRACTION),
        Column("low", "From", FRACTION),
        Column("high", "To", FRACTION),
        Column("worst_quartile", "Change on the worst quarter of paths", FRACTION),
        Column("profit", "The hedge's profit a year", FRACTION),
        Column("share_harmed", "Paths with less money", FRACTION),
    )
    return Table("frontier", "What each budget buys (the steward's reading)", columns, rows)


def _promoter_chart(shown: Shown) -> Chart:
    days = np.arange(shown.start, shown.end + 1)
    start = shown.base[0]
    return Chart(
        name="promoter",
        label="The promoter's chart: one path, its best window, mid prices",
        kind="line",
        x=Axis("Trading day", "trading days", "number", days),
        y=Axis("Multiple of the window's start", FRACTION),
        series=[
            Series("base", "Without the hedge", shown.base / start, "base"),
            Series("hedged", "With the hedge", shown.hedged / start, "hedged"),
        ],
        alt=(
            f"From day {shown.start} to day {shown.end} of one path the portfolio goes to "
            f"{shown.base[-1] / start:.2f} of its start without the hedge and to "
            f"{shown.hedged[-1] / start:.2f} with it. The window was chosen for that."
        ),
    )


def _reading_chart(found: dict[str, Effect], best: str) -> Chart:
    order = sorted(found, key=lambda slug: found[slug].value)
    sorted_effects = [found[slug] for slug in order]
    return Chart(
        name="specification",
        label="Change of the deepest fall, reading by reading",
        kind="specification",
        x=Axis("Reading", None, "category", order),
        y=Axis("Above zero: less deep", FRACTION),
        series=[
            Series(
                "effect",
                "Change of the deepest fall",
                [e.value for e in sorted_effects],
                "hedged",
                [e.value if e.low is None else e.low for e in sorted_effects],
                [e.value if e.high is None else e.high for e in sorted_effects],
            )
        ],
        marks=[Mark("x", best, best, "the promoter's")],
        alt="; ".join(
            f"{slug} {words.percent(effect.value, sign=True)}"
            for slug, effect in zip(order, sorted_effects, strict=True)
        ),
    )


def _frontier_chart(params: SimpleNamespace, frontier_table: Table) -> Chart:
    rows = list(frontier_table.rows)
    changes = [row[2] for row in rows]
    return Chart(
        name="frontier",
        label="What each budget buys",
        kind="line",
        x=Axis("Premium a year, of the portfolio", FRACTION, "number", [row[0] for row in rows]),
        y=Axis("Share of the portfolio", FRACTION),
        series=[
            Series(
                "difference",
                "Change of the deepest fall",
                changes,
                "hedged",
                [row[2] if row[3] is None else row[3] for row in rows],
                [row[2] if row[4] is None else row[4] for row in rows],
            ),
            Series("profit", "The hedge's profit a year", [row[6] for row in rows], "cost"),
        ],
        marks=[Mark("x", 0.02, 0.05, "called prudent: 2 to 5 %")],
        alt=(
            f"A budget of 10 % changes the deepest fall by {words.percent(changes[-1], sign=True)} "
            "on average and "
            f"earns {words.percent(rows[-1][6], sign=True)} a year."
        ),
    )


def _headline(
    params: SimpleNamespace, c: _fair.Comparison, shown: Shown, figures: dict[str, object]
) -> str:
    careful, a_year = figures["steward_effect"], figures["steward_profit"]
    assert isinstance(careful, Effect)
    assert isinstance(a_year, float)
    return (
        f"The promoter reports a deepest fall changed by {words.points(shown.effect)} "
        f"({READINGS[shown.reading]}); the steward, from the same run, by "
        f"{words.points(careful.value)} on average over seven readings, for a profit of "
        f"{words.percent(a_year)} a year. {c.verdict.sentence}"
    )


def _notes(
    params: SimpleNamespace, world: World, c: _fair.Comparison, knee_share: float
) -> list[str]:
    more = [
        "Both reports hold true figures of one run. The verdict is on the steward's reading and "
        "budget over all paths; the promoter's report has no interval and decides nothing.",
        "Readings spend the same premium a year. Those of the vendor that sell calls or hold "
        "futures are not among them; every reading of the registry is in alvh-readings.",
        "The promoter's profit is blown up from the window to a year, as such pages do; all "
        "other figures are not.",
        f"A knee is a budget inside the frontier from which on a point of premium saves less than "
        f"a point of fall; {words.percent(knee_share)} of resampled paths have one.",
        *_vix_marks.notes(params, world),
    ]
    if not params.nft_hedge_budget:
        more.append("The steward's budget is nought, so nothing of that report differs.")
    more.append("No knee is printed where none lies between the first and the last budget.")
    return _fair.notes(world, c, *more)
