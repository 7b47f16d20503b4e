"""``archive_sources [KEY …]``: archived copies of the pages that are cited. By hand only."""

from __future__ import annotations

import sys
import time
from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kb import archives, publishing
from kb.models import ArchiveCheck, Source

FOUND, MADE, NONE, FAILED = "found", "made", "without a copy", "could not be asked"


class Command(BaseCommand):
    help = (
        "Look in a public archive for a copy of every cited page that has none on record, and "
        "keep the address; with --ask, ask the archive to make one where it holds none. Slow on "
        "purpose. export_content DIR --edited writes what was found into the files. Exits with 1 "
        "when the archive could not be asked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        known = archives.Services()
        parser.add_argument("keys", metavar="KEY", nargs="*", help="sources; default all due")
        parser.add_argument("--ask", action="store_true", help="ask for a copy where none is held")
        parser.add_argument("--print", action="store_true", help="show what is due, ask nobody")
        parser.add_argument("--again", type=int, default=30, metavar="DAYS",
                            help="ask about a page again after so many days")  # fmt: skip
        parser.add_argument("--most", type=int, default=0, help="at most so many pages")
        parser.add_argument("--pause", type=float, default=5.0, help="seconds between two pages")
        parser.add_argument("--tries", type=int, default=3)
        parser.add_argument("--timeout", type=float, default=known.timeout)
        parser.add_argument("--lookup-service", default=known.lookup)
        parser.add_argument("--save-service", default=known.save)

    def handle(self, *args: Any, **options: Any) -> None:
        self.services = archives.Services(
            options["lookup_service"], options["save_service"], options["timeout"]
        )
        due = self._due(options["keys"], options["again"])[: options["most"] or None]
        if options["print"]:
            for source in due:
                self.stdout.write(f"{source.key}  {source.csl['URL']}")
            self.stdout.write(f"{len(due)} to be asked about")
            return
        counts: Counter[str] = Counter()
        for number, source in enumerate(due):
            if number:
                time.sleep(options["pause"])
            state, detail = self._one(source, ask=options["ask"], tries=options["tries"])
            counts[state] += 1
            self.stdout.write(f"{state:>18}  {source.key}  {detail}")
        self.stdout.write(
            ", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "none"
        )
        if counts[FOUND] + counts[MADE]:
            self.stdout.write("export_content DIR --edited writes them into sources.json")
        if counts[FAILED]:
            sys.exit(1)

    @staticmethod
    def _due(keys: list[str], again: int) -> list[Source]:
        rows = Source.objects.without_copy().order_by("key")
        if keys:
            found = list(rows.filter(key__in=keys))
            if missing := set(keys) - {source.key for source in found}:
                names = ", ".join(sorted(missing))
                raise CommandError(f"Not sources that stand on the web without a copy: {names}")
            return found
        lately = timezone.now() - timedelta(days=again)
        return list(rows.exclude(archive_check__asked_at__gt=lately))

    def _one(self, source: Source, *, ask: bool, tries: int) -> tuple[str, str]:
        url = str(source.csl["URL"])
        state = FOUND
        try:
            copy = archives.tried(
                lambda: archives.find(url, source.read_at, self.services), tries=tries
            )
            if not copy and ask:
                state = MADE
                copy = archives.tried(lambda: archives.save(url, self.services), tries=tries)
        except archives.Busy as busy:
            return FAILED, str(busy)
        except archives.Refused as refused:
            return NONE, self._note(source, f"a copy was refused: {refused}")
        if not copy:
            return NONE, self._note(source, "the archive holds none")
        publishing.keep_copy(source, copy)
        ArchiveCheck.objects.filter(source=source).delete()
        return state, copy

    @staticmethod
    def _note(source: Source, detail: str) -> str:
        said = {"url": source.csl["URL"], "detail": detail[:1000], "asked_at": timezone.now()}
        ArchiveCheck.objects.update_or_create(source=source, defaults=said)
        return detail
