"""A reader's note about something published: an error in a sentence, a claim that fails."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse

from .moderated import TEXT_LIMIT, Moderated


class ReportQuerySet(models.QuerySet["Report"]):
    def awaiting_review(self) -> ReportQuerySet:
        return self.filter(state=Report.State.OPEN, is_spam=False)


class Report(Moderated):
    """``kind`` names a registered kind of item; ``payload`` holds what that kind needs."""

    class State(models.TextChoices):
        OPEN = "open", "waiting for an editor"
        ACCEPTED = "accepted", "accepted"
        DECLINED = "declined", "declined"

    kind = models.CharField(max_length=20, default="error")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    article = models.ForeignKey(
        "kb.Article", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    revision = models.PositiveIntegerField(null=True, blank=True)
    anchor = models.CharField(max_length=200, blank=True)
    quote = models.CharField(max_length=500, blank=True)
    payload = models.JSONField(default=dict, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), TEXT_LIMIT), name="report_text_short"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "state", "created_at"], name="report_queue"),
            models.Index(fields=["address_hash", "created_at"], name="report_limit"),
        ]

    def __str__(self) -> str:
        return self.text[:60] or f"Report {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("questions:report-receipt", args=[self.token])
