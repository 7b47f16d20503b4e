"""Ten an hour for an address block, whatever the spelling of the address."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from questions import limits
from questions.models import Question, Report

from .conftest import TEXT, check_and_send, token_in

pytestmark = pytest.mark.both_databases


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("", "not an address", True),
    ],
)
def test_what_counts_as_one_block(one, other, same):
    assert (limits.address_hash(one) == limits.address_hash(other)) is same


def test_the_hash_is_keyed(settings):
    before = limits.address_hash("192.0.2.1")
    settings.SECRET_KEY = "another key"
    assert limits.address_hash("192.0.2.1") != before
    assert "192.0.2.1" not in before


def test_the_eleventh_waits_and_keeps_its_text(db, visitor, ask):
    for number in range(10):
        ask(f"Question {number}?", address="127.0.0.1")
    answer = check_and_send(visitor)
    assert answer.status_code == 429
    assert 3500 < int(answer["Retry-After"]) <= 3600
    page = answer.content.decode()
    assert TEXT in page
    assert "60 minutes" in page
    assert Question.objects.count() == 10
    # A refused question costs nothing, and its token still works when there is room.
    Question.objects.update(created_at=timezone.now() - dt.timedelta(hours=1, seconds=1))
    sent = visitor.post("/questions/new/", {"text": TEXT, "token": token_in(answer), "send": "1"})
    assert sent.status_code == 303


def test_the_window_slides(ask):
    now = timezone.now()
    for minutes in range(10):
        question = ask(f"Question {minutes}?")
        Question.objects.filter(pk=question.pk).update(
            created_at=now - dt.timedelta(minutes=59 - minutes)
        )
    with pytest.raises(limits.LimitReached) as refused:
        ask("One more?")
    assert 0 < refused.value.retry_after <= 61
    assert "1 minute" in str(refused.value)


def test_another_block_is_not_touched(ask):
    for number in range(10):
        ask(f"Question {number}?")
    assert ask("From elsewhere?", address="192.0.2.77").pk


def test_withdrawing_or_deleting_makes_no_room(ask):
    from questions import services

    for number in range(10):
        question = ask(f"Question {number}?")
        (services.withdraw if number % 2 else services.erase)(question)
    with pytest.raises(limits.LimitReached):
        ask("One more?")


def test_repeating_a_sent_form_is_no_further_question(ask):
    for number in range(10):
        question = ask(f"Question {number}?")
    assert ask("Question 9?", token=question.token) == question


def test_reports_are_counted_apart(db, ask):
    for number in range(10):
        ask(f"Question {number}?", address="127.0.0.1")
    visitor = Client()
    for _ in range(10):
        token = token_in(visitor.get("/report/"))
        sent = visitor.post("/report/", {"text": "It is wrong.", "token": token})
        assert sent.status_code == 303
    token = token_in(visitor.get("/report/"))
    refused = visitor.post("/report/", {"text": "It is wrong.", "token": token})
    assert refused.status_code == 429
    assert "It is wrong." in refused.content.decode()
    assert Report.objects.count() == 10
