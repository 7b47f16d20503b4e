"""Imported market data, fixed by content: a name may point to newer numbers, a hash never."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class DataSeriesQuerySet(models.QuerySet["DataSeries"]):
    def current(self) -> DataSeriesQuerySet:
        return self.filter(is_current=True)

    def checksums(self) -> dict[str, str]:
        """Name → checksum of every current series."""
        return dict(self.current().values_list("name", "sha256"))


class DataSeries(models.Model):
    """One daily series as imported.

    ``content`` is the canonical form that ``sha256`` is taken of: the dates as
    little-endian int64 days since 1970-01-01, then the values as float64. Older
    versions of a name are kept, because runs name the hash that they used.
    """

    name = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    rows = models.PositiveIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    unit = models.CharField(max_length=32)
    format = models.CharField(max_length=32)
    column = models.CharField(max_length=80, blank=True)
    origin = models.TextField(blank=True)
    licence = models.TextField(blank=True)
    report = models.TextField(blank=True, help_text="every row that was rejected or repaired")
    gaps = models.JSONField(default=list, blank=True)
    is_current = models.BooleanField(default=True)
    imported_at = models.DateTimeField(default=timezone.now)

    objects = DataSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-imported_at"]
        verbose_name_plural = "data series"
        constraints = [
            models.UniqueConstraint(fields=["name", "sha256"], name="series_content_once"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(is_current=True), name="series_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"
