"""Pages kept ready-made with their generation, and failures to sign in."""

from __future__ import annotations

from django.db import models


class Generation(models.Model):
    """One row; its number rises in the same transaction as anything that a page shows."""

    number = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)


class StoredPage(models.Model):
    """The bytes of one public page, valid while its generation is the newest."""

    path = models.CharField(max_length=300, primary_key=True)
    generation = models.BigIntegerField()
    made_at = models.FloatField(help_text="Unix time")
    content_type = models.CharField(max_length=80)
    etag = models.CharField(max_length=40)
    last_modified = models.CharField(max_length=40, blank=True)
    link = models.TextField(blank=True)
    body = models.BinaryField()

    def __str__(self) -> str:
        return self.path


class LoginFailure(models.Model):
    """How often a keyed pair of account and address block failed to sign in since a moment."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=1)
    since = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} since {self.since:%H:%M}"
