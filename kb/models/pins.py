"""A result that an editor puts first for a query."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .articles import Article
from .terms import Term


class Pin(models.Model):
    """For this query, whatever its capitals and spaces, this page comes first."""

    query = models.CharField(max_length=200, db_index=True)
    article = models.ForeignKey(Article, models.CASCADE, null=True, blank=True, related_name="pins")
    term = models.ForeignKey(Term, models.CASCADE, null=True, blank=True, related_name="pins")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["query", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="pin_of_one_page",
                condition=Q(article__isnull=False, term__isnull=True)
                | Q(article__isnull=True, term__isnull=False),
            ),
            models.UniqueConstraint(fields=["query", "article"], name="pin_article_once"),
            models.UniqueConstraint(fields=["query", "term"], name="pin_term_once"),
        ]

    def __str__(self) -> str:
        return f"{self.query} → {self.article or self.term}"
