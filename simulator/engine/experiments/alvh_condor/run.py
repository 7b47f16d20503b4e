"""Sells condors with and without the layers and attributes the difference."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np

from ... import words
from ...data import Data, Progress, part
from ...markets.state import World
from ...results import Axis, Chart, Column, Mark, Metric, Result, Series, Table
from ...units import FRACTION, USD
from ...verdicts import Effect
from .. import _book, _fair, _vix_marks, _worlds
from .. import _second_route as twice
from .._arithmetic import layered_hedge
from .._fair import figure
from . import experiment, variants


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers what the hedge does, and whether the advertised pair is reachable anywhere."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    both = _book.accounts(params, world, seed=seed, progress=progress, span=(0.1, 0.6))
    comparison = compare(world, both, seed, part(progress, 0.6, 0.65))
    other = variants.run(params, seed=seed, data=data, progress=part(progress, 0.65, 0.97))
    sweep = other.sweep
    arithmetic = layered_hedge(
        vix=params.vix0,
        delta=params.call_delta,
        contracts=tuple(getattr(params, f"layer_{n}_contracts") for n in (1, 2, 3)),
        account=both.book.capital,
        full_loss=params.max_loss_per_trade * both.book.capital,
        scale=variants.scale(params, world),
    )
    progress(0.97, "counting what was sold and kept")
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
    progress(0.99, "drawing the accounts")
    return Result(
        headline=_headline(comparison, hits),
        metrics=metrics,
        tables=[
            attribution(both),
            sweep,
            other.band,
            other.readings,
            _fair.paths_table(comparison),
            arithmetic.table,
            twice.table([_representative(params, world, n) for n in (1, 2, 3)]),
        ],
        charts=[
            _fair.equity_chart(comparison, world, label="The account with and without the hedge"),
            _fair.drawdown_chart(comparison, world),
            _sweep_chart(sweep),
            other.strip,
            attribution_chart(both),
        ],
        notes=_fair.notes(
            world,
            comparison,
            "Break-evens and the gate read yesterday's close; marks and fills are at closes.",
            _book.price_note(params),
            "Cost is what the layers earned; the quiet-year cost is what they would lose if the "
            "VIX and its curve stood still, the usual meaning of an annual cost.",
            "The ten readings beside this run are those of “Every reading of the layered hedge”, "
            "which has more paths; the first three start from the layers of this run.",
            *synthetic_notes(params),
            *undefined_notes(own),
        ),
    )


def _representative(params: SimpleNamespace, world: World, layer: int) -> twice.Check:
    """A call of one layer, priced by another route."""
    return twice.vix_call_check(
        world,
        days=getattr(params, f"layer_{layer}_dte"),
        delta=params.call_delta,
        pricing=_vix_marks.pricing(params),
    )


def compare(world: World, both: _book.Accounts, seed: int, progress: Progress) -> _fair.Comparison:
    """The fair frame on a book and its hedge."""
    return _fair.compare(
        world=world,
        base=both.base.equity(),
        hedged=both.hedged.equity(),
        hedge=both.hedge,
        premium=both.premium,
        seed=seed,
        progress=progress,
    )


def drawdown_cut_effect(c: _fair.Comparison, seed: int) -> Effect | None:
    """The same with its interval."""
    value = variants.drawdown_cut(c)
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
        marks=[Mark("y", *variants.ADVERTISED_CUT, "advertised cut")],
        alt=(
            f"From wings of {rows[0][0]:g} to {rows[-1][0]:g} points the cover of one full loss "
            f"falls from {words.percent(rows[0][7], 0)} to {words.percent(rows[-1][7], 0)} and the "
            "quiet-year cost from "
            f"{words.percent(-rows[0][6], 0)} to {words.percent(-rows[-1][6], 0)} of the account."
        ),
    )


def _headline(c: _fair.Comparison, hits: int) -> str:
    if not c.hedge.any():
        return (
            f"Deepest fall {words.percent(c.drawdown_base.mean())} and a return of "
            f"{words.percent(c.return_base.mean())} a year, on average. No layers are held at "
            "these settings, so there is no hedge to compare."
        )
    pair = (
        "the advertised pair (35–40 % less drawdown for 1–2 % a year) holds at no wing width"
        if hits == 0
        else f"the advertised pair holds at {hits} of {len(variants.WINGS)} wing widths"
    )
    return (
        f"Deepest fall {words.percent(c.drawdown_base.mean())} without the layers and "
        f"{words.percent(c.drawdown_hedged.mean())} with them ({words.points(c.effect.value)}); "
        f"the layers earned {words.percent(c.annual_cost)} of the account a year and left "
        f"{words.percent(c.share_harmed)} of paths with less money; {pair}. {c.verdict.sentence}"
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
