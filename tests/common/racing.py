"""Readers in threads beside a writer: none may see less than was committed before it looked."""

import threading
from collections.abc import Callable
from typing import Any

from common import freshness


def nothing_is_missed(
    newest: Callable[[], int | None], raise_it: Callable[[], Any], *, looks: int
) -> None:
    """Four readers of ``looks`` looks each, while the number is raised from 100 to 300."""
    wrong, committed = [], [100]

    def read() -> None:
        for _ in range(looks):
            low = committed[0]
            seen = newest()
            if seen is None or seen < low:
                wrong.append((low, seen))
        freshness.forget()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(101, 301):
        raise_it()
        committed[0] = number
    for reader in readers:
        reader.join()
    assert not wrong
