"""What is asked, reported and decided; every text a reader sends stays plain text for ever."""

from .log import LogEntry
from .mail import Mail
from .moderated import TEXT_LIMIT, Moderated
from .opinion import Opinion
from .question import Message, Question
from .report import Report
from .signals import SignalCount
from .texts import StoredText

__all__ = [
    "TEXT_LIMIT",
    "LogEntry",
    "Mail",
    "Message",
    "Moderated",
    "Opinion",
    "Question",
    "Report",
    "SignalCount",
    "StoredText",
]
