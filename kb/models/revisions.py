"""Every published wording, kept for good under its own address."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.urls import reverse

from .articles import SIGNIFICANCE, Article
from .terms import Term


class Revision(models.Model):
    article = models.ForeignKey(Article, models.CASCADE, null=True, related_name="revisions")
    term = models.ForeignKey(Term, models.CASCADE, null=True, related_name="revisions")
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    title = models.CharField(max_length=300)
    authors = models.JSONField(default=list)
    summary = models.TextField(help_text="The short answer, or a term's one-line meaning")
    text = models.TextField(help_text="The whole file: front matter and Markdown")
    html = models.TextField()
    contents = models.JSONField(default=list)
    digest = models.CharField(max_length=64, help_text="Of what a reader reads")
    note = models.TextField(blank=True)
    significance = models.CharField(max_length=12, choices=SIGNIFICANCE, default="meaning")
    editor = models.CharField(max_length=150, blank=True)

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["-created_at"])]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_of_article"),
            models.UniqueConstraint(fields=["term", "number"], name="revision_of_term"),
            models.CheckConstraint(
                name="revision_of_one_document",
                condition=Q(article__isnull=False, term__isnull=True)
                | Q(article__isnull=True, term__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, revision {self.number}"

    def get_absolute_url(self) -> str:
        if self.article is not None:
            return reverse("kb:revision", args=[self.article.slug, self.number])
        assert self.term is not None
        return reverse("kb:term-revision", args=[self.term.slug, self.number])
