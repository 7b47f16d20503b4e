"""Claims for editors: what stands, what moved it, and looking again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from . import claims
from .engine.errors import EngineError
from .models import Claim, ClaimCause, Correction

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class WrittenByTheText(ModelAdmin):
    """Rows that follow from articles and runs; editing the text is how they change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Claim)
class ClaimAdmin(WrittenByTheText):
    list_display = (
        "public_id", "text", "kind", "state", "cause", "measured", "pass_rate", "checked_at",
    )  # fmt: skip
    list_filter = ("state", "kind")
    search_fields = ("public_id", "text", "sentence")
    ordering = ("public_id",)
    actions = ("ask_for_runs", "ask_over_seeds")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return Claim.objects.current().select_related("example", "article")

    @admin.action(description="Queue a check at the quoted seed")
    def ask_for_runs(self, request: HttpRequest, chosen: QuerySet[Claim]) -> None:
        self._ask(request, chosen, 1)

    @admin.action(description=f"Queue a check over {claims.PUBLICATION_SEEDS} seeds")
    def ask_over_seeds(self, request: HttpRequest, chosen: QuerySet[Claim]) -> None:
        self._ask(request, chosen, claims.PUBLICATION_SEEDS)

    def _ask(self, request: HttpRequest, chosen: QuerySet[Claim], seeds: int) -> None:
        asked = 0
        for claim in chosen.testable():  # type: ignore[attr-defined]
            try:
                runs = claims.runs_for(claim, seeds)
            except (EngineError, LookupError) as refusal:
                self.message_user(request, f"{claim.public_id}: {refusal}", messages.ERROR)
                continue
            if all(run.is_finished for run in runs):
                claims.settle(claim, runs)
            asked += 1
        self.message_user(request, f"{asked} claims are looked at over {seeds} seeds.")


@admin.register(ClaimCause)
class ClaimCauseAdmin(WrittenByTheText):
    """One item per cause, open until everything that it moved is true again."""

    list_display = ("cause", "moved", "not_true", "opened_at", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    date_hierarchy = "opened_at"

    @admin.display(description="claims moved")
    def moved(self, cause: ClaimCause) -> int:
        return cause.claims.count()

    @admin.display(description="not true yet")
    def not_true(self, cause: ClaimCause) -> int:
        return cause.claims.exclude(state="verified").count()


@admin.register(Correction)
class CorrectionAdmin(WrittenByTheText):
    list_display = ("made_at", "article", "old", "new", "cause")
    date_hierarchy = "made_at"
