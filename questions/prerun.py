"""The asker's own position, run before a moderator reads the question.

Started when somebody claims the item or by housekeeping, never in the asker's request.
An equal run is the same row, so asking twice costs nothing.
"""

from __future__ import annotations

import logging
from typing import Any

from simulator import services
from simulator.engine.errors import ParameterError, ParametersRefused
from simulator.models import Run

from . import positions
from .models import Question

log = logging.getLogger(__name__)


def start(question: Question, *, urgent: bool = False) -> None:
    """Find or queue the run that fits the position; why there is none becomes a note.

    Unattended it goes behind everything that a person waits for; ``urgent`` means that a
    moderator waits now, and moves up a run that is queued already.
    """
    is_settled = question.prerun is not None and not urgent
    if is_settled or not positions.fits_condor(question.position):
        return
    parameters = positions.condor_parameters(question.position)
    note, run = "", None
    try:
        run, _ = services.find_or_create_run(
            experiment=positions.EXPERIMENT, parameters=parameters, system=not urgent
        )
    except (ParametersRefused, ParameterError, services.UnknownExperiment) as refused:
        note = f"The model refuses this position: {refused}"[:300]
    except services.QueueFull:
        return  # housekeeping comes again
    Question.objects.filter(pk=question.pk).update(prerun=run.pk if run else None, prerun_note=note)
    question.prerun, question.prerun_note = (run.pk if run else None), note


def hurry(question: Question) -> None:
    """A moderator has claimed the question and looks at its page."""
    start(question, urgent=True)


def found(question: Question) -> dict[str, Any]:
    """What the moderator sees: the run, its document if it has finished, or the note."""
    run = Run.objects.filter(pk=question.prerun).first() if question.prerun else None
    return {"run": run, "document": run.document if run else None, "note": question.prerun_note}
