"""Tell the moderators by mail when the queue is long or old; meant to run daily."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from questions.health import send_digest
from questions.notifications import deliver


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--over", type=int, default=10, help="items that are too many")
        parser.add_argument("--older", type=float, default=48, help="hours that are too long")

    def handle(self, *args: Any, **options: Any) -> None:
        queued = send_digest(over=options["over"], older=dt.timedelta(hours=options["older"]))
        deliver()
        self.stdout.write(f"{queued} digests")
