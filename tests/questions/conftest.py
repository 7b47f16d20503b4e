"""The cast: a visitor without account, a moderator, an editor; and what they meet."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import timezone

from kb.models import Article, Category
from questions import limits, services
from questions.models import Question
from questions.models.moderated import new_token

TEXT = "Why does a layered VIX hedge cost more in calm years?"


@pytest.fixture
def visitor():
    """A browser that enforces nothing for us: the origin check is part of the page."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def moderator(db):
    user = User.objects.create_user("mona", "mona@example.org")
    group, _ = Group.objects.get_or_create(name="moderator")
    # The role is made after migrations; a test that flushes the tables lost it.
    group.permissions.add(Permission.objects.get(codename="moderate"))
    user.groups.add(group)
    return user


@pytest.fixture
def colleague(moderator):
    user = User.objects.create_user("carl", "carl@example.org")
    user.groups.set(moderator.groups.all())
    return user


@pytest.fixture
def editor(db):
    user = User.objects.create_user("edda", "edda@example.org", is_staff=True)
    wanted = Permission.objects.filter(content_type__app_label="kb")
    user.user_permissions.set(wanted)
    return user


@pytest.fixture
def desk(moderator):
    """The moderator's signed-in browser."""
    client = Client()
    client.force_login(moderator)
    return client


@pytest.fixture
def category(db):
    return Category.objects.create(slug="hedging", name="Hedging")


@pytest.fixture
def make_article(category):
    def make(slug="a-published-answer", *, state="published", **values):
        defaults = {
            "title": "A published answer",
            "category": category,
            "authors": [{"name": "The group"}],
            "short_answer": "It depends.",
            "body": "Text.",
            "published_at": timezone.now() if state == "published" else None,
            "changed_at": timezone.now(),
        }
        return Article.objects.create(slug=slug, state=state, **(defaults | values))

    return make


@pytest.fixture
def ask(db):
    """Store a question as the page does, without the page."""

    def ask(text=TEXT, *, address="192.0.2.1", token=None, signals=None, **values):
        asked = services.Asked(text, **values)
        question, _ = services.ask(
            asked, token=token or new_token(), address=address, signals=signals
        )
        return question

    return ask


@pytest.fixture
def follower(ask):
    """A question whose asker has confirmed an address."""

    def make(text=TEXT, email="asker@example.org", **values):
        question = ask(text, email=email, address=f"192.0.2.{len(text) % 250}", **values)
        services.confirm_address(question.pk, email)
        question.refresh_from_db()
        return question

    return make


def token_in(response) -> str:
    """The one-time token of a page that is ready to send."""
    found = re.search(r'name="token" value="([^"]+)"', response.content.decode())
    assert found, "the page holds no token"
    return found.group(1)


def check_and_send(client, text=TEXT, **fields):
    """What a reader does: continue, look once more, send."""
    checked = client.post("/questions/new/", {"text": text, **fields})
    assert checked.status_code == 200
    return client.post(
        "/questions/new/", {"text": text, **fields, "token": token_in(checked), "send": "1"}
    )


__all__ = ["TEXT", "Question", "check_and_send", "limits", "token_in"]
