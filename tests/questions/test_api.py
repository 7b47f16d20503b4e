"""Questions by script: the contract's answers and refusals."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError

from questions import limits
from questions.models import Question

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
URL = "/api/v1/questions/"


def post(client, body, **extra):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(URL, raw, content_type="application/json", **extra)


def test_a_question_is_stored_byte_by_byte(visitor, category):
    text = "  A  question\r\nwith 🦔\n"
    answer = post(visitor, {"text": text, "email": "a@example.org", "category": "hedging"})
    assert answer.status_code == 201
    given = answer.json()
    question = Question.objects.get()
    assert set(given) == {"token", "status", "url"}
    assert given["status"] == "pending"
    assert given["url"] == f"http://testserver/questions/{question.token}/"
    assert answer["Location"] == f"{URL}{question.token}/"
    assert (question.text, question.category) == (text, category)
    told = visitor.get(answer["Location"])
    assert told.status_code == 200
    assert told.json()["text"] == text
    assert told["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("body", [{"text": "How?"}, {"text": "a" * 1000}, {"text": "🦔" * 1000}])
def test_what_fits_is_accepted(visitor, body):
    assert post(visitor, body).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n"}, "text"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"text": True}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": "a" * 1001}, "text"),
        ({"text": "How?", "email": "nobody"}, "email"),
        ({"text": "How?", "email": 5}, "email"),
        ({"text": "How?", "email": None}, "email"),
        ({"text": "How?", "email": ["a@example.org"]}, "email"),
        ({"text": "How?", "category": "unknown"}, "category"),
        ({"text": "How?", "category": 7}, "category"),
        ({"text": "How?", "category": {"a": 1}}, "category"),
        ({"text": "How?", "state": "answered"}, "state"),
    ],
)
def test_a_wrong_value_is_named(visitor, body, field):
    answer = post(visitor, body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"5",
        b'{"text": NaN}',
        b'{"text": "a", "text": "b"}',
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        b'{"text": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_json_is_400(visitor, body):
    answer = post(visitor, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_form_is_not_json(visitor):
    assert visitor.post(URL, {"text": "How?"}).status_code == 415


def test_the_limit_says_when(visitor, ask):
    for number in range(10):
        ask(f"Number {number}?", address="127.0.0.1")
    answer = post(visitor, {"text": "How?"})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 3000
    assert "limit" in answer.json()["detail"]


def test_a_failing_database_says_so(visitor, monkeypatch):
    def fail(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(limits, "take_place", fail)
    answer = post(visitor, {"text": "How?"})
    assert answer.status_code == 503
    assert answer["Retry-After"]


def test_an_unknown_token_is_404(visitor):
    answer = visitor.get(f"{URL}{'a' * 22}/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_there_is_no_list_of_questions(visitor, method):
    assert getattr(visitor, method)(URL).status_code == 405


def test_the_answer_is_named_once_it_is_public(visitor, ask, make_article):
    article = make_article()
    question = ask()
    Question.objects.update(article=article, state="answered")
    told = visitor.get(f"{URL}{question.token}/").json()
    assert told["answer"] == article.permalink
    type(article).objects.update(state="draft")
    assert visitor.get(f"{URL}{question.token}/").json()["answer"] is None
