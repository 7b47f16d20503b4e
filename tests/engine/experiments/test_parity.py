"""The parity calculator: Hull's arbitrage, the fair case, the box, and the NFT."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments.parity import experiment

HULL = {
    "spot": 31,
    "strike": 30,
    "expiry_years": 0.25,
    "rate": 0.1,
    "dividend_yield": 0,
    "call": 3,
    "put": 2.25,
    "cost": 0,
    "strike_2": None,
}


def answer(**raw):
    return compute(experiment, experiment.parse(raw))


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def test_hulls_overpriced_put_pays_a_reversal():
    """P-a5: 1.02 at expiry (1.0158)."""
    document = answer(**HULL)
    found = figures(document)
    assert list(found) == [
        "parity_gap",
        "conversion_profit",
        "reversal_profit",
        "implied_rate",
        "box_value",
    ]
    reversal = document["tables"][0]["rows"][1]
    assert reversal[3] == pytest.approx(1.0158, abs=1e-3)
    assert found["reversal_profit"] == pytest.approx(reversal[1])
    assert found["box_value"] is None
    assert "a reversal makes 0.99" in document["headline"]


def test_the_reference_quotes_are_at_parity():
    """P-a4."""
    T = 30 / 365
    found = figures(
        answer(
            spot=5000,
            strike=5000,
            expiry_years=T,
            rate=0.045,
            dividend_yield=0.013,
            call=97.9825,
            put=84.8631,
            cost=0.5,
            strike_2=5100,
        )
    )
    assert found["parity_gap"] == pytest.approx(0.0, abs=2e-4)
    assert found["conversion_profit"] == pytest.approx(-0.5, abs=2e-4)
    assert found["reversal_profit"] == pytest.approx(-0.5, abs=2e-4)
    assert found["implied_rate"] == pytest.approx(0.045, abs=1e-6)
    assert found["box_value"] == pytest.approx(100 * math.exp(-0.045 * T))


@given(
    spot=st.floats(1, 1e4), strike=st.floats(1, 1e4), call=st.floats(0, 1e3),
    put=st.floats(0, 1e3), cost=st.floats(0, 10),
)  # fmt: skip
def test_both_trades_together_lose_both_costs(spot, strike, call, put, cost):
    found = figures(answer(spot=spot, strike=strike, call=call, put=put, cost=cost, strike_2=None))
    total = found["conversion_profit"] + found["reversal_profit"]
    assert total == pytest.approx(-2 * cost, abs=1e-9)


def test_an_nft_has_no_bound():
    document = answer(**HULL, asset="nft")
    found = figures(document)
    assert (found["conversion_profit"], found["reversal_profit"]) == (None, None)
    assert found["parity_gap"] is not None
    assert any("no bound" in note for note in document["notes"])
    assert "no bound" in document["headline"]


def test_a_small_gap_does_not_cover_its_cost():
    assert "neither" in answer()["headline"]


def test_a_box_needs_two_strikes():
    with pytest.raises(ParametersRefused) as refused:
        experiment.parse({"strike": 100, "strike_2": 100})
    assert refused.value.errors[0].field == "strike_2"


def test_without_time_no_rate_is_implied():
    document = answer(**(HULL | {"expiry_years": 0}))
    assert figures(document)["implied_rate"] is None
    assert any("No rate is implied" in note for note in document["notes"])


def test_what_rounding_leaves_is_no_trade():
    fair = 31 - 30 * math.exp(-0.1 * 0.25)
    document = answer(**HULL | {"call": 2.25 + fair + 1e-9, "put": 2.25})
    assert document["headline"] == (
        "The quotes are at parity, to the cent: neither a conversion nor a reversal makes money."
    )
    assert "−0.50 from parity" in answer(**HULL | {"call": 1.75 + fair})["headline"]
