"""A run's own feed: empty while it is under way, one entry for ever once it has ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from kb.feeds import SiteFeed, tag_uri

from . import exhibits
from .models import SUCCEEDED, Run


class RunFeed(SiteFeed):
    """For a reader who closes the page: a feed reader tells when the run has ended."""

    def get_object(self, request: HttpRequest, run_id: UUID) -> Run:
        return get_object_or_404(Run, pk=run_id)

    def path(self, obj: Run) -> str:
        return f"/runs/{obj.pk}.atom"

    def title(self, obj: Run) -> str:
        return f"{settings.SITE_NAME}: run {str(obj.pk)[:8]} of {obj.experiment}"

    def link(self, obj: Run) -> str:
        return f"{settings.SITE_URL}{obj.get_absolute_url()}"

    def items(self, obj: Run) -> list[Run]:
        return [obj] if obj.is_finished else []

    def item_title(self, item: Run) -> str:
        return f"Run of {item.experiment}: {item.status}"

    def item_description(self, item: Run) -> str:
        shown = exhibits.exhibit(item) if item.status == SUCCEEDED else None
        return f"{shown.headline} {shown.notice}" if shown else item.error or "It was cancelled."

    def item_link(self, item: Run) -> str:
        return self.link(item)

    def item_guid(self, item: Run) -> str:
        return tag_uri(f"{item.created_at:%Y-%m-%d}", "run", str(item.pk))

    def item_pubdate(self, item: Run) -> datetime | None:
        return item.finished_at

    def item_updateddate(self, item: Run) -> datetime | None:
        return item.finished_at

    def feed_guid(self, obj: Any = None) -> str:
        return tag_uri(f"{obj.created_at:%Y-%m-%d}", "run-feed", str(obj.pk))
