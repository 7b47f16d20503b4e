"""The written rule, row by row of docs/verdicts.md."""

import pytest

from simulator.engine import verdicts
from simulator.engine.verdicts import Effect

GOOD = Effect(0.05, 0.02, 0.08)


def protection(effect=GOOD, *, decides=True, share_harmed=0.2, without=0.03, hedged=True):
    return verdicts.protection(
        effect,
        decides=decides,
        share_harmed=share_harmed,
        without_best_month=without,
        hedged=hedged,
    )


@pytest.mark.parametrize(
    ("word", "given"),
    [
        ("no-hedge", {"hedged": False}),
        ("scenario", {"decides": False}),
        ("undetected", {"effect": Effect(0.05, -0.01, 0.11)}),
        ("undetected", {"effect": Effect(0.05)}),
        ("harms", {"effect": Effect(-0.05, -0.08, -0.02)}),
        ("one-month", {"without": 0.0}),
        ("small", {"effect": Effect(0.005, 0.001, 0.009)}),
        ("costly", {"share_harmed": 0.6}),
        ("protects", {}),
    ],
)
def test_each_word_has_its_case(word, given):
    assert protection(**given).word == word


def test_an_interval_with_zero_says_that_no_protection_can_be_detected():
    assert "No protection can be detected" in protection(Effect(0.2, 0.0, 0.4)).sentence


def test_an_episode_never_decides_however_large_its_effect():
    verdict = protection(Effect(0.5, 0.4, 0.6), decides=False)
    assert verdict.word == "scenario"
    assert "decides nothing" in verdict.sentence


@pytest.mark.parametrize(
    ("effect", "word"),
    [
        (Effect(0.1, 0.05, 0.2), "better"),
        (Effect(-0.1, -0.2, -0.05), "worse"),
        (Effect(0.1, -0.1, 0.2), "undetected"),
    ],
)
def test_things_that_are_no_hedge_are_better_worse_or_undetected(effect, word):
    assert verdicts.beats(effect, subject="the ladder", baseline="a dump").word == word
