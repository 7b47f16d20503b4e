"""The figures of a return list are empyrical's, and what does not exist is null with a reason."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments.risk_metrics import experiment

MIXED = [None, 0.01, 0.10, -0.04, 0.02, 0.03, 0.02, 0.01, -0.10]
NEGATIVE = [0.0, -0.06, -0.07, -0.01, -0.09, -0.02, -0.06, -0.08, -0.05]


def answer(**raw):
    return compute(experiment, experiment.parse(raw))


def figures(**raw):
    return {metric["name"]: metric["value"] for metric in answer(**raw)["metrics"]}


def why_missing(document, label):
    return [n for n in document["notes"] if n.startswith("No value for") and label in n]


def test_the_default_is_the_published_mixed_case():
    """R-a2 to R-a5: empyrical, mixed_returns."""
    found = figures()
    assert found["sharpe"] == pytest.approx(1.7238613961706866, abs=1e-8)
    assert found["sortino"] == pytest.approx(2.605531251673693, abs=1e-8)
    assert found["downside_risk"] == pytest.approx(0.6044832503882965, abs=1e-8)
    assert found["max_drawdown"] == pytest.approx(-0.10, abs=1e-9)
    assert (found["days_present"], found["days_missing"]) == (8, 1)


def test_the_cumulative_path():
    """R-a1: empyrical, negative_returns."""
    document = answer(returns=NEGATIVE)
    path = [row[2] for row in document["tables"][0]["rows"]]
    expected = [0, -0.06, -0.1258, -0.13454, -0.21243, -0.22818, -0.27449, -0.33253, -0.36590]
    np.testing.assert_allclose(path, expected, atol=1e-4)
    assert document["metrics"][0]["value"] == pytest.approx(-0.36590, abs=1e-4)


@pytest.mark.parametrize(("tail", "var"), [(0.1, 41), (0.2, 81), (0.3, 81.5)])
def test_value_at_risk(tail, var):
    """R-a6: empyrical."""
    assert figures(returns=[1, 81, 82, 83, 84, 85], tail=tail)["var"] == pytest.approx(var)


@pytest.mark.parametrize(("sign", "beta"), [(1, 1), (-1, -1)])
def test_beta_against_itself(sign, beta):
    """K-a3: empyrical."""
    benchmark = [None if r is None else sign * r for r in MIXED]
    found = figures(returns=MIXED, benchmark=benchmark)
    assert found["beta"] == pytest.approx(beta, abs=1e-12)
    assert found["alpha"] == pytest.approx(0, abs=1e-9)


def test_alpha_and_beta_come_with_intervals_on_enough_days():
    rng = np.random.default_rng(0)
    b = rng.normal(0, 0.01, 300)
    r = 1.5 * b + rng.normal(0.0001, 0.002, 300)
    document = answer(returns=r.tolist(), benchmark=b.tolist())
    beta = next(m for m in document["metrics"] if m["name"] == "beta")
    assert beta["low"] < 1.5 < beta["high"]
    alpha = next(m for m in document["metrics"] if m["name"] == "alpha")
    assert alpha["low"] < alpha["value"] < alpha["high"]


def test_without_a_benchmark_alpha_and_beta_are_null():
    document = answer()
    assert why_missing(document, "Beta")[0].endswith("no benchmark was given.")


def test_a_benchmark_that_does_not_move_has_no_beta():
    document = answer(returns=[0.01, 0.02, 0.03], benchmark=[0, 0, 0])
    assert "does not vary" in why_missing(document, "Beta")[0]


def test_a_benchmark_of_other_days_is_refused():
    with pytest.raises(ParametersRefused) as caught:
        experiment.parse({"returns": [0.1, 0.2], "benchmark": [0.1]})
    assert caught.value.errors[0].field == "benchmark"


def test_all_zeros():
    found = figures(returns=[0.0] * 9)
    assert (found["cumulative"], found["annual_return"], found["max_drawdown"]) == (0, 0, 0)
    assert (found["sharpe"], found["sortino"], found["calmar"]) == (None, None, None)


def test_a_single_value():
    document = answer(returns=[0.02])
    found = {m["name"]: m["value"] for m in document["metrics"]}
    assert found["cumulative"] == pytest.approx(0.02)
    assert found["var"] == found["cvar"] == 0.02
    assert (found["annual_volatility"], found["sharpe"]) == (None, None)
    assert "two periods" in why_missing(document, "Volatility")[0]


def test_only_missing_days():
    document = answer(returns=[None, None])
    found = {m["name"]: m["value"] for m in document["metrics"]}
    assert {name for name, value in found.items() if value is not None} == {
        "days_present", "days_missing",
    }  # fmt: skip
    assert "no period is present" in why_missing(document, "Sharpe")[0]
    assert document["headline"] == "There is no return in this list."


def test_missing_days_are_dropped_and_counted():
    gappy = [0.01, None, -0.02, None, 0.03]
    with_gaps, without = figures(returns=gappy), figures(returns=[0.01, -0.02, 0.03])
    assert with_gaps.pop("days_missing") == 2
    assert without.pop("days_missing") == 0
    assert with_gaps == without
    assert any("2 missing periods were dropped" in n for n in answer(returns=gappy)["notes"])


def test_a_total_loss_is_told_as_one():
    found = figures(returns=[0.1, -1.0, 0.2])
    assert (found["cumulative"], found["max_drawdown"], found["annual_return"]) == (-1, -1, -1)


def test_growth_beyond_all_numbers_is_null():
    document = answer(returns=[1000.0] * 300)
    assert "larger than any number" in why_missing(document, "Total return")[0]
    assert json.dumps(document, allow_nan=False)


def test_returns_that_hardly_differ_have_no_histogram():
    document = answer(returns=[0.0, 5e-324])
    assert [chart["name"] for chart in document["charts"]] == ["wealth", "drawdown"]
    assert "distribution" in [chart["name"] for chart in answer()["charts"]]


def test_a_required_return_moves_the_sortino_ratio_only():
    plain, asked = figures(), figures(required_return=0.01)
    assert asked["sortino"] < plain["sortino"]
    assert asked["sharpe"] == plain["sharpe"]


def test_a_recovery_is_counted_in_periods():
    found = figures(returns=[0.25, -0.2, -0.5, 1.0, 0.25, 0.1])
    assert (found["drawdown_length"], found["recovery"], found["under_water"]) == (2, 2, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [("returns", []), ("returns", [-1.01]), ("returns", ["0.1"]), ("returns", None),
     ("periods_per_year", 0), ("required_return", 2), ("tail", 0.6), ("risk_free", 0.01)],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(name, value):
    with pytest.raises(ParametersRefused):
        experiment.parse({name: value})


lists = st.lists(
    st.one_of(st.none(), st.floats(-1, 1000), st.floats(-0.1, 0.1)), min_size=1, max_size=40
)


@given(lists, st.booleans(), st.sampled_from([1.0, 252.0, 10_000.0]))
def test_any_list_is_answered_with_finite_numbers(returns, reverse, year):
    benchmark = returns[::-1] if reverse else None
    document = answer(returns=returns, benchmark=benchmark, periods_per_year=year)
    assert json.dumps(document, allow_nan=False)
    for metric in document["metrics"]:
        if metric["value"] is None:
            assert why_missing(document, metric["label"])


def test_long_lists_are_thinned_in_charts_only():
    document = answer(returns=[0.001, -0.001] * 5000)
    assert len(document["charts"][0]["x"]["values"]) <= 2501
    assert len(document["tables"][0]["rows"]) == 10_000
