"""``sync_content [DIR] [--check]``: content files into rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kb import importer
from kb.frontmatter import ContentError

MOST = 50  # problems shown at once


class Command(BaseCommand):
    help = "Load or update articles, terms, sources and examples from files; all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dir", nargs="?", type=Path, default=None)
        parser.add_argument("--check", action="store_true", help="try everything, keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["dir"] or settings.CONTENT_DIR
        try:
            outcome = importer.sync(Path(folder), check=options["check"])
        except ContentError as error:
            shown = list(map(str, error.problems[:MOST]))
            if len(error.problems) > MOST:
                shown.append(f"… and {len(error.problems) - MOST} more")
            raise CommandError("\n".join([*shown, "Nothing was changed."])) from None
        if outcome.notices and options["verbosity"] > 1:
            self.stdout.write("\n".join(outcome.notices))
        elif outcome.notices:
            self.stdout.write(f"{len(outcome.notices)} questions to authors; -v 2 lists them")
        counts = outcome.counts
        self.stdout.write(
            f"{counts.created} created, {counts.updated} updated, {counts.unchanged} unchanged"
        )
