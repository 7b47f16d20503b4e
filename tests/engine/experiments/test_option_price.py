"""The option calculator: published figures through the public door, bounds and honesty."""

from __future__ import annotations

import pytest

from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments.option_price import experiment

HESTON = {"model": "heston", "v0": 0.04, "kappa": 4, "theta": 0.25, "sigma": 1, "rho": -0.5}
NAMES = [
    "price",
    "delta",
    "gamma",
    "vega",
    "theta",
    "rho",
    "dividend_rho",
    "elasticity",
    "implied_vol",
]


def answer(**raw):
    return compute(experiment, experiment.parse(raw))


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def test_hulls_example_with_every_figure():
    found = figures(
        answer(underlying=42, strike=40, rate=0.1, dividend_yield=0, expiry_years=0.5, vol=0.2)
    )
    assert list(found) == NAMES
    assert found["price"] == pytest.approx(4.7594, abs=1e-4)
    assert found["elasticity"] == pytest.approx(found["delta"] * 42 / found["price"])
    assert found["implied_vol"] == 0.2


def test_a_forward_is_taken_as_it_is_under_black_76():
    found = figures(
        answer(
            model="black-76",
            underlying=19,
            strike=19,
            rate=0.1,
            expiry_years=0.75,
            vol=0.28,
            dividend_yield=0.4,
        )
    )
    assert found["price"] == pytest.approx(1.7011, abs=1e-4)
    assert found["dividend_rho"] == 0.0


def test_lewis_price_under_heston_and_its_smile():
    document = answer(
        **HESTON, right="put", strike=80, rate=0.01, dividend_yield=0.02, expiry_years=1
    )
    found = figures(document)
    assert found["price"] == pytest.approx(7.958878113257, abs=1e-9)
    assert 0.3 < found["implied_vol"] < 0.6
    assert [chart["name"] for chart in document["charts"]] == ["value", "smile"]
    smile = document["charts"][1]["series"][0]["values"]
    assert smile[0] > smile[-1]


@pytest.mark.parametrize("model", ["merton", "heston", "bates"])
@pytest.mark.parametrize("right", ["call", "put"])
def test_every_model_has_every_figure(model, right):
    found = figures(answer(model=model, right=right))
    assert all(value is not None for value in found.values())


def test_a_market_price_is_inverted():
    price = figures(answer(vol=0.37))["price"]
    assert figures(answer(market_price=price))["implied_vol"] == pytest.approx(0.37, abs=1e-8)


def test_a_price_no_vol_gives_is_explained_with_its_range():
    document = answer(underlying=100, strike=50, market_price=40)
    assert figures(document)["implied_vol"] is None
    assert any(
        "must lie from 50" in note or "must lie from 5" in note for note in document["notes"]
    )


def test_at_expiry_the_kink_is_named():
    document = answer(underlying=100, strike=100, expiry_years=0)
    found = figures(document)
    assert found["price"] == 0.0
    assert (found["gamma"], found["theta"], found["elasticity"]) == (None, None, None)
    assert found["implied_vol"] is None
    text = " ".join(document["notes"])
    assert "kink" in text
    assert "no time is left" in text
    assert "worth nothing" in text


@pytest.mark.parametrize("model", ["black-scholes", "black-76", "merton", "heston", "bates"])
def test_the_ends_of_every_range_are_answered(model):
    for extreme in (
        {"expiry_years": 50, "vol": 5, "v0": 4, "theta": 4, "sigma": 5, "kappa": 50},
        {"expiry_years": 50, "rate": 1, "dividend_yield": -0.5, "rho": -1, "sigma": 5},
        {"expiry_years": 0.001, "v0": 0, "theta": 0, "vol": 0, "rho": 1},
        {"kappa": 0, "sigma": 0, "v0": 0, "underlying": 1e9, "strike": 1e-3},
        {"jump_intensity": 50, "jump_mean": 1, "jump_sd": 1, "expiry_years": 50},
        {"jump_intensity": 50, "jump_mean": -1, "jump_sd": 0, "expiry_years": 1},
    ):
        document = answer(model=model, **extreme)
        assert figures(document)["price"] is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vol", 5.1),
        ("strike", 0),
        ("rho", -1.1),
        ("expiry_years", -1),
        ("rate", 1.5),
        ("kappa", 51),
    ],
)
def test_beyond_the_range_is_refused_with_the_range(field, value):
    with pytest.raises(ParametersRefused) as refused:
        experiment.parse({field: value})
    (error,) = refused.value.errors
    assert error.field == field
    assert error.detail


def test_the_same_question_has_the_same_digest():
    assert answer(**HESTON)["digest"] == answer(**HESTON)["digest"]
