"""What may already cover a question: published answers for readers, all answers for moderators."""

from __future__ import annotations

import logging
import math
import re
from dataclasses import dataclass

from django.db import DatabaseError
from django.db.models import Q

from kb import search

from .models import Question

log = logging.getLogger(__name__)
VOTERS = 6
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
    try:
        return _found(text, most)
    except DatabaseError:
        log.exception("similar answers could not be looked up")
        return []


def _found(text: str, most: int) -> list[Hit]:
    """A search that asks for every word finds little in a whole question, so words vote.

    A rare word counts for more than a common one; two words must agree where there are two.
    """
    words = keywords(text, VOTERS)
    scores: dict[str, float] = {}
    voters: dict[str, int] = {}
    hits: dict[str, Hit] = {}
    for word in words:
        results = search.find(word, size=20)
        for hit in results.hits:
            hits[hit.url] = Hit(hit.kind, hit.title, hit.url, hit.excerpt)
            scores[hit.url] = scores.get(hit.url, 0.0) + 1 / (1 + math.log1p(results.count))
            voters[hit.url] = voters.get(hit.url, 0) + 1
    agreed = [url for url in hits if voters[url] >= min(2, len(words))]
    return [hits[url] for url in sorted(agreed, key=lambda url: (-scores[url], url))[:most]]


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
