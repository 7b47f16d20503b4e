"""The only task there is. A message is a nudge: its worker takes the first of the queue, and on.

So messages may be lost, doubled, late or out of order, and a reader's run overtakes our
own re-runs without any help from the broker. A process that finds more to do goes on without
waiting for another message, for a while: then its parent may replace it or stop.
"""

from __future__ import annotations

from celery import shared_task
from django.db import close_old_connections

from . import doorbell, services, worker

IN_A_ROW = 20


@shared_task(name=doorbell.TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def run(run_id: str) -> None:
    """Compute what is first in the queue; ``run_id`` says which row rang."""
    close_old_connections()
    services.work_off(worker.name(), limits=worker.limits(), most=IN_A_ROW)
