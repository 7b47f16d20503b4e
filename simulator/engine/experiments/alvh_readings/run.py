"""One book of condors, ten hedges, the same paths: a specification curve."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from ... import backtest, words
from ...data import Data, Progress, part, silent
from ...ledger import Floats
from ...markets.state import World
from ...overlays.desk import MOST_COLUMNS, Desk
from ...results import Column, Result, Table
from ...units import FRACTION
from .. import _book, _fair, _readings, _vix_marks, _worlds
from .._fair import figure
from .._readings import BY_SLUG, READINGS, Setting
from . import experiment


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers how far the answer hangs on the reading."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    progress(0.1, "selling condors without a hedge")
    (sold,) = _book.alone([(params, world)], part(progress, 0.1, 0.3))
    setting = Setting(params, sold.book.capital, params.reading_budget, seed)
    found = compared(world, sold.equity, setting, part(progress, 0.3, 0.98))
    progress(0.98, "drawing the accounts")
    shown = found[params.reading]
    effects = {slug: c.effect for slug, c in found.items()}
    own = {
        "readings": len(found),
        "readings_helping": sum(1 for e in effects.values() if e.low is not None and e.low > 0),
        "readings_harming": sum(1 for e in effects.values() if e.high is not None and e.high < 0),
        "best_reading": max(e.value for e in effects.values()),
        "worst_reading": min(e.value for e in effects.values()),
    }
    metrics = _fair.metrics(
        shown,
        irr_base=_fair.growth_irr(shown.base, world),
        irr_hedged=_fair.growth_irr(shown.hedged, world),
    )
    metrics += [figure(spec, own[spec.name]) for spec in experiment.metrics if spec.name in own]
    return Result(
        headline=(
            f"Of {own['readings']} readings of the same hedge {own['readings_helping']} "
            f"{'makes' if own['readings_helping'] == 1 else 'make'} the "
            f"drawdown detectably less deep and {own['readings_harming']} deeper; the change runs "
            f"from {words.points(own['worst_reading'])} to {words.points(own['best_reading'])}. "
            f"The one shown ({BY_SLUG[params.reading].label}): {shown.verdict.sentence}"
        ),
        metrics=metrics,
        tables=[_table(found), _fair.paths_table(shown)],
        charts=[
            _readings.curve(
                effects, params.reading, label="Change of the deepest fall, reading by reading"
            ),
            _fair.equity_chart(shown, world, label="The account with the reading shown"),
        ],
        notes=_fair.notes(
            world,
            shown,
            "A reading that is chosen after looking at this curve proves nothing: the curve is the "
            "answer, not its best point.",
            "Each hedge is run on its own account and added to the same condors.",
            *_vix_marks.notes(params, world),
        ),
    )


def compared(
    world: World, equity: Floats, setting: Setting, progress: Progress = silent
) -> dict[str, _fair.Comparison]:
    """Every reading against the unhedged book, on accounts of their own.

    All in one walk where a row holds them; many paths would gain nothing and all be in memory.
    """
    together = world.paths * len(READINGS) <= MOST_COLUMNS
    groups = [READINGS] if together else [(one,) for one in READINGS]
    found = {}
    for number, group in enumerate(groups):
        here = part(progress, *((number + n) / len(groups) for n in (0, 1)))
        own = replace(setting, desk=Desk())
        ledgers = backtest.run_together(
            _readings.accounts(world, own, group),
            progress=part(here, 0.0, 0.8),
            stage=f"running {len(group)} of {len(READINGS)} readings",
        )
        for place, (reading, ledger) in enumerate(zip(group, ledgers, strict=True)):
            ends = (0.8 + 0.2 * (place + n) / len(group) for n in (0, 1))
            found[reading.slug] = _readings.compared(
                world,
                equity,
                ledger,
                setting.seed,
                progress=part(here, *ends),
                figures=(*_fair.EFFECT, "twin"),
            )
    return found


def _table(found: dict[str, _fair.Comparison]) -> Table:
    rows = []
    for reading in READINGS:
        c = found[reading.slug]
        rows.append(
            [
                reading.label,
                *_fair.effect_row(c),
                float(c.twin.mean()),
                c.verdict.word,
                reading.filled,
            ]
        )
    columns = (
        Column("reading", "Reading"),
        Column("effect", "Change of the deepest fall", FRACTION),
        Column("low", "from", FRACTION),
        Column("high", "to", FRACTION),
        Column("annual_cost", "Its profit a year", FRACTION),
        Column("share_harmed", "Paths with less money", FRACTION),
        Column("without_best_month", "Change without its best month", FRACTION),
        Column("verdict", "Verdict"),
        Column("filled", "Filled in here"),
    )
    return Table("readings", "Every reading on the same paths", columns, rows)
