"""Imported market data, fixed by content: a name may point to newer numbers, a hash never."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

OPEN_LICENCES = frozenset(
    {
        "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0",
        "CC-BY-SA-4.0", "CC0-1.0", "MIT", "ODC-By-1.0", "ODbL-1.0", "PDDL-1.0",
    }
)  # fmt: skip
"""SPDX identifiers under which numbers may be passed on.

The field must hold exactly one of them. A sentence around it ("PDDL claimed by …") is a
doubt that an operator wrote down, and a doubt is not a permission.
"""


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
    report = models.TextField(blank=True, help_text="what the import did, in sentences")
    findings = models.JSONField(
        default=list, blank=True, help_text="every row that was rejected, repaired or is odd"
    )
    gaps = models.JSONField(default=list, blank=True)
    rows_read = models.PositiveIntegerField(default=0, help_text="in the file, good or not")
    file_sha256 = models.CharField(max_length=64, blank=True, help_text="of the file's bytes")
    retrieved_on = models.DateField(null=True, blank=True)
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

    def get_absolute_url(self) -> str:
        """The page of these numbers; the plain address shows whichever are current."""
        page = reverse("data", args=[self.name])
        return page if self.is_current else f"{page}?version={self.sha256}"

    @property
    def may_be_passed_on(self) -> bool:
        """Whether the licence is one that lets a site hand the numbers to others."""
        return self.licence.strip() in OPEN_LICENCES

    def count(self, action: str) -> int:
        """How many findings ended so: rejected, repaired or noticed."""
        return sum(finding["action"] == action for finding in self.findings)
