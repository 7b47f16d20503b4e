"""The sleeve as insurance (what it pays back) and as an investment (beta and alpha)."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from ... import backtest, words
from ...data import Data, Progress, part, silent
from ...ledger import Ledger
from ...markets.state import World
from ...metrics import cash_flows, regression
from ...overlays import schedule
from ...overlays.costs import FREE_VIX, VixCosts
from ...overlays.holdings import Index
from ...overlays.layered import CallLayer
from ...overlays.sizing import WeightByForward
from ...results import Axis, Chart, Column, Result, Series, Table
from ...units import FRACTION
from ...verdicts import Effect
from .. import _fair, _vix_marks, _worlds
from .._fair import Floats, figure
from . import experiment

CAPITAL = 1_000_000.0
LINE = "sleeve"
VOLS = (0.85, 0.95, 1.05, 1.15)
SIDE_PATHS = 20


def run(params: SimpleNamespace, *, seed: int, data: Data, progress: Progress) -> Result:
    """Answers whether the sleeve is dear insurance, a bad investment, both or neither."""
    world = _worlds.build(params, seed=seed, data=data, progress=progress)
    progress(0.2, "the index alone")
    base, _ = account(params, world, weight=0.0, progress=part(progress, 0.2, 0.4))
    progress(0.4, "the index with the calls")
    ledger, calls = account(params, world, weight=params.sleeve, progress=part(progress, 0.4, 0.7))
    comparison = _fair.compare(
        world=world,
        base=base.equity(),
        hedged=ledger.equity(),
        hedge=ledger.profit(LINE),
        premium=calls.purchases,
        seed=seed,
        progress=part(progress, 0.7, 0.8),
    )
    progress(0.8, "regressing months")
    pays, index = months(params, world)
    own = investment(params, pays, index)
    metrics = _fair.metrics(
        comparison,
        irr_base=_fair.growth_irr(comparison.base, world),
        irr_hedged=_fair.growth_irr(comparison.hedged, world),
    )
    back = _fair.mean_effect(1.0 + pays.mean(axis=0), seed)
    shown = {**own, "payoff_ratio": back}
    metrics += [figure(spec, shown[spec.name]) for spec in experiment.metrics if spec.name in own]
    return Result(
        headline=_headline(own),
        metrics=metrics,
        tables=[_vols(params, world.first(SIDE_PATHS)), _fair.paths_table(comparison)],
        charts=[
            _fair.equity_chart(comparison, world, label="The index with and without the calls"),
            _scatter(pays, index),
        ],
        notes=_fair.notes(
            world,
            comparison,
            "“Dear insurance” means that premiums come back only in part; “a bad investment” would "
            "mean an alpha below zero. The two are different statements.",
            "Beta and alpha are of the premium, not of the account, of which the calls are "
            f"{words.percent(params.sleeve)} a month.",
            *_vix_marks.notes(params, world),
        ),
    )


def account(
    params: SimpleNamespace, world: World, *, weight: float, progress: Progress = silent
) -> tuple[Ledger, CallLayer]:
    """The index with ``weight`` of the account in calls at every expiry."""
    expiries = schedule.vix_expiries(world)
    invests = np.zeros(world.days + 1, dtype=bool)
    invests[expiries] = True
    invests[0] = True
    calls = CallLayer(
        name=LINE,
        dte=30.0,
        delta=params.call_delta,
        sizing=WeightByForward(levels=(), weights=(weight,)),
        costs=VixCosts() if params.costs else FREE_VIX,
        pricing=_vix_marks.pricing(params),
        calendar=np.asarray(world.years[expiries]),
        retry=False,
        explain=False,
    )
    policies: list[backtest.Policy] = [
        calls,
        Index(rebalances=invests, dividend_yield=world.dividend_yield),
    ]
    stage = "holding the index and its calls"
    ledger = backtest.run(world, policies, capital=CAPITAL, progress=progress, stage=stage)
    return ledger, calls


def months(params: SimpleNamespace, world: World) -> tuple[Floats, Floats]:
    """Results of the calls over their premium, and of the index, months by paths."""
    expiries = schedule.vix_expiries(world)
    pricing = _vix_marks.pricing(params)
    costs = VixCosts() if params.costs else FREE_VIX
    pays, index = [], []
    for here, after in pairwise(expiries):
        years = float(world.years[after] - world.years[here])
        future = world.curve.future(int(here), years)
        marks = pricing.on(world, int(here), years)
        strike = marks.moneyness(params.call_delta) * future
        price = marks.price(future, strike, world.rate)
        paid = price + costs.of(np.ones_like(price), price) / 100.0
        pays.append(np.maximum(world.vix[after] - strike, 0.0) / paid - 1.0)
        total = world.spx[after] / world.spx[here] * np.exp(world.dividend_yield * years)
        index.append(total - 1.0)
    return np.array(pays), np.array(index)


def investment(params: SimpleNamespace, pays: Floats, index: Floats) -> dict[str, object]:
    """Betas, alpha and the cost of the capital behind the premium."""
    monthly = np.expm1(params.risk_free / 12.0)
    y, x = (pays - monthly).T.ravel(), (index - monthly).T.ravel()
    fit = regression.ols(y=y, x=x, lags=3)
    dimson = regression.dimson_beta(returns=y, benchmark=x, behind=1)
    down = regression.down_market_beta(returns=y, benchmark=x)
    ke = cash_flows.cost_of_equity(
        risk_free=params.risk_free, beta=params.book_beta, market_return=params.market_return
    )
    wacc = cash_flows.wacc(
        equity=params.equity_share,
        debt=1.0 - params.equity_share,
        cost_of_equity=ke,
        cost_of_debt=params.cost_of_debt,
        tax_rate=params.tax_rate,
    )
    alpha: object = None
    beta: object = None
    if fit is not None:
        (a, b), (ea, eb) = fit.coefficients, fit.errors
        alpha = Effect(float(a), float(a - 1.96 * ea), float(a + 1.96 * ea))
        beta = Effect(float(b), float(b - 1.96 * eb), float(b + 1.96 * eb))
    return {
        "payoff_ratio": float(1.0 + pays.mean()),
        "beta": beta,
        "dimson_beta": Effect(dimson.value, dimson.low, dimson.high),
        "down_beta": Effect(down.value, down.low, down.high),
        "alpha": alpha,
        "months": pays.size,
        "wacc": wacc,
        "carry": -params.sleeve * (wacc or 0.0),
        "rate_differential": params.risk_free - params.crypto_rate,
    }


def _vols(params: SimpleNamespace, world: World) -> Table:
    rows = []
    for vol in VOLS:
        marks = {"vix_call_vol": "market", "vol_of_vix": vol}
        pays, index = months(SimpleNamespace(**{**vars(params), **marks}), world)
        own = investment(params, pays, index)
        alpha = own["alpha"]
        assert alpha is None or isinstance(alpha, Effect)
        rows.append(
            [
                vol,
                own["payoff_ratio"],
                None if alpha is None else alpha.value,
                None if alpha is None else alpha.low,
                None if alpha is None else alpha.high,
            ]
        )
    columns = (
        Column("vol", "Vol of the calls", FRACTION),
        Column("payoff_ratio", "Paid back of premium", FRACTION),
        Column("alpha", "Alpha a month", FRACTION),
        Column("low", "from", FRACTION),
        Column("high", "to", FRACTION),
    )
    return Table("vols", f"The price of the calls decides ({world.paths} paths)", columns, rows)


def _scatter(pays: Floats, index: Floats) -> Chart:
    x, y = index.ravel()[:600], pays.ravel()[:600]
    return Chart(
        name="months",
        label="Months of the index and of the calls",
        kind="points",
        x=Axis("S&P 500 in the month", FRACTION, "number", x),
        y=Axis("Calls, over their premium", FRACTION),
        series=[Series("months", "A month", y, "hedge")],
        alt=(
            f"{words.percent(float(np.mean(y > -1.0 + 1e-9)), 0)} of the months shown pay "
            "anything at all."
        ),
    )


def _headline(own: dict[str, object]) -> str:
    ratio, alpha = own["payoff_ratio"], own["alpha"]
    assert isinstance(ratio, float)
    dear = "dear insurance" if ratio < 1.0 else "insurance that has paid for itself"
    said = "its alpha cannot be told from zero"
    if isinstance(alpha, Effect) and alpha.is_detected:
        said = "as an investment it is " + ("good" if alpha.value > 0 else "bad")
    return (
        f"Of each dollar of premium {words.percent(ratio)} came back: {dear}. "
        f"Given its beta, {said}."
    )
