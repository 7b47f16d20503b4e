"""Cost of equity, weighted cost and carry are the textbook's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments.cost_of_capital import experiment


def answer(**raw):
    return compute(experiment, experiment.parse(raw))


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def test_a_published_cost_of_equity():
    """K-a1: Investopedia."""
    found = figures(answer(risk_free=0.03, beta=1.3, market_return=0.08))
    assert found["cost_of_equity"] == pytest.approx(0.095, abs=1e-9)


def test_the_default_is_a_published_weighted_cost():
    """K-a2."""
    document = answer()
    found = figures(document)
    assert found["cost_of_equity"] == pytest.approx(0.112, abs=1e-9)
    assert found["wacc"] == pytest.approx(0.089833, abs=1e-6)
    assert found["carry"] == pytest.approx(8.9833, abs=1e-4)
    assert found["cost_of_debt_after_tax"] == pytest.approx(0.0455, abs=1e-9)
    assert "8.98" in document["headline"]


def test_no_capital_has_no_average_cost():
    document = answer(equity=0, debt=0)
    found = figures(document)
    assert (found["wacc"], found["carry"]) == (None, None)
    assert found["cost_of_equity"] is not None
    assert any("neither equity nor debt" in note for note in document["notes"])


def test_without_debt_capital_costs_what_equity_costs():
    found = figures(answer(debt=0))
    assert found["wacc"] == found["cost_of_equity"]


@given(st.floats(0.01, 1e9), st.floats(0.01, 1e9), st.floats(0, 1), st.floats(-0.5, 1))
def test_the_average_lies_between_its_parts(equity, debt, tax, rate):
    found = figures(answer(equity=equity, debt=debt, tax_rate=tax, cost_of_debt=rate))
    parts = sorted((found["cost_of_equity"], found["cost_of_debt_after_tax"]))
    assert parts[0] - 1e-12 <= found["wacc"] <= parts[1] + 1e-12


def test_the_parts_add_up():
    document = answer(equity=300, debt=700)
    rows = document["tables"][0]["rows"]
    assert sum(row[3] for row in rows) == pytest.approx(figures(document)["wacc"])


@pytest.mark.parametrize(
    ("name", "value"),
    [("equity", -1), ("tax_rate", 1.1), ("cost_of_debt", 1.5), ("beta", 201), ("risk_free", -0.6)],
)
def test_values_out_of_bounds_are_refused(name, value):
    with pytest.raises(ParametersRefused) as caught:
        experiment.parse({name: value})
    assert caught.value.errors[0].field == name
