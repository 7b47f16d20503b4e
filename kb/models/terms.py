"""One record per word of the field."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from .articles import DRAFTING


class Term(models.Model):
    class Case(models.TextChoices):
        AUTO = "auto", "as the label suggests: capitals inside must match"
        ANY = "any", "capitals never matter"
        EXACT = "exact", "capitals must match"

    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=160)
    abbreviation = models.CharField(max_length=40, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    case = models.CharField(max_length=8, choices=Case.choices, default=Case.AUTO)
    summary = models.TextField(help_text="One line: what it means")
    formula = models.TextField(blank=True, help_text="LaTeX without dollar signs")
    definition = models.TextField(help_text="Markdown")
    senses = models.JSONField(
        default=list, blank=True, help_text="The meanings that the word has in this field"
    )

    contributors = models.JSONField(
        default=list, blank=True, help_text='[{"name": "Ada Byron", "role": "checked the formula"}]'
    )
    interest = models.TextField(
        blank=True, help_text="What the authors earn from what is discussed; empty for nothing."
    )
    drafting = models.CharField(
        max_length=20, choices=DRAFTING, blank=True, help_text="Empty for the site's usual way"
    )

    example = models.SlugField(
        max_length=80, blank=True,
        help_text="The runnable example that stands on the page: the term as a worked number.",
    )  # fmt: skip

    formula_html = models.TextField(editable=False, default="")
    base_html = models.TextField(editable=False, default="")
    definition_html = models.TextField(editable=False, default="")
    contents = models.JSONField(editable=False, default=list)
    render_version = models.PositiveIntegerField(editable=False, default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()
    touched_at = models.DateTimeField(
        editable=False, db_index=True, help_text="Any change; tells caches of the glossary apart"
    )

    file_text = models.TextField(editable=False, default="")
    file_digest = models.CharField(max_length=64, editable=False, default="")
    is_edited = models.BooleanField(editable=False, default=False)
    edit_number = models.PositiveIntegerField(editable=False, default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("kb:term", args=[self.slug])

    @property
    def permalink(self) -> str:
        return f"{settings.SITE_URL}{self.get_absolute_url()}"

    @property
    def authors(self) -> list[dict[str, Any]]:
        """Definitions are the site's own work."""
        return [{"name": settings.SITE_NAME}]

    @property
    def labels(self) -> list[str]:
        """Every way to write it, the name first, without repeats."""
        return list(dict.fromkeys(filter(None, [self.name, self.abbreviation, *self.aliases])))


class Mention(models.Model):
    """That a document links a term (derived on save)."""

    article = models.ForeignKey("kb.Article", models.CASCADE, null=True, related_name="mentions")
    from_term = models.ForeignKey(Term, models.CASCADE, null=True, related_name="mentions")
    term = models.ForeignKey(Term, models.CASCADE, related_name="mentioned_in")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mention_in_one_document",
                condition=Q(article__isnull=False, from_term__isnull=True)
                | Q(article__isnull=True, from_term__isnull=False),
            ),
            models.UniqueConstraint(fields=["article", "term"], name="mention_per_article"),
            models.UniqueConstraint(fields=["from_term", "term"], name="mention_per_term"),
        ]

    def __str__(self) -> str:
        return f"{self.term_id} in {self.article_id or self.from_term_id}"
