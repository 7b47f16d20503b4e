"""Splits the condors' cash by cause and regime, and holds it against a collection's bills."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from ... import backtest, words
from ...data import Data, Progress, part, silent
from ...ledger import CAUSES, Ledger
from ...markets import nft
from ...markets.state import CRISIS_GAP, World
from ...overlays import entry
from ...overlays.condor_book import CondorBook
from ...results import Axis, Chart, Column, Result, Series, Table
from ...units import FRACTION, USD
from .. import _baseline, _book, _fair, _worlds
from .._fair import Floats, figure
from . import experiment

REGIMES = ("below 15", "15 to 20", "20 and above")
LEVELS = (15.0, 20.0)
POSTS = (*CAUSES, "residual")
SIDE_PATHS = 50
MONTH = 21
NAMES = ("Bills alone", "Bills and condors")


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers what cash decay yields, and whether it pays the bills when they come."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    progress(0.1, "the collection and its bills")
    bills = needs(params, world, seed)
    book = offered(params, world, part(progress, 0.1, 0.15))
    ledger, causes = sell(book, world, progress=progress)
    cash = ledger.profit()
    base = book.capital - np.cumsum(bills.total, axis=0)
    comparison = _spoken(
        _fair.compare(
            world=world,
            base=base,
            hedged=base + np.cumsum(cash, axis=0),
            hedge=cash,
            premium=np.zeros(world.paths),
            seed=seed,
        )
    )
    own = statement(params, world, book, ledger, causes, bills)
    common = _fair.metrics(
        comparison,
        irr_base=_fair.growth_irr(comparison.base, world),
        irr_hedged=_fair.growth_irr(comparison.hedged, world),
    )
    metrics = _baseline.relabelled(common, experiment.metrics)
    metrics += [figure(spec, own[spec.name]) for spec in experiment.metrics if spec.name in own]
    progress(0.8, "the other entry rules")
    regimes = by_regime(world, causes, bills)
    few = world.first(SIDE_PATHS)
    rules = _rules(params, few, bills.first(few.paths), part(progress, 0.8, 1.0))
    return Result(
        headline=_headline(own, comparison),
        metrics=metrics,
        tables=[
            regimes,
            rules,
            _conditions(params, few),
            _fair.paths_table(comparison, names=("of bills", "with condors")),
        ],
        charts=[
            _cause_chart(regimes),
            _need_chart(world, cash, bills),
            _fair.equity_chart(
                comparison,
                world,
                label="The cash account with and without the condors",
                names=(*NAMES, "The condors alone, median profit"),
            ),
        ],
        notes=_fair.notes(world, comparison, *_notes(params, own)),
    )


@dataclass(frozen=True)
class Bills:
    """What the collection asks for, USD on each day, ``days + 1`` by ``paths``.

    ``exits`` marks the closes of forced sales.
    """

    carry: Floats
    exit: Floats
    exits: NDArray[np.bool_]

    @property
    def total(self) -> Floats:
        return self.carry + self.exit

    def first(self, paths: int) -> Bills:
        return Bills(self.carry[:, :paths], self.exit[:, :paths], self.exits[:, :paths])


def needs(p: SimpleNamespace, world: World, seed: int) -> Bills:
    """Upkeep and interest day by day, and the discount of every forced sale.

    A sale is forced at the close after the VIX first closes above ``exit_vix`` for 63 days;
    ``exit_share`` of what is still held goes at once. Its need is floor less proceeds.
    """
    yearly = p.nft_notional * (p.nft_upkeep + p.nft_loan_share * p.nft_loan_rate)
    elapsed = np.diff(world.years, prepend=world.years[0])[:, None]
    carry = np.broadcast_to(yearly * elapsed, world.vix.shape)
    floors = nft.floor_paths(nft.FloorModel(volatility=p.nft_vol), world, seed=seed).floor()
    forced = forced_sales(world.vix, p.exit_vix)
    earlier: NDArray[np.int_] = np.cumsum(forced, axis=0) - forced
    held = p.nft_items * (1.0 - p.exit_share) ** earlier
    sold = np.where(forced, held * p.exit_share, 0.0)
    kept = nft.exit_fraction(
        items=sold,
        items_a_day=nft.true_volume(p.nft_sales_a_day, wash_share=p.wash_share),
        daily_volatility=p.nft_vol / np.sqrt(nft.TRADING_DAYS),
    )
    price = p.nft_notional / p.nft_items * floors
    return Bills(np.asarray(carry), np.asarray(sold * price * (1.0 - kept)), forced)


def forced_sales(vix: Floats, level: float) -> NDArray[np.bool_]:
    """The closes after the first close above ``level`` that follows 63 days without one."""
    out = np.zeros(vix.shape, dtype=bool)
    last = np.full(vix.shape[1], -CRISIS_GAP - 1)
    for day in range(len(vix) - 1):
        high = vix[day] > level
        out[day + 1] = high & (day - last > CRISIS_GAP)
        last = np.where(high, day, last)
    return out


def offered(p: SimpleNamespace, world: World, progress: Progress = silent) -> _book.Book:
    """The book under its gate and its entry rule."""
    book = _book.book(p, world, progress)
    mask = entry.allowed(
        world,
        rule=p.entry,
        premium=p.press_premium,
        contango=p.press_contango,
        spike=p.press_spike,
    )
    return replace(book, multiples={tier: m * mask for tier, m in book.multiples.items()})


@dataclass
class Posted:
    """A condor book whose profit is also posted by regime: ``amounts`` regimes, posts, paths.

    What a day brings belongs to the VIX at the close before, a cost to that of its own close.
    """

    book: CondorBook

    @property
    def name(self) -> str:
        return self.book.name

    def begin(self, world: World, ledger: Ledger) -> None:
        self.amounts = np.zeros((len(REGIMES), len(POSTS), world.paths))
        self.regime = np.digitize(world.vix, LEVELS)
        self.every = np.arange(world.paths)
        self.book.begin(world, ledger)

    def step(self, day: int, world: World, ledger: Ledger) -> None:
        posted = ledger.causes[self.name]
        before = {cause: posted[cause].copy() for cause in CAUSES}
        self.book.step(day, world, ledger)
        left = ledger.profits[self.name][day].copy()
        for place, cause in enumerate(CAUSES):
            amount = posted[cause] - before[cause]
            left -= amount
            at = day if cause == "costs" else max(day - 1, 0)
            self.amounts[self.regime[at], place, self.every] += amount
        self.amounts[self.regime[max(day - 1, 0)], -1, self.every] += left


def sell(book: _book.Book, world: World, *, progress: Progress) -> tuple[Ledger, Floats]:
    """Run the book; the ledger, and profit by regime, cause and path."""
    policies = [Posted(one) for one in _book.condors(book)]
    ledger = backtest.run(
        world,
        policies,
        capital=book.capital,
        progress=progress,
        span=(0.15, 0.8),
        stage="selling condors and splitting their profit",
    )
    return ledger, np.sum([one.amounts for one in policies], axis=0)


def statement(
    p: SimpleNamespace,
    world: World,
    book: _book.Book,
    ledger: Ledger,
    causes: Floats,
    bills: Bills,
) -> dict[str, float | None]:
    """The cash statement: USD a year, mean over paths, and how it meets the needs."""
    years = _fair.yearly(world.span)
    cause = dict(zip(POSTS, causes.sum(axis=0).mean(axis=1) / years, strict=True))
    net = float(ledger.profit().sum(axis=0).mean() / years)
    carry, leaving = (float(x.sum(axis=0).mean() / years) for x in (bills.carry, bills.exit))
    surplus = np.cumsum(ledger.profit() - bills.total, axis=0)
    gross = sum(float(moved.sum()) for moved in ledger.gross.values())
    unexplained = sum(float(np.abs(ledger.residual(line)).sum()) for line in ledger.gross)
    asked = carry + leaving
    return {
        "theta_cash": cause["theta"],
        "gamma_cost": cause["gamma"],
        "delta_cash": cause["delta"],
        "jump_cost": cause["jumps"],
        "vega_cost": cause["vega"],
        "costs": cause["costs"],
        "cash_net": net,
        "cash_kept": net / cause["theta"] if cause["theta"] > 0.0 else None,
        "carry_need": carry,
        "exit_need": leaving,
        "coverage": net / asked if asked > 0.0 else None,
        "covered_paths": float(np.mean(surplus[-1] >= -1e-9 * book.capital)),
        "worst_gap": float(np.quantile(surplus.min(axis=0), 0.05)),
        "cash_around_exit": around(ledger.profit(), bills.exits),
        "entry_share": float(np.mean([m[:-1] > 0.0 for m in book.multiples.values()])),
        "residual_share": unexplained / gross if gross else None,
    }


def around(cash: Floats, exits: NDArray[np.bool_]) -> float | None:
    """Mean cash of the 21 days that end with a forced sale; None where there is none."""
    if not exits.any():
        return None
    total = np.cumsum(np.vstack([np.zeros((MONTH, cash.shape[1])), cash]), axis=0)
    return float((total[MONTH:] - total[:-MONTH])[exits].mean())


def by_regime(world: World, causes: Floats, bills: Bills) -> Table:
    """The cash statement by the VIX of the day, in USD a year of all days."""
    years = _fair.yearly(world.span)
    before = np.digitize(np.concatenate([world.vix[:1], world.vix[:-1]]), LEVELS)
    rows: list[list[object]] = []
    for place, label in enumerate(REGIMES):
        here = before == place
        rows.append(
            [
                label,
                float(here[1:].mean()),
                *(causes[place].mean(axis=1) / years),
                float(causes[place].sum(axis=0).mean() / years),
                *(
                    float(np.where(here, need, 0.0).sum(axis=0).mean() / years)
                    for need in (bills.carry, bills.exit)
                ),
            ]
        )
    numbers = np.array([row[1:] for row in rows], dtype=float)
    rows.append(["all days", *numbers.sum(axis=0)])
    for row in rows:
        net, asked = float(row[-3]), float(row[-2]) + float(row[-1])  # type: ignore[arg-type]
        row.append(net / asked if asked > 0.0 else None)
    columns = (
        Column("vix", "VIX of the close before"),
        Column("days", "Share of days", FRACTION),
        *(Column(cause, cause.capitalize(), USD) for cause in POSTS),
        Column("net", "Cash left", USD),
        Column("carry", "Upkeep and interest", USD),
        Column("exit", "Forced sales", USD),
        Column("coverage", "Cash over needs", FRACTION),
    )
    return Table("regimes", "Cash and needs by regime, USD a year, mean over paths", columns, rows)


def _rules(params: SimpleNamespace, world: World, bills: Bills, progress: Progress) -> Table:
    """Every entry rule on the same closes."""
    choices: tuple[tuple[str, dict[str, object]], ...] = (
        ("every close", {"entry": "any", "gate_mode": "none"}),
        ("three conditions at once", {"entry": "conditions", "gate_mode": "none"}),
        (
            "before events, full size",
            {"entry": "events", "gate_mode": "none", "event_size_factor": 1.0},
        ),
        ("after a spike", {"entry": "spike", "gate_mode": "none"}),
        ("the glossary's gate", {"entry": "any", "gate_mode": "glossary"}),
    )
    years = _fair.yearly(world.span)
    asked = float(bills.total.sum(axis=0).mean() / years)
    rows = []
    for number, (label, changes) in enumerate(choices):
        book = offered(SimpleNamespace(**{**vars(params), **changes}), world)
        books = _book.condors(book, explain=False)
        ledger = backtest.run(
            world,
            books,
            capital=book.capital,
            progress=progress,
            span=(number / len(choices), (number + 1) / len(choices)),
            stage="the other entry rules",
        )
        net = float(ledger.profit().sum(axis=0).mean() / years)
        collected = sum(float(one.collected.mean()) for one in books) / years
        rows.append(
            [
                label,
                np.mean([m[:-1] > 0.0 for m in book.multiples.values()]),
                collected,
                -sum(float(one.costs_paid.mean()) for one in books) / years,
                net,
                net / asked if asked > 0.0 else None,
            ]
        )
    columns = (
        Column("rule", "Entry rule"),
        Column("allowed", "Closes that allow a sale", FRACTION),
        Column("collected", "Credit collected a year", USD),
        Column("costs", "Costs a year", USD),
        Column("net", "Cash left a year", USD),
        Column("coverage", "Cash over needs", FRACTION),
    )
    return Table("rules", f"The entry rules side by side ({world.paths} paths)", columns, rows)


def _conditions(params: SimpleNamespace, world: World) -> Table:
    """How often each of the three conditions holds, and how often they hold together."""
    high, dear, steep = entry.conditions(
        world, premium=params.press_premium, contango=params.press_contango
    )
    rows = [
        [label, float(held[1:].mean())]
        for label, held in (
            ("VIX above its 200-day mean", high),
            ("VIX well above realised volatility", dear),
            ("steep contango at the front", steep),
            ("the first two", high & dear),
            ("the first and the last", high & steep),
            ("all three", high & dear & steep),
        )
    ]
    columns = (Column("condition", "Condition"), Column("days", "Share of days", FRACTION))
    return Table("conditions", "How often the conditions hold", columns, rows)


def _cause_chart(regimes: Table) -> Chart:
    rows = list(regimes.rows)[: len(REGIMES)]
    return Chart(
        name="causes",
        label="Profit by cause and regime, USD a year",
        kind="bars",
        x=Axis("VIX of the close before", None, "category", REGIMES),
        y=Axis("USD a year, mean over paths", USD),
        series=[
            Series(
                cause,
                cause.capitalize(),
                [row[2 + place] for row in rows],
                "cost" if cause == "costs" else None,
            )
            for place, cause in enumerate(CAUSES)
        ]
        + [Series("net", "Cash left", [row[-4] for row in rows], "hedged")],
        alt="; ".join(f"VIX {row[0]}: {row[-4]:,.0f} USD left a year" for row in rows),
    )


def _need_chart(world: World, cash: Floats, bills: Bills) -> Chart:
    """Cash so far beside needs so far: medians with a band of 5 to 95 % of paths."""
    days = np.unique(np.linspace(0, world.days, min(world.days + 1, 260)).astype(int))
    series = []
    for name, label, flows, role in (
        ("cash", "Cash from the condors", cash, "hedged"),
        ("needs", "Needs of the collection", bills.total, "cost"),
    ):
        total = np.cumsum(flows, axis=0)[days]
        low, middle, high = np.quantile(total, (0.05, 0.5, 0.95), axis=1)
        series.append(Series(name, label, middle, role, low, high))
    return Chart(
        name="needs",
        label="Cash so far and needs so far",
        kind="line",
        x=_fair.time_axis(world, days),
        y=Axis("USD since the start", USD),
        series=series,
        alt=(
            f"The median path ends with {series[0].values[-1]:,.0f} USD of cash and "
            f"{series[1].values[-1]:,.0f} USD of needs; bands hold 90 % of paths."
        ),
    )


def _dollars(value: float | None) -> str:
    return f"{value or 0.0:,.0f} USD".replace("-", "−")


def _headline(own: dict[str, float | None], c: _fair.Comparison) -> str:
    if not own["theta_cash"]:
        return f"Nothing was sold, so no decay was collected. {c.verdict.sentence}"
    moved = sum(own[name] or 0.0 for name in ("delta_cash", "gamma_cost", "jump_cost", "vega_cost"))
    asked = (own["carry_need"] or 0.0) + (own["exit_need"] or 0.0)
    kept = (
        "" if own["coverage"] is None else f" ({words.percent(own['coverage'])} of them on average)"
    )
    return (
        f"A year's decay is {_dollars(own['theta_cash'])}; movement and volatility bring "
        f"{_dollars(moved)} and trading {_dollars(own['costs'])}, which leaves "
        f"{_dollars(own['cash_net'])} against needs of {_dollars(asked)}{kept}; on "
        f"{words.percent(own['covered_paths'] or 0.0)} of paths the cash pays for them. "
        f"{c.verdict.sentence}"
    )


def _spoken(c: _fair.Comparison) -> _fair.Comparison:
    """The written rule, with the condors for the hedge and the account's fall for a drawdown."""
    said = c.verdict.sentence
    for word, own in (
        ("The hedge makes", "Selling condors makes"),
        ("the hedge", "the condors"),
        ("drawdown", "fall of the cash account"),
    ):
        said = said.replace(word, own)
    return c.judged(replace(c.verdict, sentence=said))


def _notes(params: SimpleNamespace, own: dict[str, float | None]) -> list[str]:
    out = [
        "The two cash accounts pay the same bills, and no premium is paid. The falls are those of "
        "the cash account, not of the collection.",
        "Decay is the value that time alone takes from what is owed; gamma is what a move brings "
        "beyond a straight line, exactly, so that the causes add up and the residual is rounding.",
        "What a day brings is counted at the VIX of the close before, a cost at that of its own.",
        "The discount of a forced sale is a need; what the floor itself lost is not in it. A "
        "floor that has already fallen makes the discount smaller in dollars.",
    ]
    if params.short_dated_vol == "vix":
        out.append(
            "Short options are priced at the VIX under one smile: too dear for these paths in "
            "calm, where cash is left, and too cheap in fear, where it goes. The last preset "
            "prices them by the model's own law, at which trading takes more than the premium in "
            "every regime."
        )
    if params.market == "model":
        out.append(
            "The model's second future is never more than about 9 % over the first; real curves "
            "have been steeper in calm. That the three conditions never meet is partly the model."
        )
    if own["coverage"] is None:
        out.append("The collection asks for nothing, so coverage is not defined.")
    if own["cash_around_exit"] is None:
        out.append("No sale was forced, so there is no cash around one.")
    if own["cash_kept"] is None:
        out.append("No decay was collected, so no share of it can be left.")
    if own["residual_share"] is None:
        out.append("Nothing was sold, so nothing is left unexplained.")
    return out
