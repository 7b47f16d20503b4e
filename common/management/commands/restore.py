"""``restore DIR``: load a backup into an empty database and check it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import archive
from common.signals import restored


class Command(BaseCommand):
    help = "Load a backup into a migrated, empty database; checks checksums, counts and references."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = archive.restore(options["folder"])
        except archive.ArchiveError as error:
            raise CommandError(str(error)) from None
        restored.send(sender=type(self))
        self.stdout.write(f"{sum(counts.values())} rows restored and checked")
