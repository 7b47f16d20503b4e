"""``publish_due``: make approved drafts public whose moment has come."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from kb import publishing


class Command(BaseCommand):
    help = "Publish approved drafts whose scheduled moment has come."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(
            f"{publishing.publish_due()} published, {publishing.withdraw_due()} withdrawn"
        )
