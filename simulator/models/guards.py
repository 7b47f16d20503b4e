"""What the database itself refuses: a terminal state that changes, a result out of place.

Triggers, because every writer must obey them: a worker that came back from the dead,
the admin, a hand at the SQL prompt. They are installed after every ``migrate`` rather
than by one migration, because SQLite rebuilds a table on later changes and drops its
triggers with the old one.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

SQLITE = (
    "DROP TRIGGER IF EXISTS run_terminal_states_never_change",
    """
    CREATE TRIGGER run_terminal_states_never_change
    BEFORE UPDATE OF status, finished_at, fingerprint ON simulator_run
    WHEN OLD.status IN ('succeeded', 'failed', 'cancelled')
     AND (NEW.status IS NOT OLD.status OR NEW.finished_at IS NOT OLD.finished_at
          OR NEW.fingerprint IS NOT OLD.fingerprint)
    BEGIN SELECT RAISE(ABORT, 'a finished run never changes'); END
    """,
    "DROP TRIGGER IF EXISTS result_only_of_success",
    """
    CREATE TRIGGER result_only_of_success
    BEFORE INSERT ON simulator_runresult
    WHEN (SELECT status FROM simulator_run WHERE id = NEW.run_id) IS NOT 'succeeded'
    BEGIN SELECT RAISE(ABORT, 'only a run that succeeded has a result'); END
    """,
    "DROP TRIGGER IF EXISTS result_never_changes",
    """
    CREATE TRIGGER result_never_changes
    BEFORE UPDATE ON simulator_runresult
    BEGIN SELECT RAISE(ABORT, 'a result never changes'); END
    """,
)

POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION hedgelab_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE OR REPLACE FUNCTION hedgelab_result_of_success() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT status FROM simulator_run WHERE id = NEW.run_id) IS DISTINCT FROM 'succeeded' THEN
        RAISE EXCEPTION 'only a run that succeeded has a result'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE OR REPLACE TRIGGER run_terminal_states_never_change
    BEFORE UPDATE OF status, finished_at, fingerprint ON simulator_run FOR EACH ROW
    WHEN (OLD.status IN ('succeeded', 'failed', 'cancelled')
      AND (NEW.status IS DISTINCT FROM OLD.status
           OR NEW.finished_at IS DISTINCT FROM OLD.finished_at
           OR NEW.fingerprint IS DISTINCT FROM OLD.fingerprint))
    EXECUTE FUNCTION hedgelab_refuse('a finished run never changes')
    """,
    """
    CREATE OR REPLACE TRIGGER result_only_of_success
    BEFORE INSERT ON simulator_runresult FOR EACH ROW
    EXECUTE FUNCTION hedgelab_result_of_success()
    """,
    """
    CREATE OR REPLACE TRIGGER result_never_changes
    BEFORE UPDATE ON simulator_runresult FOR EACH ROW
    EXECUTE FUNCTION hedgelab_refuse('a result never changes')
    """,
)


def install(using: str = "default", **_: Any) -> None:
    """Put the triggers in place; a receiver of ``post_migrate``, safe to repeat."""
    connection = connections[using]
    if "simulator_runresult" not in connection.introspection.table_names():
        return
    statements = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
