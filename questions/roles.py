"""The moderator's role and the first stored texts, made once; an operator may change both."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission

from .models import StoredText

EDITOR, MODERATOR = "editor", "moderator"
MAY = (
    "moderate",
    "view_question",
    "change_question",
    "view_report",
    "change_report",
    "view_logentry",
    "view_mail",
    "view_storedtext",
    "add_storedtext",
    "change_storedtext",
    "delete_storedtext",
)
TEXTS = (
    (
        "ask-back-general",
        "ask_back",
        "Word it in general",
        "Your question asks what you should do, which we may not answer. Could you word it so "
        "that it is about the position or the market, for example what happens to a condor of "
        "that width when volatility rises? Then it can be answered for everybody.",
    ),
    (
        "ask-back-details",
        "ask_back",
        "Which position?",
        "To give a figure we need the position: the price of the underlying, the four strikes, "
        "the credit and the days to expiry. Could you add them?",
    ),
    (
        "decline-advice",
        "decline",
        "Personal advice",
        "We cannot say what anybody should do with their own money, and this question cannot be "
        "answered without saying so. You are welcome to ask how the strategy behaves instead.",
    ),
    (
        "decline-subject",
        "decline",
        "Another subject",
        "This site is about hedging with options, and your question is about something else. "
        "Nothing is wrong with it; we are the wrong people to answer it.",
    ),
    (
        "decline-unclear",
        "decline",
        "Cannot be understood",
        "We read your question several times and are not sure what you would like to know. "
        "Please ask again with one sentence that says what would settle it.",
    ),
    (
        "duplicate-same",
        "duplicate",
        "The same question",
        "Your question has the same answer as an earlier one. If yours differs, say how on your "
        "page and it comes back to us.",
    ),
    (
        "accept-error",
        "accept",
        "Thank you, it is wrong",
        "Thank you: the sentence is wrong. It will be corrected, and the correction will be "
        "listed with its date and cause.",
    ),
)


def _let_editors_read(using: str) -> None:
    """What readers say of an answer is for those who write it; given once."""
    editors, _ = Group.objects.using(using).get_or_create(name=EDITOR)
    if not editors.permissions.filter(content_type__app_label="questions").exists():
        editors.permissions.add(
            *Permission.objects.using(using).filter(
                content_type__app_label="questions", codename="view_opinion"
            )
        )


def create(app_config: Any, using: str, **rest: Any) -> None:
    """After migrations: the group with its permissions and the texts, if they never existed."""
    create_permissions(app_config, verbosity=0, using=using)
    _let_editors_read(using)
    group, _ = Group.objects.using(using).get_or_create(name=MODERATOR)
    if group.permissions.filter(content_type__app_label="questions").exists():
        return
    group.permissions.set(
        Permission.objects.using(using).filter(
            content_type__app_label="questions", codename__in=MAY
        )
    )
    StoredText.objects.using(using).bulk_create(
        [
            StoredText(slug=slug, action=action, title=title, body=body, position=place)
            for place, (slug, action, title, body) in enumerate(TEXTS)
        ],
        ignore_conflicts=True,
    )
