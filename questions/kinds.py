"""The kinds of item in the moderation queue, and what can be decided about each.

A kind is registered once, from ``AppConfig.ready``. The queue, the claim, the log, bulk
and undo are the same for all of them: they know only this declaration.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet

from .models import Moderated


@dataclass(frozen=True)
class Decision:
    """Who decides what about an item; ``target`` names another item or article."""

    actor: User | None
    reason: str
    target: str
    at: dt.datetime
    batch: uuid.UUID


def always(item: Any) -> bool:
    return True


def nothing(item: Any, *rest: Any) -> None:
    return None


@dataclass(frozen=True)
class Action:
    """One possible decision.

    ``apply(item, decision)`` changes the locked item, which is saved afterwards; it raises
    ``decisions.Refused`` in words. ``undo(item, entry)`` takes back what lies outside the
    item's own watched fields. ``effect`` says in the bulk preview what will happen.
    """

    name: str
    label: str
    effect: str
    apply: Callable[[Any, Decision], None]
    allowed: Callable[[Any], bool] = always
    undo: Callable[[Any, Any], None] = nothing
    needs_reason: bool = False
    needs_target: bool = False
    is_bulk: bool = True
    key: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of item: its rows, its decisions and what its page shows.

    ``watched`` are the fields that the log records and undo restores. ``template`` draws
    the item's own part of the page with what ``details(item)`` returns. A kind with
    ``prepare`` gets it called after a claim, outside the claim's transaction.
    """

    name: str
    label: str
    model: type[Moderated]
    waiting: Callable[[], QuerySet[Any]]
    held: Callable[[], QuerySet[Any]]
    actions: tuple[Action, ...]
    watched: tuple[str, ...]
    template: str
    everything: Callable[[], QuerySet[Any]]
    details: Callable[[Any], dict[str, Any]] = field(default=lambda item: {})
    prepare: Callable[[Any], None] = nothing

    def action(self, name: str) -> Action | None:
        return next((action for action in self.actions if action.name == name), None)

    def possible(self, item: Any) -> list[Action]:
        return [action for action in self.actions if action.allowed(item)]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kinds() -> list[Kind]:
    return list(_kinds.values())


def find(name: str) -> Kind | None:
    return _kinds.get(name)
