"""A reader's question and the short exchange about it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils import timezone

from kb.models import Article

from .moderated import TEXT_LIMIT, Moderated


class QuestionQuerySet(models.QuerySet["Question"]):
    def awaiting_review(self) -> QuestionQuerySet:
        """Waits for a first decision; an accepted one waits for its article instead."""
        return self.filter(state=Question.State.PENDING, is_spam=False, accepted_at=None)

    def awaiting_article(self) -> QuestionQuerySet:
        return self.filter(state=Question.State.PENDING, is_spam=False).exclude(accepted_at=None)

    def asked_by_readers(self) -> QuestionQuerySet:
        """The only questions the public sees: answered by a published article."""
        return self.filter(
            state=Question.State.ANSWERED, is_spam=False, article__state="published"
        ).select_related("article")

    def once_answered(self) -> QuestionQuerySet:
        """The same, and those whose answer was taken back since: a list that forgets none."""
        once = models.Q(article__in=Article.objects.published()) | models.Q(
            article__in=Article.objects.withdrawn().order_by().values("pk")
        )
        rows = self.filter(once, state=Question.State.ANSWERED, is_spam=False)
        return rows.prefetch_related(models.Prefetch("article", Article.objects.with_standing()))


class Question(Moderated):
    """One question of at most 1,000 characters; nothing of it is public before its answer is."""

    class State(models.TextChoices):
        PENDING = "pending", "waiting for a moderator"
        NEEDS_REPLY = "needs_reply", "waiting for your reply"
        ANSWERED = "answered", "answered"
        DECLINED = "declined", "declined"
        DUPLICATE = "duplicate", "asked before"
        WITHDRAWN = "withdrawn", "withdrawn"

    OPEN = (State.PENDING, State.NEEDS_REPLY)

    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    category = models.ForeignKey(
        "kb.Category", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    position = models.JSONField(
        default=dict, blank=True, help_text="spot, four strikes, credit, days; all optional"
    )
    settled_by = models.CharField(
        "what would settle it", max_length=300, blank=True, help_text="in the asker's words"
    )
    credit_name = models.CharField("name to credit", max_length=80, blank=True)
    wording_public = models.BooleanField("may be quoted", default=False)
    asked_on = models.ForeignKey(
        "kb.Article", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    article = models.ForeignKey(
        "kb.Article", null=True, blank=True, on_delete=models.SET_NULL, related_name="questions"
    )
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="duplicates"
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    advice = models.JSONField(default=list, blank=True, editable=False)
    prerun = models.UUIDField(null=True, blank=True, editable=False)
    prerun_note = models.CharField(max_length=300, blank=True, editable=False)
    confirmation_queued_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), TEXT_LIMIT), name="question_text_short"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "created_at"], name="question_queue"),
            models.Index(fields=["address_hash", "created_at"], name="question_limit"),
        ]
        permissions = [("moderate", "Can decide what happens to questions and reports")]

    def __str__(self) -> str:
        return self.text[:60] or f"Question {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("questions:status", args=[self.token])

    @property
    def is_open(self) -> bool:
        """The asker may still correct, withdraw or reply."""
        return self.state in self.OPEN and self.erased_at is None

    @property
    def root(self) -> Question:
        """The question whose answer this one leads to; itself unless it is a duplicate."""
        seen, found = {self.pk}, self
        while found.duplicate_of is not None and found.duplicate_of.pk not in seen:
            found = found.duplicate_of
            seen.add(found.pk)
        return found


class Message(models.Model):
    """One turn of the exchange between a moderator and the asker; private to the two."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="messages")
    from_asker = models.BooleanField()
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    batch = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
