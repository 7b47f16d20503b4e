"""A run is a row named by its inputs. The row is the truth, the queue a nudge.

States: queued → running → succeeded, failed or cancelled. The three last ones are
terminal: triggers in the database (``guards``) refuse to change them. How a row moves
from one to the next is in ``leases``.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

QUEUED = "queued"
RUNNING = "running"
SUCCEEDED = "succeeded"
FAILED = "failed"
CANCELLED = "cancelled"
STATUSES = {s: s for s in (QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED)}
ACTIVE = (QUEUED, RUNNING)
TERMINAL = (SUCCEEDED, FAILED, CANCELLED)
KEPT = (QUEUED, RUNNING, SUCCEEDED)
"""States in which an equal request is answered by the row that exists."""
ATTEMPTS_CAP = 3


class Priority(models.IntegerChoices):
    """Lower goes first: a waiting reader before a sweep's cell before our own re-runs."""

    READER = 0, "a reader waits"
    SWEEP = 4, "a cell of a sweep"
    SYSTEM = 9, "our own"


class RunQuerySet(models.QuerySet["Run"]):
    def finished(self) -> RunQuerySet:
        return self.filter(status__in=TERMINAL)

    def unfinished(self) -> RunQuerySet:
        return self.filter(status__in=ACTIVE)

    def in_queue_order(self) -> RunQuerySet:
        return self.order_by("priority", "created_at", "pk")

    def lapsed(self) -> RunQuerySet:
        """Running rows whose worker has not been heard of for a whole lease."""
        return self.filter(status=RUNNING, lease_until__lt=Now())

    def claimable(self) -> RunQuerySet:
        """Rows that any worker may take now: queued, or left behind by a dead worker."""
        return self.filter(
            Q(status=QUEUED) | Q(status=RUNNING, lease_until__lt=Now()),
            attempts__lt=ATTEMPTS_CAP,
        )


class Run(models.Model):
    """One question with all its inputs, and how far its answer is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    experiment = models.CharField(max_length=64)
    version = models.PositiveIntegerField()
    engine_version = models.CharField(max_length=12)
    parameters = models.JSONField(help_text="all of them, defaults included")
    seed = models.BigIntegerField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True, help_text="series name → checksum")
    fingerprint = models.CharField(max_length=64)
    cost = models.FloatField(default=0.0, help_text="estimated CPU seconds")

    status = models.CharField(max_length=9, choices=STATUSES, default=QUEUED)
    stage = models.CharField(max_length=120, blank=True)
    progress = models.FloatField(default=0.0)
    priority = models.SmallIntegerField(choices=Priority.choices, default=Priority.READER)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True, help_text="in words, for the reader")
    error_id = models.CharField(max_length=12, blank=True)
    technical = models.TextField(blank=True, help_text="for the operator")
    log = models.TextField(blank=True)

    client = models.CharField(max_length=32, blank=True)
    example = models.ForeignKey(
        "simulator.Example", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="forks"
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(status__in=KEPT),
                name="run_one_answer_per_question",
            ),
            models.CheckConstraint(
                condition=Q(attempts__lte=ATTEMPTS_CAP), name="run_attempts_capped"
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0.0, progress__lte=1.0), name="run_progress_fraction"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=TERMINAL) | Q(finished_at__isnull=False),
                name="run_finished_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "created_at", "id"],
                condition=Q(status__in=ACTIVE),
                name="run_queue",
            ),
            models.Index(fields=["experiment", "status", "finished_at"], name="run_recent"),
            models.Index(
                fields=["client"], condition=Q(status__in=ACTIVE), name="run_client_in_flight"
            ),
            models.Index(fields=["fingerprint"], name="run_fingerprint"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment} {self.id}"

    def get_absolute_url(self) -> str:
        return f"/runs/{self.id}/"

    @property
    def api_url(self) -> str:
        return reverse("api-run", args=[self.id])

    @property
    def is_finished(self) -> bool:
        return self.status in TERMINAL

    @property
    def is_system(self) -> bool:
        return self.priority == Priority.SYSTEM

    @property
    def document(self) -> dict[str, Any] | None:
        """The result document, or None until there is one."""
        result = RunResult.objects.filter(run_id=self.pk).first()
        return result.read() if result else None

    @property
    def age(self) -> float:
        """Seconds since it was asked for."""
        return (timezone.now() - self.created_at).total_seconds()

    @property
    def duration(self) -> float | None:
        """Seconds from the first claim to the end, or None."""
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


class RunResult(models.Model):
    """The result document of one succeeded run, kept as the text that was digested."""

    run = models.OneToOneField(
        Run, primary_key=True, on_delete=models.CASCADE, related_name="result"
    )
    document = models.TextField()
    digest = models.CharField(max_length=71, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.digest

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.document)
        return found


def log_line(text: str, *, at: datetime | None = None) -> Any:
    """An expression that appends one dated line to a run's log in the same UPDATE."""
    from django.db.models import Value
    from django.db.models.functions import Concat

    when = (at or timezone.now()).strftime("%Y-%m-%d %H:%M:%S")
    return Concat(F("log"), Value(f"{when} {text}\n"))
