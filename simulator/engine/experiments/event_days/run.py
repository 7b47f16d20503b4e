"""Full size against a smaller size on the eve of releases, on the same paths."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from ... import backtest
from ...data import Data, Progress
from ...ledger import Ledger
from ...markets import null_models
from ...markets.state import World
from ...overlays import gate
from ...overlays.condor_book import sheet
from ...results import Axis, Chart, Column, Result, Series, Table
from ...units import FRACTION, USD
from .. import _book, _fair, _worlds
from .._fair import figure
from . import experiment

FACTORS = (0.0, 0.25, 0.5, 0.75, 1.0)
SIDE_PATHS = 60
Bools = NDArray[np.bool_]


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers what a smaller size before releases brings."""
    drawn = _worlds.build(params, seed=seed, data=data, progress=progress)
    events = null_models.event_days(drawn.days, fomc=params.fomc, cpi=params.cpi)
    world = shaken(params, drawn, events, seed)
    progress(0.2, "selling at full size")
    full = sold(params, world, events, 1.0)
    progress(0.4, "selling less before releases")
    small = sold(params, world, events, params.event_size_factor)
    comparison = _fair.compare(
        world=world,
        base=full.equity(),
        hedged=small.equity(),
        hedge=small.profit() - full.profit(),
        premium=np.zeros(world.paths),
        seed=seed,
    )
    progress(0.7, "other sizes")
    own = by_day(full, events)
    metrics = _fair.metrics(
        comparison,
        irr_base=_fair.growth_irr(comparison.base, world),
        irr_hedged=_fair.growth_irr(comparison.hedged, world),
    )
    metrics += [figure(spec, own[spec.name]) for spec in experiment.metrics if spec.name in own]
    return Result(
        headline=_headline(params, comparison, own),
        metrics=metrics,
        tables=[
            _sizes(params, world.first(SIDE_PATHS), events),
            _fair.paths_table(comparison),
        ],
        charts=[
            _fair.equity_chart(comparison, world, label="Full and smaller size before releases"),
            _chart(own),
        ],
        notes=_fair.notes(
            world,
            comparison,
            "Here “hedge” in the common metrics is the smaller size: its profit is the difference "
            "of the two books, and no premium is paid.",
            "Release dates are synthetic and known in advance; reference months play no part.",
            *([] if own["profit_per_event_day"] is not None else ["No event day was traded."]),
        ),
    )


def shaken(params: SimpleNamespace, world: World, events: Bools, seed: int) -> World:
    """The same market with an extra move of its own on every event day."""
    rng = np.random.default_rng([seed, 0xE7])
    usual = 0.8 * world.vix[:-1] / 100.0 / np.sqrt(252.0)
    size = usual * np.sqrt(params.event_variance - 1.0) * events[1:, None]
    moves = size * rng.standard_normal(size.shape) - 0.5 * size**2
    factor = np.ones_like(world.spx)
    factor[1:] = np.exp(np.cumsum(moves, axis=0))
    return replace(world, spx=world.spx * factor)


def sold(params: SimpleNamespace, world: World, events: Bools, factor: float) -> Ledger:
    """The book with ``factor`` of its size in sales that live through an event."""
    plain = _book.book(params, world)
    eve = np.append(events[1:], False)
    known = np.sqrt(1.0 + (params.event_variance - 1.0) * params.event_priced * eve)[:, None]
    sheets = {
        tier: sheet(
            world,
            one.choice,
            dte=1,
            horizon=one.horizon,
            vol_factor=known,
        )
        for tier, one in plain.sheets.items()
    }
    multiples = {
        tier: np.where(eve[:, None], factor, 1.0)
        * gate.multiples(
            world,
            tier=tier,
            mode=params.gate_mode,
            low=params.gate_low,
            high=params.gate_high,
            average_days=params.vix_ma_days,
        )
        / len(sheets)
        for tier in sheets
    }
    book = replace(plain, sheets=sheets, multiples=multiples)
    return backtest.run(world, _book.condors(book, explain=False), capital=book.capital)


def by_day(full: Ledger, events: Bools) -> dict[str, float | None]:
    """Profit of days on which a condor was held, releases and others apart."""
    profit = full.profit()
    traded = profit != 0.0
    on = traded & events[:, None]
    off = traded & ~events[:, None]
    return {
        "profit_per_event_day": float(profit[on].mean()) if on.any() else None,
        "profit_per_other_day": float(profit[off].mean()) if off.any() else None,
        "loss_rate_event": float((profit[on] < 0.0).mean()) if on.any() else None,
        "loss_rate_other": float((profit[off] < 0.0).mean()) if off.any() else None,
        "event_days": float(on.sum() / full.paths),
    }


def _sizes(params: SimpleNamespace, world: World, events: Bools) -> Table:
    rows = []
    for factor in FACTORS:
        equity = sold(params, world, events, factor).equity()
        rows.append(
            [
                factor,
                _fair.annual_returns(equity, world.span).mean(),
                _fair.drawdowns(equity).mean(),
                np.quantile(_fair.annual_returns(equity, world.span), 0.05),
            ]
        )
    columns = (
        Column("factor", "Size before releases", FRACTION),
        Column("annual_return", "Return a year", FRACTION),
        Column("drawdown", "Deepest fall", FRACTION),
        Column("poor", "Return on 1 path in 20", FRACTION),
    )
    return Table("sizes", f"Size before releases ({world.paths} paths)", columns, rows)


def _chart(own: dict[str, float | None]) -> Chart:
    values = [own["profit_per_event_day"], own["profit_per_other_day"]]
    return Chart(
        name="days",
        label="Mean profit of a day at full size",
        kind="bars",
        x=Axis("Day", None, "category", ["event days", "other days"]),
        y=Axis("USD", USD),
        series=[Series("profit", "Mean profit", values, "base")],
        alt="; ".join(
            f"{name}: {value:,.0f} USD"
            for name, value in zip(("event days", "other days"), values, strict=True)
            if value is not None
        ),
    )


def _headline(params: SimpleNamespace, c: _fair.Comparison, own: dict[str, float | None]) -> str:
    sentence = c.verdict.sentence.replace("The hedge", "The smaller size").replace(
        "protection", "effect on the drawdown"
    )
    return (
        f"At {_fair.percent(params.event_size_factor)} of the size before releases the deepest "
        f"fall changed by {_fair.points(c.effect.value)} and the return by "
        f"{_fair.points(c.return_effect.value)} a year. {sentence}"
    )
