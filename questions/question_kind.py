"""What a moderator can decide about a question."""

from __future__ import annotations

from typing import Any

from kb.models import Article

from . import drafts, notifications, prerun, similar, spam
from .decisions import TIME_TO_UNDO, Refused
from .kinds import Action, Decision, Kind
from .models import LogEntry, Message, Question
from .positions import described

State = Question.State


def _approve(question: Question, decision: Decision) -> None:
    question.state, question.accepted_at = State.PENDING, decision.at
    question.article = drafts.open_draft(question, decision.actor)
    _judged_good(question)


def _unapprove(question: Question, entry: LogEntry) -> None:
    if question.article is not None:
        drafts.discard(question.article)
    _unjudge(question, entry)


def _ask_back(question: Question, decision: Decision) -> None:
    question.state = State.NEEDS_REPLY
    _say(question, decision, "ask_back")


def _answer(question: Question, decision: Decision) -> None:
    question.state, question.answered_at = State.ANSWERED, decision.at
    _say(question, decision, "answer")
    _judged_good(question)


def _say(question: Question, decision: Decision, template: str) -> None:
    Message.objects.create(
        question=question, from_asker=False, text=decision.reason, batch=decision.batch
    )
    _tell(question, template, decision)


def _decline(question: Question, decision: Decision) -> None:
    question.state = State.DECLINED
    _tell(question, "declined", decision)


def _join(question: Question, decision: Decision) -> None:
    """Lead on to another question (by number) or an answer (by slug or address)."""
    target = decision.target.rstrip("/").rsplit("/", 1)[-1].removeprefix("#")
    if target.isascii() and target.isdigit():
        other = Question.objects.filter(pk=int(target)).first() if len(target) < 18 else None
        if other is None or other.root.pk == question.pk:
            raise Refused(f"Number {question.pk} cannot lead to question {target}.")
        question.duplicate_of, question.article = other, None
    else:
        question.article = Article.objects.filter(slug=target).first()
        if question.article is None:
            raise Refused(f"There is no answer “{target}”.")
        question.duplicate_of = None
    question.state = State.DUPLICATE
    article = drafts.leads_to(question)
    question.answered_at = decision.at if article else None
    _tell(question, "duplicate", decision, article=article)
    _judged_good(question)


def _tell(question: Question, template: str, decision: Decision, **extra: Any) -> None:
    notifications.tell(
        question,
        template,
        batch=decision.batch,
        wait=TIME_TO_UNDO,
        reason=decision.reason,
        **extra,
    )


def mark_spam(item: Any, decision: Decision) -> None:
    item.is_spam, item.is_cleared = True, False
    spam.learn(item, is_spam=True)


def unmark_spam(item: Any, decision: Decision) -> None:
    item.is_spam, item.is_cleared = False, True
    spam.learn(item, is_spam=False)


def forget_spam(item: Any, entry: LogEntry) -> None:
    spam.learn(item, is_spam=entry.action == "spam", forget=True)


def _judged_good(question: Question) -> None:
    """A real question that showed signals makes those signals count for less."""
    question.is_cleared = True
    if question.spam_reasons:
        spam.learn(question, is_spam=False)


def _unjudge(question: Question, entry: LogEntry) -> None:
    if question.spam_reasons:
        spam.learn(question, is_spam=False, forget=True)


def _reopen(question: Question, decision: Decision) -> None:
    question.state, question.accepted_at, question.answered_at = State.PENDING, None, None
    question.article, question.duplicate_of = None, None


def _restore(question: Question, decision: Decision) -> None:
    earlier = earlier_texts(question)
    if not earlier:
        raise Refused("The text has not been changed.")
    question.text = earlier[0]


def earlier_texts(question: Question) -> list[str]:
    """The wordings before each correction, newest first; an edit never removes good text."""
    entries = LogEntry.objects.filter(kind="question", item=question.pk, action="correct")
    texts = [str(entry.before.get("text", "")) for entry in entries]
    return [text for text in texts if text and text != question.text]


def _is_waiting(question: Question) -> bool:
    return question.state in Question.OPEN and not question.is_spam and question.erased_at is None


def _is_unaccepted(question: Question) -> bool:
    return _is_waiting(question) and question.accepted_at is None


def _is_decided(question: Question) -> bool:
    closed = (State.ANSWERED, State.DECLINED, State.DUPLICATE)
    accepted = question.state == State.PENDING and question.accepted_at is not None
    return (question.state in closed or accepted) and question.erased_at is None


def _details(question: Question) -> dict[str, Any]:
    return {
        "similar": similar.for_moderators(question),
        "earlier_texts": earlier_texts(question),
        "prerun": prerun.found(question),
        "answers": similar.for_readers(question.text),
        "position": described(question.position),
    }


ACTIONS = (
    Action(
        "approve",
        "Approve and open a draft",
        "becomes an article draft; the asker hears when it is published",
        _approve,
        _is_unaccepted,
        _unapprove,
        key="a",
    ),
    Action(
        "ask_back",
        "Ask back",
        "goes back to the asker with your question",
        _ask_back,
        _is_unaccepted,
        needs_reason=True,
        is_bulk=False,
        key="b",
    ),
    Action(
        "answer",
        "Answer by mail",
        "is answered privately, by mail and on its status page",
        _answer,
        _is_unaccepted,
        _unjudge,
        needs_reason=True,
        is_bulk=False,
        key="m",
    ),
    Action(
        "duplicate",
        "Duplicate of",
        "keeps its address and leads to the other question or answer",
        _join,
        _is_waiting,
        _unjudge,
        needs_target=True,
        key="u",
    ),
    Action(
        "decline",
        "Decline",
        "is declined; the asker reads the reason",
        _decline,
        _is_waiting,
        needs_reason=True,
        key="d",
    ),
    Action(
        "spam",
        "Spam",
        "leaves the queue; nothing is deleted and nobody is told",
        mark_spam,
        _is_waiting,
        forget_spam,
        key="s",
    ),
    Action(
        "not_spam",
        "Not spam",
        "comes back to the queue, and its signals count for less",
        unmark_spam,
        lambda question: question.is_spam or question.is_suspicious,
        forget_spam,
        key="n",
    ),
    Action(
        "restore",
        "Restore the earlier text",
        "gets its earlier text",
        _restore,
        lambda question: _is_waiting(question) and bool(earlier_texts(question)),
        is_bulk=False,
    ),
    Action("reopen", "Reopen", "waits for a decision again", _reopen, _is_decided),
)

KIND = Kind(
    name="question",
    label="Question",
    model=Question,
    waiting=lambda: Question.objects.awaiting_review(),
    held=lambda: Question.objects.filter(is_spam=True),
    everything=lambda: Question.objects.all(),
    actions=ACTIONS,
    watched=(
        "state",
        "is_spam",
        "is_cleared",
        "reason",
        "text",
        "accepted_at",
        "answered_at",
        "article_id",
        "duplicate_of_id",
        "decided_at",
        "decided_by_id",
    ),
    template="questions/moderation/_question.html",
    details=_details,
    prepare=prerun.hurry,
)
