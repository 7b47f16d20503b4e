"""Laws that every one of the simulations is held to, each on a small run of its own.

Same question, same digest is held in ``test_processes`` for all of them.
"""

from functools import cache

import pytest

from simulator.engine.documents import compute
from simulator.engine.experiments import all_experiments, get

SIMULATIONS = [slug for slug, one in all_experiments().items() if one.kind == "simulation"]
MONEY = {
    "alvh-condor": ("irr_base", "irr_hedged"),
    "alvh-readings": ("irr_base", "irr_hedged"),
    "condor-index": ("irr_hedged", "annual_return"),
    "convexity-forecast": ("mean_ratio",),
    "event-days": ("irr_base", "irr_hedged"),
    "hedge-carry": ("irr_hedged", "payoff_ratio", "alpha"),
    "nft-hedge": ("irr_hedged", "annual_cost"),
    "second-engine": ("irr_base", "irr_hedged", "annual_cost"),
    "steward-promoter": ("irr_hedged", "annual_cost", "steward_profit"),
    "tail-hedge-index": ("irr_hedged", "total_return_hedged"),
    "temporal-theta": ("irr_hedged", "cash_net"),
    "time-shift": ("irr_base", "irr_hedged"),
}
NO_TRADES = {"layer-votes"}
FREE_EXIT = {"half_spread": 0.0, "impact": 0.0, "fee": 0.0, "royalty": 0.0, "gas": 0.0}
DAYS = {
    "condor-index": 252,
    "convexity-forecast": 1764,
    "hedge-carry": 504,
    "steward-promoter": 252,
    "tail-hedge-index": 252,
}
EXPLAINED = ("alvh-condor", "temporal-theta", "time-shift")


@cache
def figures(slug, **changes):
    experiment = get(slug)
    names = {parameter.name for parameter in experiment.parameters}
    small = {"paths": 12, "days": DAYS.get(slug, 63), "market": "model", "gate_mode": "none"}
    asked = {name: value for name, value in small.items() if name in names}
    document = compute(experiment, experiment.parse({**asked, **changes}), seed=1)
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def test_no_simulation_that_trades_is_left_out():
    assert set(SIMULATIONS) == set(MONEY) | NO_TRADES | {"nft-exit"}


@pytest.mark.parametrize("slug", MONEY)
def test_costs_never_raise_profit(slug):
    paid, free = figures(slug), figures(slug, costs=False)
    for name in MONEY[slug]:
        assert paid[name] < free[name], name


@pytest.mark.parametrize(
    ("cost", "more"),
    [
        ("half_spread", 0.06),
        ("impact", 1.0),
        ("fee", 0.025),
        ("royalty", 0.05),
        ("gas", 15.0),
    ],
)
def test_no_cost_of_leaving_brings_more(cost, more):
    free, paid = figures("nft-exit", **FREE_EXIT), figures("nft-exit", **{**FREE_EXIT, cost: more})
    for name in ("dump_fraction", "ladder_fraction"):
        assert paid[name] < free[name], name


def test_leaving_without_costs_brings_the_floor():
    assert figures("nft-exit", **FREE_EXIT)["dump_fraction"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("slug", "law"),
    [*((slug, "vix") for slug in EXPLAINED), ("alvh-condor", "model"), ("temporal-theta", "model")],
)
def test_profit_by_cause_adds_up(slug, law):
    """Under two per cent of gross is asked for; the split is exact, so that rounding is left."""
    assert 0.0 <= figures(slug, short_dated_vol=law)["residual_share"] < 1e-9


def test_every_simulation_that_shows_causes_is_held_to_them():
    shows = {
        slug
        for slug in SIMULATIONS
        if any(metric.name == "residual_share" for metric in get(slug).metrics)
    }
    assert shows == set(EXPLAINED)


@pytest.mark.parametrize(
    "slug", ["condor-index", "event-days", "second-engine", "temporal-theta", "time-shift"]
)
def test_where_no_hedge_is_judged_no_figure_and_no_verdict_speaks_of_one(slug):
    experiment = get(slug)
    names = {parameter.name for parameter in experiment.parameters}
    asked = {"paths": 12, "days": DAYS.get(slug, 63), "market": "model"}
    document = compute(
        experiment,
        experiment.parse({name: value for name, value in asked.items() if name in names}),
        seed=1,
    )
    told = [metric["label"] for metric in document["metrics"]]
    told += [series["label"] for chart in document["charts"] for series in chart["series"]]
    told += [document["headline"], next(n for n in document["notes"] if n.startswith("Verdict"))]
    assert not [text for text in told if "the hedge " in f"{text.lower()} "]
