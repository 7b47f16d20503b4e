"""Which tables a page reads: for tests of what its parts are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_TABLE = re.compile(r'(?:FROM|JOIN)\s+"?([a-z_]+)"?', re.IGNORECASE)


def asked_tables(queries: Iterable[Mapping[str, Any]]) -> set[str]:
    """The tables that captured queries read."""
    reading = [one["sql"] for one in queries if one["sql"].lstrip().startswith(("SELECT", "WITH"))]
    return {table for sql in reading for table in _TABLE.findall(sql)}
