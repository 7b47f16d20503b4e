"""The WSGI entry point: a front that answers kept pages, around Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

from common.front import Front  # noqa: E402 - the models that it uses need the apps

application = Front(_django)
