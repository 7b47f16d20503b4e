"""Triggers that renew the site's generation whenever a row that pages show is written.

In the database, not in signals: an UPDATE by queryset, a migration or an operator's own SQL
must not leave a stale page behind. ``settings.SHOWN_ON_PAGES`` lists the models.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections

EVENTS = ("INSERT", "UPDATE", "DELETE")
BUMP = "UPDATE common_generation SET number = number + 1"
FUNCTION = f"""
CREATE OR REPLACE FUNCTION common_renew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {BUMP};
  RETURN NULL;
END $$
"""


def tables() -> list[str]:
    """The tables of the listed models and of their many-to-many relations."""
    found = []
    for label in settings.SHOWN_ON_PAGES:
        model = apps.get_model(label)
        found.append(model._meta.db_table)
        found += [field.m2m_db_table() for field in model._meta.local_many_to_many]
    return sorted(set(found))


def install(*, using: str, **rest: Any) -> None:
    """Put the triggers in place; runs after every migrate and repeats nothing."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    if "common_generation" not in existing:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(FUNCTION)
        for table in tables():
            if table in existing:
                for event in EVENTS:
                    for statement in _statements(connection.vendor, table, event):
                        cursor.execute(statement)


def _statements(vendor: str, table: str, event: str) -> list[str]:
    name = f"renew_{table}_{event.lower()}"
    if vendor == "postgresql":
        return [
            f'CREATE OR REPLACE TRIGGER {name} AFTER {event} ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION common_renew()"
        ]
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f'CREATE TRIGGER {name} AFTER {event} ON "{table}" BEGIN {BUMP}; END',
    ]
