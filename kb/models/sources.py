"""One record per source, and where it is cited."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

NOTICES = {
    "retracted": "Retracted",
    "superseded": "Superseded",
    "corrected": "Corrected by its authors",
}
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


UNSETTLING = ("retracted", "superseded")
_COPY_OF_DAY = re.compile(r"https?://[^/]+/web/(\d{4})(\d\d)(\d\d)\d{6}")


class SourceQuerySet(models.QuerySet["Source"]):
    def on_the_web_alone(self) -> SourceQuerySet:
        """Pages without a DOI: what may be gone tomorrow."""
        web = Q(csl__URL__startswith="http:") | Q(csl__URL__startswith="https:")
        return self.filter(web, csl__DOI__isnull=True)

    def without_copy(self) -> SourceQuerySet:
        return self.on_the_web_alone().filter(Q(archived_url=None) | Q(archived_url=""))


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
    notice = models.JSONField(
        null=True, blank=True, help_text="{kind, date, reason, successor}: what became of the work"
    )
    changed_at = models.DateTimeField(auto_now=True)
    file_digest = models.CharField(max_length=64, blank=True, editable=False)
    file_text = models.TextField(blank=True, editable=False, help_text="The item as it was loaded")
    position = models.PositiveIntegerField(default=1_000_000, editable=False)
    is_edited = models.BooleanField(default=False, editable=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.key}: {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.title = str(self.csl.get("title", ""))[:500]
        super().save(*args, **kwargs)

    @property
    def needs_copy(self) -> bool:
        """Whether it stands on the web alone: a DOI has a lasting address already."""
        address = str(self.csl.get("URL") or "")
        return not self.csl.get("DOI") and address.startswith(("http:", "https:"))

    @property
    def archived_on(self) -> date | None:
        """The day of the copy, where the archive's address says it."""
        found = _COPY_OF_DAY.match(self.archived_url or "")
        try:
            return date(*map(int, found.groups())) if found else None
        except ValueError:
            return None

    @property
    def notice_date(self) -> date | None:
        return date.fromisoformat(self.notice["date"]) if self.notice else None

    @property
    def notice_kind(self) -> str:
        """In words: what became of the work."""
        return NOTICES.get(self.notice["kind"], "Notice") if self.notice else ""

    @property
    def is_unsettled(self) -> bool:
        """What leans on it should be looked at again; a correction may have left it standing."""
        return self.notice is not None and self.notice["kind"] in UNSETTLING

    @property
    def archive_lookup(self) -> str:
        """Where a public archive shows the copy nearest to the day on which we read the page.

        A lookup and no promise: whether a copy was made is the archive's to say. Works with a
        DOI have a lasting address already.
        """
        if self.archived_url or not self.needs_copy:
            return ""
        day = f"{self.read_at:%Y%m%d}" if self.read_at else "*"
        return f"https://web.archive.org/web/{day}/{self.csl['URL']}"

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
            **({"notice": self.notice} if self.notice else {}),
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


class ArchiveCheck(models.Model):
    """What an archive said when an operator last asked it for a copy of a source's page."""

    source = models.OneToOneField(
        Source, models.CASCADE, primary_key=True, related_name="archive_check"
    )
    url = models.URLField(max_length=1000)
    detail = models.CharField(max_length=1000)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.url}: {self.detail}"
