"""The asker's private page: see, correct, reply, withdraw, follow, export, delete."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from kb import publishing
from kb.models import Article, Category
from questions import services
from questions.models import LogEntry, Mail, Message, Question

from .conftest import TEXT, check_and_send

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_the_receipt_says_what_happens_next_and_stays_private(visitor):
    address = check_and_send(visitor)["Location"]
    page = visitor.get(address)
    assert page.status_code == 200
    assert "waiting for a moderator" in page.content.decode()
    assert TEXT in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    assert page["Referrer-Policy"] == "same-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert 'name="robots" content="noindex' in page.content.decode()
    assert not page.cookies


@pytest.mark.parametrize("token", ["a" * 22, "A-_9" * 5 + "aa"])
def test_an_unknown_token_is_not_found(visitor, token):
    assert visitor.get(f"/questions/{token}/").status_code == 404
    assert visitor.post(f"/questions/{token}/withdraw").status_code == 404


def test_a_correction_is_logged_and_scored_anew(visitor, ask):
    question = ask(signals={})
    Question.objects.update(spam_score=0.3)
    answer = visitor.post(f"/questions/{question.token}/correct", {"text": "Better words?"})
    assert answer.status_code == 303
    question.refresh_from_db()
    assert (question.text, question.spam_score) == ("Better words?", None)
    entry = LogEntry.objects.get(action="correct")
    assert (entry.before["text"], entry.after["text"]) == (TEXT, "Better words?")
    assert entry.actor_name == "asker"


def test_too_long_a_correction_comes_back(visitor, ask):
    question = ask()
    page = visitor.post(f"/questions/{question.token}/correct", {"text": "é" * 1001})
    assert page.status_code == 422
    assert "é" * 1001 in page.content.decode()
    question.refresh_from_db()
    assert question.text == TEXT


@pytest.mark.parametrize("state", ["answered", "declined", "duplicate", "withdrawn"])
def test_a_decided_question_cannot_be_corrected_or_withdrawn(visitor, ask, state):
    question = ask()
    Question.objects.update(state=state)
    page = visitor.post(f"/questions/{question.token}/correct", {"text": "Late words?"})
    assert page.status_code == 409
    assert "Late words?" in page.content.decode() or "decided" in page.content.decode()
    assert visitor.post(f"/questions/{question.token}/withdraw").status_code == 409
    question.refresh_from_db()
    assert (question.text, question.state) == (TEXT, state)


def test_withdrawing_takes_it_out_of_the_queue(visitor, ask):
    question = ask()
    assert visitor.post(f"/questions/{question.token}/withdraw").status_code == 303
    assert not Question.objects.awaiting_review().exists()
    assert "Withdrawn" in visitor.get(question.get_absolute_url()).content.decode()


def test_a_reply_brings_the_question_back_to_the_queue(visitor, ask):
    question = ask()
    Question.objects.update(state="needs_reply")
    answer = visitor.post(f"/questions/{question.token}/reply", {"reply": "Thirty days."})
    assert answer.status_code == 303
    question.refresh_from_db()
    assert question.state == "pending"
    assert Message.objects.get().text == "Thirty days."
    again = visitor.post(f"/questions/{question.token}/reply", {"reply": "And more."})
    assert again.status_code == 409


def test_the_exchange_has_an_end(ask):
    question = ask()
    for _ in range(services.MESSAGES_AT_MOST):
        Question.objects.update(state="needs_reply")
        services.reply(question, "Again.")
    Question.objects.update(state="needs_reply")
    with pytest.raises(services.NotPossible):
        services.reply(question, "Again.")


def test_spam_shows_as_pending(visitor, ask):
    question = ask()
    Question.objects.update(is_spam=True)
    page = visitor.get(question.get_absolute_url()).content.decode()
    assert "waiting for a moderator" in page
    assert "spam" not in page.lower()
    told = visitor.get(f"/api/v1/questions/{question.token}/").json()
    assert told["status"] == "pending"


def test_the_export_holds_what_we_hold(visitor, ask, category):
    question = ask(email="reader@example.org", category=category, position={"spot": 4500})
    answer = visitor.get(f"/questions/{question.token}/export")
    held = json.loads(answer.content)
    assert held["text"] == TEXT
    assert held["email"] == "reader@example.org"
    assert held["position"] == {"spot": 4500}
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"


def test_deleting_leaves_nothing_of_the_asker(visitor, follower):
    question = follower(credit_name="Ada", settled_by="A figure", position={"spot": 4500})
    services.correct(question, "Changed words?")
    Question.objects.update(state="needs_reply")
    services.reply(question, "A private reply.")
    Mail.objects.create(template="confirm", to=question.email, subject="s", question=question)
    page = visitor.post(f"/questions/{question.token}/delete")
    assert page.status_code == 200
    row = Question.objects.get()
    assert (row.text, row.email, row.settled_by, row.credit_name) == ("", "", "", "")
    assert (row.position, row.signals, row.state) == ({}, {}, "withdrawn")
    assert not Message.objects.exists()
    kept = str(list(LogEntry.objects.values())) + str(list(Mail.objects.values()))
    for secret in (TEXT, "Changed words?", "A private reply.", "asker@example.org"):
        assert secret not in kept
    assert visitor.get(question.get_absolute_url()).status_code == 410
    assert visitor.get(f"/api/v1/questions/{question.token}/").status_code == 404


def test_two_askers_never_meet(visitor, ask):
    mine, other = ask("Mine?"), ask("Not mine?", address="192.0.2.9")
    visitor.post(f"/questions/{mine.token}/withdraw")
    other.refresh_from_db()
    assert other.state == "pending"
    assert "Not mine?" not in visitor.get(mine.get_absolute_url()).content.decode()


def test_a_question_whose_answer_was_taken_back_stays_in_the_list_and_says_so(db):
    article = Article(
        slug="hedging",
        title="What about hedging?",
        category=Category.objects.create(slug="basics", name="Basics"),
        authors=[{"name": "Us"}],
        short_answer="Yes.",
        body="Words.",
    )
    publishing.save_article(article)
    publishing.publish(article, note="checked elsewhere")
    Question.objects.create(
        text="My very words", state="answered", article=article, wording_public=True,
        answered_at=timezone.now(),
    )  # fmt: skip
    page = Client().get("/asked/").content.decode()
    assert "Answered</span>" in page
    assert "My very words" in page
    publishing.withdraw(article, reason="A sign was wrong.")
    page = Client().get("/asked/").content.decode()
    assert "Withdrawn</span>" in page
    assert "What about hedging?" in page
    assert "My very words" not in page
