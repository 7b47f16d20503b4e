"""One record per source, and where it is cited."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

EVIDENCE = (
    "regulation",
    "exchange",
    "peer-reviewed",
    "working-paper",
    "book",
    "data",
    "press",
    "vendor",
    "blog",
    "own",
)


class Source(models.Model):
    """A cited work: its CSL-JSON, what kind of evidence it is, and whether it sells something."""

    key = models.CharField(max_length=80, unique=True)
    csl = models.JSONField(help_text="CSL-JSON without id")
    title = models.CharField(max_length=500, editable=False)
    evidence = models.CharField(max_length=20, choices=[(e, e) for e in EVIDENCE])
    interest = models.TextField(  # noqa: DJ001 - the contract has null for "none known"
        null=True, blank=True, help_text="What the publisher earns if the reader believes it."
    )
    archived_url = models.URLField(max_length=1000, null=True, blank=True)  # noqa: DJ001
    read_at = models.DateField(null=True, blank=True)
    changed_at = models.DateTimeField(auto_now=True)
    file_digest = models.CharField(max_length=64, blank=True, editable=False)
    file_text = models.TextField(blank=True, editable=False, help_text="The item as it was loaded")
    position = models.PositiveIntegerField(default=1_000_000, editable=False)
    is_edited = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key}: {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.title = str(self.csl.get("title", ""))[:500]
        super().save(*args, **kwargs)

    @property
    def archive_lookup(self) -> str:
        """Where a public archive shows the copy nearest to the day on which we read the page.

        A lookup and no promise: whether a copy was made is the archive's to say. Works with a
        DOI have a lasting address already.
        """
        address = str(self.csl.get("URL") or "")
        if self.archived_url or self.csl.get("DOI") or not address.startswith(("http:", "https:")):
            return ""
        day = f"{self.read_at:%Y%m%d}" if self.read_at else "*"
        return f"https://web.archive.org/web/{day}/{address}"

    @property
    def item(self) -> dict[str, Any]:
        """The contract's source: CSL-JSON with our own keys beside it."""
        return {
            "id": self.key,
            **self.csl,
            "evidence": self.evidence,
            "interest": self.interest,
            "archived_url": self.archived_url,
            "read_at": self.read_at.isoformat() if self.read_at else None,
        }


class Citation(models.Model):
    """That a document cites a source, and each place where it does (derived on save)."""

    article = models.ForeignKey("kb.Article", models.CASCADE, null=True, related_name="citations")
    term = models.ForeignKey("kb.Term", models.CASCADE, null=True, related_name="citations")
    source = models.ForeignKey(Source, models.PROTECT, related_name="citations")
    places = models.JSONField(default=list, help_text="[{anchor, locator}] in reading order")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="citation_in_one_document",
                condition=Q(article__isnull=False, term__isnull=True)
                | Q(article__isnull=True, term__isnull=False),
            ),
            models.UniqueConstraint(fields=["article", "source"], name="citation_per_article"),
            models.UniqueConstraint(fields=["term", "source"], name="citation_per_term"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} in {self.article_id or self.term_id}"


class LinkCheck(models.Model):
    """What an operator's last look at a source's address found; readers never wait for it."""

    source = models.OneToOneField(
        Source, models.CASCADE, primary_key=True, related_name="link_check"
    )
    url = models.URLField(max_length=1000)
    state = models.CharField(max_length=10, db_index=True)
    detail = models.CharField(max_length=1000, blank=True)
    checked_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True, help_text="When it last worked")

    def __str__(self) -> str:
        return f"{self.url}: {self.state}"
