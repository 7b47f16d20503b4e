"""The same sales with and without rolls, and the fate of every rolled loser."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from ... import backtest, words
from ...data import Data, Progress, part, silent
from ...ledger import Ledger
from ...markets.state import World
from ...overlays.condor_book import CondorBook
from ...results import Axis, Chart, Column, Result, Series, Table
from ...units import FRACTION, USD
from ...verdicts import Effect
from .. import _baseline, _book, _fair, _worlds
from .._fair import Floats, figure
from . import experiment

SIDE_PATHS = 60
CAUSES = ("theta", "delta", "gamma", "vega", "jumps", "costs", "residual", "total")
EDGES = np.arange(-2.0, 0.501, 0.125)


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers whether a roll recovers a loss."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    progress(0.15, "holding losers to the end")
    base, _ = variant(params, world, part(progress, 0.15, 0.35), ts_enabled=False)
    progress(0.35, "rolling losers forward")
    rolled, books = variant(params, world, part(progress, 0.35, 0.7))
    hedge = rolled.profit() - base.profit()
    comparison = _fair.compare(
        world=world,
        base=base.equity(),
        hedged=rolled.equity(),
        hedge=hedge,
        premium=np.zeros(world.paths),
        seed=seed,
    ).about("Rolling")
    progress(0.7, "other rules")
    first, later = fates(books)
    causes, unexplained = _causes(params, world.first(SIDE_PATHS), part(progress, 0.7, 0.85))
    own = {**chain_figures(params, first, later, books, world), "residual_share": unexplained}
    common = _fair.metrics(
        comparison,
        irr_base=_fair.growth_irr(comparison.base, world),
        irr_hedged=_fair.growth_irr(comparison.hedged, world),
    )
    metrics = _baseline.relabelled(common, experiment.metrics)
    shown: dict[str, object] = {**own, **_intervals(books, world, seed)}
    metrics += [figure(spec, shown[spec.name]) for spec in experiment.metrics if spec.name in own]
    return Result(
        headline=_headline(comparison, own),
        metrics=metrics,
        tables=[
            _variants(params, world.first(SIDE_PATHS), part(progress, 0.85, 1.0)),
            causes,
            _fair.paths_table(comparison, ("without rolls", "with rolls")),
        ],
        charts=[
            _fair.equity_chart(
                comparison,
                world,
                label="The book with and without rolls",
                names=("Without rolls", "With rolls", "What rolls brought, median"),
            ),
            _histogram(first, later, full_loss(params)),
        ],
        notes=_fair.notes(
            world,
            comparison,
            "The profit of the rolls is the difference of the two books; no premium is paid.",
            "Decay is not created by a roll: the loss is paid in cash and the longer condor is a "
            "new risk with a new credit.",
            *(
                []
                if own["recovered_share"] is not None
                else ["No loser was rolled on these paths."]
            ),
        ),
    )


def variant(
    params: SimpleNamespace, world: World, progress: Progress = silent, **changes: object
) -> tuple[Ledger, list[CondorBook]]:
    """The book under other rules, without a hedge and without attribution."""
    one = SimpleNamespace(**{**vars(params), **changes})
    return _sold(one, world, progress, explain=False)


def _sold(
    params: SimpleNamespace, world: World, progress: Progress, *, explain: bool
) -> tuple[Ledger, list[CondorBook]]:
    book = _book.book(params, world, part(progress, 0.0, 0.3))
    policies = _book.condors(book, explain=explain)
    stage = "selling condors under one rule"
    ledger = backtest.run(
        world, policies, capital=book.capital, progress=progress, span=(0.3, 1.0), stage=stage
    )
    return ledger, policies


def fates(books: list[CondorBook]) -> tuple[Floats, Floats]:
    """First losses and what their rolls brought, over all tiers, in USD."""
    pairs = [book.chains.ended() for book in books]
    return np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])


def full_loss(params: SimpleNamespace) -> float:
    """USD that one whole sale can lose, the credit not deducted."""
    return float(params.wing_width * params.condors * 100.0)


def chain_figures(
    params: SimpleNamespace, first: Floats, later: Floats, books: list[CondorBook], world: World
) -> dict[str, float | None]:
    """What became of the losers that were rolled and whose chain has ended."""
    credit = sum(float(book.chains.roll_credit.mean()) for book in books)
    days = sum(float(book.chains.margin_days.mean()) for book in books)
    asked = sum(float(book.chains.asked.sum()) for book in books)
    rolled = sum(float(book.chains.rolled.sum()) for book in books)
    known = {
        "rollable_share": rolled / asked if asked else None,
        "chains": first.size / world.paths,
        "roll_credit": credit,
        "margin_days": days,
        "rolled_back": sum(float(book.chains.rolled_back.mean()) for book in books),
    }
    if not first.size:
        names = ("recovered_share", "recovered_fully", "ended_worse", "tail_multiple")
        return {**known, **dict.fromkeys(names), "profit_per_chain": None}
    whole = full_loss(params)
    worst = np.sort(later - first)[: max(1, first.size // 20)] / whole
    return {
        **known,
        "recovered_share": float(later.sum() / first.sum()),
        "recovered_fully": float(np.mean(later >= first)),
        "ended_worse": float(np.mean(later < 0.0)),
        "tail_multiple": float(worst.mean()),
        "profit_per_chain": float(later.mean()),
    }


def _intervals(books: list[CondorBook], world: World, seed: int) -> dict[str, Effect | None]:
    """The shares over all paths again, with intervals: chains of one path are not redrawn apart."""
    first, later = fates(books)
    who = np.concatenate([book.chains.owners() for book in books])

    def by_path(values: Floats) -> Floats:
        return np.bincount(who, weights=values, minlength=world.paths).astype(np.float64)

    chains = by_path(np.ones(who.size))
    asked = np.sum([book.chains.asked for book in books], axis=0)
    rolled = np.sum([book.chains.rolled for book in books], axis=0)
    pairs = {
        "rollable_share": (rolled, asked),
        "recovered_share": (by_path(later), by_path(first)),
        "recovered_fully": (by_path((later >= first).astype(float)), chains),
        "ended_worse": (by_path((later < 0.0).astype(float)), chains),
        "profit_per_chain": (by_path(later), chains),
    }
    return {name: _fair.ratio(above, below, seed) for name, (above, below) in pairs.items()}


def _variants(params: SimpleNamespace, world: World, progress: Progress) -> Table:
    rules: tuple[tuple[str, dict[str, object]], ...] = (
        ("hold: no roll", {"ts_enabled": False}),
        ("stop at two credits, no roll", {"ts_enabled": False, "stop_loss": 2.0}),
        ("roll as asked", {"ts_enabled": True}),
        ("roll for any credit", {"ts_enabled": True, "ts_restrike": False}),
        ("roll to 45 days", {"ts_enabled": True, "ts_forward_dte": 45}),
        ("roll a quarter larger", {"ts_enabled": True, "ts_size_multiplier": 1.25}),
    )
    rows = []
    for number, (label, changes) in enumerate(rules):
        here = part(progress, number / len(rules), (number + 1) / len(rules))
        ledger, books = variant(params, world, here, **changes)
        equity = ledger.equity()
        own = chain_figures(params, *fates(books), books, world)
        rows.append(
            [
                label,
                _fair.annual_returns(equity, world.span).mean(),
                _fair.drawdowns(equity).mean(),
                own["recovered_share"],
                own["ended_worse"],
                own["tail_multiple"],
            ]
        )
    columns = (
        Column("rule", "Rule"),
        Column("annual_return", "Return a year", FRACTION),
        Column("drawdown", "Deepest fall", FRACTION),
        Column("recovered", "Of rolled losses, won back", FRACTION),
        Column("worse", "Ended worse", FRACTION),
        Column("tail_multiple", "Worst twentieth, in full losses", FRACTION),
    )
    return Table("rules", f"Other rules on the same closes ({world.paths} paths)", columns, rows)


def _causes(
    params: SimpleNamespace, world: World, progress: Progress
) -> tuple[Table, float | None]:
    """What decay, moves and costs brought under three rules, and the share that none explains."""
    rules: tuple[tuple[str, dict[str, object]], ...] = (
        ("hold: no roll", {"ts_enabled": False}),
        ("roll forward and back", {"ts_enabled": True, "ts_rollback": True}),
        ("roll forward, never back", {"ts_enabled": True, "ts_rollback": False}),
    )
    rows, residual, gross = [], 0.0, 0.0
    for number, (label, changes) in enumerate(rules):
        here = part(progress, number / len(rules), (number + 1) / len(rules))
        one = SimpleNamespace(**{**vars(params), **changes})
        ledger, _ = _sold(one, world, here, explain=True)
        lines = ledger.attribution().values()
        rows.append([label, *(sum(line[cause] for line in lines) for cause in CAUSES)])
        residual += sum(float(np.abs(ledger.residual(line)).sum()) for line in ledger.gross)
        gross += sum(float(one.sum()) for one in ledger.gross.values())
    columns = (Column("rule", "Rule"), *(Column(c, c.capitalize(), USD) for c in CAUSES))
    label = f"Decay and what it was paid for: mean profit by cause ({world.paths} paths)"
    return Table("causes", label, columns, rows), residual / gross if gross else None


def _histogram(first: Floats, later: Floats, whole: float) -> Chart:
    final = (later - first) / whole if first.size else np.zeros(0)
    counts, _ = np.histogram(np.clip(final, EDGES[0], EDGES[-1] - 1e-9), bins=EDGES)
    total = max(int(counts.sum()), 1)
    return Chart(
        name="chains",
        label="How rolled losers ended, in full losses of one sale",
        kind="histogram",
        x=Axis(
            "Final result (−100 %: one full loss)",
            FRACTION,
            "number",
            EDGES[:-1] + 0.0625,
        ),
        y=Axis("Share of rolled losers", FRACTION),
        series=[Series("chains", "Rolled losers", counts / total, "hedged")],
        alt=(
            f"{words.percent(float(np.mean(final < 0.0)) if final.size else 0.0, 0)} "
            "of rolled losers end with a loss."
        ),
    )


def _headline(c: _fair.Comparison, own: dict[str, float | None]) -> str:
    if own["recovered_share"] is None:
        return f"No loser was rolled. {c.verdict.sentence}"
    assert own["ended_worse"] is not None
    return (
        f"Of the losers {words.percent(own['rollable_share'] or 0.0)} could be rolled for a credit "
        f"that covers them; rolling won back {words.percent(own['recovered_share'])} of those "
        f"losses, and {words.percent(own['ended_worse'])} ended with a larger one. Against "
        f"holding, the deepest fall changed by {words.points(c.effect.value)} and the return by "
        f"{words.points(c.return_effect.value)} a year. {c.verdict.sentence}"
    )
