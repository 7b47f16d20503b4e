"""A sweep is one row with one run row a cell; a cell's run may be shared with anybody."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Count
from django.utils import timezone

from .runs import CANCELLED, FAILED, SUCCEEDED, Run


class Sweep(models.Model):
    """One parameter as a line, or two as a grid, everything else held still.

    The counts are of terminal cells, renewed inside each run's finishing transaction.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    experiment = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    parameters = models.JSONField(help_text="of the centre, all of them")
    seed = models.BigIntegerField(null=True, blank=True)
    x_parameter = models.CharField(max_length=64)
    x_values = models.JSONField()
    y_parameter = models.CharField(max_length=64, blank=True)
    y_values = models.JSONField(default=list, blank=True)
    total = models.PositiveIntegerField()
    succeeded = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    example = models.ForeignKey(
        "simulator.Example", null=True, blank=True, on_delete=models.SET_NULL
    )
    client = models.CharField(max_length=32, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        axes = " × ".join(filter(None, [self.x_parameter, self.y_parameter]))
        return f"{self.experiment} by {axes}"

    def get_absolute_url(self) -> str:
        return f"/sweeps/{self.id}/"

    @property
    def done(self) -> int:
        return self.succeeded + self.failed + self.cancelled

    @property
    def is_finished(self) -> bool:
        return self.done >= self.total

    @property
    def progress(self) -> float:
        return self.done / self.total if self.total else 1.0

    def recount(self) -> None:
        """Count the terminal cells anew; the row must be locked or the caller alone."""
        found: dict[str, int] = dict(
            SweepCell.objects.filter(sweep_id=self.pk)
            .values_list("run__status")
            .annotate(n=Count("pk"))
        )
        self.succeeded = found.get(SUCCEEDED, 0)
        self.failed = found.get(FAILED, 0)
        self.cancelled = found.get(CANCELLED, 0)
        if not self.is_finished:
            self.finished_at = None
        elif self.finished_at is None:
            self.finished_at = timezone.now()
        self.save(update_fields=["succeeded", "failed", "cancelled", "finished_at"])


class SweepCell(models.Model):
    """``created`` tells whether this sweep brought the run into being, and so may cancel it."""

    sweep = models.ForeignKey(Sweep, on_delete=models.CASCADE, related_name="cells")
    x = models.PositiveSmallIntegerField()
    y = models.PositiveSmallIntegerField(default=0)
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="cells")
    created = models.BooleanField(default=True)

    class Meta:
        ordering = ["y", "x"]
        constraints = [models.UniqueConstraint(fields=["sweep", "x", "y"], name="sweep_cell_once")]

    def __str__(self) -> str:
        return f"{self.x}, {self.y}"


def sweeps_of(run_id: Any) -> list[Sweep]:
    """The sweeps in which this run is a cell, locked in one order so that none deadlock."""
    ids = SweepCell.objects.filter(run_id=run_id).values("sweep_id")
    return list(Sweep.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
