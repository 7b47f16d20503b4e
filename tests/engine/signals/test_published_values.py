"""Signals are the published ones, seed and all."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.signals import averages
from simulator.engine.signals.breadth import advance_decline_line
from simulator.engine.signals.macd import macd
from simulator.engine.signals.realised_vol import overlap_factor
from simulator.engine.signals.rsi import rsi
from simulator.engine.signals.samples import SPY_2017
from simulator.engine.signals.votes import binomial_chance, chance_if_independent

CASES = tomllib.loads((Path(__file__).parents[1] / "tables" / "signals.toml").read_text())["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_published_signal(case):
    closes = case.get("closes", SPY_2017)
    name, _, line = case["signal"].partition(".")
    if name == "rsi":
        found = rsi(closes=closes, **case["inputs"])
    else:
        found = getattr(macd(closes=closes, **case["inputs"]), line)
    part = found[case["first"] : case["first"] + len(case["expected"])]
    np.testing.assert_allclose(part, case["expected"], rtol=0, atol=case["tolerance"])


def test_another_seed_gives_another_rsi_for_weeks():
    """T-a2: bukosabino/ta seeds at the first change = 0 and publishes 71.862 … 35.489."""
    change = np.diff(CASES[0]["closes"], prepend=CASES[0]["closes"][0])
    gains, losses = (
        averages.recursive(values=side, n=1, weight=1 / 14)
        for side in (np.maximum(change, 0), np.maximum(-change, 0))
    )
    seeded = 100 * gains[14:] / (gains[14:] + losses[14:])
    assert seeded[0] == pytest.approx(71.862, abs=0.001)
    assert seeded[-1] == pytest.approx(35.489, abs=0.001)
    assert abs(rsi(closes=CASES[0]["closes"])[-1] - seeded[-1]) > 2


def test_the_advance_decline_line():
    """T-a5, by hand."""
    found = advance_decline_line(
        advances=[1500, 1200, 900, 2000, 1000], declines=[1300, 1600, 1900, 800, 1800]
    )
    assert found.tolist() == [200, -200, -1200, 0, -800]


def test_the_overlap_factor():
    """S-a3: Hodges and Tompkins 2002, T 1260, h 21."""
    assert overlap_factor(observations=1260, days=21) == pytest.approx(1.0171285, abs=1e-6)


def test_two_of_three_independent_signals():
    assert binomial_chance(k=2, n=3, p=0.3) == pytest.approx(0.216, abs=1e-12)
    assert chance_if_independent(k=2, chances=[0.3] * 3) == pytest.approx(0.216, abs=1e-12)
