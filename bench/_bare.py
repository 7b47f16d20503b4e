"""A bare Celery task on Redis, the base of the queue benchmark: it does nothing and says so."""

import os

import redis
from celery import Celery

app = Celery("bare", broker=os.environ["BARE_BROKER"], set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    task_default_queue="bare",
)
done = redis.Redis(unix_socket_path=os.environ["BARE_SOCKET"])


@app.task(name="bare.nothing")
def nothing(mark: str) -> None:
    done.rpush(mark, "done")
