"""Pages and pieces kept ready-made with their generation, and failures to sign in."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils import timezone


def random_start() -> int:
    """A new lineage begins anywhere, so that no page of an older one fits it by chance."""
    return secrets.randbelow(2**48)


class Generation(models.Model):
    """One row; its number rises in the same transaction as anything that a page shows."""

    number = models.BigIntegerField(default=random_start)

    def __str__(self) -> str:
        return str(self.number)


class StoredPage(models.Model):
    """The bytes of one public page, valid while its generation is the newest.

    One that names its ingredients is found good again after a change that did not touch them.
    """

    path = models.CharField(max_length=300, primary_key=True)
    ingredients = models.CharField(max_length=64, blank=True, help_text="A digest, or nothing")
    generation = models.BigIntegerField()
    made_at = models.FloatField(help_text="Unix time")
    etag = models.CharField(max_length=40)
    headers = models.TextField(help_text="JSON list of name and value")
    body = models.BinaryField()
    packed = models.BinaryField()

    def __str__(self) -> str:
        return self.path


class Piece(models.Model):
    """A drawn part of a page under the digest of everything that it is made of."""

    key = models.CharField(max_length=64, primary_key=True)
    html = models.TextField()
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.key


class LoginFailure(models.Model):
    """How often a keyed pair of account and address block failed to sign in since a moment."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=1)
    since = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} since {self.since:%H:%M}"
