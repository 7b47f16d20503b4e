"""What the search reads. The postings live beside it, in FTS5 or a tsvector (``kb.search``)."""

from __future__ import annotations

from django.db import models


class SearchDocument(models.Model):
    """One published thing that can be found."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=160)
    title = models.CharField(max_length=300)
    folded_title = models.CharField(max_length=300, db_index=True)
    url = models.CharField(max_length=300)
    body = models.TextField()
    category = models.CharField(max_length=80, blank=True, db_index=True)
    tags = models.TextField(blank=True, help_text="|slug|slug|")
    is_runnable = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_entry_a_document")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SearchWord(models.Model):
    """The vocabulary: what prefixes and typing errors are resolved against."""

    word = models.CharField(max_length=64, unique=True)
    stem = models.CharField(max_length=64)
    documents = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["stem"])]

    def __str__(self) -> str:
        return self.word


class SearchMiss(models.Model):
    """A question to the search that found nothing: an article somebody missed."""

    query = models.CharField(max_length=200, unique=True)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-times", "-last_at"]
        verbose_name_plural = "searches without result"

    def __str__(self) -> str:
        return self.query
