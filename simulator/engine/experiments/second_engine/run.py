"""The hedged book with and without a loan behind more calls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace

import numpy as np

from ... import backtest, words
from ...data import Data, Progress, part, silent
from ...ledger import Ledger
from ...markets.state import World
from ...overlays.costs import FREE_VIX, VixCosts
from ...overlays.layered import CallLayer
from ...overlays.second_engine import SecondEngine
from ...results import Column, Result, Table
from ...units import FRACTION
from .. import _baseline, _book, _fair, _vix_marks, _worlds
from .._fair import figure
from . import experiment

LINE = "second engine"
SIDE_PATHS = 20


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers what the reserve adds to a book that is already hedged."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    book = _book.book(params, world, part(progress, 0.1, 0.2))
    base, ((ledger, engine),) = reserves([params], world, book, seed, part(progress, 0.2, 0.7))
    comparison = _fair.compare(
        world=world,
        base=base.equity(),
        hedged=ledger.equity(),
        hedge=ledger.profit(LINE),
        premium=ledger.paid[LINE],
        seed=seed,
    ).about("The reserve")
    progress(0.75, "dearer and cheaper loans")
    leverage = engine.most_drawn / book.capital
    own = {
        "draws": engine.draws.mean(),
        "interest": engine.interest.mean(),
        "recalls": engine.recalls.mean(),
        "leverage": leverage.max(),
        "leverage_adjusted_drawdown": (comparison.drawdown_hedged * (1.0 + leverage)).mean(),
    }
    common = _fair.metrics(
        comparison,
        irr_base=_fair.growth_irr(comparison.base, world),
        irr_hedged=_fair.growth_irr(comparison.hedged, world),
    )
    metrics = _baseline.relabelled(common, experiment.metrics)
    metrics += [figure(spec, own[spec.name]) for spec in experiment.metrics if spec.name in own]
    return Result(
        headline=(
            f"The reserve was drawn {engine.draws.mean():.2f} times a path and earned "
            f"{words.percent(comparison.annual_cost)} of the account a year after interest; the "
            f"deepest fall changed by {words.points(comparison.effect.value)}. "
            + comparison.verdict.sentence
        ),
        metrics=metrics,
        tables=[
            _loans(params, world.first(SIDE_PATHS), seed, part(progress, 0.75, 1.0)),
            _fair.paths_table(comparison, ("without the reserve", "with the reserve")),
        ],
        charts=[
            _fair.equity_chart(
                comparison,
                world,
                label="The hedged book with and without the reserve",
                names=(
                    "Without the reserve",
                    "With the reserve",
                    "The reserve alone, median profit",
                ),
            ),
            _fair.drawdown_chart(
                comparison, world, names=("Without the reserve", "With the reserve")
            ),
        ],
        notes=_fair.notes(
            world,
            comparison,
            "The baseline here is the book with its layers; what is judged is the reserve alone.",
            *_vix_marks.notes(params, world),
        ),
    )


def reserves(
    asked: Sequence[SimpleNamespace],
    world: World,
    book: _book.Book,
    seed: int,
    progress: Progress = silent,
) -> tuple[Ledger, list[tuple[Ledger, SecondEngine]]]:
    """The book with its layers, and the same with each of the loans that are asked for."""
    names = tuple(layer.name for layer in _layers(book, seed))
    base, more = backtest.with_more(
        world,
        lambda: [*_book.condors(book, explain=False), *_layers(book, seed)],
        [partial(_engine, p, book.capital, names, seed) for p in asked],
        capital=book.capital,
        progress=progress,
        stage="the hedged book, and with the reserve",
    )
    return base.ledger, [(one.ledger, one.policies[0]) for one in more]


def _layers(book: _book.Book, seed: int) -> list[CallLayer]:
    return _book.layers(book.params, capital=book.capital, seed=seed, explain=False)


def _engine(
    params: SimpleNamespace, capital: float, hedge_lines: tuple[str, ...], seed: int
) -> list[SecondEngine]:
    return [
        SecondEngine(
            name=LINE,
            draw=params.se_draw * capital,
            cover=params.se_cover,
            hedge_lines=hedge_lines,
            vix_level=params.se_vix,
            borrow_rate=params.se_borrow_rate,
            recall_rate=params.se_recall_rate,
            recall_discount=params.se_recall_discount,
            dte=params.se_dte,
            delta=params.se_delta,
            costs=VixCosts() if params.costs else FREE_VIX,
            pricing=_vix_marks.pricing(params),
            seed=seed,
        )
    ]


def _loans(params: SimpleNamespace, world: World, seed: int, progress: Progress) -> Table:
    """What the price and the safety of the loan decide."""
    loans = ((0.0, 0.0), (0.10, 6.0), (0.30, 6.0))
    asked = [
        SimpleNamespace(**{**vars(params), "se_borrow_rate": rate, "se_recall_rate": recalls})
        for rate, recalls in loans
    ]
    book = _book.book(params, world)
    _, found = reserves(asked, world, book, seed, progress)
    rows = []
    for (rate, recalls), (ledger, engine) in zip(loans, found, strict=True):
        profit = ledger.profit(LINE).sum(axis=0)
        rows.append(
            [
                rate,
                recalls,
                profit.mean() / book.capital / _fair.yearly(world.span),
                float(np.mean(profit < 0.0)),
                engine.recalls.mean(),
            ]
        )
    columns = (
        Column("rate", "Interest a year", FRACTION),
        Column("recalls", "Recalls a year", "1/year"),
        Column("profit", "Profit of the reserve a year", FRACTION),
        Column("losing", "Paths on which it loses", FRACTION),
        Column("recalled", "Recalls a path", "count"),
    )
    return Table("loans", f"What the loan decides ({world.paths} paths)", columns, rows)
