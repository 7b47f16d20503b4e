"""``/api/v1/claims/``: every quoted figure with its run and state."""

from __future__ import annotations

from typing import Any

from rest_framework import generics, serializers

from .claim_views import chosen
from .models.claims import Claim


class ClaimSerializer(serializers.ModelSerializer[Claim]):
    id = serializers.CharField(source="public_id")
    article = serializers.CharField(source="article.slug")
    revision = serializers.SerializerMethodField()
    example = serializers.CharField(source="example.slug", default=None)
    value = serializers.JSONField()
    tolerance = serializers.FloatField(allow_null=True)
    run = serializers.SerializerMethodField()

    class Meta:
        model = Claim
        fields = [
            "id",
            "article",
            "revision",
            "text",
            "kind",
            "example",
            "metric",
            "value",
            "unit",
            "tolerance",
            "state",
            "pass_rate",
            "checked_at",
            "run",
            "cause",
        ]

    def get_revision(self, claim: Claim) -> int | None:
        found: int | None = getattr(claim.article, "revision_number", None)
        return found

    def get_run(self, claim: Claim) -> str | None:
        return str(claim.run_id) if claim.run_id else None


class Claims(generics.ListAPIView[Claim]):
    """Filters: ``state``, ``kind``, ``article``, ``q``."""

    serializer_class = ClaimSerializer

    def get_queryset(self) -> Any:
        return chosen(self.request._request)
