"""``manage.py work_off``: compute what waits, straight from the table, without a broker."""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection

from common.processes import die_with_parent
from simulator import services, worker


class Command(BaseCommand):
    help = "Compute waiting runs one after another; with --forever, keep looking for more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--forever", action="store_true")

    def handle(self, *, forever: bool, **options: Any) -> None:
        die_with_parent()
        signal.signal(signal.SIGTERM, _leave)
        worker.load_engine()
        if not forever:
            services.work_off(worker.name(), limits=worker.limits())
            return
        sweep = worker.SweepThread(slots=1)
        sweep.start()
        while True:
            try:
                if services.work_off(worker.name(), limits=worker.limits()) == 0:
                    time.sleep(0.25)
            except Error:
                connection.close()
                time.sleep(1)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
