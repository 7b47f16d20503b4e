"""The newest generation at the price of a look into shared memory.

SQLite tells a connection whether any other has committed since it last asked (``PRAGMA
data_version``: exact, across processes, answered from the file's shared memory). So each thread
holds one connection that never writes, and reads the generation again only after a commit of
anybody. Where that cannot be (PostgreSQL, a database in memory) there is no short way, and
``newest`` says ``None``: ask as usual.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

NEWEST = "SELECT number FROM common_generation"
# As long as Django keeps its own connection: then a file that was put in its place is opened.
HELD = 60.0

_local = threading.local()


@dataclass
class _Held:
    raw: sqlite3.Connection
    process: int
    opened_at: float
    version: int = -1
    number: int | None = None


def newest(path: Path | None = None) -> int | None:
    """The generation that every later reader will see at least, or None to ask the slow way."""
    path = path or _file()
    if path is None:
        return None
    try:
        held = _held(path)
        # All rows are fetched each time: an unfinished statement would hold on to an old state.
        version = held.raw.execute("PRAGMA data_version").fetchall()[0][0]
        if version != held.version:
            rows = held.raw.execute(NEWEST).fetchall()
            held.version, held.number = version, rows[0][0] if rows else None
        return held.number
    except sqlite3.Error:
        _forget()
        return None


def _file() -> Path | None:
    """The database's file, if there is one."""
    database = connection.settings_dict
    name = str(database["NAME"])
    if not database["ENGINE"].endswith("sqlite3") or "memory" in name or ":" in name:
        return None
    return Path(name)


def _held(path: Path) -> _Held:
    held: _Held | None = getattr(_local, "held", None)
    now = time.monotonic()
    if held is None or held.process != os.getpid() or now - held.opened_at > HELD:
        _forget()
        address = f"{path.absolute().as_uri()}?mode=ro"
        raw = sqlite3.connect(address, uri=True, isolation_level=None, timeout=1.0)
        held = _local.held = _Held(raw, os.getpid(), now)
    return held


def _forget() -> None:
    held: _Held | None = getattr(_local, "held", None)
    if held is not None:
        _local.held = None
        if held.process == os.getpid():  # a parent's connection is not ours to close
            held.raw.close()
