"""Votes of signals: independence as the baseline, and no look into the future."""

from types import SimpleNamespace

import numpy as np
import pytest

from simulator.engine.data import NoData
from simulator.engine.documents import compute
from simulator.engine.errors import ParametersRefused
from simulator.engine.experiments import _worlds, get
from simulator.engine.experiments.layer_votes.run import signals, spike_starts
from simulator.engine.signals.votes import binomial_chance

VOTES = get("layer-votes")


def ask(**parameters):
    document = compute(VOTES, VOTES.parse({"paths": 40, "days": 126, **parameters}), seed=1)
    return {metric["name"]: metric["value"] for metric in document["metrics"]}


def test_the_published_chance_of_two_of_three():
    """By counting: 2 of 3 at 0.3 each, independent: 0.216."""
    assert binomial_chance(k=2, n=3, p=0.3) == pytest.approx(0.216)


def test_more_votes_needed_means_fewer_days():
    rates = [ask(k=k)["activation_rate"] for k in (1, 2, 3)]
    assert rates[0] > rates[1] > rates[2]


def test_one_voter_is_independent_of_nobody():
    figure = ask(k=1, n=1)
    assert figure["activation_rate"] == pytest.approx(figure["independent_rate"])


def test_votes_know_nothing_of_the_day_itself():
    p = SimpleNamespace(**VOTES.parse({"paths": 10, "days": 80}))
    world = _worlds.build(p, seed=1, data=NoData())
    votes = signals(p, world, 1)
    world.vix[60:], world.spx[60:] = world.vix[60:][::-1].copy(), world.spx[60:][::-1].copy()
    np.testing.assert_array_equal(votes[:, :61], signals(p, world, 1)[:, :61])


def test_a_spike_is_a_rise_within_the_horizon():
    p = SimpleNamespace(**VOTES.parse({"paths": 5, "days": 40, "horizon": 3, "spike": 0.2}))
    world = _worlds.build(p, seed=1, data=NoData())
    world.vix[:] = 15.0
    world.vix[20] = 18.5
    np.testing.assert_array_equal(np.flatnonzero(spike_starts(p, world)[:, 0]), [17, 18, 19])


def test_more_votes_than_voters_are_refused():
    with pytest.raises(ParametersRefused) as refused:
        VOTES.parse({"k": 4, "n": 3})
    assert refused.value.errors[0].nearest == 3


def test_same_seed_same_figures():
    assert ask() == ask()
