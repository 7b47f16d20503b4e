"""How often each weak signal was right, as moderators judged."""

from __future__ import annotations

from django.db import models


class SignalCount(models.Model):
    """Verdicts on items that showed one signal; a signal that is often wrong weighs less."""

    name = models.CharField(max_length=40, unique=True)
    spam = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def trust(self) -> float:
        """1 without evidence, towards 0 when good items show the signal, towards 2 when spam."""
        return 2 * (self.spam + 1) / (self.spam + self.good + 2)
