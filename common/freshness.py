"""The newest generation at a small part of what asking through Django costs.

SQLite tells a connection whether any other has committed since it last asked (``PRAGMA
data_version``: exact, across processes, answered from the file's shared memory). So each thread
holds one connection that never writes, and reads the generation again only after a commit of
anybody. PostgreSQL tells nobody so at once, so there each thread asks for the number on a
connection of its own, by a prepared statement of libpq: it sees what was committed before it asked.

Where neither can be (a database in memory, a server that is away) ``newest`` says ``None``: ask
as usual. A connection that fails is left alone for a second, then opened anew.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connection

NEWEST = "SELECT number FROM common_generation"
# As long as Django keeps its own connection: then a file that was put in its place is opened.
HELD = 60.0
# How long a server that is away is not asked for: the request goes on to Django, which asks it.
PAUSE = 1.0

_local = threading.local()
_inherited: list[Any] = []  # a parent's connections, kept from being closed under it


@dataclass
class _Held:
    """A connection of this thread: sqlite3's, or libpq's own."""

    raw: Any
    process: int
    opened_at: float
    version: int = -1
    number: int | None = None
    is_prepared: bool = False


def newest(path: Path | None = None) -> int | None:
    """The generation that every later reader will see at least, or None to ask the slow way."""
    database = connection.settings_dict
    if path is None and database["ENGINE"].endswith("postgresql"):
        return _on_server()
    path = path or _file(database["ENGINE"], str(database["NAME"]))
    return _in_file(path) if path is not None else None


def forget() -> None:
    """Close this thread's connection."""
    held: _Held | None = getattr(_local, "held", None)
    if held is None:
        return
    _local.held = None
    if held.process != os.getpid():
        _inherited.append(held.raw)
    elif isinstance(held.raw, sqlite3.Connection):
        held.raw.close()
    else:
        held.raw.finish()


# SQLite --------------------------------------------------------------------------------------


def _in_file(path: Path) -> int | None:
    try:
        held = _held(path)
        # All rows are fetched each time: an unfinished statement would hold on to an old state.
        version = held.raw.execute("PRAGMA data_version").fetchall()[0][0]
        if version != held.version:
            rows = held.raw.execute(NEWEST).fetchall()
            held.version, held.number = version, rows[0][0] if rows else None
        return held.number
    except sqlite3.Error:
        forget()
        return None


@lru_cache(maxsize=8)
def _file(engine: str, name: str) -> Path | None:
    """The database's file, if there is one."""
    if not engine.endswith("sqlite3") or "memory" in name or ":" in name:
        return None
    return Path(name)


def _held(path: Path) -> _Held:
    held: _Held | None = getattr(_local, "held", None)
    now = time.monotonic()
    if held is None or held.process != os.getpid() or now - held.opened_at > HELD:
        forget()
        address = f"{path.absolute().as_uri()}?mode=ro"
        raw = sqlite3.connect(address, uri=True, isolation_level=None, timeout=1.0)
        held = _local.held = _Held(raw, os.getpid(), now)
    return held


# PostgreSQL ----------------------------------------------------------------------------------


def _on_server() -> int | None:
    import psycopg
    from psycopg import pq

    if time.monotonic() < getattr(_local, "not_before", 0.0):
        return None
    held: _Held | None = getattr(_local, "held", None)
    with contextlib.suppress(psycopg.Error):
        if held is None or held.process != os.getpid():
            forget()
            raw = pq.PGconn.connect(_address())
            held = _local.held = _Held(raw, os.getpid(), time.monotonic())
            # A pooler between us may not keep statements; then it is asked the plain way.
            held.is_prepared = not getattr(_local, "is_plain", False)
            if held.is_prepared:
                raw.prepare(b"newest", NEWEST.encode())
        found = (
            held.raw.exec_prepared(b"newest", None)
            if held.is_prepared
            else held.raw.exec_(NEWEST.encode())
        )
        if found.status == pq.ExecStatus.TUPLES_OK:
            return int(found.get_value(0, 0)) if found.ntuples else None
        _local.is_plain = held.raw.status == pq.ConnStatus.OK
    forget()
    _local.not_before = time.monotonic() + PAUSE
    return None


def _address() -> bytes:
    """Where Django's own connections go, as libpq reads it."""
    from psycopg.conninfo import make_conninfo

    ours = ("pool", "context", "cursor_factory", "prepare_threshold", "autocommit")
    given = connection.get_connection_params()
    return make_conninfo(**{k: v for k, v in given.items() if k not in ours}).encode()
