"""Which workers are alive: one row each, renewed by the sweep every few seconds."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Now
from django.utils import timezone

ALIVE = timedelta(seconds=30)


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self) -> WorkerQuerySet:
        return self.filter(beat_at__gte=Now() - ALIVE)

    def slots(self) -> int:
        """How many runs can be computed at once; at least one, so that waits can be told."""
        return self.alive().aggregate(n=Sum("slots"))["n"] or 1


class Worker(models.Model):
    name = models.CharField(max_length=120, primary_key=True)
    slots = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)

    objects = WorkerQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
