"""Addresses that once were: a renamed page answers at its old name for good."""

from __future__ import annotations

from django.db import models


class OldSlug(models.Model):
    class Kind(models.TextChoices):
        ARTICLE = "article"
        TERM = "term"
        TAG = "tag"
        CATEGORY = "category"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    slug = models.SlugField(max_length=160)
    target = models.SlugField(max_length=160, help_text="The slug that it has now")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="one_target_a_slug")]

    def __str__(self) -> str:
        return f"{self.kind} {self.slug} → {self.target}"
