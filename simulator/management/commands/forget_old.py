"""``manage.py forget_old``: retention by hand; a worker does the same once a day."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from simulator import services


class Command(BaseCommand):
    help = "Delete failed and cancelled runs and traces of clients older than --days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *, days: int, **options: Any) -> None:
        counts = services.forget(before=timezone.now() - timedelta(days=days))
        self.stdout.write(", ".join(f"{number} {name}" for name, number in counts.items()))
