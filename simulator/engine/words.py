"""Figures as headlines and descriptions say them: a true minus, a space before the ``%``."""

from __future__ import annotations


def percent(value: float, decimals: int = 1, *, sign: bool = False) -> str:
    """A fraction in per cent: ``−21.7 %``; ``sign`` also marks what is above nought: ``+1.3 %``.

    The space is one that no line breaks at.
    """
    written = f"{100.0 * value:{'+' if sign else ''}.{decimals}f}"
    return written.replace("-", "−") + "\N{NO-BREAK SPACE}%"


def points(value: float) -> str:
    """A difference of fractions in percentage points: ``+1.3 points``."""
    return f"{100.0 * value:+.1f} points".replace("-", "−")
