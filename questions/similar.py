"""What may already cover a question: published answers for readers, all answers for moderators."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from django.db.models import Q

from .models import Question

log = logging.getLogger(__name__)
COMMON = frozenset(
    re.findall(
        r"\w+",
        """about after also and are because been but can could does for from had has have how
        into its make makes many more most much not now only other over should since some such
        than that the their them then there these they this through under very was were what
        when where which while who why will with would you your""",
    )
)


@dataclass(frozen=True)
class Hit:
    """A published answer or term that may cover the question."""

    kind: str
    title: str
    url: str
    excerpt: str


def keywords(text: str, most: int = 12) -> list[str]:
    """The telling words of the text, longest first."""
    words = dict.fromkeys(w.lower() for w in re.findall(r"[^\W_][\w’'-]{2,39}", text))
    telling = [word for word in words if word not in COMMON]
    return sorted(telling, key=len, reverse=True)[:most]


def for_readers(text: str, most: int = 5) -> list[Hit]:
    """Published answers and terms near the text; none when the search is not to be had."""
    words = keywords(text)
    if not words:
        return []
    return []


def for_moderators(question: Question, most: int = 6) -> list[tuple[float, Question]]:
    """Other questions that share its telling words, answered ones first, with the share."""
    words = keywords(question.text)
    if not words:
        return []
    shared = Q()
    for word in words:
        shared |= Q(text__icontains=word)
    rows = Question.objects.filter(shared, is_spam=False, erased_at=None).exclude(pk=question.pk)
    scored = [(_share(words, row.text), row) for row in rows.order_by("-created_at")[:500]]
    near = [(share, row) for share, row in scored if share >= 0.3]
    near.sort(key=lambda pair: (pair[1].state != Question.State.ANSWERED, -pair[0]))
    return near[:most]


def _share(words: list[str], text: str) -> float:
    lowered = text.lower()
    return sum(word in lowered for word in words) / len(words)
