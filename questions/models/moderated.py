"""What every item of the moderation queue has, whatever its kind."""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

TEXT_LIMIT = 1000
SUSPICION = 1.0


def new_token() -> str:
    """128 random bits: who knows it may see and change the item, nobody else may."""
    return secrets.token_urlsafe(16)


class Moderated(models.Model):
    """Something a reader sent in without an account, waiting for a person's judgement."""

    token = models.CharField(max_length=43, unique=True, default=new_token, editable=False)
    text = models.TextField(blank=True)
    email = models.EmailField(blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    address_hash = models.CharField(max_length=64, blank=True, editable=False)
    address_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    signals = models.JSONField(default=dict, blank=True, editable=False)
    spam_score = models.FloatField(null=True, blank=True, editable=False)
    spam_reasons = models.JSONField(default=list, blank=True, editable=False)
    is_spam = models.BooleanField(default=False)
    is_cleared = models.BooleanField(
        default=False, help_text="Somebody has seen that it is no spam", editable=False
    )
    reason = models.TextField(
        blank=True, help_text="What the sender reads about the decision, in words that help."
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_suspicious(self) -> bool:
        """The weak signals add up; it is held for a look, never refused."""
        return not self.is_cleared and (self.spam_score or 0) >= SUSPICION

    @property
    def can_get_mail(self) -> bool:
        """An address counts only once its owner has confirmed it."""
        return bool(self.email and self.email_confirmed_at)

    def is_claimed_by_other(self, user: object, now: dt.datetime) -> bool:
        return (
            self.claimed_by_id is not None
            and self.claimed_until is not None
            and self.claimed_until > now
            and self.claimed_by_id != getattr(user, "pk", None)
        )
