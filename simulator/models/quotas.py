"""Token buckets in the database: exact however many posts arrive at once."""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.utils import timezone


class TokenBucket(models.Model):
    """``level`` tokens were in the bucket at ``updated_at``; it refills steadily."""

    key = models.CharField(max_length=80, primary_key=True)
    level = models.FloatField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["updated_at"], name="bucket_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.level:.2f}"

    @staticmethod
    def take(
        key: str,
        *,
        amount: float,
        capacity: float,
        seconds: float,
        now: datetime | None = None,
    ) -> float:
        """Take ``amount`` from a bucket of ``capacity`` that fills in ``seconds``.

        Returns 0 when taken, else after how many seconds it could be taken; then nothing
        is. Call inside a transaction: the row is locked until it ends, which is what
        makes the count exact.
        """
        now = now or timezone.now()
        with transaction.atomic(savepoint=False):
            TokenBucket.objects.bulk_create(
                [TokenBucket(key=key, level=capacity, updated_at=now)], ignore_conflicts=True
            )
            bucket = TokenBucket.objects.select_for_update().get(key=key)
            rate = capacity / seconds
            elapsed = max(0.0, (now - bucket.updated_at).total_seconds())
            level = min(capacity, bucket.level + elapsed * rate)
            missing = min(amount, capacity) - level
            if missing > 1e-9:
                return missing / rate
            bucket.level = level - amount
            bucket.updated_at = max(now, bucket.updated_at)
            bucket.save(update_fields=["level", "updated_at"])
            return 0.0
