"""The admin's lists: to look things up. Decisions go through the same services as the queue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from . import decisions, question_kind
from .models import LogEntry, Mail, Message, Opinion, Question, Report, StoredText

DECLINED = (
    "A moderator read your question and it does not fit this site, which answers general "
    "questions about hedging with options."
)


class ReadOnly:
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MessageInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = Message
    extra = 0
    fields = ("created_at", "from_asker", "text")
    readonly_fields = fields


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("shown", "state", "is_spam", "category", "created_at", "decided_by", "queue")
    list_filter = ("state", "is_spam", "category")
    search_fields = ("text",)
    date_hierarchy = "created_at"
    list_select_related = ("category", "decided_by")
    actions = ("approve", "decline")
    inlines = (MessageInline,)
    fields = (
        "text",
        "state",
        "category",
        "position",
        "settled_by",
        "credit_name",
        "wording_public",
        "is_spam",
        "spam_score",
        "spam_reasons",
        "advice",
        "reason",
        "article",
        "duplicate_of",
        "created_at",
        "decided_by",
        "decided_at",
        "queue",
    )
    # A decision is an act with a reason and a log entry, so nothing is edited by hand here.
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("questions.moderate")

    @admin.display(description="question", ordering="text")
    def shown(self, question: Question) -> str:
        return question.text[:100] or "(deleted)"

    @admin.display(description="in the queue")
    def queue(self, question: Question) -> SafeString:
        address = reverse("questions:item", args=["question", question.pk])
        return format_html('<a href="{}">decide</a>', address)

    @admin.action(description="Approve and open article drafts", permissions=["moderate"])
    def approve(self, request: HttpRequest, rows: QuerySet[Question]) -> None:
        self._decide(request, rows, "approve", "")

    @admin.action(description="Decline with the usual words", permissions=["moderate"])
    def decline(self, request: HttpRequest, rows: QuerySet[Question]) -> None:
        stored = StoredText.objects.filter(slug="decline-subject").first()
        self._decide(request, rows, "decline", stored.body if stored else DECLINED)

    def _decide(
        self, request: HttpRequest, rows: QuerySet[Question], action: str, reason: str
    ) -> None:
        assert isinstance(request.user, User)  # the permission was checked
        pks = list(rows.values_list("pk", flat=True))
        try:
            decisions.decide(question_kind.KIND, pks, action, request.user, reason=reason)
        except decisions.Refused as refused:
            self.message_user(request, f"Nothing was changed. {refused}", messages.ERROR)
        else:
            self.message_user(request, f"{len(pks)} decided.", messages.SUCCESS)


@admin.register(Report)
class ReportAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("__str__", "kind", "state", "is_spam", "article", "created_at")
    list_filter = ("kind", "state", "is_spam")
    search_fields = ("text", "quote")


@admin.register(Opinion)
class OpinionAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("created_at", "article", "revision", "is_helpful", "reason", "text")
    list_filter = (
        "is_helpful",
        "reason",
        "is_doubtful",
        ("article", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("article",)
    search_fields = ("text",)


@admin.register(LogEntry)
class LogAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "actor_name", "action", "kind", "item", "reason")
    list_filter = ("action", "kind")
    date_hierarchy = "at"


@admin.register(Mail)
class MailAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("created_at", "template", "to", "subject", "state", "attempts", "error")
    list_filter = ("state", "template")


@admin.register(StoredText)
class StoredTextAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "action", "position")
    list_filter = ("action",)
    prepopulated_fields = {"slug": ("title",)}
