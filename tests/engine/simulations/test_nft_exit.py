"""Leaving a position: the formula by hand, and laws that always hold."""

from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import get
from simulator.engine.experiments.nft_exit import run as nft_exit

EXIT = get("nft-exit")


def ask(**parameters):
    return compute(EXIT, EXIT.parse({"paths": 500, **parameters}), seed=1)


def figures(document):
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def test_the_exit_formula_by_hand():
    """(1 - .06 - 1 * 1.10/sqrt(365) * sqrt(20/10.08)) (1 - .025 - .05), less 15 USD an item."""
    expected = (1 - 0.06 - 1.10 / np.sqrt(365) * np.sqrt(20 / 10.08)) * 0.925
    gas = 15.0 / (10.0 * 2000.0)
    assert figures(ask())["dump_fraction"] == pytest.approx(expected - gas)


def test_one_step_is_the_dump_exactly():
    figure = figures(ask(ladder_steps=1))
    assert figure["ladder_fraction"] == pytest.approx(figure["dump_fraction"], rel=1e-14)
    assert figure["probability_ladder_better"] == 0.0


def test_without_volatility_a_ladder_saves_its_impact_and_nothing_else():
    """Nothing moves, so impact (sigma sqrt(n/V)) is nought too and both bring the same."""
    figure = figures(ask(nft_vol=0.05, impact=0.0))
    assert figure["ladder_difference"] == pytest.approx(0.0, abs=0.002)


def test_a_sandwich_never_takes_more_than_the_tolerance_and_grows_with_it():
    losses = [
        figures(ask(amm=True, tolerance=tolerance))["sandwich_loss"]
        for tolerance in (0.0, 0.01, 0.02, 0.05, 0.5)
    ]
    assert np.all(np.diff(losses) >= 0.0)
    assert losses[0] == 0.0
    assert losses[1] <= 0.01
    assert figures(ask(amm=False))["sandwich_loss"] == 0.0


@pytest.mark.parametrize("name", ["items", "wash_share", "half_spread", "fee", "royalty", "gas"])
def test_what_makes_leaving_dearer_never_raises_the_proceeds(name):
    parameter = EXIT.parameter(name)
    more = min(parameter.default * 1.5 + 0.01, parameter.maximum)
    assert figures(ask(**{name: more}))["dump_fraction"] < figures(ask())["dump_fraction"]


def test_the_mean_floor_of_a_ladder_has_no_drift_of_its_own():
    p = SimpleNamespace(
        **EXIT.parse({"paths": 50_000, "impact": 0.0, "gas": 0.0, "half_spread": 0.0})
    )
    found = nft_exit.laddered(p, 3)
    assert abs(found.mean() - 0.925) < 3.0 * found.std() / np.sqrt(found.size)


def test_a_ladder_longer_than_a_year_is_refused_with_the_nearest():
    with pytest.raises(ParametersRefused) as refused:
        EXIT.parse({"ladder_steps": 60, "ladder_gap": 10})
    assert refused.value.errors[0].nearest == 25


def test_same_seed_same_digest():
    assert ask()["digest"] == ask()["digest"]
