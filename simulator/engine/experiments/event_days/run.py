"""Sells one-day condors at full size, at the smaller size and at a placebo's, on the same paths.

A condor sold at the close of t and settled at that of t + 1 bears the event of t + 1. The
size is chosen at t from the calendar, which was public; the released figure itself is never
read. On event days the model's index moves are widened about their mean by sqrt(m), m the
variance multiple, and options over them are priced at a variance of 1 + share (m - 1) times
the ordinary one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from ... import backtest, words
from ...data import Data, Progress, part, silent
from ...errors import DataMissing
from ...ledger import Floats, Ledger
from ...markets import null_models, surface
from ...markets.state import World
from ...overlays import gate
from ...overlays.condor_book import CondorBook, Sheet, unpriced
from ...overlays.strikes import DAY, Choice, Quotes, leg_prices, quotes
from ...results import Axis, Chart, Column, Metric, Result, Series, Table
from ...units import FRACTION, SPX_MULTIPLIER, USD
from ...verdicts import Verdict, beats
from .. import _baseline, _book, _fair, _worlds
from .._book_params import chosen_tiers
from .._fair import figure
from . import experiment

Bools = NDArray[np.bool_]
SIDE_PATHS = 100
FACTORS = (0.0, 0.25, 0.5, 0.75, 1.0)
SHARES = (0.0, 0.5, 1.0, 1.5, 2.0)
PPI_DAYS = tuple(day + 1 for day in null_models.CPI_DAYS)
YEAR = 252.0
FEWEST_EVENTS = 2
SIGNS = np.array([1.0, -1.0, -1.0, 1.0])
IS_CALL = np.array([False, False, True, True])


@dataclass(kw_only=True)
class RecordingBook(CondorBook):
    """A condor book that remembers how many condors it sold at each close."""

    counts: Floats = field(init=False)

    def begin(self, world: World, ledger: Ledger) -> None:
        super().begin(world, ledger)
        self.counts = np.zeros((world.days + 1, world.paths))

    def _open(
        self,
        day: int,
        ledger: Ledger,
        which: Bools,
        strikes: Floats,
        credit: Floats,
        legs: Floats,
        size: Floats,
        expiry: int,
    ) -> None:
        super()._open(day, ledger, which, strikes, credit, legs, size, expiry)
        self.counts[day] += np.where(which, size, 0.0)


@dataclass(frozen=True)
class Shelf:
    """What is on offer at every close, by tier, and the account that sells it."""

    params: SimpleNamespace
    world: World
    events: Bools
    sheets: dict[str, Sheet]
    gates: dict[str, Floats]
    capital: float


@dataclass(frozen=True)
class Sold:
    """One run of the book: its ledger, and each sale's profit in USD on the day it was made."""

    ledger: Ledger
    profits: Floats
    counts: Floats


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers whether the smaller size helped, and whether the days had to do with it."""
    plain = _worlds.build(params, seed=seed, data=data, progress=progress)
    events = calendar(params, plain, data)
    world = widened(plain, events, params)
    progress(0.12, "pricing condors over ordinary and event days")
    shelf = stock(params, world, events, part(progress, 0.12, 0.2))
    full = sell(shelf, 1.0, progress=progress, span=(0.2, 0.35))
    sized = sell(shelf, params.event_size_factor, progress=progress, span=(0.35, 0.5))
    cut = random_days(events, world.paths, seed)
    placebo = sell(shelf, params.event_size_factor, cut=cut, progress=progress, span=(0.5, 0.65))
    c = compared(world, full, sized, seed)
    progress(0.66, "walking the size factor")
    factors = _factor_table(shelf, seed, progress)
    progress(0.8, "walking what prices know")
    shares = _share_table(params, seed, data, events, progress)
    metrics, own = _figures(params, world, events, shelf, full, sized, placebo, c, seed)
    return Result(
        headline=_headline(params, c, own),
        metrics=metrics,
        tables=[
            _day_table(shelf, full, sized),
            factors,
            shares,
            _fair.paths_table(c, ("at full size", "at the smaller size")),
        ],
        charts=[
            _profit_chart(shelf, full),
            _share_chart(shares),
            _fair.equity_chart(
                c,
                world,
                label="The account at full and at the smaller size",
                names=("At full size", "At the smaller size", "The difference, median"),
            ),
            _fair.drawdown_chart(c, world, names=("At full size", "At the smaller size")),
        ],
        notes=_notes(params, world, events, c, own),
    )


def calendar(params: SimpleNamespace, world: World, data: Data) -> Bools:
    """Which closes (``days + 1``) are those of an event day: release dates, never months."""
    if params.market != "replay":
        return synthetic(world.days, fomc=params.fomc, cpi=params.cpi, ppi=params.ppi)
    assert world.dates is not None
    series = data.series(params.event_series)
    released = np.asarray(series.dates, dtype="datetime64[D]")
    released = released[np.asarray(series.values, dtype=float) != 0.0]
    first_of_month = released.astype("datetime64[M]").astype("datetime64[D]") == released
    if released.size >= 12 and first_of_month.all():
        raise DataMissing(
            f"{params.event_series} holds the first day of each month: those are reference "
            "months, not release dates; a figure is published weeks after the month it describes"
        )
    inside = released[(released > world.dates[0]) & (released <= world.dates[-1])]
    out = np.zeros(world.days + 1, dtype=bool)
    out[np.searchsorted(world.dates, inside)] = True
    if out.sum() < FEWEST_EVENTS:
        raise DataMissing(
            f"{params.event_series} has {int(out.sum())} releases inside the replayed years; at "
            f"least {FEWEST_EVENTS} are needed"
        )
    return out


def synthetic(days: int, *, fomc: bool, cpi: bool, ppi: bool) -> Bools:
    """Event days at fixed places of every 252, the first close never among them."""
    out = null_models.event_days(days, fomc=8 * fomc, cpi=12 * cpi)
    if ppi:
        for day in PPI_DAYS:
            out[day::252] = True
    return out


def widened(world: World, events: Bools, params: SimpleNamespace) -> World:
    """The same paths with moves of event days widened about the mean move by sqrt(m).

    Documented and imported closes stay what they were.
    """
    documented = params.market in ("replay", "episode")
    if documented or params.event_variance == 1.0 or not events.any():
        return world
    moves = world.log_returns()
    scale = np.where(events[1:], np.sqrt(params.event_variance), 1.0)[:, None]
    mean = moves.mean()
    logs = np.zeros_like(world.spx)
    np.cumsum(mean + scale * (moves - mean), axis=0, out=logs[1:])
    return replace(world, spx=world.spx[0] * np.exp(logs))


def bears_event(events: Bools) -> Bools:
    """Which closes are those before an event: a one-day sale made then bears it."""
    return np.append(events[1:], False)


def stock(
    params: SimpleNamespace, world: World, events: Bools, progress: Progress = silent
) -> Shelf:
    """Every condor on offer, priced once for all accounts."""
    filled = SimpleNamespace(**{**vars(params), "ic_dte": 1})
    extra = 1.0 + params.event_priced_share * (params.event_variance - 1.0)
    multiple = np.where(bears_event(events), np.sqrt(extra), 1.0)[:, None]
    sheets, gates = {}, {}
    tiers = chosen_tiers(params.tiers_enabled)
    for number, tier in enumerate(tiers):
        choice = _book.choice_of(filled, tier)
        here = part(progress, number / len(tiers), (number + 1) / len(tiers))
        sheets[tier] = _sheet(params, world, choice, multiple, here)
        gates[tier] = gate.multiples(
            world,
            tier=tier,
            mode=params.gate_mode,
            low=params.gate_low,
            high=params.gate_high,
            average_days=params.vix_ma_days,
        )
    loss = np.mean([_book._loss(filled, tier) for tier in sheets])
    capital = float(params.condors * loss * SPX_MULTIPLIER / params.max_loss_per_trade)
    return Shelf(filled, world, events, sheets, gates, capital)


def _sheet(
    params: SimpleNamespace, world: World, choice: Choice, multiple: Floats, progress: Progress
) -> Sheet:
    """One-day condors at every close; ``multiple`` of the ordinary vol is what prices know."""
    horizon = params.short_dated_vol == "horizon"
    vol = world.vix
    if horizon:
        vol = np.stack([world.curve.horizon_vol(day, DAY) for day in range(world.days + 1)])
    known = vol * multiple
    empty = unpriced(world, choice, dte=1)

    def offered_at(priced: Floats) -> Quotes:
        return quotes(
            choice,
            spot=world.spx,
            vol=priced,
            years=DAY,
            rate=world.rate,
            dividend_yield=world.dividend_yield,
            reach=empty.reach,
            report=lambda done: progress(done, "pricing condors over ordinary and event days"),
        )

    if choice.method != "edr":
        return replace(empty, quotes=offered_at(known))
    strikes = offered_at(vol).strikes
    smile = surface.smile(
        vix=known * choice.vol_ratio,
        spot=world.spx,
        expiry=DAY,
        rate=world.rate,
        dividend_yield=world.dividend_yield,
        a=choice.shape[0],
        b=choice.shape[1],
    )
    legs = leg_prices(smile, strikes)
    credit = legs[1] + legs[2] - legs[0] - legs[3]
    offered = Quotes(strikes, credit, legs, np.ones(credit.shape, dtype=bool))
    return replace(empty, quotes=offered)


def random_days(events: Bools, paths: int, seed: int) -> Bools:
    """As many sales of every path as bear events, drawn from those that do not."""
    bears = bears_event(events)
    others = np.flatnonzero(~bears[:-1])
    rng = np.random.default_rng([seed, 0xDA75])
    count = min(int(bears.sum()), others.size)
    order = np.argsort(rng.random((others.size, paths)), axis=0)[:count]
    out = np.zeros((len(events), paths), dtype=bool)
    np.put_along_axis(out, others[order], True, axis=0)
    return out


def sell(
    shelf: Shelf,
    factor: float,
    *,
    cut: Bools | None = None,
    progress: Progress | None = None,
    span: tuple[float, float] = (0.0, 1.0),
) -> Sold:
    """Run the book with ``factor`` of the usual size where ``cut`` (else: over event days)."""
    p, world = shelf.params, shelf.world
    where = bears_event(shelf.events)[:, None] if cut is None else cut
    size = np.where(where, factor, 1.0)
    costs = _book.costs_of(p)
    books = [
        RecordingBook(
            name=f"{tier} condors",
            sheet=sheet,
            condors=p.condors,
            multiple=size * shelf.gates[tier] / len(shelf.sheets),
            costs=costs,
            min_credit=p.min_credit_ratio * p.wing_width,
            explain=False,
        )
        for tier, sheet in shelf.sheets.items()
    ]
    if progress is None:
        ledger = backtest.run(world, books, capital=shelf.capital)
    else:
        stage = "selling condors through the days"
        ledger = backtest.run(
            world, books, capital=shelf.capital, progress=progress, span=span, stage=stage
        )
    profits = np.zeros((world.days, world.paths))
    for book in books:
        profits += _per_sale(book, world)
    return Sold(ledger, profits, sum((b.counts[:-1] for b in books), np.zeros_like(profits)))


def _per_sale(book: RecordingBook, world: World) -> Floats:
    """Profit in USD of the sale made at each close but the last: credit, settlement, costs."""
    offered = book.sheet.quotes
    assert offered is not None
    strikes, ends = offered.strikes[:, :-1], world.spx[1:]
    calls = IS_CALL[:, None, None]
    worth = np.maximum(np.where(calls, ends - strikes, strikes - ends), 0.0)
    owed = -(SIGNS[:, None, None] * worth).sum(axis=0)
    counts = book.counts[:-1]
    gross = counts * (offered.credit[:-1] - owed) * SPX_MULTIPLIER
    return np.asarray(gross - book.costs.of(counts, offered.legs[:, :-1]))


def compared(world: World, full: Sold, sized: Sold, seed: int) -> _fair.Comparison:
    """The fair frame with full size for a baseline, and its verdict on the return."""
    gain = sized.ledger.profit() - full.ledger.profit()
    c = _fair.compare(
        world=world,
        base=full.ledger.equity(),
        hedged=sized.ledger.equity(),
        hedge=gain,
        premium=np.zeros(world.paths),
        seed=seed,
    )
    return c.judged(_verdict(c, world, changed=bool(gain.any())))


def _verdict(c: _fair.Comparison, world: World, *, changed: bool) -> Verdict:
    if not changed:
        return Verdict("same", "The size was never changed, so nothing differs.")
    return beats(
        c.return_effect,
        subject="the smaller size",
        baseline="full size (by return a year)",
        decides=world.kind != "episode",
    )


def _figures(
    params: SimpleNamespace,
    world: World,
    events: Bools,
    shelf: Shelf,
    full: Sold,
    sized: Sold,
    placebo: Sold,
    c: _fair.Comparison,
    seed: int,
) -> tuple[list[Metric], dict[str, object]]:
    specs = {spec.name: spec for spec in experiment.metrics}
    common = _fair.metrics(
        c,
        irr_base=_fair.growth_irr(c.base, world),
        irr_hedged=_fair.growth_irr(c.hedged, world),
    )
    metrics = _baseline.relabelled(common, experiment.metrics)
    other = compared(world, placebo, sized, seed + 7)
    special = beats(
        other.return_effect,
        subject="cutting event days",
        baseline="cutting as many other days",
        decides=world.kind != "episode",
    )
    moves = world.log_returns()
    on, off = moves[events[1:]], moves[~events[1:]]
    own: dict[str, object] = {
        **_by_day(shelf, full),
        "variance_ratio": float(on.var() / off.var()) if on.size and off.var() > 0.0 else None,
        "events_a_year": float(events[1:].sum() / world.days * YEAR),
        "against_random_days": other.return_effect,
        "fall_against_random_days": other.effect,
    }
    shown = {**own, **_sale_effects(shelf, full, seed)}
    metrics += [figure(specs[name], value) for name, value in shown.items()]
    own["special"] = special.sentence
    return metrics, own


def _by_day(shelf: Shelf, sold: Sold) -> dict[str, object]:
    bears = bears_event(shelf.events)[:-1]
    out: dict[str, object] = {}
    for name, days in (("event", bears), ("other", ~bears)):
        profits, made = sold.profits[days] / shelf.capital, sold.counts[days] > 0.0
        some = bool(made.any())
        out[f"{name}_profit"] = float(profits[made].mean()) if some else None
        out[f"{name}_worst"] = float(profits[made].min()) if some else None
        out[f"{name}_win_rate"] = float((profits[made] > 0.0).mean()) if some else None
    return out


def _sale_effects(shelf: Shelf, sold: Sold, seed: int) -> dict[str, object]:
    """Means and shares over all sales again, with intervals by redrawing paths."""
    bears = bears_event(shelf.events)[:-1]
    out: dict[str, object] = {}
    for name, days in (("event", bears), ("other", ~bears)):
        made = sold.counts[days] > 0.0
        sales = made.sum(axis=0).astype(float)
        brought = np.where(made, sold.profits[days] / shelf.capital, 0.0)
        out[f"{name}_profit"] = _fair.ratio(brought.sum(axis=0), sales, seed)
        out[f"{name}_win_rate"] = _fair.ratio((brought > 0.0).sum(axis=0), sales, seed)
    return out


def _day_table(shelf: Shelf, full: Sold, sized: Sold) -> Table:
    """Each kind of day: how often something was sold, what it brought, at both sizes."""
    bears = bears_event(shelf.events)[:-1]
    rows = []
    kinds = [("all event days", bears), ("all other days", ~bears)]
    if shelf.params.market != "replay":
        p, days = shelf.params, shelf.world.days
        wanted = (("fomc", "central bank"), ("cpi", "consumer prices"), ("ppi", "producer prices"))
        none = {"fomc": False, "cpi": False, "ppi": False}
        kinds += [
            (label, bears_event(synthetic(days, **{**none, kind: True}))[:-1])
            for kind, label in wanted
            if getattr(p, kind)
        ]
    years = shelf.world.days / YEAR
    for label, days_of in kinds:
        made = full.counts[days_of] > 0.0
        profits = full.profits[days_of][made]
        rows.append(
            [
                label,
                float(days_of.sum() / years),
                float(made.mean()) if made.size else None,
                profits.mean() if profits.size else None,
                profits.std() if profits.size else None,
                profits.min() if profits.size else None,
                full.profits[days_of].sum(axis=0).mean() / years,
                sized.profits[days_of].sum(axis=0).mean() / years,
            ]
        )
    columns = (
        Column("kind", "Days"),
        Column("a_year", "Number", "1/year"),
        Column("sold", "On which condors were sold", FRACTION),
        Column("mean", "Mean profit of a sale", USD),
        Column("deviation", "Its standard deviation", USD),
        Column("worst", "Worst sale", USD),
        Column("full_year", "Profit a year at full size", USD),
        Column("sized_year", "Profit a year at the smaller size", USD),
    )
    return Table("days", "Profit by kind of day, mean over paths", columns, rows)


def _few(params: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(params), "paths": min(params.paths, SIDE_PATHS)})


def _factor_table(shelf: Shelf, seed: int, progress: Progress) -> Table:
    """The size factor from nothing to full on the first paths of the run."""
    few = _narrow(shelf)
    full = sell(few, 1.0, progress=progress, span=(0.66, 0.68))
    rows = []
    for number, factor in enumerate(FACTORS):
        span = (0.68 + 0.024 * number, 0.68 + 0.024 * (number + 1))
        c = compared(few.world, full, sell(few, factor, progress=progress, span=span), seed)
        rows.append(
            [
                factor,
                c.return_hedged.mean(),
                c.return_effect.value,
                c.return_effect.low,
                c.return_effect.high,
                c.drawdown_hedged.mean(),
                c.share_harmed,
            ]
        )
    columns = (
        Column("factor", "Size on event days", FRACTION),
        Column("annual_return", "Return a year", FRACTION),
        Column("difference", "Against full size", FRACTION),
        Column("low", "From", FRACTION),
        Column("high", "To", FRACTION),
        Column("drawdown", "Deepest fall, mean", FRACTION),
        Column("share_harmed", "Paths with less money", FRACTION),
    )
    label = f"Every size factor ({few.world.paths} paths; 95 % intervals)"
    return Table("factors", label, columns, rows)


def _narrow(shelf: Shelf) -> Shelf:
    """The same shelf for the first few paths only."""
    world = shelf.world.first(SIDE_PATHS)
    some = slice(0, world.paths)
    sheets = {}
    for tier, sheet in shelf.sheets.items():
        q = sheet.quotes
        assert q is not None
        kept = Quotes(
            q.strikes[..., some], q.credit[:, some], q.legs[..., some], q.possible[:, some]
        )
        sheets[tier] = replace(sheet, quotes=kept)
    gates = {tier: allowed[:, some] for tier, allowed in shelf.gates.items()}
    return replace(shelf, world=world, sheets=sheets, gates=gates)


def _share_table(
    params: SimpleNamespace, seed: int, data: Data, events: Bools, progress: Progress
) -> Table:
    """The smaller size against full size by how much of the event prices know."""
    few = _few(params)
    plain = _worlds.build(few, seed=seed, data=data)
    world = widened(plain, events, few)
    rows = []
    for number, share in enumerate(SHARES):
        start, step = 0.8 + 0.19 * number / len(SHARES), 0.19 / len(SHARES)
        progress(start, "walking what prices know")
        one = SimpleNamespace(**{**vars(few), "event_priced_share": share})
        shelf = stock(one, world, events)
        middle, end = (start, start + 0.5 * step), (start + 0.5 * step, start + step)
        full = sell(shelf, 1.0, progress=progress, span=middle)
        sized = sell(shelf, params.event_size_factor, progress=progress, span=end)
        c = compared(world, full, sized, seed)
        by_day = _by_day(shelf, full)
        rows.append(
            [
                share,
                by_day["event_profit"],
                by_day["event_worst"],
                by_day["event_win_rate"],
                c.return_effect.value,
                c.return_effect.low,
                c.return_effect.high,
                c.effect.value,
            ]
        )
    columns = (
        Column("share", "Part of the event in prices", FRACTION),
        Column("event_profit", "Mean sale over an event day, of the account", FRACTION),
        Column("event_worst", "Worst such sale", FRACTION),
        Column("win_rate", "Such sales with a profit", FRACTION),
        Column("difference", "Return a year against full size", FRACTION),
        Column("low", "From", FRACTION),
        Column("high", "To", FRACTION),
        Column("fall", "Change of the deepest fall", FRACTION),
    )
    label = f"The smaller size is right or wrong by what prices know ({world.paths} paths)"
    return Table("priced", label, columns, rows)


def _profit_chart(shelf: Shelf, full: Sold) -> Chart:
    """How profits of a sale spread over event days and over others."""
    bears = bears_event(shelf.events)[:-1]
    made = full.counts > 0.0
    values = full.profits / shelf.capital
    low = float(values.min()) if made.any() else -0.1
    high = float(values.max()) if made.any() else 0.1
    edges = np.linspace(low, high + 1e-12, 21)
    middle = 0.5 * (edges[:-1] + edges[1:])
    series = []
    for name, label, days in (
        ("event", "Over event days", bears),
        ("other", "Over other days", ~bears),
    ):
        chosen = values[days][made[days]]
        counts = np.histogram(chosen, edges)[0]
        shares = counts / max(chosen.size, 1)
        series.append(Series(name, label, shares, "hedged" if name == "event" else "base"))
    return Chart(
        name="sales",
        label="Profit of one sale at full size",
        kind="histogram",
        x=Axis("Profit, of the account", FRACTION, "number", middle),
        y=Axis("Share of sales", FRACTION),
        series=series,
        alt=(
            f"The share of sales in the most profitable of twenty bins is "
            f"{words.percent(series[0].values[-1], 0)} over event days and "
            f"{words.percent(series[1].values[-1], 0)} over "
            "other days."
        ),
    )


def _share_chart(shares: Table) -> Chart:
    rows = list(shares.rows)
    return Chart(
        name="priced",
        label="The smaller size against full size, by what prices know",
        kind="line",
        x=Axis("Part of the event in prices", FRACTION, "number", [row[0] for row in rows]),
        y=Axis("Return a year, smaller less full", FRACTION),
        series=[
            Series(
                "difference",
                "Difference of the return a year",
                [row[4] for row in rows],
                "hedged",
                [row[5] for row in rows],
                [row[6] for row in rows],
            )
        ],
        alt=(
            f"The smaller size changes the return a year by {words.percent(rows[0][4], sign=True)} "
            "where prices know "
            f"nothing of the event and by {words.percent(rows[-1][4], sign=True)} where they hold "
            "twice of it."
        ),
    )


def _headline(params: SimpleNamespace, c: _fair.Comparison, own: dict[str, object]) -> str:
    a_day = own["event_profit"]
    earned = "nothing was sold over event days"
    if isinstance(a_day, float):
        earned = f"a sale over an event day earned {100.0 * a_day:.2f} % of the account on average"
    return (
        f"At full size {earned}; {words.percent(params.event_size_factor)} of the size changed "
        f"the return a year by {words.points(c.return_effect.value)} and the deepest fall by "
        f"{words.points(c.effect.value)}. {c.verdict.sentence} {own['special']}"
    ).replace(" -", " −")


def _notes(
    params: SimpleNamespace,
    world: World,
    events: Bools,
    c: _fair.Comparison,
    own: dict[str, object],
) -> list[str]:
    more = [
        "Any smaller size makes falls less deep and profits smaller. Whether the days matter is "
        "the comparison with as many other days of each path, drawn at random, cut alike.",
        "Short options are priced at the VIX of the day, which is more than the model's own "
        "variance: much of the condors' profit is that assumption.",
        "The size is set at the close before from the public calendar; the figure that is "
        "released is never read.",
    ]
    if params.market == "replay":
        more.append(
            "Days are those on which figures were published. A release on a day without trading "
            "counts for the next close."
        )
    else:
        more.append(
            "Event days lie at fixed, synthetic places: 8 central-bank, 12 consumer and 12 "
            f"producer price days a year, {int(events[1:].sum())} in this run; the VIX knows "
            "nothing of them. Moves of a model's or a redrawn history's event days are widened "
            "about the mean, those of an episode are not."
        )
    missing = sorted(name.replace("_", " ") for name, value in own.items() if value is None)
    if missing:
        more.append(f"Not defined, because nothing was sold there: {', '.join(missing)}.")
    return _fair.notes(world, c, *more)
