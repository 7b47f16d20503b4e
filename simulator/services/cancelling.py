"""Anyone may stop an unfinished run; a later equal request simply starts a new one."""

from __future__ import annotations

from simulator.models import Run, leases


def cancel_run(run: Run) -> Run:
    """Ask for a stop and return the row as it is now; a finished run stays as it ended."""
    leases.request_cancel(run.pk)
    run.refresh_from_db()
    return run
