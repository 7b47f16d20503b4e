"""Rows by plain SQL where the cost of building a query would be most of a search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection


def select(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement that both databases understand."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def places(values: Sequence[Any]) -> str:
    """``%s, %s, %s``"""
    return ", ".join(["%s"] * len(values))
