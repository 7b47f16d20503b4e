"""What every app may want to hear of the site as a whole."""

from django.dispatch import Signal

restored = Signal()
"""Sent once after ``restore`` has committed: rebuild whatever is derived from rows."""
