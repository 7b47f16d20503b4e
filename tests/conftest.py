"""What every test may ask for."""

from hypothesis import HealthCheck, settings

from tests.browsing import browser

__all__ = ["browser"]

# How long one example takes, and how long it takes to draw one, says how busy the machine is.
settings.register_profile("hedgelab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hedgelab")
