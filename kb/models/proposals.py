"""A change to a published answer that waits for a second person."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from .articles import SIGNIFICANCE, Article


class Proposal(models.Model):
    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    article = models.ForeignKey(Article, models.CASCADE, related_name="proposals")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    edit_number = models.PositiveIntegerField(help_text="The state of the article it began from")
    values = models.JSONField(help_text="The fields that change")
    note = models.TextField(blank=True)
    significance = models.CharField(max_length=12, choices=SIGNIFICANCE, default="meaning")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.article}: {self.note or self.get_significance_display()}"
