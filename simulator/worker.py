"""What a Celery worker does besides tasks: load the engine once, sweep, and go down whole."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Any

from celery import bootsteps, current_app
from celery.signals import worker_init, worker_process_init
from django.conf import settings
from django.db import Error, connection

from common.processes import die_with_parent
from kb import publishing

from . import services
from .services.watching import Limits

log = logging.getLogger(__name__)
SWEEP_EVERY = 5.0
DEAF_AFTER = 10.0
HELPER = [sys.executable, str(settings.BASE_DIR / "manage.py"), "work_off"]


_parent: int | None = None


def name() -> str:
    """Host, worker and the process that computes: the worker's own are told by their beginning."""
    return f"{family()}{os.getpid()}"


def family() -> str:
    """How the names of all processes of this worker begin."""
    return f"{socket.gethostname()}:{_parent or os.getpid()}/"


def limits() -> Limits:
    return Limits(
        cpu_seconds=float(getattr(settings, "RUN_CPU_LIMIT", 120.0)),
        memory_bytes=int(getattr(settings, "RUN_MEMORY_LIMIT", 1_000_000_000)),
    )


@worker_init.connect  # type: ignore[untyped-decorator]
def load_engine(**_: Any) -> None:
    """Import numpy, scipy and every experiment in the parent, so that children share the pages.

    One thread each: two children on two cores must not start four.
    """
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    services.preload()
    # A pool of connections lives by its threads, and no thread survives a fork.
    if connection.settings_dict["OPTIONS"].pop("pool", None):
        connection.settings_dict |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


@worker_process_init.connect  # type: ignore[untyped-decorator]
def enter_child(**_: Any) -> None:
    """A child must not outlive its parent: its run is somebody else's by then."""
    global _parent
    die_with_parent()
    _parent = os.getppid()
    # After the fork the handlers of the parent make no sense for a computation.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Sweeper(bootsteps.StartStopStep):  # type: ignore[misc]
    """A thread of the worker's parent that sweeps whether or not the broker is there."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.thread: SweepThread | None = None

    def start(self, parent: Any) -> None:
        self.thread = SweepThread(slots=int(parent.concurrency or 1))
        self.thread.start()

    def stop(self, parent: Any) -> None:
        if self.thread is not None:
            self.thread.stop()

    def terminate(self, parent: Any) -> None:
        """The children end now, finished or not; the parent outlives them long enough to say so."""
        if self.thread is not None:
            self.thread.stop(family())


class SweepThread(threading.Thread):
    """Beats for its worker, ends what is left behind, rings for what waits, helps the deaf."""

    def __init__(self, slots: int) -> None:
        super().__init__(name="sweep", daemon=True)
        self.slots = slots
        self.over = threading.Event()
        self.busy = threading.RLock()
        self.helper: subprocess.Popen[bytes] | None = None
        # A child forked in the middle of a pass would inherit a locked database library.
        os.register_at_fork(
            before=self.busy.acquire,
            after_in_parent=self.busy.release,
            after_in_child=self.busy.release,
        )

    def run(self) -> None:
        while not self.over.is_set():
            with self.busy:
                self._pass()
                self._help_if_nobody_listens()
            self.over.wait(SWEEP_EVERY)

    def _pass(self) -> None:
        self.unserved = False
        try:
            services.beat_worker(name(), self.slots)
            swept = services.look_after_queue()
            services.daily_work()
            publishing.publish_due()
            publishing.withdraw_due()
            self.unserved = bool(swept.waiting) and services.is_unserved(DEAF_AFTER)
        except Error:
            log.warning("A sweep was not done; the next one follows.", exc_info=True)
        except Exception:
            log.exception("A sweep failed.")
        finally:
            connection.close()

    def _help_if_nobody_listens(self) -> None:
        """Rows wait while workers are free: the broker is down or this worker is deaf.

        Then the table is the queue, and a process of its own works it off.
        """
        if self.helper is not None and self.helper.poll() is None:
            return
        self.helper = None
        if self.unserved and not self.over.is_set():
            log.warning("Runs wait although workers are free; working them off directly.")
            self.helper = subprocess.Popen(HELPER, stdin=subprocess.DEVNULL)

    def stop(self, hand_back: str = "") -> None:
        self.over.set()
        with self.busy:
            helper = self.helper
        try:
            if helper is not None:
                self._dismiss_helper(helper)
            services.dismiss_worker(name(), hand_back)
        except Error:
            log.debug("The worker's row stays and grows old.", exc_info=True)

    def _dismiss_helper(self, helper: subprocess.Popen[bytes]) -> None:
        """End the helper for certain, and only then hand back what it was computing."""
        helper.terminate()
        try:
            helper.wait(3.0)
        except subprocess.TimeoutExpired:
            helper.kill()
            helper.wait()
        host = socket.gethostname()
        services.dismiss_worker(f"{host}:{helper.pid}/{helper.pid}", f"{host}:{helper.pid}/")


current_app.steps["worker"].add(Sweeper)
