"""``check_links [KEY …]``: do the addresses of sources still answer? By hand only."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kb import links


class Command(BaseCommand):
    help = (
        "Ask the web address of each source, with retries. Only this command, fetch_source "
        "and archive_sources connect to other sites. Exits with 1 when one is gone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("keys", metavar="KEY", nargs="*", help="sources; default all")
        parser.add_argument("--tries", type=int, default=3)
        parser.add_argument("--timeout", type=float, default=10.0, help="seconds for one answer")

    def handle(self, *args: Any, **options: Any) -> None:
        counts: dict[str, int] = {}
        for source, url in links.addresses():
            if options["keys"] and source.key not in options["keys"]:
                continue
            answer = links.check(url, tries=options["tries"], timeout=options["timeout"])
            links.keep(source, url, answer)
            counts[answer.state] = counts.get(answer.state, 0) + 1
            if answer.state != links.WORKS:
                kept = f" (archived: {source.archived_url})" if source.archived_url else ""
                self.stdout.write(f"{answer.state:>9}  {source.key}  {url}: {answer.detail}{kept}")
        self.stdout.write(
            ", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "none"
        )
        if counts.get(links.GONE):
            sys.exit(1)
