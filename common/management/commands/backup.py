"""``backup DIR``: everything a site needs, with checksums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import archive


class Command(BaseCommand):
    help = "Write every row of the site into DIR as JSON Lines with a manifest of checksums."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = archive.write(options["folder"])
        except archive.ArchiveError as error:
            raise CommandError(str(error)) from None
        rows = sum(part["rows"] for part in manifest["parts"])
        self.stdout.write(f"{rows} rows in {len(manifest['parts'])} files")
