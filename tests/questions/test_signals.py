"""Weak signals: scored with reasons, never a verdict, and taught by verdicts."""

from __future__ import annotations

import pytest

from questions import advice, decisions, housekeeping, question_kind, spam
from questions.models import Question, SignalCount

KIND = question_kind.KIND


@pytest.mark.parametrize(
    ("text", "signals", "names"),
    [
        ("How does theta decay?", {}, []),
        ("See https://a.example", {}, ["link"]),
        ("https://a.example www.b.example", {}, ["links"]),
        ("Write to me@example.org", {}, ["contact"]),
        ("Guaranteed profits in a casino", {}, ["sales"]),
        ("<a href=x>y</a>", {}, ["markup"]),
        ("aaaaaaaaaaaaaaaa", {}, ["repeated"]),
        ("How?", {"trap": True}, ["trap"]),
        ("How?", {"seconds": 0.4}, ["quick"]),
        ("How?", {"seconds": 30, "trap": False}, []),
        ("Is a < b and b > c for condors?", {}, []),
    ],
)
def test_which_signals_fire(text, signals, names):
    assert [reason.name for reason in spam.reasons(text, signals)] == names


def test_no_single_signal_holds_a_question():
    everything = spam.reasons(
        "casino +49 123 456 7890 https://a.example https://b.example <a href=x> aaaaaaaaaaaaa",
        {"trap": True, "seconds": 0},
        seen_before=True,
    )
    assert len(everything) == 8
    assert all(reason.weight < 1 for reason in everything)


def test_the_queue_shows_what_is_held_apart_with_its_reasons(db, desk, ask):
    ask("casino https://a.example https://b.example", signals={"trap": True})
    ask("How does theta decay?", address="192.0.2.2")
    waiting = desk.get("/moderation/").content.decode()
    held = desk.get("/moderation/?show=suspicious").content.decode()
    assert "theta" in waiting
    assert "casino" not in waiting
    assert "casino" in held
    assert "a field that people do not see" in held
    assert Question.objects.count() == 2


def test_the_same_text_again_is_noticed(db, ask):
    first, second = ask("How does theta decay?"), ask("How does theta decay?")
    housekeeping.score_new()
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.spam_score == 0
    assert [reason["name"] for reason in second.spam_reasons] == ["again"]


def test_false_alarms_lower_the_trust_in_a_signal(db, ask, moderator):
    weights = []
    for number in range(5):
        question = ask(f"Is {number} at https://a.example right?", address=f"192.0.2.{number}")
        housekeeping.score_new()
        question.refresh_from_db()
        weights.append(question.spam_score)
        Question.objects.filter(pk=question.pk).update(spam_score=1.0)
        decisions.decide(KIND, [question.pk], "not_spam", moderator)
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] < weights[0] / 2


def test_spam_leaves_the_queue_is_kept_and_comes_back(db, ask, moderator):
    question = ask("casino", signals={"trap": True})
    housekeeping.score_new()
    batch = decisions.decide(KIND, [question.pk], "spam", moderator)
    assert not Question.objects.awaiting_review().exists()
    assert Question.objects.get().text == "casino"
    assert SignalCount.objects.get(name="trap").spam == 1
    decisions.undo(batch, moderator)
    assert Question.objects.awaiting_review().exists()
    assert SignalCount.objects.get(name="trap").spam == 0
    decisions.decide(KIND, [question.pk], "spam", moderator)
    decisions.decide(KIND, [question.pk], "not_spam", moderator)
    question.refresh_from_db()
    assert not question.is_spam
    assert not question.is_suspicious


@pytest.mark.parametrize(
    "text",
    [
        "Should I roll my condor?",
        "What should I do with this hedge?",
        "I have $50,000 in NFTs. Does it help?",
        "Can you recommend me a broker?",
        "Is this strategy right for me?",
        "I am 67 and live on my savings. Is it safe?",
        "what would you do",
        "Should I\nclose it?",
        "Would you buy VIX calls here?",
        "Tell me which strikes are best.",
    ],
)
def test_requests_for_advice_are_noticed(text):
    assert advice.personal_phrases(text)


@pytest.mark.parametrize(
    "text",
    [
        "When does rolling an iron condor cost more than it saves?",
        "For which portfolios does this hedge reduce the drawdown?",
        "Should the hedge ratio follow the MACD?",
        "What does the second engine do?",
        "Why do VIX futures converge to spot?",
        "How is position size chosen for a 10 % drawdown?",
        "Can one hold the hedge through March 2020?",
        "What is a conversion?",
    ],
)
def test_general_questions_are_left_alone(text):
    assert not advice.personal_phrases(text)


def test_the_hint_is_kept_for_moderators(db, ask):
    ask("Should I roll my condor?")
    housekeeping.score_new()
    assert "should i roll" in Question.objects.get().advice


def test_a_text_changed_during_scoring_is_scored_again(db, ask, monkeypatch):
    question = ask("How does theta decay?")
    score = spam.score

    def slow(item):
        score(item)
        Question.objects.filter(pk=question.pk).update(text="casino", spam_score=None)

    monkeypatch.setattr(spam, "score", slow)
    assert housekeeping.score_new() == 0
    monkeypatch.undo()
    assert housekeeping.score_new() == 1
    question.refresh_from_db()
    assert question.spam_reasons[0]["name"] == "sales"
