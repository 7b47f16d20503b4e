"""What every test may ask for."""

import pytest
from django.conf import settings as site
from hypothesis import HealthCheck, settings

from common import freshness
from tests.browsing import browser

__all__ = ["browser"]

# How long one example takes, and how long it takes to draw one, says how busy the machine is.
settings.register_profile("hedgelab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hedgelab")

# A password that nobody has to keep: a slow hash took a third of a second for every user.
site.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """A connection beside Django's would keep PostgreSQL from dropping the tests' database."""
    yield
    freshness.forget()
