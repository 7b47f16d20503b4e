"""Claim, decide, undo: the same for every kind of item, each act logged with its reason."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from .kinds import Action, Decision, Kind, find
from .models import LogEntry, Mail, Message, Moderated

CLAIM = dt.timedelta(minutes=30)
TIME_TO_UNDO = dt.timedelta(minutes=2)


class Refused(Exception):
    """A decision that cannot be taken now; the text tells the moderator why."""


def claim(kind: Kind, pk: int, user: User) -> None:
    """Take the item for half an hour; others see that it is taken."""
    now = timezone.now()
    free = Q(claimed_by=None) | Q(claimed_until__lte=now) | Q(claimed_by=user)
    rows = kind.model._default_manager.filter(free, pk=pk)
    if not rows.update(claimed_by=user, claimed_until=now + CLAIM):
        raise Refused("Somebody else is working on this one.")
    _log(kind, pk, "claim", user, batch=uuid.uuid4())


def release(kind: Kind, pk: int, user: User) -> None:
    rows = kind.model._default_manager.filter(pk=pk, claimed_by=user)
    if rows.update(claimed_by=None, claimed_until=None):
        _log(kind, pk, "release", user, batch=uuid.uuid4())


def decide(
    kind: Kind,
    pks: Sequence[int],
    name: str,
    actor: User | None,
    *,
    reason: str = "",
    target: str = "",
) -> uuid.UUID:
    """Apply one decision to all the items or to none, and return the batch that undoes it."""
    return decide_many([(kind, pks)], name, actor, reason=reason, target=target)


def decide_many(
    chosen: Sequence[tuple[Kind, Sequence[int]]],
    name: str,
    actor: User | None,
    *,
    reason: str = "",
    target: str = "",
) -> uuid.UUID:
    """The same over several kinds, in one transaction and one batch."""
    decision = Decision(actor, reason.strip(), target.strip(), timezone.now(), uuid.uuid4())
    with transaction.atomic():
        for kind, pks in chosen:
            action = _action(kind, name, decision)
            for pk in sorted(pks):
                _decide_one(kind, pk, action, decision)
    return decision.batch


def _action(kind: Kind, name: str, decision: Decision) -> Action:
    action = kind.action(name)
    if action is None:
        raise Refused("There is no such decision for this kind of item.")
    if action.needs_reason and not decision.reason:
        raise Refused(f"“{action.label}” needs words for the one who asked.")
    if action.needs_target and not decision.target:
        raise Refused(f"“{action.label}” needs the question or answer that it leads to.")
    return action


def _decide_one(kind: Kind, pk: int, action: Action, decision: Decision) -> None:
    item = kind.model._default_manager.select_for_update().filter(pk=pk).first()
    if item is None:
        raise Refused(f"Number {pk} is gone.")
    if problem := obstacle(item, action, decision.actor):
        raise Refused(problem)
    before = snapshot(kind, item)
    action.apply(item, decision)
    if action.name not in ("spam", "not_spam"):
        item.reason = decision.reason
    item.decided_at, item.decided_by_id = decision.at, getattr(decision.actor, "pk", None)
    item.claimed_by, item.claimed_until, item.changed_at = None, None, decision.at
    item.save()
    _log(
        kind,
        pk,
        action.name,
        decision.actor,
        reason=decision.reason,
        before=before,
        after=snapshot(kind, item),
        batch=decision.batch,
    )


def obstacle(item: Moderated, action: Action, actor: User | None) -> str:
    """Why the decision cannot be taken about this item now, or an empty text."""
    if item.is_claimed_by_other(actor, timezone.now()):
        return f"Number {item.pk}: {item.claimed_by} is working on it."
    if not action.allowed(item):
        return f"Number {item.pk}: “{action.label}” does not fit its state."
    return ""


def undo(batch: uuid.UUID, actor: User) -> int:
    """Take back a batch as a whole if nothing has happened since; the number of items.

    Mail that has not left is cancelled; mail that has cannot be called back, and the log
    keeps both acts.
    """
    with transaction.atomic():
        entries = list(LogEntry.objects.select_for_update().filter(batch=batch, undone_at=None))
        entries = [entry for entry in entries if entry.before or entry.after]
        if not entries:
            raise Refused("There is nothing to undo, or it has been undone.")
        Mail.objects.filter(batch=batch, state=Mail.State.QUEUED).update(state=Mail.State.CANCELLED)
        Message.objects.filter(batch=batch).delete()
        for entry in entries:
            _undo_one(entry, actor)
        return len(entries)


def _undo_one(entry: LogEntry, actor: User) -> None:
    kind = find(entry.kind)
    item = (
        kind.model._default_manager.select_for_update().filter(pk=entry.item).first()
        if kind
        else None
    )
    if kind is None or item is None:
        raise Refused(f"Number {entry.item} is gone.")
    if snapshot(kind, item) != entry.after:
        raise Refused(f"Number {entry.item} has changed since; decide it afresh instead.")
    action = kind.action(entry.action)
    if action is not None:
        action.undo(item, entry)
    for name, value in entry.before.items():
        setattr(item, name, _field(kind, name).to_python(value))
    item.changed_at = timezone.now()
    item.save()
    entry.undone_at = item.changed_at
    entry.save(update_fields=["undone_at"])
    _log(kind, item.pk, f"undo {entry.action}", actor, before={}, after={}, batch=uuid.uuid4())


def snapshot(kind: Kind, item: Moderated) -> dict[str, Any]:
    """The watched values as JSON holds them."""
    values = {name: getattr(item, name) for name in kind.watched}
    return {
        name: value.isoformat() if isinstance(value, dt.datetime) else value
        for name, value in values.items()
    }


def _field(kind: Kind, name: str) -> models.Field[Any, Any]:
    return kind.model._meta.get_field(name.removesuffix("_id"))  # type: ignore[return-value]


def _log(
    kind: Kind,
    pk: int,
    action: str,
    actor: User | None,
    *,
    batch: uuid.UUID,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    LogEntry.objects.create(
        kind=kind.name,
        item=pk,
        action=action,
        actor=actor,
        actor_name=actor.get_username() if actor else "system",
        reason=reason,
        before=before or {},
        after=after or {},
        batch=batch,
    )
