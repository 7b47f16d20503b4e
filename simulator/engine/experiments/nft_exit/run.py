"""Proceeds of a dump and of a ladder on the same floor paths."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from ... import words
from ...data import Data, Progress, part, silent
from ...markets import nft
from ...results import Axis, Chart, Column, Metric, Result, Series, Table
from ...units import FRACTION
from ...verdicts import beats
from .. import _fair
from .._fair import Floats, figure
from . import experiment

YEAR = 365.0
SHARES = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers what leaving costs, and whether patience pays."""
    progress(0.0, "selling at once")
    dump = proceeds(params, params.items, np.ones(1))[0]
    progress(0.2, "selling in steps")
    ladder = laddered(params, seed, part(progress, 0.2, 0.7))
    effect = _fair.mean_effect(ladder - dump, seed, part(progress, 0.7, 0.8))
    verdict = beats(effect, subject="the ladder", baseline="selling at once")
    daily = params.nft_vol / np.sqrt(YEAR)
    values: dict[str, object] = {
        "dump_fraction": dump,
        "ladder_fraction": ladder.mean(),
        "ladder_difference": effect,
        "probability_ladder_better": float(np.mean(ladder > dump)),
        "ladder_worst": float(np.quantile(ladder, 0.05)),
        "haircut_at_reported": 1.0 - fraction(params, params.items, wash_share=0.0),
        "haircut_at_true": 1.0 - fraction(params, params.items, wash_share=params.wash_share),
        "sandwich_loss": sandwich(params, params.items),
        "latency_loss": daily * np.sqrt(params.latency_minutes / 1440.0),
        "gas_total": params.gas * params.items,
        "days_of_volume": params.items / true_sales(params),
    }
    metrics: list[Metric] = [figure(spec, values[spec.name]) for spec in experiment.metrics]
    progress(0.8, "other sizes")
    return Result(
        headline=(
            f"Selling at once brings {words.percent(dump)} of items times floor; in "
            f"{params.ladder_steps} steps {words.percent(float(ladder.mean()))} on average and "
            f"{words.percent(float(np.quantile(ladder, 0.05)))} on one path in twenty. "
            f"{verdict.sentence}"
        ),
        metrics=metrics,
        tables=[_sizes(params)],
        charts=[_chart(params), _histogram(ladder, dump)],
        notes=[
            f"Verdict by rule ({verdict.word}): {verdict.sentence}",
            "The interval is of the model's mean: a single seller has one path, and its spread is "
            "in the histogram.",
            "True volume is reported volume without its share of wash trades; impact grows with "
            "the root of items over true sales a day.",
            _fair.PATH_NOTE,
        ],
    )


def true_sales(params: SimpleNamespace) -> float:
    return float(nft.true_volume(params.sales_a_day, wash_share=params.wash_share))


def fraction(params: SimpleNamespace, items: float, *, wash_share: float) -> float:
    """Share of the value that one sale of ``items`` brings, before gas and sandwiching."""
    kept = nft.exit_fraction(
        items=items,
        items_a_day=float(nft.true_volume(params.sales_a_day, wash_share=wash_share)),
        daily_volatility=params.nft_vol / np.sqrt(YEAR),
        half_spread=params.half_spread,
        impact=params.impact,
        fee=params.fee,
        royalty=params.royalty,
    )
    return float(kept)


def sandwich(params: SimpleNamespace, items: float) -> float:
    """What a sandwich takes: a share of the impact, never more than the tolerance allows."""
    if not params.amm:
        return 0.0
    daily = params.nft_vol / np.sqrt(YEAR)
    depth = params.impact * daily * np.sqrt(items / true_sales(params))
    return float(min(params.tolerance, params.sandwich_share * depth))


def proceeds(params: SimpleNamespace, items: float, price: Floats) -> Floats:
    """Brought by one sale, as a share of all items at the first floor, at ``price`` of it."""
    value = params.items * params.floor_price * params.eth_price
    kept = fraction(params, items, wash_share=params.wash_share) - sandwich(params, items)
    gas = params.gas * items / value
    return np.asarray(items / params.items * np.maximum(kept, 0.0) * price - gas)


def laddered(params: SimpleNamespace, seed: int, progress: Progress = silent) -> Floats:
    """Brought by equal parts, the first at once, on floor paths that move in between."""
    rng = np.random.default_rng([seed, 0xE817])
    step = params.ladder_gap / YEAR
    size = params.nft_vol * np.sqrt(step)
    log_price = np.zeros(params.paths)
    total = np.zeros(params.paths)
    for number in range(params.ladder_steps):
        progress(number / params.ladder_steps, "selling in steps")
        if number:
            log_price += (params.floor_drift - 0.5 * params.nft_vol**2) * step
            log_price += size * rng.standard_normal(params.paths)
        total += proceeds(params, params.items / params.ladder_steps, np.exp(log_price))
    return total


def _sizes(params: SimpleNamespace) -> Table:
    rows = []
    for share in SHARES:
        items = share * true_sales(params)
        rows.append(
            [
                share,
                items,
                1.0 - fraction(params, items, wash_share=params.wash_share),
                1.0 - fraction(params, items, wash_share=0.0),
                sandwich(params, items),
            ]
        )
    columns = (
        Column("days", "Days of true volume", "days"),
        Column("items", "Items", "count"),
        Column("haircut", "Haircut", FRACTION),
        Column("haircut_reported", "Haircut if reported volume were true", FRACTION),
        Column("sandwich", "Lost to sandwiching", FRACTION),
    )
    return Table("sizes", "Haircut by size, sold at once", columns, rows)


def _chart(params: SimpleNamespace) -> Chart:
    items = np.linspace(0.0, max(4.0 * params.items, 4.0), 60)
    true = [1.0 - fraction(params, n, wash_share=params.wash_share) for n in items]
    raw = [1.0 - fraction(params, n, wash_share=0.0) for n in items]
    return Chart(
        name="haircut",
        label="Haircut by number of items sold at once",
        kind="line",
        x=Axis("Items", "count", "number", items),
        y=Axis("Haircut", FRACTION),
        series=[
            Series("true", "At true volume", true, "base"),
            Series("reported", "If reported volume were true", raw, "reference"),
        ],
        alt=(
            f"The haircut rises from {words.percent(true[0], 0)} to {words.percent(true[-1], 0)} "
            "at true volume."
        ),
    )


def _histogram(ladder: Floats, dump: float) -> Chart:
    counts, edges = np.histogram(ladder, bins=40)
    return Chart(
        name="ladder",
        label="What the ladder brings",
        kind="histogram",
        x=Axis("Share of items times floor", FRACTION, "number", 0.5 * (edges[:-1] + edges[1:])),
        y=Axis("Share of paths", FRACTION),
        series=[Series("ladder", "Ladder", counts / counts.sum(), "hedged")],
        alt=(
            f"At once: {words.percent(dump, 0)}; the ladder: {words.percent(edges[0], 0)} to "
            f"{words.percent(edges[-1], 0)}."
        ),
    )
