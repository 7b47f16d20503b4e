"""Figures in articles that are bound to runs, and turn red when they stop being true."""

from .binding import bind, complaints, marks
from .checking import (
    PUBLICATION_SEEDS,
    after_result,
    mark_due,
    nightly,
    queue_due,
    runs_for,
    settle,
    verify,
)
from .ledger import WORDS, badge, evidence, freshness, mark, measured_text, standing

__all__ = [
    "PUBLICATION_SEEDS",
    "WORDS",
    "after_result",
    "badge",
    "bind",
    "complaints",
    "evidence",
    "freshness",
    "mark",
    "mark_due",
    "marks",
    "measured_text",
    "nightly",
    "queue_due",
    "runs_for",
    "settle",
    "standing",
    "verify",
]
