"""What happened, for those who keep pages and claims in step."""

from django.dispatch import Signal

result_attached = Signal()
"""An example shows a new stored result: ``example``, ``run``."""

computed = Signal()
"""A run ended well and what shows it was renewed: ``run``."""

daily = Signal()
"""Sent once a day by one worker, after the examples were queued again."""

warmed = Signal()
"""Every example was named with today's engine and data, and what is due was queued."""
