"""``content_report``: what editors should look at, one finding a line."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from kb import reports


class Command(BaseCommand):
    help = "List late reviews, ambiguous and wanted words, unused terms and sources, misses."

    def handle(self, *args: Any, **options: Any) -> None:
        for line in reports.lines():
            self.stdout.write(line)
