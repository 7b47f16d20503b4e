"""The only task there is. A message is a nudge: its worker takes the first of the queue.

So messages may be lost, doubled, late or out of order, and a reader's run overtakes our
own re-runs without any help from the broker.
"""

from __future__ import annotations

from celery import shared_task

from . import doorbell, services, worker


@shared_task(name=doorbell.TASK, ignore_result=True)  # type: ignore[untyped-decorator]
def run(run_id: str) -> None:
    """Compute whatever is first in the queue; ``run_id`` says which row rang."""
    services.execute_run(None, worker.name(), limits=worker.limits())
