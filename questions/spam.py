"""Weak signals of spam, each with its reason; together a score, never a verdict.

A signal adds its weight times the trust that moderators' verdicts have earned it
(``SignalCount.trust``). An item whose score reaches ``SUSPICION`` is shown under "held for
a look" in the queue; nothing is deleted or refused, and a false alarm lowers the trust.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import F

from .models import Moderated, SignalCount

LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
CONTACT = re.compile(
    r"(?:[\w.+-]+@[\w-]+\.\w+|\+\d[\d ()-]{7,}|\b(?:whatsapp|telegram|t\.me)\b)", re.IGNORECASE
)
SALES = re.compile(
    r"\b(?:casino|viagra|loan offer|guaranteed (?:profit|return)s?|double your|100% profit|"
    r"recover (?:your )?(?:lost|stolen) (?:crypto|bitcoin|funds)|buy followers|seo service|"
    r"free money|forex signals|investment manager|escort)\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"</?[a-z]+[ >]|\[/?url", re.IGNORECASE)
REPEATED = re.compile(r"(.)\1{9,}|\b(\w+)(?: \2\b){4,}", re.IGNORECASE)
QUICK_SECONDS = 3


@dataclass(frozen=True)
class Reason:
    """One signal that fired: its weight in the score and the words moderators read."""

    name: str
    weight: float
    words: str


def reasons(text: str, signals: dict[str, Any], *, seen_before: bool = False) -> list[Reason]:
    """Every signal that fires, with its weight before trust."""
    links = len(LINK.findall(text))
    checks = [
        ("trap", 0.8, bool(signals.get("trap")), "a field that people do not see was filled in"),
        ("quick", 0.5, _is_quick(signals), f"sent within {QUICK_SECONDS} seconds of the check"),
        ("link", 0.3, links == 1, "holds a link"),
        ("links", 0.8, links > 1, f"holds {links} links"),
        ("contact", 0.4, bool(CONTACT.search(text)), "offers an address, number or messenger"),
        ("sales", 0.7, bool(SALES.search(text)), "uses the words of advertisements"),
        ("markup", 0.5, bool(MARKUP.search(text)), "holds markup for links"),
        ("repeated", 0.4, bool(REPEATED.search(text)), "repeats one character or word"),
        ("again", 0.6, seen_before, "the same text was sent before"),
    ]
    return [Reason(name, weight, words) for name, weight, fires, words in checks if fires]


def _is_quick(signals: dict[str, Any]) -> bool:
    seconds = signals.get("seconds")
    return isinstance(seconds, int | float) and seconds < QUICK_SECONDS


def score(item: Moderated) -> None:
    """Set the item's score and reasons, weighing each signal by its earned trust; not saved."""
    same = type(item)._default_manager.filter(text=item.text).exclude(pk=item.pk)
    seen = bool(item.text) and same.filter(created_at__lt=item.created_at).exists()
    found = reasons(item.text, item.signals, seen_before=seen)
    trust = {count.name: count.trust for count in SignalCount.objects.all()}
    weighed = [
        Reason(reason.name, round(reason.weight * trust.get(reason.name, 1.0), 3), reason.words)
        for reason in found
    ]
    item.spam_reasons = [asdict(reason) for reason in weighed]
    item.spam_score = round(sum(reason.weight for reason in weighed), 3)


def learn(item: Moderated, *, is_spam: bool, forget: bool = False) -> None:
    """Count a moderator's verdict for every signal the item showed; ``forget`` takes it back."""
    column, step = ("spam" if is_spam else "good"), (-1 if forget else 1)
    for name in _names(item.spam_reasons):
        SignalCount.objects.get_or_create(name=name)
        counted = SignalCount.objects.filter(name=name)
        if forget:
            counted = counted.filter(**{f"{column}__gt": 0})
        counted.update(**{column: F(column) + step})


def _names(stored: Iterable[dict[str, Any]]) -> list[str]:
    return [str(reason["name"]) for reason in stored]
