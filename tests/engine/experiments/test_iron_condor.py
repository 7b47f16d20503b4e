"""The condor calculator: the reference condor, every way to place strikes, every refusal."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.documents import compute
from simulator.engine.errors import ParameterError, ParametersRefused
from simulator.engine.experiments.iron_condor import experiment

REFERENCE = {"long_put": 4600, "short_put": 4750, "short_call": 5225, "long_call": 5375}
NAMES = [
    "credit",
    "max_loss",
    "breakeven_low",
    "breakeven_high",
    "delta",
    "gamma",
    "vega",
    "theta_per_day",
    "probability_of_profit",
    "probability_between_shorts",
    "expected_value",
    "breakeven_win_rate",
]


def answer(**raw):
    return compute(experiment, experiment.parse(raw))


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def legs(document):
    return {row[0]: row for row in document["tables"][0]["rows"]}


def refused(**raw):
    with pytest.raises(ParametersRefused) as caught:
        experiment.parse(raw)
    return {error.field: error for error in caught.value.errors}


def test_the_reference_condor():
    """P-a1 and P-a2."""
    document = answer(**REFERENCE)
    found = figures(document)
    assert list(found) == NAMES
    assert found["credit"] == pytest.approx(27.3016, abs=1e-3)
    assert found["max_loss"] == pytest.approx(122.6984, abs=1e-3)
    assert found["breakeven_low"] == pytest.approx(4722.698, abs=1e-3)
    assert found["breakeven_high"] == pytest.approx(5252.302, abs=1e-3)
    assert found["breakeven_win_rate"] == pytest.approx(122.6984 / 150, abs=1e-5)
    prices = [row[4] for row in document["tables"][0]["rows"]]
    assert prices == pytest.approx([2.5870, 13.1496, 23.3902, 6.6512], abs=1e-3)


def test_the_probabilities_of_the_reference_condor():
    """Lognormal, by hand: N(-d2) at each level."""
    found = figures(answer(**REFERENCE))
    T, v = 30 / 365, 0.16
    forward = 5000 * math.exp(0.032 * T)

    def below(level):
        d = (math.log(level / forward) + 0.5 * v * v * T) / (v * math.sqrt(T))
        return 0.5 * math.erfc(-d / math.sqrt(2))

    assert found["probability_between_shorts"] == pytest.approx(below(5225) - below(4750))
    odds = below(found["breakeven_high"]) - below(found["breakeven_low"])
    assert found["probability_of_profit"] == pytest.approx(odds)
    assert found["probability_between_shorts"] < found["probability_of_profit"] < 1


def test_the_expected_value_is_the_integral_of_the_profit():
    """Nought at fair prices but for the interest that the credit is not given."""
    import numpy as np

    found = figures(answer(**REFERENCE))
    T, v = 30 / 365, 0.16
    x = np.linspace(-9, 9, 200_001)
    level = 5000 * np.exp(0.032 * T - 0.5 * v * v * T + v * math.sqrt(T) * x)
    weight = np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi) * (x[1] - x[0])
    pay = np.maximum(4600 - level, 0) - np.maximum(4750 - level, 0)
    pay += np.maximum(level - 5375, 0) - np.maximum(level - 5225, 0)
    expected = found["credit"] + float(np.sum(pay * weight))
    assert found["expected_value"] == pytest.approx(expected, abs=1e-5)


def test_theta_is_per_calendar_day_and_the_seller_is_paid_it():
    found = figures(answer(**REFERENCE))
    later = figures(answer(**REFERENCE, days=29.5))
    sooner = figures(answer(**REFERENCE, days=30.5))
    assert found["theta_per_day"] == pytest.approx(sooner["credit"] - later["credit"], rel=1e-3)
    assert found["vega"] < 0 < found["theta_per_day"]


def test_without_strikes_they_are_placed_by_delta():
    document = answer()
    deltas = [row[5] for row in document["tables"][0]["rows"]]
    assert deltas[1:3] == pytest.approx([-0.20, 0.20], abs=1e-9)
    strikes = [row[2] for row in document["tables"][0]["rows"]]
    assert strikes[1] - strikes[0] == pytest.approx(50.0)
    assert any("not rounded" in note for note in document["notes"])


@given(
    method=st.sampled_from(["credit", "delta", "edr", "sigma"]),
    share=st.floats(0.05, 0.4),
    vol=st.floats(0.08, 0.8),
    skew=st.floats(-0.19, 0.0),
)
@settings(max_examples=30)
def test_every_method_places_four_strikes_in_order(method, share, vol, skew):
    target = {"credit": 50 * share, "delta": share, "edr": 4 * share, "sigma": 4 * share}[method]
    document = answer(strike_method=method, strike_target=target, wing_width=50, vol=vol, skew=skew)
    k1, k2, k3, k4 = (row[2] for row in document["tables"][0]["rows"])
    assert k1 < k2 <= k3 < k4
    if method == "credit":
        assert figures(document)["credit"] == pytest.approx(target, abs=1e-7)


def test_a_skew_pays_the_put_side():
    flat, skewed = answer(**REFERENCE), answer(**REFERENCE, skew=-0.19)
    assert legs(skewed)["Short put"][4] > legs(flat)["Short put"][4]
    assert legs(skewed)["Short call"][4] < legs(flat)["Short call"][4]


def test_the_payoff_now_and_at_expiry():
    chart = answer(**REFERENCE)["charts"][0]
    assert chart["kind"] == "payoff"
    now, _, expiry = chart["series"]
    here = chart["x"]["values"].index(5000.0)
    assert now["values"][here] == pytest.approx(0.0, abs=1e-9)
    assert expiry["values"][here] == pytest.approx(27.3016, abs=1e-3)
    assert min(expiry["values"]) == pytest.approx(-122.6984, abs=1e-3)
    assert "30 days before expiry" in now["label"]


def test_strikes_with_another_method_are_refused():
    for method in ("credit", "delta", "edr", "sigma"):
        errors = refused(**REFERENCE, strike_method=method)
        assert "together with the method" in errors["strike_method"].detail
    assert answer(**REFERENCE, strike_method="strikes")["digest"]


def test_some_strikes_are_not_enough():
    assert set(refused(short_put=4750, short_call=5225)) == {"long_put", "long_call"}
    assert set(refused(strike_method="strikes")) == set(REFERENCE)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"long_put": 4750}, "long_put"),
        ({"short_put": 5300}, "short_put"),
        ({"long_call": 5225}, "long_call"),
    ],
)
def test_strikes_out_of_order_are_refused_in_words(change, field):
    errors = refused(**(REFERENCE | change))
    assert "must" in errors[field].detail


def test_an_iron_butterfly_is_a_condor():
    found = figures(answer(long_put=4900, short_put=5000, short_call=5000, long_call=5100))
    assert found["probability_between_shorts"] == 0.0
    assert found["credit"] > 50


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"strike_method": "delta", "strike_target": 0.6}, "strike_target"),
        ({"strike_method": "credit", "strike_target": 50.0, "wing_width": 50.0}, "strike_target"),
        ({"strike_method": "sigma", "strike_target": 11}, "strike_target"),
        ({"strike_method": "edr", "strike_target": 10.5}, "strike_target"),
        ({"days": 0}, "days"),
        ({"vol": 0}, "vol"),
        ({"skew": -0.5}, "skew"),
    ],
)
def test_a_target_out_of_reach_is_refused(raw, field):
    assert field in refused(**raw)


@pytest.mark.parametrize(
    "raw",
    [
        {"strike_method": "credit", "strike_target": 49.9, "wing_width": 50},
        {"wing_width": 6000},
        {"strike_method": "credit", "wing_width": 6000},
    ],
)
def test_what_only_the_prices_can_refuse_names_its_range(raw):
    with pytest.raises(ParameterError) as caught:
        answer(**raw)
    assert caught.value.maximum is not None


def test_at_expiry_the_condor_is_its_payoff():
    document = answer(**REFERENCE, days=0)
    found = figures(document)
    assert found["credit"] == 0.0
    assert (found["breakeven_low"], found["breakeven_win_rate"]) == (None, None)
    assert found["probability_between_shorts"] == pytest.approx(1.0)
    assert any("no credit" in note for note in document["notes"])


def test_an_index_at_a_strike_at_expiry_has_no_gamma():
    document = answer(**REFERENCE, days=0, spot=4750)
    assert figures(document)["gamma"] is None
    assert any("stands at a strike" in note for note in document["notes"])
