"""Sentences of articles that are bound to runs, and what became of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .. import claim_rules as rules
from .examples import Example
from .runs import Run
from .sweeps import Sweep

VERIFIED, DUE, DRIFTED, BROKEN = "verified", "due", "drifted", "broken"
STATES = {s: s for s in (VERIFIED, DUE, DRIFTED, BROKEN)}


class ClaimQuerySet(models.QuerySet["Claim"]):
    def current(self) -> ClaimQuerySet:
        """Those that the newest text of their article still makes."""
        return self.filter(retired_at__isnull=True)

    def published(self) -> ClaimQuerySet:
        """Those that anybody may read: current, in a published article."""
        from kb.models import Article

        return self.current().filter(article__in=Article.objects.published())

    def testable(self) -> ClaimQuerySet:
        return self.filter(kind__in=rules.TESTABLE)

    def awaiting(self) -> ClaimQuerySet:
        return self.current().testable().filter(state=DUE)


class Claim(models.Model):
    """One sentence or figure of an article, in the author's words.

    ``basis`` is the fingerprint of everything that the last check stood on: the inputs of
    the example's run, the engine, the data and the terms of the claim. When it is no longer
    today's, the claim is due.
    """

    public_id = models.CharField(max_length=160, unique=True)
    article = models.ForeignKey("kb.Article", on_delete=models.CASCADE, related_name="claims")
    name = models.SlugField(max_length=64)
    position = models.PositiveIntegerField(default=0)
    text = models.TextField(help_text="the author's words")
    sentence = models.TextField(blank=True, help_text="the sentence around them")
    terms = models.JSONField(default=dict, help_text="the front matter of this claim")
    kind = models.CharField(max_length=12, choices={k: k for k in rules.KINDS})
    example = models.ForeignKey(
        Example, null=True, blank=True, on_delete=models.SET_NULL, related_name="claims"
    )
    metric = models.CharField(max_length=64, blank=True)
    unit = models.CharField(max_length=24, blank=True)

    state = models.CharField(max_length=8, choices=STATES, default=DUE)
    cause = models.CharField(max_length=300, blank=True)
    measured = models.FloatField(null=True, blank=True)
    pass_rate = models.FloatField(null=True, blank=True)
    seeds = models.PositiveIntegerField(default=0, help_text="how many the pass rate is over")
    basis = models.CharField(max_length=64, blank=True)
    ingredients = models.JSONField(default=dict, blank=True, help_text="what basis is made of")
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    where = models.ForeignKey(
        Sweep, null=True, blank=True, on_delete=models.SET_NULL, related_name="claims"
    )
    created_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["article", "position", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "name"],
                condition=Q(retired_at__isnull=True),
                name="claim_name_once_in_an_article",
            )
        ]
        indexes = [models.Index(fields=["state", "kind"], name="claim_state")]

    def __str__(self) -> str:
        return f"{self.public_id}: {self.text}"

    def get_absolute_url(self) -> str:
        return f"/claims/{self.public_id}/"

    @property
    def is_testable(self) -> bool:
        return self.kind in rules.TESTABLE

    @property
    def value(self) -> Any:
        """What the author says: a number, the name of another metric, or a sign."""
        return self.terms.get("value")

    @property
    def tolerance(self) -> float | None:
        return self.terms.get("tolerance") if self.is_testable else None

    @property
    def wording(self) -> str:
        return str(self.terms.get("wording", rules.CERTAIN))

    @property
    def said(self) -> rules.Said:
        return rules.said(self.terms)


class ClaimCheck(models.Model):
    """One line of a claim's history."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="checks")
    checked_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=STATES)
    measured = models.FloatField(null=True, blank=True)
    pass_rate = models.FloatField(null=True, blank=True)
    seeds = models.PositiveIntegerField(default=0)
    cause = models.CharField(max_length=300, blank=True)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-checked_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.state} {self.checked_at:%Y-%m-%d}"


class ClaimCause(models.Model):
    """One editor's item per cause: this engine, series, example or text moved these claims."""

    cause = models.CharField(max_length=300)
    key = models.CharField(max_length=80, unique=True)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    claims = models.ManyToManyField(Claim, related_name="causes", blank=True)

    class Meta:
        ordering = ["-opened_at"]

    def __str__(self) -> str:
        return self.cause


class Correction(models.Model):
    """A published number that changed: what stood there, what stands there now, and why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey("kb.Article", on_delete=models.CASCADE, related_name="+")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=64)
    old = models.CharField(max_length=300)
    new = models.CharField(max_length=300)
    cause = models.CharField(max_length=300)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
