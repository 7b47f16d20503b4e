"""The written rule that chooses a simulation's words; ``docs/verdicts.md`` states it in prose.

An effect is hedged minus unhedged, so that a positive one is good: a drawdown of -0.30
that becomes -0.25 is an effect of +0.05. Its interval is a paired 95 % interval.
"""

from __future__ import annotations

from dataclasses import dataclass

SMALL = 0.01
"""An effect under one percentage point is called small, however surely it is measured."""


@dataclass(frozen=True)
class Effect:
    """A paired difference with its interval; ``low`` and ``high`` None where there is none."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def is_detected(self) -> bool:
        """Whether an interval exists and does not contain zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Verdict:
    """``word`` is one of those listed in docs/verdicts.md; ``sentence`` says it of the hedge."""

    word: str
    sentence: str


SCENARIO = "scenario"
UNDETECTED = "undetected"
HARMS = "harms"
ONE_MONTH = "one-month"
SMALL_PROTECTION = "small"
COSTLY = "costly"
PROTECTS = "protects"
NO_HEDGE = "no-hedge"


def protection(
    effect: Effect,
    *,
    decides: bool,
    share_harmed: float,
    without_best_month: float,
    hedged: bool = True,
) -> Verdict:
    """The verdict on protection against drawdown.

    ``decides`` is False where intervals hold path uncertainty only (episodes);
    ``share_harmed`` is the share of paths that ended with less money;
    ``without_best_month`` is the effect with each path's best hedge month taken out.
    """
    if not hedged:
        return Verdict(NO_HEDGE, "There is no hedge here, so nothing differs.")
    if not decides:
        return Verdict(SCENARIO, _scenario(effect))
    if not effect.is_detected:
        return Verdict(
            UNDETECTED, "No protection can be detected: the interval of the difference holds zero."
        )
    if effect.value < 0:
        return Verdict(HARMS, "The hedge makes the drawdown deeper.")
    if without_best_month <= 0:
        return Verdict(
            ONE_MONTH, "The hedge protects only through its best month: without it, it does not."
        )
    if effect.value < SMALL:
        return Verdict(
            SMALL_PROTECTION, "The protection is detectable and smaller than one point of drawdown."
        )
    if share_harmed > 0.5:
        return Verdict(
            COSTLY, "The hedge makes drawdowns less deep and leaves most paths with less money."
        )
    return Verdict(PROTECTS, "The hedge makes drawdowns less deep and few paths pay for it.")


def _scenario(effect: Effect) -> str:
    if effect.value >= SMALL:
        seen = "the fall was less deep with the hedge"
    elif effect.value <= -SMALL:
        seen = "the fall was deeper with the hedge"
    else:
        seen = "the hedge changed the fall by less than a point"
    return f"In these reconstructed days {seen}; one episode is a scenario and decides nothing."


def beats(effect: Effect, *, subject: str, baseline: str, decides: bool = True) -> Verdict:
    """The verdict where something other than a hedge is held against its baseline."""
    if not decides:
        return Verdict(SCENARIO, f"A scenario: {subject} against {baseline}, one episode.")
    if not effect.is_detected:
        return Verdict(UNDETECTED, f"No difference between {subject} and {baseline} is detected.")
    side = "better" if effect.value > 0 else "worse"
    return Verdict(side, f"{subject[:1].upper()}{subject[1:]} did {side} than {baseline}.")
