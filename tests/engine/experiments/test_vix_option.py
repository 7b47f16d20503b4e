"""The VIX calculator: reference values through the public door, and its rules."""

from __future__ import annotations

import math

import pytest

from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments.vix_option import experiment


def answer(**raw):
    return compute(experiment, experiment.parse(raw))


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def test_the_defaults_are_the_teaching_set():
    """X-a3, VF-a1 and the model's 30-day share of a spot move."""
    document = answer()
    found = figures(document)
    assert list(found) == ["vix", "future", "call", "put", "future_beta"]
    assert found["vix"] == pytest.approx(17.832558, abs=1e-5)
    assert found["future"] == pytest.approx(18.034435, abs=1e-5)
    assert found["future_beta"] == pytest.approx(0.63, abs=0.005)
    assert "17.83" in document["headline"]


@pytest.mark.parametrize(("strike", "price"), [(16, 2.951280), (18, 1.833281), (22, 0.546495)])
def test_thirty_day_calls(strike, price):
    """VC-a1."""
    assert figures(answer(strike=strike))["call"] == pytest.approx(price, abs=1e-5)


def test_call_and_put_meet_at_the_future():
    found = figures(answer(days=90, strike=19, rate=0.05))
    tied = math.exp(-0.05 * 90 / 365) * (found["future"] - 19)
    assert found["call"] - found["put"] == pytest.approx(tied, abs=1e-9)


def test_the_smile_falls_without_variance_jumps_and_rises_with_rare_large_ones():
    """What the model card says of real VIX options: their vols rise with the strike."""

    def ends(**raw):
        charts = answer(days=60, **raw)["charts"]
        smile = next(chart for chart in charts if chart["name"] == "smile")
        values = smile["series"][0]["values"]
        return values[3], values[8]

    money, far = ends()
    assert far < money
    money, far = ends(variance_jump_intensity=0.5, variance_jump_mean=0.15)
    assert far > money


def test_a_second_factor_is_whole_or_absent():
    with pytest.raises(ParametersRefused) as refused:
        experiment.parse({"v0_2": 0.01, "kappa_2": 1.4})
    assert {error.field for error in refused.value.errors} == {"theta_2", "sigma_2"}
    one = figures(answer(days=220))["future_beta"]
    two = figures(answer(days=220, v0_2=0.015, kappa_2=1.4, theta_2=0.02, sigma_2=0.3))
    assert two["future_beta"] > one


def test_no_variance_at_all_has_no_beta_and_says_so():
    document = answer(v0=0, theta=0)
    found = figures(document)
    assert (found["vix"], found["future"], found["call"], found["put"]) == pytest.approx(
        (0.0, 0.0, 0.0, 20 * math.exp(-0.03 * 30 / 365))
    )
    assert found["future_beta"] is None
    assert any("no beta" in note for note in document["notes"])


@pytest.mark.parametrize(
    "extreme",
    [
        {"days": 0},
        {"days": 1095, "sigma": 5, "v0": 4},
        {"kappa": 0, "sigma": 5},
        {"kappa": 50, "theta": 4, "days": 0.01},
        {"sigma": 0},
        {"variance_jump_intensity": 50, "variance_jump_mean": 4, "strike": 1e9},
        {"jump_intensity": 50, "jump_mean": -1, "jump_sd": 1, "strike": 1e-6},
    ],
)
def test_the_ends_of_every_range_are_answered(extreme):
    found = figures(answer(**extreme))
    assert all(value is not None for value in found.values())
