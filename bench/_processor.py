"""Processor time of a process with all its threads and descendants, from the scheduler."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


def seconds(pid: int) -> float:
    total = 0
    for one in family(pid):
        for thread in _threads(one):
            with contextlib.suppress(OSError):
                total += int((thread / "schedstat").read_text().split()[0])
    return total / 1e9


def family(pid: int) -> Iterator[int]:
    yield pid
    for thread in _threads(pid):
        with contextlib.suppress(OSError):
            for child in (thread / "children").read_text().split():
                yield from family(int(child))


def _threads(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []
