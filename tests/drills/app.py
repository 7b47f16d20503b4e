"""The Celery application of drill workers: the real one, with tiny experiments and quick times."""

import django

from config.celery import app

django.setup()

from tests.drills import quick, tiny  # noqa: E402

tiny.register_only()
quick.apply()

__all__ = ["app"]
