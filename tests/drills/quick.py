"""Leases and sweeps in tenths of seconds, so that a drill sees many of them.

``DRILL=full`` keeps the real times. What is asserted are counts, which do not depend on it.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta

FULL = os.environ.get("DRILL") == "full"
RUNS, KILLS = (300, 150) if FULL else (30, 15)


def apply() -> None:
    from django.conf import settings

    from simulator import worker
    from simulator.models import leases
    from simulator.services import upkeep

    worker.HELPER = [sys.executable, "-m", "tests.drills.client", "work_off"]
    settings.RUN_CPU_LIMIT = float(os.environ.get("DRILL_CPU_LIMIT", "120"))
    if FULL:
        # Hundreds of runs behind dying workers wait longer than a reader would.
        leases.QUEUE_PATIENCE = timedelta(hours=3)
        return
    leases.LEASE = timedelta(seconds=2)
    upkeep.RING_AGAIN = timedelta(seconds=1)
    worker.SWEEP_EVERY = 0.5
    worker.DEAF_AFTER = 3.0
