"""The queue. It only nudges: the rows of ``simulator.Run`` are the truth."""

import os

from celery import Celery

from common import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

broker.install()
app = Celery("hedgelab")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
