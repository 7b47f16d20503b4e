"""What surrounds a computation: its lease, its progress, its limits, its way out.

In a worker process a pulse thread beats every quarter lease, so that the lease holds
while numpy is busy for a while; it also learns of a cancellation and of a spent time
budget, and then interrupts the main thread by a signal. What does not react even to
that ends its process: the row survives, and the sweep decides.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any

from django.db import Error, connection

from simulator.engine.errors import EngineError, RunCancelled
from simulator.models import leases

log = logging.getLogger(__name__)
WRITE_EVERY, WRITE_FIRST = 0.5, 0.2
GRACE = 10.0
EXIT_STUCK = 70


@dataclass(frozen=True)
class Limits:
    """CPU and wall-clock seconds, and bytes beyond what the process has at the start."""

    cpu_seconds: float = 120.0
    wall_seconds: float = 480.0
    memory_bytes: int = 1_000_000_000


class LeaseLost(Exception):
    """Somebody else holds the run by now, or it has ended."""


class LimitReached(EngineError):
    """The computation needs more than one run may have."""


class Watch:
    """Use as a context manager around one computation; hand it ``progress``."""

    def __init__(self, lease: leases.Lease, limits: Limits | None) -> None:
        self.lease = lease
        self.limits = limits
        self.fraction, self.stage = 0.0, ""
        # What ends within a moment needs no progress: its one write would double its cost.
        self.written = time.monotonic() + WRITE_FIRST - WRITE_EVERY
        self.reason: BaseException | None = None
        self.done = threading.Event()
        self.thread: threading.Thread | None = None

    def __enter__(self) -> Watch:
        self.stack = contextlib.ExitStack()
        if self.limits is not None:
            self.stack.enter_context(_memory_limit(self.limits.memory_bytes))
            self.stack.enter_context(_interruptible(self))
            self.cpu_at_start, self.began = time.process_time(), time.monotonic()
            self.thread = threading.Thread(target=self._pulse, name="pulse", daemon=True)
            self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.done.set()
        self.stack.close()
        if self.thread is not None:
            self.thread.join()

    def progress(self, fraction: float, stage: str) -> None:
        """Called by the experiment: at most two writes a second, and the way to stop."""
        if self.reason is not None:
            raise self.reason
        self.fraction, self.stage = float(fraction), str(stage)
        now = time.monotonic()
        if now - self.written < WRITE_EVERY:
            return
        self.written = now
        self._beat(progress=self.fraction, stage=self.stage)
        if self.reason is not None:
            raise self.reason

    def _heed(self, beat: leases.Beat) -> None:
        if not beat.held:
            self.reason = LeaseLost()
        elif beat.cancelled:
            self.reason = RunCancelled("stopped on request")

    def _pulse(self) -> None:
        """Beat until the computation is done; interrupt it when it has to stop."""
        pulse = leases.LEASE.total_seconds() / 4
        next_beat = time.monotonic() + pulse
        try:
            while not self.done.wait(min(0.25, pulse / 2)):
                self._spend()
                if self.reason is None and time.monotonic() >= next_beat:
                    next_beat = time.monotonic() + pulse
                    self._beat()
                if self.reason is not None:
                    self._interrupt()
                    return
        finally:
            connection.close()

    def _beat(self, **state: Any) -> None:
        try:
            self._heed(leases.beat(self.lease, **state))
        except Error:
            # The lease has three more beats; if the database stays away, it lapses.
            log.warning("A heartbeat of run %s was not written.", self.lease.run_id)
            connection.close()

    def _spend(self) -> None:
        assert self.limits is not None
        spent = time.process_time() - self.cpu_at_start
        waited = time.monotonic() - self.began
        if spent > self.limits.cpu_seconds or waited > self.limits.wall_seconds:
            self.reason = LimitReached(
                f"The computation took longer than a run may: {self.limits.cpu_seconds:g} CPU "
                f"seconds within {self.limits.wall_seconds:g} seconds. Try smaller values"
            )

    def _interrupt(self) -> None:
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGXCPU)
        if self.done.wait(GRACE):
            return
        # Deep inside native code: nothing but the end of the process stops it.
        if isinstance(self.reason, RunCancelled):
            leases.stop(self.lease)
        elif isinstance(self.reason, LimitReached):
            leases.fail(self.lease, f"{self.reason}.")
        log.error("Run %s did not stop; its process ends.", self.lease.run_id)
        os._exit(EXIT_STUCK)


@contextlib.contextmanager
def _interruptible(watch: Watch) -> Iterator[None]:
    """Within, SIGXCPU raises the watch's reason wherever the main thread is."""

    def handler(number: int, frame: FrameType | None) -> Any:
        if watch.reason is not None and not watch.done.is_set():
            raise watch.reason

    before = signal.signal(signal.SIGXCPU, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGXCPU, before if before is not None else signal.SIG_DFL)


@contextlib.contextmanager
def _memory_limit(extra: int) -> Iterator[None]:
    """Refuse allocations beyond what the process has now plus ``extra`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    now = _data_bytes()
    wanted = now + extra if hard == resource.RLIM_INFINITY else min(now + extra, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """Private writable memory of this process, as RLIMIT_DATA counts it on Linux."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[5]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 2_000_000_000
