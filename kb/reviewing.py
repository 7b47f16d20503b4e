"""What reviewers say to one another about a text: asked, answered, resolved, opened again."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from .models import Article, Comment
from .models.comments import LONGEST_COMMENT
from .publishing import Refused

User = Any


def comment(
    article: Article, *, user: User, text: str, section: str = "", quote: str = ""
) -> Comment:
    """Say something about an article, one of its sections, or some words of it."""
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refused("A comment needs words.")
    if len(text) > LONGEST_COMMENT:
        raise Refused(f"A comment has at most {LONGEST_COMMENT} characters.")
    anchors = {entry["id"] for entry in article.contents}
    return Comment.objects.create(
        article=article,
        author=user,
        text=text,
        section=section if section in anchors else "",
        quote=quote.replace("\x00", "").strip()[:500],
    )


def resolve(found: Comment, *, user: User) -> None:
    """It has been dealt with; what was said stays."""
    found.resolved_at, found.resolved_by = timezone.now(), user
    found.save(update_fields=["resolved_at", "resolved_by"])


def reopen(found: Comment) -> None:
    found.resolved_at = found.resolved_by = None
    found.save(update_fields=["resolved_at", "resolved_by"])


def discussion(article: Article) -> dict[str, list[dict[str, Any]]]:
    """All comments, open and resolved, each with the heading of the section it is about."""
    headings = {entry["id"]: entry["text"] for entry in article.contents}
    rows = [
        {"comment": row, "heading": headings.get(row.section, "")}
        for row in article.comments.select_related("author", "resolved_by")
    ]
    return {
        "open": [row for row in rows if row["comment"].is_open],
        "resolved": [row for row in rows if not row["comment"].is_open],
    }
