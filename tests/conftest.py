"""What every test may ask for."""

from tests.browsing import browser

__all__ = ["browser"]
