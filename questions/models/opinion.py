"""Whether an answer helped one reader, and what was missing if it did not."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

OPINION_LIMIT = 500
REASONS = [
    ("another", "It answers another question"),
    ("hard", "It is hard to follow"),
    ("wrong", "Something in it looks wrong"),
    ("old", "It is out of date"),
    ("missing", "Something is missing"),
    ("clear", "It was clear"),
    ("figures", "The figures helped"),
    ("example", "The runnable example helped"),
]


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def counted(self) -> OpinionQuerySet:
        """Without what a robot seems to have sent."""
        return self.filter(is_doubtful=False)


class Opinion(models.Model):
    """One reader's word about one answer on one day; editors see it, readers no score.

    ``day_key`` is a keyed hash of day and address block. It makes the day's second word about a
    page a change of the first, and is forgotten when the day is over.
    """

    article = models.ForeignKey("kb.Article", models.CASCADE, related_name="opinions")
    revision = models.PositiveIntegerField(null=True, blank=True)
    is_helpful = models.BooleanField()
    reason = models.CharField(max_length=12, choices=REASONS, blank=True)
    text = models.TextField(blank=True, max_length=OPINION_LIMIT)
    created_at = models.DateTimeField(default=timezone.now)
    is_doubtful = models.BooleanField(
        default=False, help_text="Sent as robots send: not counted, not deleted"
    )
    day_key = models.CharField(max_length=64, null=True, editable=False)  # noqa: DJ001 - unique
    address_hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "day_key"], name="one_opinion_a_day"),
        ]
        indexes = [models.Index(fields=["address_hash", "created_at"], name="opinion_limit")]

    def __str__(self) -> str:
        word = "helpful" if self.is_helpful else "not helpful"
        return f"{self.article_id}: {word}"
