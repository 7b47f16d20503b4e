"""An answer: text as written, and everything derived from it once, on save."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from .sources import UNSETTLING, Citation, Source
from .taxonomy import Category, Tag

SIGNIFICANCE = [
    ("typo", "typing error"),
    ("meaning", "meaning"),
    ("conclusion", "conclusion"),
]
DRAFTING = [
    ("people", "written by people"),
    ("machine-assisted", "drafted with machine help"),
    ("machine", "drafted by a machine"),
]
WORDS_A_MINUTE = 220
ENGLISH = "en"
LANGUAGE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z"


def short_id(slug: str) -> str:
    """A short address made from the first slug, so two sites of the same content agree."""
    digest = int.from_bytes(hashlib.sha256(slug.encode()).digest()[:8], "big")
    alphabet = "23456789abcdefghjkmnpqrstuvwxyz"
    letters = ""
    while len(letters) < 8:
        digest, rest = divmod(digest, len(alphabet))
        letters += alphabet[rest]
    return letters


ANSWERED, UNDER_REVIEW, WITHDRAWN = "answered", "under review", "withdrawn"


def _needs_a_look() -> models.Q:
    """That an answer cites a work that was taken back, or that another app doubts it.

    The few such answers are looked up first: asked of each, a list of ten thousand would read
    every citation.
    """
    from kb import extend

    unsettled = Source.objects.filter(notice__isnull=False, notice__kind__in=UNSETTLING)
    leaning = Citation.objects.filter(source__in=unsettled.order_by(), article__isnull=False)
    found = models.Q(pk__in=leaning.values("article"))
    for doubted in extend.doubts:
        found |= models.Q(pk__in=doubted())
    return found


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self) -> ArticleQuerySet:
        """What a reader may see now."""
        return self.filter(state=Article.State.PUBLISHED)

    def for_lists(self) -> ArticleQuerySet:
        """With what a listing shows, without the long texts."""
        return (
            self.with_standing()
            .select_related("category")
            .prefetch_related("tags")
            .defer("body", "base_html", "body_html", "file_text", "contents")
        )

    def with_standing(self) -> ArticleQuerySet:
        """With what ``public_state`` has to know of cited works and of other apps' doubts."""
        needs = models.ExpressionWrapper(_needs_a_look(), models.BooleanField())
        return self.annotate(needs_a_look=needs)

    def under_review(self) -> ArticleQuerySet:
        """Published, and due for another look: by its date, a work it cites, or a figure."""
        late = models.Q(review_by__lt=timezone.now().date())
        return self.published().filter(late | _needs_a_look())

    def answered(self) -> ArticleQuerySet:
        """Published, and nothing known that speaks against it."""
        late = models.Q(review_by__lt=timezone.now().date())
        return self.published().exclude(late).exclude(_needs_a_look())

    def withdrawn(self) -> ArticleQuerySet:
        """What readers could read once and no longer can, the last withdrawn first.

        A draft that a file withdrew before anybody saw it was never public and is not one.
        """
        once = models.Q(revisions__isnull=False) | models.Q(published_at__isnull=False)
        rows = self.filter(once, state=Article.State.WITHDRAWN).distinct()
        return rows.order_by(models.F("withdrawn_at").desc(nulls_last=True), "slug")

    def overdue(self) -> ArticleQuerySet:
        """Published, and past the day on which somebody should have looked again."""
        return self.published().filter(review_by__lt=timezone.now().date())


class Article(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"

    slug = models.SlugField(max_length=160, unique=True)
    short_id = models.CharField(max_length=8, unique=True, editable=False)
    title = models.CharField(max_length=300)
    category = models.ForeignKey(Category, models.PROTECT, related_name="articles")
    tags = models.ManyToManyField(Tag, blank=True, related_name="articles")
    authors = models.JSONField(
        default=list, help_text='[{"name": "A group"}] or [{"given": "Ada", "family": "Byron"}]'
    )
    contributors = models.JSONField(
        default=list,
        blank=True,
        help_text='[{"name": "Ada Byron", "role": "reviewed the figures"}]',
    )
    interest = models.TextField(
        blank=True, help_text="What the authors earn from what is discussed; empty for nothing."
    )
    drafting = models.CharField(
        max_length=20, choices=DRAFTING, blank=True, help_text="Empty for the site's usual way"
    )
    based_on = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, related_name="articles_based_on"
    )
    lang = models.CharField(
        "language", max_length=12, default=ENGLISH, validators=[RegexValidator(LANGUAGE)],
        help_text="As in HTML: en, de, pt-BR",
    )  # fmt: skip
    translation_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="translations"
    )
    translated_revision = models.PositiveIntegerField(
        null=True, blank=True, help_text="The revision of the original that this text renders"
    )
    short_answer = models.TextField()
    body = models.TextField(help_text="Markdown, at most 64 KB")
    unlinked = models.JSONField(
        "terms never linked here", default=list, blank=True,
        help_text="Slugs; the text may still ask for one with [[…]].",
    )  # fmt: skip
    extra = models.JSONField(
        default=dict, blank=True, help_text="Front matter that other apps own, such as claims"
    )

    # Derived on save, never by hand.
    base_html = models.TextField(editable=False, default="")
    body_html = models.TextField(editable=False, default="")
    contents = models.JSONField(editable=False, default=list)
    words = models.PositiveIntegerField(editable=False, default=0)
    render_version = models.PositiveIntegerField(editable=False, default=0)

    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.CharField(max_length=120, blank=True)
    review_by = models.DateField(null=True, blank=True)
    publish_from = models.DateTimeField(
        null=True, blank=True, help_text="An approved draft goes public at this moment."
    )
    withdraw_from = models.DateTimeField(
        null=True, blank=True,
        help_text="A published answer is withdrawn at this moment, with the reason given below.",
    )  # fmt: skip
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)
    successor = models.ForeignKey("self", models.SET_NULL, null=True, blank=True)

    # How text files and the admin stay out of each other's way.
    file_text = models.TextField(editable=False, default="")
    file_digest = models.CharField(max_length=64, editable=False, default="")
    is_edited = models.BooleanField(
        editable=False, default=False, help_text="Changed in the admin since the last sync"
    )
    edit_number = models.PositiveIntegerField(editable=False, default=0)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "slug"]
        indexes = [
            models.Index(fields=["state", "-published_at"]),
            models.Index(fields=["state", "-changed_at"]),
        ]
        permissions = [("publish_article", "Can publish and withdraw articles")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.short_id:
            self.short_id = short_id(self.slug)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("kb:article", args=[self.slug])

    @property
    def permalink(self) -> str:
        """The short lasting address, for citations and feeds."""
        return f"{settings.SITE_URL}/a/{self.short_id}/"

    @property
    def is_published(self) -> bool:
        return self.state == self.State.PUBLISHED

    @property
    def is_overdue(self) -> bool:
        return self.review_by is not None and self.review_by < timezone.now().date()

    @property
    def public_state(self) -> str:
        """How a list calls it; rows from ``with_standing`` know it without asking."""
        if self.state == self.State.WITHDRAWN:
            return WITHDRAWN
        needs_a_look = getattr(self, "needs_a_look", None)
        if needs_a_look is None:
            needs_a_look = Article.objects.filter(_needs_a_look(), pk=self.pk).exists()
        return UNDER_REVIEW if self.is_overdue or needs_a_look else ANSWERED

    @property
    def title_once_public(self) -> str:
        """The title that readers saw last; "" where it was changed since and no revision tells."""
        if self.newest_revision is not None:
            return str(self.newest_revision.title)
        return "" if self.is_edited or self.published_at is None else self.title

    @property
    def reading_minutes(self) -> int:
        return max(1, round(self.words / WORDS_A_MINUTE))

    @cached_property
    def newest_revision(self) -> Any:
        """The newest published wording, without its long texts; looked up once."""
        return self.revisions.defer("text", "html", "contents").first()

    @property
    def byline(self) -> str:
        from kb.citations import names

        return names.plain(self.authors)


class ArticleLink(models.Model):
    """That one answer leads to another, and why."""

    class Kind(models.TextChoices):
        RELATED = "related"
        PREREQUISITE = "prerequisite"
        TEXT = "text", "linked in the text"

    article = models.ForeignKey(Article, models.CASCADE, related_name="links")
    target = models.ForeignKey(Article, models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["article", "target", "kind"], name="one_link_a_kind"),
            models.CheckConstraint(
                condition=~models.Q(article=models.F("target")), name="no_link_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} → {self.target_id} ({self.kind})"


class Correction(models.Model):
    """What a published answer said wrongly, since when, and what it says now."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="corrections")
    date = models.DateField()
    old = models.TextField()
    new = models.TextField()
    cause = models.TextField(blank=True)

    class Meta:
        ordering = ["-date", "pk"]

    def __str__(self) -> str:
        return f"{self.date}: {self.old} → {self.new}"
