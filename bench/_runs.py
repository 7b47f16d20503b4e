"""The worker of the queue benchmark: the real one with tiny experiments, saying when it is done.

It tells by a push to the same Redis when a result stands, so that nobody has to ask, and by
another when the worker has nothing left to do.
"""

import importlib
import os

import redis
from celery.signals import task_postrun

from tests.drills.app import app

leases = importlib.import_module("simulator.models.leases")  # once Django is set up
done = redis.Redis(unix_socket_path=os.environ["BARE_SOCKET"])
stored = leases.succeed


def succeed(lease, document, text=None):
    held = stored(lease, document, text)
    done.rpush(f"run-{lease.run_id}", "done")
    return held


@task_postrun.connect
def rest(**_):
    done.rpush("rest", "idle")


leases.succeed = succeed

__all__ = ["app"]
