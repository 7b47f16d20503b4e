"""Remove address hashes, e-mail addresses and mail texts whose time is over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from questions.retention import forget


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(", ".join(f"{count} {name}" for name, count in forget().items()))
