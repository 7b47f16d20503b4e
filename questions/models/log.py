"""Who did what to which item, when and why, with the values before and after."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class LogEntry(models.Model):
    """One act on one item; entries of one bulk decision share a batch and are undone together."""

    kind = models.CharField(max_length=20)
    item = models.BigIntegerField()
    action = models.CharField(max_length=30)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Empty: the asker or the system",
    )
    actor_name = models.CharField(max_length=150)
    reason = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)
    batch = models.UUIDField(default=uuid.uuid4)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = "log entry"
        verbose_name_plural = "log entries"
        indexes = [
            models.Index(fields=["kind", "item", "at"], name="log_item"),
            models.Index(fields=["batch"], name="log_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.kind} {self.item}"

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """Name, value before and value after of what the act changed."""
        return [
            (name, old, self.after.get(name))
            for name, old in self.before.items()
            if old != self.after.get(name)
        ]
