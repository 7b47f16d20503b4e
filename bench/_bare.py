"""Bare Celery tasks on Redis, the base of the queue benchmark: they do nothing and say so.

``answered`` goes the way that Celery offers, with a result backend; ``nothing`` is heard of by
a push that somebody waits for, which no site does and nothing can undercut.
"""

import os

import redis
from celery import Celery

BROKER = os.environ["BARE_BROKER"]
app = Celery("bare", broker=BROKER, backend=BROKER, set_as_current=False)
app.conf.update(
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    task_default_queue="bare",
)
done = redis.Redis(unix_socket_path=os.environ["BARE_SOCKET"])


@app.task(name="bare.answered")
def answered() -> None:
    """Nothing, with its result in the backend."""


@app.task(name="bare.nothing", ignore_result=True)
def nothing(mark: str) -> None:
    done.rpush(mark, "done")
