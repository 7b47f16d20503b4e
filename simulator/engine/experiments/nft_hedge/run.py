"""Runs the same floor paths with and without the calls, and asks what the calls changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from ... import backtest, words
from ...data import Data, Progress, part, silent
from ...ledger import Ledger
from ...markets import episodes, nft
from ...markets.state import World
from ...metrics import cash_flows
from ...metrics.smoothing import smoothed
from ...overlays.costs import FREE_VIX, VixCosts
from ...overlays.desk import Desk
from ...overlays.layered import CallLayer
from ...overlays.sizing import Budget
from ...results import Axis, Chart, Column, Mark, Metric, Result, Series, Table
from ...units import FRACTION
from .. import _fair, _vix_marks, _worlds
from .. import _second_route as twice
from .._fair import Floats, figure
from . import experiment

STRUCTURES = {"monthly": ((30.0, 1.0),), "ladder": ((30.0, 0.4), (110.0, 0.4), (220.0, 0.2))}
BUDGETS = np.round(np.arange(0.0, 0.1001, 0.005), 4)
REFERENCE_BUDGET = 0.03
SIDE_PATHS = 150
MANY_CRASHES = 8.0
BETAS = np.arange(0.0, 4.01, 0.5)
WEEK = 5


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers the question of the first article on one market."""
    progress(0.0, "drawing the market")
    world = _worlds.build(params, seed=seed, data=data)
    floors = _floors(params, world, seed)
    progress(0.15, "buying and settling calls")
    (ledger,) = _hedges([(params, world)], seed, progress=part(progress, 0.15, 0.45))
    share = params.nft_hedge_budget / (params.nft_hedge_budget or REFERENCE_BUDGET)
    hedge = ledger.profit() * share
    money = floors.eth / floors.eth[0] if params.denomination == "eth" else np.ones_like(floors.eth)
    base, hedged, gain = _accounts(params, floors.log_changes, hedge, money)
    comparison = _fair.compare(
        world=world,
        base=base,
        hedged=hedged,
        hedge=gain,
        premium=_paid(ledger) * share,
        seed=seed,
    )
    progress(0.45, "splitting macro from collection")
    assert ledger.flows is not None
    irr = _irr(params, world, base, ledger.flows * share, ledger.now() * share, money)
    own = _own_figures(params, world, floors, hedge, base, hedged, gain)
    progress(0.55, "walking the budget from 0 to 10 %")
    budgets = _budget_curve(
        params, floors, ledger.profit(), money, world, part(progress, 0.55, 0.65)
    )
    own["knee_budget"] = _knee(budgets)
    specs = {spec.name: spec for spec in experiment.metrics}
    metrics: list[Metric] = _fair.metrics(comparison, irr_base=irr[0], irr_hedged=irr[1])
    metrics += [figure(specs[name], value) for name, value in own.items()]
    progress(0.65, "raising the link to shares")
    beta_chart = _beta_chart(params, world, floors, hedge, money, part(progress, 0.65, 0.7))
    tables = [_fair.paths_table(comparison), _split_table(params, floors, hedge), budgets]
    tables.append(_variants(params, seed, data, part(progress, 0.7, 0.85)))
    if params.market == "episode":
        tables.append(_episodes(params, seed, part(progress, 0.85, 1.0)))
    tables.append(twice.table([_representative(params, world)]))
    return Result(
        headline=_headline(params, comparison),
        metrics=metrics,
        tables=tables,
        charts=[
            _fair.equity_chart(comparison, world, label="The portfolio with and without calls"),
            _fair.drawdown_chart(comparison, world),
            _budget_chart(budgets),
            beta_chart,
        ],
        notes=_notes(params, world, floors, comparison),
    )


def _floors(params: SimpleNamespace, world: World, seed: int) -> nft.FloorPaths:
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
    paths = nft.floor_paths(model, world, seed=seed)
    if params.market == "episode" and (fall := episodes.find(params.episode).collection_fall):
        paths = nft.with_fall(paths, fall=fall, day=world.days // 2)
    return paths


def _hedges(
    asked: Sequence[tuple[SimpleNamespace, World]], seed: int, *, progress: Progress = silent
) -> list[Ledger]:
    """The calls alone, on accounts of their own; with a budget of nought, those of 3 %."""
    desk = Desk()
    accounts = [
        backtest.Account(world=world, policies=_layers(params, seed, desk), flows=True)
        for params, world in asked
    ]
    return backtest.run_together(accounts, progress=progress, stage="buying and settling calls")


def _layers(params: SimpleNamespace, seed: int, desk: Desk) -> list[CallLayer]:
    budget = params.nft_hedge_budget or REFERENCE_BUDGET
    return [
        CallLayer(
            name=f"{dte:.0f}-day calls",
            dte=dte,
            delta=params.call_delta,
            sizing=Budget(share=budget * weight, notional=params.nft_notional),
            sell_at=params.sell_at_multiple,
            costs=VixCosts() if params.costs else FREE_VIX,
            pricing=_vix_marks.pricing(params),
            phase_seed=(seed * 1009 + index) % 2**63,
            explain=False,
            desk=desk,
        )
        for index, (dte, weight) in enumerate(STRUCTURES[params.hedge_structure])
    ]


def _representative(params: SimpleNamespace, world: World) -> twice.Check:
    """The first call of the structure, priced by another route."""
    return twice.vix_call_check(
        world,
        days=STRUCTURES[params.hedge_structure][0][0],
        delta=params.call_delta,
        pricing=_vix_marks.pricing(params),
    )


def _paid(ledger: Ledger) -> Floats:
    return sum(ledger.paid.values(), np.zeros(ledger.paths))


def _accounts(
    params: SimpleNamespace, changes: Floats, hedge: Floats, money: Floats
) -> tuple[Floats, Floats, Floats]:
    """Portfolio, portfolio with hedge, and the hedge's daily profit, all in the chosen money."""
    dollars = params.nft_notional * nft.cumulated(changes)
    gained = np.cumsum(hedge, axis=0)
    base, hedged = dollars / money, (dollars + gained) / money
    return base, hedged, np.diff(gained / money, axis=0, prepend=np.zeros((1, gained.shape[1])))


def _irr(
    params: SimpleNamespace,
    world: World,
    base: Floats,
    flows: Floats,
    positions: Floats,
    money: Floats,
) -> tuple[float | None, float | None]:
    """Money-weighted return of the mean path, after the haircut and the days a sale takes."""
    kept = 1.0 - params.nft_liquidity_haircut
    times = np.append(world.years, world.span + params.nft_trade_lag / 365.0)
    plain = np.zeros(len(times))
    plain[0] = -base[0].mean()
    plain[-1] = kept * _fair.alive(base)[-1].mean()
    hedged = plain.copy()
    hedged[:-1] += (flows / money).mean(axis=1)
    held = positions - flows.sum(axis=0)
    hedged[-2] += (held / money[-1]).mean()
    return (
        cash_flows.irr(flows=plain, times=times),
        cash_flows.irr(flows=hedged, times=times),
    )


def _own_figures(
    params: SimpleNamespace,
    world: World,
    floors: nft.FloorPaths,
    hedge: Floats,
    base: Floats,
    hedged: Floats,
    gain: Floats,
) -> dict[str, object]:
    macro, rest = _halves(params, floors, hedge)
    total = floors.log_changes
    wash = params.wash_share
    if params.market == "episode":
        wash = episodes.find(params.episode).wash_share or wash
    raw = {
        "floor": params.nft_floor_eth,
        "supply": params.nft_supply,
    }
    betas = _betas(params, world, floors)
    return {
        "volatility_base": _fair.volatilities(base).mean(),
        "volatility_hedged": _fair.volatilities(hedged).mean(),
        "macro_drawdown_difference": (macro[1] - macro[0]).mean(),
        "specific_drawdown_difference": (rest[1] - rest[0]).mean(),
        "macro_share": floors.macro.var() / total.var(),
        "hedge_loss_correlation": _correlation(gain, base),
        "naive_beta": betas[0],
        "dimson_beta": betas[1],
        "floor_to_volume": cash_flows.floor_to_volume(
            **raw, volume=float(nft.true_volume(params.nft_volume_30d, wash_share=wash))
        ),
        "floor_to_volume_raw": cash_flows.floor_to_volume(**raw, volume=params.nft_volume_30d),
    }


def _halves(
    params: SimpleNamespace, floors: nft.FloorPaths, hedge: Floats
) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Deepest falls without and with the hedge: of the macro part, and of all the rest."""
    out = []
    gained = np.cumsum(hedge, axis=0)
    for changes in (floors.macro, floors.crypto + floors.own):
        alone = params.nft_notional * nft.cumulated(changes)
        out.append((_fair.drawdowns(alone), _fair.drawdowns(alone + gained)))
    return out[0], out[1]


def _split_table(params: SimpleNamespace, floors: nft.FloorPaths, hedge: Floats) -> Table:
    names = ("Macro: what shares explain", "Ether's own and the collection's own")
    gained = np.cumsum(hedge, axis=0)
    rows = []
    for label, (plain, with_calls), changes in zip(
        names,
        _halves(params, floors, hedge),
        (floors.macro, floors.crypto + floors.own),
        strict=True,
    ):
        alone = params.nft_notional * nft.cumulated(changes)
        rows.append(
            [
                label,
                plain.mean(),
                with_calls.mean(),
                (with_calls - plain).mean(),
                _fair.volatilities(alone).mean(),
                _fair.volatilities(alone + gained).mean(),
            ]
        )
    columns = (
        Column("part", "Part of the floor's moves"),
        Column("drawdown_base", "Deepest fall without", FRACTION),
        Column("drawdown_hedged", "Deepest fall with", FRACTION),
        Column("difference", "Change", FRACTION),
        Column("volatility_base", "Volatility without", FRACTION),
        Column("volatility_hedged", "Volatility with", FRACTION),
    )
    return Table("split", "Macro-driven falls and all others, each by itself", columns, rows)


def _correlation(gain: Floats, base: Floats) -> float | None:
    """Correlation of five-day hedge profits with five-day losses of the portfolio."""
    weeks = (len(base) - 1) // WEEK
    if weeks < 1 or not gain.any():
        return None
    marks = np.arange(weeks + 1) * WEEK
    profit = np.diff(np.cumsum(gain, axis=0)[marks], axis=0)
    loss = -np.diff(base[marks], axis=0)
    if profit.size < 3 or profit.std() == 0.0 or loss.std() == 0.0:
        return None
    return float(np.corrcoef(profit.ravel(), loss.ravel())[0, 1])


def _betas(params: SimpleNamespace, world: World, floors: nft.FloorPaths) -> tuple[float, float]:
    """Beta of observed prices to shares: the day alone, and with four lags (Dimson)."""
    phi = params.appraisal_smoothing
    some = slice(0, 200)
    seen = smoothed(returns=floors.log_changes[:, some].T, phi=phi)
    s = world.log_returns()[:, some].T
    lags = 4
    y = seen[:, lags:].ravel()
    columns = [s[:, lags - lag : s.shape[1] - lag].ravel() for lag in range(lags + 1)]
    naive = np.polyfit(columns[0], y, 1)[0]
    X = np.column_stack([np.ones(y.size), *columns])
    fitted = np.linalg.lstsq(X, y, rcond=None)[0]
    return float(naive), float(fitted[1:].sum())


def _budget_curve(
    params: SimpleNamespace,
    floors: nft.FloorPaths,
    profit: Floats,
    money: Floats,
    world: World,
    progress: Progress,
) -> Table:
    """Premium from 0 to 10 % a year: a budget twice as large buys twice the calls."""
    reference = params.nft_hedge_budget or REFERENCE_BUDGET
    rows = []
    plain = None
    for number, budget in enumerate(BUDGETS):
        progress(number / len(BUDGETS), "walking the budget from 0 to 10 %")
        base, hedged, gain = _accounts(
            params, floors.log_changes, profit * (budget / reference), money
        )
        falls = _fair.drawdowns(hedged)
        plain = falls if plain is None else plain
        cost = gain.sum(axis=0).mean() / base[0].mean() / _fair.yearly(world.span)
        rows.append(
            [
                float(budget),
                falls.mean(),
                (falls - plain).mean(),
                cost,
                float(np.mean(hedged[-1] < base[-1] - 1e-9 * base[0])),
                _fair.volatilities(hedged).mean(),
            ]
        )
    columns = (
        Column("budget", "Premium a year", FRACTION),
        Column("drawdown", "Deepest fall, mean", FRACTION),
        Column("difference", "Change of the deepest fall", FRACTION),
        Column("annual_cost", "The hedge's profit a year", FRACTION),
        Column("share_harmed", "Paths with less money", FRACTION),
        Column("volatility", "Volatility a year", FRACTION),
    )
    return Table("budgets", "What each budget buys", columns, rows)


def _knee(budgets: Table) -> float:
    """The smallest budget after which the next half point saves less than half a point."""
    rows = list(budgets.rows)
    for here, after in pairwise(rows):
        if after[2] - here[2] < after[0] - here[0]:
            return float(here[0])
    return float(rows[-1][0])


def _budget_chart(budgets: Table) -> Chart:
    rows = list(budgets.rows)
    falls = [row[1] for row in rows]
    return Chart(
        name="budget",
        label="Deepest fall by hedge budget",
        kind="line",
        x=Axis("Premium a year, of the portfolio", FRACTION, "number", [row[0] for row in rows]),
        y=Axis("Mean over paths", FRACTION),
        series=[
            Series("drawdown", "Deepest fall", falls, "hedged"),
            Series("cost", "The hedge's profit a year", [row[3] for row in rows], "cost"),
        ],
        marks=[Mark("x", 0.02, 0.05, "advised: 2 to 5 %")],
        alt=(
            f"From no hedge to a budget of 10 % a year the deepest fall goes from "
            f"{words.percent(falls[0])} to {words.percent(falls[-1])}."
        ),
    )


def _beta_chart(
    params: SimpleNamespace,
    world: World,
    floors: nft.FloorPaths,
    hedge: Floats,
    money: Floats,
    progress: Progress,
) -> Chart:
    """The change of the deepest fall as the link to shares under stress is raised."""
    some = slice(0, 300)
    stress = world.vix[:-1, some] > params.nft_stress_vix
    s = world.log_returns()[:, some]
    effects = []
    for number, beta in enumerate(BETAS):
        progress(number / len(BETAS), "raising the link to shares")
        extra = np.where(stress, (beta - params.nft_macro_beta) * s, 0.0)
        changes = floors.log_changes[:, some] + extra
        base, hedged, _ = _accounts(params, changes, hedge[:, some], money[:, some])
        effects.append(float((_fair.drawdowns(hedged) - _fair.drawdowns(base)).mean()))
    return Chart(
        name="macro-beta",
        label="Change of the deepest fall by the link to shares",
        kind="line",
        x=Axis("Direct link to shares under stress", FRACTION, "number", BETAS),
        y=Axis("Above zero: less deep", FRACTION),
        series=[Series("effect", "Change of the deepest fall", effects, "hedged")],
        marks=[Mark("x", params.nft_macro_beta, params.nft_macro_beta, "this run")],
        alt=(
            f"The change of the deepest fall is {words.percent(effects[0], sign=True)} without a "
            "direct link to "
            f"shares and {words.percent(effects[-1], sign=True)} with a link of 4."
        ),
    )


def _variants(params: SimpleNamespace, seed: int, data: Data, progress: Progress) -> Table:
    """The same hedge under other marks and rules: how far the figure is a choice."""
    few = SimpleNamespace(**{**vars(params), "paths": min(params.paths, SIDE_PATHS)})
    world = _worlds.build(few, seed=seed, data=data)
    floors = _floors(few, world, seed)
    choices: tuple[tuple[str, dict[str, object]], ...] = (
        ("as run", {}),
        ("calls marked at a vol of 0.85", {"vix_call_vol": "market", "vol_of_vix": 0.85}),
        ("calls marked at a vol of 1.15", {"vix_call_vol": "market", "vol_of_vix": 1.15}),
        ("no costs", {"costs": False}),
        ("one-month calls, held", {"hedge_structure": "monthly", "sell_at_multiple": None}),
        ("one-month calls, sold at 3 ×", {"hedge_structure": "monthly", "sell_at_multiple": 3.0}),
        ("30/110/220-day calls, held", {"hedge_structure": "ladder", "sell_at_multiple": None}),
    )
    asked = [
        (name.strip(), SimpleNamespace(**{**vars(few), **change}), world, floors)
        for name, change in choices
    ]
    if params.market == "model":
        often = SimpleNamespace(**{**vars(few), "crashes_per_century": MANY_CRASHES})
        crashing = _worlds.build(often, seed=seed, data=data)
        name = f"{MANY_CRASHES:g} crashes a century"
        asked.append((name, often, crashing, _floors(often, crashing, seed)))
    markets = [(one, market) for _, one, market, _ in asked]
    ledgers = _hedges(markets, seed, progress=part(progress, 0.05, 0.8))
    rows: list[list[object]] = []
    for number, ((name, one, market, floor), ledger) in enumerate(zip(asked, ledgers, strict=True)):
        progress(0.8 + 0.2 * number / len(asked), "the same under other choices")
        rows.append([name, *_effect(one, ledger, market, floor, seed)])
    columns = (Column("variant", "Variant"), *_fair.EFFECT_COLUMNS)
    label = f"Model risk: the same question under other choices ({world.paths} paths)"
    return Table("variants", label, columns, rows)


def _effect(
    params: SimpleNamespace, ledger: Ledger, world: World, floors: nft.FloorPaths, seed: int
) -> list[float | None]:
    share = params.nft_hedge_budget / (params.nft_hedge_budget or REFERENCE_BUDGET)
    hedge = ledger.profit() * share
    base, hedged, gain = _accounts(params, floors.log_changes, hedge, np.ones_like(floors.eth))
    effect = _fair.mean_effect(_fair.drawdowns(hedged) - _fair.drawdowns(base), seed)
    return [
        effect.value,
        effect.low,
        effect.high,
        float(gain.sum(axis=0).mean() / params.nft_notional / _fair.yearly(world.span)),
        float(np.mean(hedged[-1] < base[-1] - 1e-9 * base[0])),
    ]


def _episodes(params: SimpleNamespace, seed: int, progress: Progress) -> Table:
    """The same plan through every documented episode, few paths each."""
    rows = []
    for number, episode in enumerate(episodes.EPISODES):
        here = part(progress, *((number + n) / len(episodes.EPISODES) for n in (0, 1)))
        here(0.0, "the other episodes")
        one = SimpleNamespace(**{**vars(params), "episode": episode.slug, "paths": SIDE_PATHS})
        world = episodes.world(episode, paths=SIDE_PATHS, seed=seed)
        floors = _floors(one, world, seed)
        share = params.nft_hedge_budget / (params.nft_hedge_budget or REFERENCE_BUDGET)
        (ledger,) = _hedges([(one, world)], seed, progress=here)
        hedge = ledger.profit() * share
        base, hedged, _ = _accounts(one, floors.log_changes, hedge, np.ones_like(floors.eth))
        plain, with_calls = _fair.drawdowns(base), _fair.drawdowns(hedged)
        paid, got = _paid(ledger).mean(), _paid(ledger).mean() + ledger.profit().sum(axis=0).mean()
        rows.append(
            [
                episode.code,
                episode.title,
                plain.mean(),
                with_calls.mean(),
                (with_calls - plain).mean(),
                float(np.mean(with_calls > plain + 1e-12)),
                got / paid if paid > 0.0 else None,
                float(world.vix.max()),
            ]
        )
    columns = (
        Column("code", "No."),
        Column("episode", "Episode"),
        Column("drawdown_base", "Deepest fall without", FRACTION),
        Column("drawdown_hedged", "Deepest fall with", FRACTION),
        Column("difference", "Change", FRACTION),
        Column("benefit", "Paths with a less deep fall", FRACTION),
        Column("payoff_ratio", "Paid back of the premium", FRACTION),
        Column("highest_vix", "Highest VIX close", "index points"),
    )
    label = f"The same plan through every episode ({SIDE_PATHS} paths each, in dollars)"
    return Table("episodes", label, columns, rows)


def _headline(params: SimpleNamespace, c: _fair.Comparison) -> str:
    title = episodes.find(params.episode).title
    where = {
        "episode": title if "(invented)" in title else f"{title} (reconstructed)",
        "model": "In the model",
        "replay": "In the imported history",
        "bootstrap": "In histories redrawn from the imported one",
    }[params.market]
    return (
        f"{where}: with calls for {words.percent(params.nft_hedge_budget)} a year the deepest "
        f"fall was {words.percent(c.drawdown_hedged.mean())} on average, without them "
        f"{words.percent(c.drawdown_base.mean())} ({words.points(c.effect.value)}); the calls "
        f"themselves earned {words.percent(c.annual_cost)} a year. {c.verdict.sentence}"
    )


def _notes(
    params: SimpleNamespace, world: World, floors: nft.FloorPaths, c: _fair.Comparison
) -> list[str]:
    more = [
        "The default link to shares is low because the measured one is: of weekly floor changes "
        "of CryptoPunks, 2017 to 2021, the VIX explains 9 %, nearly all of it through ether.",
        "Calls are a model's marks on the VIX future, fractions of contracts are bought, and "
        "every path starts at a random point of the renewal cycle.",
        "IRR is of the mean path's flows, a yearly rate, after the haircut on leaving.",
        *_vix_marks.notes(params, world),
    ]
    if floors.eth_is_synthetic:
        more.append("No ether price belongs to these days: ether comes from a null model.")
    if params.market == "episode":
        episode = episodes.find(params.episode)
        more.append(f"Closes: {episode.source}. {episode.note}".strip())
    if params.denomination == "eth":
        more.append("Counted in ether: the calls' dollars are valued at each day's ether price.")
    if not params.nft_hedge_budget:
        more.append(
            "The budget is nought: the hedge has no profit to correlate, and the curves show "
            "what calls for 3 % would have done."
        )
    elif params.sell_at_multiple is None:
        more.append("Calls are held to expiry; a rule that sells into a spike changes the answer.")
    return _fair.notes(world, c, *more)
