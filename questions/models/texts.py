"""Texts that moderators send again and again, kept where they can be improved."""

from __future__ import annotations

from django.db import models


class StoredText(models.Model):
    """A reason or reply to start from; the moderator edits the copy, not the original."""

    slug = models.SlugField(unique=True)
    action = models.CharField(max_length=30, help_text="The decision it belongs to")
    title = models.CharField(max_length=80)
    body = models.TextField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["action", "position", "slug"]

    def __str__(self) -> str:
        return self.title
