"""Keep a handful of processes up together, and take them down together.

Each child leads a session of its own, so that a Ctrl-C in the terminal reaches only the
supervisor, which stops the others in order. The kernel ends them should the supervisor
be killed (``die_with_parent``). A child that dies is started again at once; one that
keeps dying, after a growing pause.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from .processes import die_with_parent

LOOK_EVERY = 0.1
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)
STEADY = 20.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Say = Callable[[str], None]


@dataclass
class Child:
    """One process to keep.

    ``patience``: seconds to stop by itself before it is killed. Of one that ``is_chatty``
    only what it writes to stderr is shown.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 10.0
    is_chatty: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float | None = None

    def start(self) -> None:
        self.started, self.start_at = time.monotonic(), None
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self.is_chatty else None,
            start_new_session=True,
            preexec_fn=die_with_parent,  # the supervisor has one thread, so this is safe
        )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def died(self) -> int:
        """Note a death and plan the next start; how it ended."""
        assert self.process is not None
        lasted = time.monotonic() - self.started
        self.deaths = 1 if lasted > STEADY else self.deaths + 1
        pause = PAUSES[min(self.deaths - 1, len(PAUSES) - 1)]
        self.start_at = time.monotonic() + pause
        return int(self.process.returncode)

    def signal(self, number: signal.Signals) -> None:
        if self.is_running:
            assert self.process is not None
            self.process.send_signal(number)

    def kill_group(self) -> None:
        """End the child and whatever it started in its session."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Starts children in order, watches them, stops them in reverse order."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.children: list[Child] = []
        self.stops = 0

    def catch_signals(self) -> None:
        """Take over the ways of stopping; a second one ends everything at once."""
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stops += 1

    @property
    def is_stopping(self) -> bool:
        return self.stops > 0

    def add(self, child: Child) -> Child:
        self.children.append(child)
        child.start()
        return child

    def look(self) -> None:
        """Start again what has died and is due."""
        for child in self.children:
            if child.is_running or self.is_stopping:
                continue
            if child.start_at is None:
                code = child.died()
                self.say(f"The {child.name} ended ({ended(code)}); starting it again.")
            if child.start_at is not None and time.monotonic() >= child.start_at:
                child.start()

    def wait_for(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Watch until the condition holds; False when time ran out or a stop came."""
        deadline = time.monotonic() + seconds
        while not self.is_stopping:
            if condition():
                return True
            if time.monotonic() > deadline:
                return False
            self.look()
            time.sleep(LOOK_EVERY)
        return False

    def watch(self) -> None:
        """Until somebody stops it."""
        while not self.is_stopping:
            self.look()
            time.sleep(LOOK_EVERY)

    def stop(self) -> None:
        """Ask each child, last started first, and kill what does not heed."""
        for child in reversed(self.children):
            child.signal(signal.SIGTERM)
            deadline = time.monotonic() + child.patience
            while child.is_running and time.monotonic() < deadline and self.stops < 2:
                time.sleep(0.05)
            child.kill_group()
            if child.process is not None:
                child.process.wait()


def ended(code: int) -> str:
    """How a process ended, in words."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"by {signal.Signals(-code).name}"
    return f"exit code {code}"
