"""Score, ask to confirm, pre-run, send mail and forget: once, or again and again."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from questions.housekeeping import tend


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=float, default=0, metavar="SECONDS", help="repeat until stopped"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pause = threading.Event()
        while True:
            done = tend()
            if any(done.values()) or not options["every"]:
                self.stdout.write(", ".join(f"{count} {name}" for name, count in done.items()))
            if not options["every"] or pause.wait(options["every"]):
                return
            close_old_connections()
