"""The ask form at the foot of an answer. It holds no token: its post stores nothing."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from kb.models import Article


def draw(article: Article, request: HttpRequest) -> str:
    """The link to report an error names the revision that the reader saw."""
    newest = article.newest_revision
    context = {"article": article, "revision": newest.number if newest else None}
    return render_to_string("questions/_ask.html", context, request)
