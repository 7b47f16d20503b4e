"""What a moderator can decide about a report; other kinds of report use the same decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .kinds import Action, Decision, Kind, nothing
from .models import Report
from .question_kind import forget_spam, mark_spam, unmark_spam


def _is_open(report: Report) -> bool:
    return report.state == Report.State.OPEN and not report.is_spam


def _decline(report: Report, decision: Decision) -> None:
    report.state = Report.State.DECLINED


def _reopen(report: Report, decision: Decision) -> None:
    report.state = Report.State.OPEN


def report_kind(
    name: str,
    label: str,
    *,
    accept_label: str = "Accept",
    accept_effect: str = "is accepted; the sender reads the reason",
    template: str = "questions/moderation/_report.html",
    details: Callable[[Report], dict[str, Any]] = lambda report: {},
    on_accept: Callable[[Report, Decision], None] = nothing,
    on_accept_undone: Callable[[Report, Any], None] = nothing,
    prepare: Callable[[Report], None] = nothing,
) -> Kind:
    """A kind of item kept in ``Report`` rows of that name; ``payload`` holds what it needs.

    ``on_accept(report, decision)`` runs in the decision's transaction.
    """

    def accept(report: Report, decision: Decision) -> None:
        report.state = Report.State.ACCEPTED
        on_accept(report, decision)

    return Kind(
        name=name,
        label=label,
        model=Report,
        waiting=lambda: Report.objects.awaiting_review().filter(kind=name),
        held=lambda: Report.objects.filter(kind=name, is_spam=True),
        everything=lambda: Report.objects.filter(kind=name),
        actions=(
            Action(
                "accept", accept_label, accept_effect, accept, _is_open, on_accept_undone, key="a"
            ),
            Action(
                "decline",
                "Decline",
                "is declined; the sender reads the reason",
                _decline,
                _is_open,
                needs_reason=True,
                key="d",
            ),
            Action(
                "spam",
                "Spam",
                "leaves the queue; nothing is deleted and nobody is told",
                mark_spam,
                _is_open,
                forget_spam,
                key="s",
            ),
            Action(
                "not_spam",
                "Not spam",
                "comes back to the queue, and its signals count for less",
                unmark_spam,
                lambda report: report.is_spam or report.is_suspicious,
                forget_spam,
                key="n",
            ),
            Action(
                "reopen",
                "Reopen",
                "waits for a decision again",
                _reopen,
                lambda report: report.state != Report.State.OPEN,
            ),
        ),
        watched=("state", "is_spam", "is_cleared", "reason", "decided_at", "decided_by_id"),
        template=template,
        details=details,
        prepare=prepare,
    )


ERRORS = report_kind(
    "error",
    "Error report",
    accept_label="Accept as an error",
    accept_effect="goes to the editors as a correction to make; the sender reads your words",
)
