"""What may already cover a question, while it is being written and before it is sent."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from kb import search
from questions import similar

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def answers(make_article):
    def add(slug, title, body, **values):
        article = make_article(slug, title=title, body=body, body_html=f"<p>{body}</p>", **values)
        search.index_articles([article.pk])
        return article

    add("carry", "What does a layered hedge cost?", "The carry of VIX calls in calm years.")
    add("nft", "Do options protect NFT portfolios?", "Floor prices and equity volatility.")
    add("secret", "What does a layered hedge hide?", "Unpublished carry.", state="draft")


def test_a_whole_question_finds_the_answer_that_covers_it(answers, visitor):
    text = "I wonder why layered hedging with VIX calls has such a carry when years are calm?"
    page = visitor.get("/questions/similar", {"q": text})
    assert page.status_code == 200
    assert "/ask/carry/" in page.content.decode()
    assert "/ask/nft/" not in page.content.decode()
    assert not page.cookies
    checked = visitor.post("/questions/new/", {"text": text}).content.decode()
    assert "This may cover it" in checked
    assert "/ask/carry/" in checked


def test_unpublished_answers_are_never_suggested(answers, visitor):
    for words in ("layered hedge hide", "unpublished carry", "What does a layered hedge hide?"):
        page = visitor.get("/questions/similar", {"q": words}).content.decode()
        assert "secret" not in page
        assert "Unpublished" not in page


@pytest.mark.parametrize(
    "query", ["", " ", "?", "the of and", "\x00", "a" * 5000, "'\";--", "🦔 🦔"]
)
def test_senseless_queries_find_nothing_and_break_nothing(answers, visitor, query):
    page = visitor.get("/questions/similar", {"q": query})
    assert page.status_code == 200
    assert "<a" not in page.content.decode()


def test_a_search_that_fails_costs_no_question(visitor, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("no such table")

    monkeypatch.setattr(search, "find", fail)
    assert visitor.post("/questions/new/", {"text": "Why so costly?"}).status_code == 200


def test_telling_words_come_longest_first():
    assert similar.keywords("What does the VIX hedge cost, and why?") == ["hedge", "cost", "vix"]
