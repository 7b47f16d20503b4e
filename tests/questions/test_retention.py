"""Nothing personal outlives its time."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from questions import retention
from questions.models import Mail, Question

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def after(days):
    return timezone.now() + dt.timedelta(days=days)


def test_the_address_hash_and_the_forms_signals_go_after_a_week(ask):
    ask(signals={"seconds": 9})
    retention.forget(after(6.9))
    assert Question.objects.get().address_hash
    assert retention.forget(after(7.1))["addresses"] == 1
    question = Question.objects.get()
    assert (question.address_hash, question.signals) == ("", {})
    assert question.text


def test_an_address_that_was_never_confirmed_goes_after_two_weeks(ask):
    ask(email="a@example.org")
    retention.forget(after(13))
    assert Question.objects.get().email
    retention.forget(after(15))
    assert Question.objects.get().email == ""


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("pending", True),
        ("needs_reply", True),
        ("duplicate", True),  # its answer may still come
        ("answered", False),
        ("declined", False),
        ("withdrawn", False),
    ],
)
def test_a_confirmed_address_goes_when_it_is_no_longer_needed(follower, state, kept):
    follower()
    Question.objects.update(state=state)
    retention.forget(after(89))
    assert Question.objects.get().email
    retention.forget(after(91))
    assert bool(Question.objects.get().email) is kept


def test_an_answer_that_came_late_keeps_the_address_long_enough(follower):
    follower()
    Question.objects.update(state="answered", answered_at=after(60))
    retention.forget(after(120))
    assert Question.objects.get().email
    retention.forget(after(151))
    assert not Question.objects.get().email


def test_the_text_of_a_mail_goes_after_a_month_but_not_before_it_is_sent(db):
    for state in ("sent", "queued"):
        Mail.objects.create(template="x", to="a@example.org", subject="s", body="b", state=state)
    retention.forget(after(31))
    assert Mail.objects.get(state="sent").body == ""
    assert Mail.objects.get(state="queued").body == "b"


def test_the_command_says_what_it_did(ask):
    ask()
    Question.objects.update(address_expires_at=timezone.now())
    said = StringIO()
    call_command("retain_questions", stdout=said)
    assert "1 addresses" in said.getvalue()


def test_tending_runs_once_and_says_what_it_did(ask):
    ask()
    said = StringIO()
    call_command("tend_questions", stdout=said)
    assert "1 scored" in said.getvalue()


def test_the_digest_command_reports(db):
    said = StringIO()
    call_command("send_digest", stdout=said)
    assert said.getvalue() == "0 digests\n"


def test_one_broken_step_does_not_stop_the_others(ask, monkeypatch, caplog):
    from questions import housekeeping

    def fail():
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(housekeeping, "score_new", fail)
    ask()
    done = housekeeping.tend()
    assert "scored" not in done
    assert "forgotten" in done
    assert "broken on purpose" in caplog.text
