"""What a reviewer says about a text that is not public yet, or about a public one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from .articles import Article

LONGEST_COMMENT = 4_000


class CommentQuerySet(models.QuerySet["Comment"]):
    def open(self) -> CommentQuerySet:
        """What still waits for an answer."""
        return self.filter(resolved_at=None)


class Comment(models.Model):
    """Seen by editors only; it stays with the article when it is resolved."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    section = models.CharField(
        max_length=200, blank=True, help_text="The anchor of the section; empty for the whole"
    )
    quote = models.CharField(max_length=500, blank=True, help_text="The words that are meant")
    text = models.TextField(max_length=LONGEST_COMMENT)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.article}: {self.text[:60]}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None
