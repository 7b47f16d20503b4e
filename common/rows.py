"""Rows by plain SQL where the cost of building a query would be most of what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models


def select(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a statement that both databases understand."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def several(statements: Sequence[str], values: Sequence[Any]) -> list[list[tuple[Any, ...]]]:
    """The rows of each, all asked with the same values on one cursor."""
    found = []
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
            found.append(list(cursor.fetchall()))
    return found


def insert(table: str, names: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    """Rows that no object is made for: of thousands, the objects would be most of the cost."""
    into = ", ".join(names)
    statement = f"INSERT INTO {table} ({into}) VALUES ({places(names)})"  # noqa: S608 - our names
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def places(values: Sequence[Any]) -> str:
    """``%s, %s, %s``"""
    return ", ".join(["%s"] * len(values))


# Neither database's driver makes an object of what is text already.
_AS_TEXT = (models.DateField, models.BooleanField, models.UUIDField, models.DecimalField)


@lru_cache(maxsize=100)
def columns(model: type[models.Model], alias: str, without: tuple[str, ...] = ()) -> str:
    """Every column of a model's table but some, so that one that comes later is among them.

    Plain values only: what is neither number nor text comes as text.
    """
    quote = connection.ops.quote_name
    found = []
    for field in model._meta.concrete_fields:
        if field.name not in without:
            column = f"{alias}.{quote(field.column or field.name)}"
            kind = field.target_field if isinstance(field, models.ForeignKey) else field
            found.append(f"CAST({column} AS TEXT)" if isinstance(kind, _AS_TEXT) else column)
    return ", ".join(found)
