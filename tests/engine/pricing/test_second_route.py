"""Two engines, one number: the other routes agree, decide or abstain, and catch a wrong price."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.documents import compute
from simulator.engine.experiments import get
from simulator.engine.pricing import bates, black76, heston, second_route, second_vix, vix
from simulator.engine.pricing.affine import Factor, Jumps
from simulator.engine.pricing.second_route import Law

TABLE = Path(__file__).parents[1] / "tables" / "pricing.toml"
CASES = tomllib.loads(TABLE.read_text(encoding="utf-8"))["case"]
ONE_VOL = {"black_scholes", "black76"}
VARIANCE = ("v0", "kappa", "theta", "sigma", "rho")
JUMPS = ("jump_intensity", "jump_mean", "jump_sd")


def again(law, *, spot, strike, expiry, call, rate=0.0, dividend_yield=0.0):
    """The price by the second route; None where it abstains."""
    F = spot * math.exp((rate - dividend_yield) * expiry)
    taken = second_route.shares(law, log_strike=math.log(strike / F), expiry=expiry, call=call)
    discount = math.exp(-rate * expiry)
    if taken is None:
        return None
    return second_route.price(taken, forward=F, strike=strike, discount=discount, call=call)


def published(names):
    wanted = [c for c in CASES if c["function"] in names and "figure" not in c]
    assert len(wanted) >= 3
    return pytest.mark.parametrize("case", wanted, ids=lambda case: case["id"])


@published(ONE_VOL)
def test_the_density_gives_the_published_price_of_one_vol(case):
    inputs = dict(case["inputs"])
    law = Law(variance=inputs.pop("vol") ** 2 * inputs["expiry"])
    if "forward" in inputs:
        inputs |= {"spot": inputs.pop("forward"), "dividend_yield": inputs.get("rate", 0.0)}
    found = again(law, **{"call": True} | inputs)
    assert found == pytest.approx(case["expected"], abs=case["tolerance"])


@published({"heston", "bates"})
def test_the_inversion_gives_the_published_price_of_a_moving_vol(case):
    inputs = dict(case["inputs"])
    model = {name: inputs.pop(name) for name in (*VARIANCE, *JUMPS) if name in inputs}
    law = Law(**model)
    if model["sigma"] < 1e-6:  # the table's Merton case, written as a Bates that hardly moves
        names = ("v0", "kappa", "theta")
        known = {name: model[name] for name in names}
        certain = second_route.certain_variance(**known, expiry=inputs["expiry"])
        law = Law(variance=certain, **{name: model[name] for name in JUMPS})
    found = again(law, **{"call": True} | inputs)
    assert found is not None
    assert found == pytest.approx(case["expected"], abs=case["tolerance"])


@pytest.mark.parametrize("jumps", [False, True])
def test_both_engines_agree_on_a_random_grid(jumps):
    rng = np.random.default_rng(31)

    def between(low, high):
        return math.exp(rng.uniform(math.log(low), math.log(high)))

    for _ in range(60):
        law = {
            "v0": between(1e-3, 1.0),
            "kappa": between(0.05, 20.0),
            "theta": between(1e-3, 1.0),
            "sigma": between(0.02, 3.0),
            "rho": rng.uniform(-0.95, 0.95),
        }
        if jumps:
            law |= {
                "jump_intensity": rng.uniform(0, 4),
                "jump_mean": rng.uniform(-0.4, 0.3),
                "jump_sd": rng.uniform(0.01, 0.4),
            }
        T = between(7 / 365, 10.0)
        option = {
            "spot": 100.0,
            "strike": 100.0 * math.exp(rng.normal() * math.sqrt(T) * 0.4),
            "expiry": T,
            "rate": rng.uniform(-0.05, 0.1),
            "call": bool(rng.random() < 0.5),
        }
        here = float((bates if jumps else heston).price(**option, **law))
        assert again(Law(**law), **option) == pytest.approx(here, abs=1e-8)


@pytest.mark.parametrize("sigma", [1e-7, 1e-3, 5.0])
@pytest.mark.parametrize("rho", [-1.0, 0.0, 1.0])
@pytest.mark.parametrize("expiry", [1e-4, 1.0, 50.0])
def test_at_the_edges_the_second_route_is_right_or_silent(sigma, rho, expiry):
    law = {"v0": 0.04, "kappa": 3.0, "theta": 0.02, "sigma": sigma, "rho": rho}
    option = {"spot": 100.0, "strike": 97.0, "expiry": expiry, "call": True}
    found = again(Law(**law), **option)
    here = float(heston.price(**option, **law))
    assert found is None or found == pytest.approx(here, abs=1e-8)


def test_without_time_or_vol_there_is_nothing_to_integrate():
    assert again(Law(), spot=100.0, strike=90.0, expiry=1.0, call=True) is None


def test_far_strikes_of_one_vol_keep_their_digits():
    found = again(Law(variance=0.01), spot=100.0, strike=160.0, expiry=1.0, call=True)
    here = float(black76.price(forward=100.0, strike=160.0, expiry=1.0, vol=0.1))
    assert here < 1e-5
    assert found == pytest.approx(here, rel=1e-9)


FAST = Factor(v0=0.03, kappa=5.0, theta=0.04, sigma=0.5)
SLOW = Factor(v0=0.02, kappa=1.4, theta=0.03, sigma=0.3)
WILD = Factor(v0=0.01, kappa=1.0, theta=0.02, sigma=0.9)  # Feller fails by far
STARVED = Factor(v0=0.03, kappa=2.0, theta=0.0, sigma=0.5)  # an atom at nought
LEAPS = vix.VarianceJumps(intensity=2.0, mean=0.05)
MODELS = {
    "one factor": vix.VixModel(factors=(FAST,)),
    "Feller fails": vix.VixModel(factors=(WILD,)),
    "an atom at nought": vix.VixModel(factors=(STARVED,)),
    "return jumps": vix.VixModel(factors=(FAST,), jumps=Jumps(intensity=0.5, mean=-0.1, sd=0.1)),
    "two factors": vix.VixModel(factors=(FAST, SLOW)),
    "variance jumps": vix.VixModel(factors=(FAST,), variance_jumps=LEAPS),
    "two factors with variance jumps": vix.VixModel(factors=(FAST, SLOW), variance_jumps=LEAPS),
}


@pytest.mark.parametrize("days", [7, 30, 365])
@pytest.mark.parametrize("name", MODELS)
def test_the_law_of_the_variance_gives_the_same_vix_figures(name, days):
    model, T = MODELS[name], days / 365
    for strike in (12.0, 20.0, 40.0):
        found = second_vix.figures(model, strike=strike, expiry=T)
        assert found is not None
        call, put = vix.option(model, strike=strike, expiry=T, call=[True, False])
        assert found.future == pytest.approx(float(vix.future(model, expiry=T)), abs=1e-6)
        assert found.call == pytest.approx(float(call), abs=1e-6)
        assert found.put == pytest.approx(float(put), abs=1e-6)


def test_a_vix_that_hardly_moves_is_right_or_left_undecided():
    still = vix.VixModel(factors=(Factor(v0=0.03, kappa=5.0, theta=0.04, sigma=1e-4), SLOW))
    found = second_vix.figures(still, strike=18.0, expiry=0.1)
    here = float(vix.future(still, expiry=0.1))
    assert found is None or found.future == pytest.approx(here, abs=1e-6)


def table_of(slug, **given):
    experiment = get(slug)
    document = compute(experiment, experiment.parse(given), seed=experiment.default_seed)
    (found,) = [t for t in document["tables"] if t["name"] == "second_route"]
    names = [column["name"] for column in found["columns"]]
    return [dict(zip(names, row, strict=True)) for row in found["rows"]]


ASKED = [
    *(("option-price", {"model": m}) for m in ("black-scholes", "black-76", "merton")),
    ("option-price", {"model": "heston", "right": "put", "strike": 80.0}),
    ("option-price", {"model": "bates"}),
    ("option-price", {"model": "bates", "sigma": 0.0}),
    ("vix-option", {}),
    ("vix-option", {"variance_jump_intensity": 1.0}),
    ("iron-condor", {}),
    ("iron-condor", {"skew": -0.3, "days": 7}),
    ("parity", {"strike_2": 4800.0}),
]


@pytest.mark.parametrize(("slug", "given"), ASKED)
def test_every_pricing_calculator_publishes_its_second_route(slug, given):
    rows = table_of(slug, **given)
    assert rows
    for row in rows:
        assert abs(row["difference"]) <= row["tolerance"], row
        assert row["other"] == pytest.approx(row["here"], abs=row["tolerance"])


def test_where_nothing_is_left_to_integrate_the_table_says_that_it_does_not_decide():
    rows = table_of("option-price", expiry_years=0.0)
    assert [row["difference"] for row in rows] == [None, None]
    assert "does not settle" in rows[0]["route"]


def shifted(function, by):
    def wrong(*args, **kwargs):
        found = function(*args, **kwargs)
        return found._replace(price=found.price * (1.0 + by))

    return wrong


@pytest.mark.parametrize("model", ["black_scholes", "merton", "heston", "bates"])
def test_a_price_that_is_wrong_by_a_millionth_is_caught(model, monkeypatch):
    from simulator.engine.experiments.option_price import run

    pricer = getattr(run, model)
    monkeypatch.setattr(pricer, "greeks", shifted(pricer.greeks, 1e-6))
    rows = table_of("option-price", model=model.replace("_", "-"))
    assert abs(rows[0]["difference"]) > rows[0]["tolerance"]


def test_a_smile_whose_prices_leave_its_probabilities_is_caught(monkeypatch):
    from simulator.engine.markets.surface import Smile

    honest = Smile.probability_below
    monkeypatch.setattr(Smile, "probability_below", lambda self, k: honest(self, k) * 1.00001)
    row = table_of("iron-condor")[0]
    assert row["figure"] == "credit"
    assert abs(row["difference"]) > row["tolerance"]


def test_a_wrong_vix_call_is_caught(monkeypatch):
    honest = vix.option
    monkeypatch.setattr(vix, "option", lambda *a, **k: honest(*a, **k) * 1.0001)
    by_name = {row["figure"]: row for row in table_of("vix-option")}
    assert abs(by_name["call"]["difference"]) > by_name["call"]["tolerance"]
    assert abs(by_name["future"]["difference"]) <= by_name["future"]["tolerance"]


@pytest.mark.parametrize("slug", ["nft-hedge", "alvh-condor"])
def test_a_simulation_checks_the_option_it_buys_first(slug):
    rows = table_of(slug, paths=2, days=40)
    assert rows
    assert all("VIX call" in row["figure"] for row in rows)
    assert all(abs(row["difference"]) <= row["tolerance"] for row in rows)
