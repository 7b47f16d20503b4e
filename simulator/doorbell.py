"""Tell the workers that there is work. Losing a ring loses nothing: the row is in the table.

A ring must never hold up a reader, so the broker gets 0.2 seconds, and after a failure
nobody rings for 5 seconds; the sweep rings again for whatever waits.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from typing import Any

from celery import current_app
from kombu.connection import Connection

log = logging.getLogger(__name__)
TASK = "simulator.run"
PATIENCE = 0.2
QUIET_AFTER_FAILURE = 5.0
URGENT, PATIENT = 0, 9

_state = threading.local()
_lock = threading.Lock()
_quiet_until = 0.0
counts = {"rung": 0, "failed": 0, "skipped": 0}


def ring(run_id: uuid.UUID, *, urgent: bool = True) -> bool:
    """Send one nudge; False when the broker did not take it. Never raises, never blocks long."""
    if time.monotonic() < _quiet_until:
        _count("skipped")
        return False
    try:
        current_app.send_task(
            TASK,
            args=[str(run_id)],
            priority=URGENT if urgent else PATIENT,
            connection=_connection(),
            retry=False,
            ignore_result=True,
        )
    except Exception as error:
        _be_quiet()
        _count("failed")
        log.warning("The broker did not take a ring (%s); the sweep rings again.", error)
        return False
    _count("rung")
    return True


def enough(slots: int) -> int:
    """How many rings wake everybody: whoever is woken goes on while there is work."""
    return 2 * slots


def answers() -> bool:
    """Whether the broker answers a ping within the patience of a ring."""
    try:
        channel = _connection().default_channel
        return bool(channel.client.ping())
    except Exception:
        forget_connection()
        return False


def _connection() -> Any:
    """One connection a thread, with short timeouts and no retries of its own."""
    found = getattr(_state, "connection", None)
    if found is None:
        app = current_app
        found = Connection(  # type: ignore[no-untyped-call]
            app.conf.broker_write_url or app.conf.broker_url,
            connect_timeout=PATIENCE,
            transport_options={
                **(app.conf.broker_transport_options or {}),
                "socket_timeout": PATIENCE,
                "socket_connect_timeout": PATIENCE,
                "retry_on_timeout": False,
                "max_retries": 0,
                "health_check_interval": 0,
            },
        )
        _state.connection = found
    return found


def forget_connection() -> None:
    """Drop this thread's connection; the next ring opens another."""
    found = getattr(_state, "connection", None)
    _state.connection = None
    if found is not None:
        try:
            found.release()
        except Exception:
            log.debug("A broken connection could not be released.", exc_info=True)


def _be_quiet() -> None:
    global _quiet_until
    with _lock:
        _quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
    forget_connection()


def _count(what: str) -> None:
    with _lock:
        counts[what] += 1
