"""``rebuild_search``: the whole index again, from what is published now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from kb import search


class Command(BaseCommand):
    help = "Rebuild the search index from everything that is published."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{search.rebuild()} documents")
