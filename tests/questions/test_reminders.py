"""Editors hear once a week which published answers are due for another look."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from kb.models import Article, Category
from questions import reminders
from questions.models import Mail
from simulator.services.signals import daily

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def answer(slug, days, state=Article.State.PUBLISHED):
    category, _ = Category.objects.get_or_create(slug="basics", defaults={"name": "Basics"})
    return Article.objects.create(
        slug=slug, title=f"About {slug}", category=category, short_answer="Yes.", body="Words.",
        state=state, review_by=(NOW + dt.timedelta(days=days)).date(),
    )  # fmt: skip


def test_an_editor_is_reminded_once_a_week_of_what_is_due(editor, moderator):
    answer("overdue", -3)
    answer("soon", 10)
    answer("later", 30)
    answer("draft", -3, Article.State.DRAFT)
    assert reminders.send_reminders(NOW) == 1
    mail = Mail.objects.get()
    assert mail.to == editor.email
    assert mail.subject == "2 answers due for another look"
    assert "(overdue)  About overdue" in mail.body
    assert "/ask/soon/" in mail.body
    assert "later" not in mail.body
    assert "draft" not in mail.body
    assert reminders.send_reminders(NOW + dt.timedelta(days=1)) == 0
    assert reminders.send_reminders(NOW + dt.timedelta(days=7)) == 1


def test_nobody_is_written_to_when_nothing_is_due(editor):
    answer("later", 30)
    daily.send(sender=None)
    assert not Mail.objects.filter(template="reviews").exists()
    answer("now", 0)
    daily.send(sender=None)
    assert Mail.objects.filter(template="reviews").count() == 1
