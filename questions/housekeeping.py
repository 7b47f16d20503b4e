"""What happens after a reader has been answered: score, confirm, pre-run, send, forget.

Every step looks at rows, so a step that was missed is made up for by the next round, and
two rounds at once do no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from . import advice, notifications, prerun, retention, spam
from .models import Question, Report

log = logging.getLogger(__name__)
BATCH = 200


def tend() -> dict[str, int]:
    """One round of all steps; a step that fails is logged and the others still run."""
    steps: dict[str, Callable[[], int]] = {
        "scored": score_new,
        "confirmations": queue_confirmations,
        "preruns": start_preruns,
        "sent": lambda: notifications.deliver()[0],
        "forgotten": lambda: sum(retention.forget().values()),
    }
    done = {}
    for name, step in steps.items():
        try:
            done[name] = step()
        except Exception:
            log.exception("housekeeping step %s failed", name)
    return done


def score_new() -> int:
    """Score what has no score; a person who is faster sees it scored on opening the queue."""
    count = 0
    for model in (Question, Report):
        for item in model._default_manager.filter(spam_score=None).order_by("pk")[:BATCH]:
            spam.score(item)
            changes = {"spam_score": item.spam_score, "spam_reasons": item.spam_reasons}
            if isinstance(item, Question):
                changes["advice"] = advice.personal_phrases(item.text)
            # Only where the text is still the one that was scored.
            count += model._default_manager.filter(pk=item.pk, text=item.text).update(**changes)
    return count


def queue_confirmations() -> int:
    """One request to confirm for each address that was given and not yet asked."""
    waiting = Question.objects.exclude(email="").filter(
        email_confirmed_at=None, confirmation_queued_at=None, is_spam=False
    )
    count = 0
    for pk in waiting.exclude(spam_score=None).values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            question = waiting.select_for_update().filter(pk=pk).first()
            if question is None or question.is_suspicious:
                continue
            notifications.ask_to_confirm(question)
            question.confirmation_queued_at = timezone.now()
            question.save(update_fields=["confirmation_queued_at"])
            count += 1
    return count


def start_preruns() -> int:
    """Queue the run of each waiting position; its own queue decides when it is computed."""
    rows = Question.objects.awaiting_review().filter(prerun=None, prerun_note="")
    count = 0
    for question in rows.exclude(position={})[:BATCH]:
        if not question.is_suspicious:
            prerun.start(question)
            count += question.prerun is not None
    return count
