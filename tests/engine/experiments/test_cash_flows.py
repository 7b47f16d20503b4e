"""The calculator quotes one rate by a written rule and shows all of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments.cash_flows import experiment

EXCEL = [
    {"date": "2008-01-01", "amount": -10000},
    {"date": "2008-03-01", "amount": 2750},
    {"date": "2008-10-30", "amount": 4250},
    {"date": "2009-02-15", "amount": 3250},
    {"date": "2009-04-01", "amount": 2750},
]


def answer(**raw):
    return compute(experiment, experiment.parse(raw))


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def roots(document):
    (table,) = [t for t in document["tables"] if t["name"] == "irr_roots"]
    return [row[0] for row in table["rows"]]


def test_the_default_is_a_published_case():
    """I-a1: numpy-financial."""
    found = figures(answer())
    assert found["irr"] == pytest.approx(0.052433, abs=1e-6)
    assert found["xirr"] is None
    assert found["npv"] == pytest.approx(1228.95, abs=0.01)


def test_a_modified_rate():
    """I-a6: Excel documentation."""
    flows = [-120000, 39000, 30000, 21000, 37000, 46000]
    found = figures(answer(flows=flows, finance_rate=0.10, reinvest_rate=0.12))
    assert found["mirr"] == pytest.approx(0.126094, abs=1e-5)


def test_every_root_is_in_the_table_and_named_in_a_note():
    """I-a3: the oil pump."""
    document = answer(flows=[-1600, 10000, -10000])
    assert roots(document) == pytest.approx([0.25, 4.0], abs=1e-9)
    assert figures(document)["irr"] == pytest.approx(0.25, abs=1e-9)
    assert any("2 internal rates" in note for note in document["notes"])
    assert "2 internal rates" in document["headline"]


def test_no_root_is_null_with_a_reason():
    """I-a4."""
    document = answer(flows=[-100, 200, -150])
    assert figures(document)["irr"] is None
    assert roots(document) == []
    assert any("no rate above −100 %" in note for note in document["notes"])
    assert "no internal rate" in document["headline"]


@pytest.mark.parametrize("order", [1, -1])
def test_dated_flows_in_any_order(order):
    """I-a5: Excel documentation."""
    document = answer(flows=EXCEL[::order])
    found = figures(document)
    assert found["xirr"] == pytest.approx(0.373363, abs=1e-5)
    assert found["irr"] is None
    assert any("dated flows" in note for note in document["notes"])
    assert roots(document) == [found["xirr"]]


def test_the_order_of_dated_flows_changes_no_figure():
    assert figures(answer(flows=EXCEL)) == figures(answer(flows=EXCEL[::-1]))


def test_trailing_zeros_change_no_rate():
    """I-a7."""
    flows = experiment.parameter("flows").default
    found = figures(answer(flows=[*flows, 0, 0, 0]))
    assert found["irr"] == pytest.approx(figures(answer())["irr"], abs=1e-9)


@pytest.mark.parametrize("flows", [[0], [0, 0, 0], [5], [-1, -1], [100, 0]])
def test_flows_that_have_no_rate_at_all(flows):
    document = answer(flows=flows)
    found = figures(document)
    assert found["irr"] is None
    assert found["mirr"] is None
    assert found["npv"] is not None
    assert all("rate" in note or "amount" in note for note in document["notes"])


def test_all_zeros_say_that_every_rate_would_do():
    assert any("every rate would do" in note for note in answer(flows=[0, 0])["notes"])


def test_a_double_root_is_said_to_touch():
    document = answer(flows=[64, -160, 100])
    assert document["tables"][0]["rows"][0][2] == "touches zero"
    assert any("touching root" in note for note in document["notes"])


def test_flows_of_one_day_have_no_rate():
    day = "2020-01-01"
    found = figures(answer(flows=[{"date": day, "amount": -5}, {"date": day, "amount": 7}]))
    assert (found["xirr"], found["mirr"], found["npv"]) == (None, None, 2.0)


def test_a_present_value_beyond_all_numbers_is_null_with_a_reason():
    document = answer(flows=[-1] + [0.5, -0.4] * 999, discount_rate=-0.5)
    assert figures(document)["npv"] is None
    assert any("too large" in note for note in document["notes"])
    assert len(roots(document)) == 2


def test_nothing_is_worth_nothing_even_after_a_thousand_years():
    flows = [{"date": day, "amount": 0.0} for day in ("2000-01-01", "3024-01-01")]
    assert figures(answer(flows=flows, discount_rate=-0.5))["npv"] == 0.0


def test_two_thousand_flows_are_answered():
    document = answer(flows=[-1e6] + [1e4 * (-1) ** (n // 7) for n in range(1999)])
    assert json.dumps(document, allow_nan=False)


@pytest.mark.parametrize(
    "flows",
    [[], [1] * 2001, ["1"], [None], [1, {"date": "2020-01-01", "amount": 1}], [1e13], "1 2",
     [{"date": "2020-02-30", "amount": 1}], [{"date": "2020-01-01"}], [True]],
)  # fmt: skip
def test_what_is_no_list_of_flows_is_refused(flows):
    with pytest.raises(ParametersRefused):
        experiment.parse({"flows": flows})


@pytest.mark.parametrize("name", ["discount_rate", "finance_rate", "reinvest_rate"])
@pytest.mark.parametrize("value", [-0.51, 1.01, "0.1", None])
def test_rates_have_bounds(name, value):
    with pytest.raises(ParametersRefused):
        experiment.parse({name: value})


dated = st.lists(
    st.fixed_dictionaries({"date": st.dates().map(str), "amount": st.floats(-1e12, 1e12)}),
    min_size=1,
    max_size=12,
)
plain = st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=30)


@given(st.one_of(plain, dated), st.sampled_from([-0.5, 0.0, 1.0]))
def test_any_flows_are_answered_with_finite_numbers(flows, rate):
    document = answer(flows=flows, discount_rate=rate, finance_rate=rate, reinvest_rate=rate)
    assert json.dumps(document, allow_nan=False)
    missing = [m["name"] for m in document["metrics"] if m["value"] is None]
    assert not missing or any(note.startswith("No value for") for note in document["notes"])


def test_the_declaration_knows_every_metric():
    assert [m["name"] for m in answer()["metrics"]] == [m.name for m in experiment.metrics]
