"""What must follow when a row goes, however it goes."""

from __future__ import annotations

from typing import Any

from . import refresh, search
from .models import Article, Term


def forget_article(sender: Any, instance: Article, **kwargs: Any) -> None:
    search.remove("answer", instance.slug)


def forget_term(sender: Any, instance: Term, **kwargs: Any) -> None:
    """Its links become text again where they stood."""
    search.remove("term", instance.slug)
    refresh.refresh((), instance.labels)


def rebuild_search(sender: Any, **kwargs: Any) -> None:
    """The postings are no model's rows, so a backup does not hold them."""
    search.rebuild()
