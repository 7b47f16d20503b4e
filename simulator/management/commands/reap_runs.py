"""``manage.py reap_runs``: one pass of the sweep by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from simulator import services


class Command(BaseCommand):
    help = "Finish or announce again the runs whose worker died."

    def handle(self, **options: Any) -> None:
        swept = services.look_after_queue()
        self.stdout.write(
            f"{swept.ended} ended, {swept.rung} announced again, {swept.waiting} waiting"
        )
