"""Helpful or not, with a reason: counted once a day and page, for editors only."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from kb import reports
from questions import opinions, retention, tokens
from questions.models import Opinion

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PAGE = "/ask/a-published-answer/helpful/"


@pytest.fixture
def article(make_article):
    return make_article()


@pytest.fixture
def patient(monkeypatch):
    """Everybody reads the form for a while before sending it."""
    opened = tokens.open_form
    monkeypatch.setattr(
        tokens,
        "open_form",
        lambda token: tokens.FormToken(opened(token).token, 20.0),
    )


def found_rows():
    return [one for kind in reports.KINDS for one in kind()]


def send(visitor, helpful="no", *, path=PAGE, address="192.0.2.1", token=None, **values):
    shown = visitor.post(path, {"helpful": helpful}, REMOTE_ADDR=address)
    found = re.search(r'name="token" value="([^"]+)"', shown.content.decode())
    data = {"helpful": helpful, "token": token or (found[1] if found else "")} | values
    return visitor.post(path, data, REMOTE_ADDR=address)


def test_the_buttons_of_an_answer_store_nothing_and_lead_to_the_reason(article, visitor):
    page = visitor.get("/ask/a-published-answer/")
    assert f'action="{PAGE}"' in page.content.decode()
    assert not page.cookies
    shown = visitor.post(PAGE, {"helpful": "no"})
    assert shown.status_code == 200
    assert re.search(r'value="no"[^>]*checked', shown.content.decode())
    assert not shown.cookies
    assert Opinion.objects.count() == 0


def test_a_word_with_its_reason_reaches_the_editors_and_nobody_else(
    article, visitor, editor, patient
):
    response = send(visitor, reason="hard", text="What is a wing?", revision="1")
    assert response.status_code == 303
    assert "Thank you" in visitor.get(response["Location"]).content.decode()
    stored = Opinion.objects.get()
    assert (stored.is_helpful, stored.reason, stored.text) == (False, "hard", "What is a wing?")
    assert (stored.revision, stored.is_doubtful) == (1, False)
    found = [str(one) for one in reports.lines() if "not helpful" in str(one)]
    assert found == ["not helpful: a-published-answer: 1 of 1 said no: it is hard to follow (1)"]
    url = next(one.url for one in found_rows() if one.kind == "not helpful")
    person = User.objects.create_user("ed", is_staff=True)
    person.groups.add(Group.objects.get(name="editor"))
    desk = Client()
    desk.force_login(person)
    listed = desk.get(url)
    assert listed.status_code == 200
    assert "What is a wing?" in listed.content.decode()
    public = visitor.get("/ask/a-published-answer/").content.decode()
    assert "What is a wing?" not in public
    assert "1 of 1" not in public


def test_a_second_word_on_the_same_day_replaces_the_first(article, visitor, patient):
    send(visitor, "no", text="Unclear.")
    send(Client(enforce_csrf_checks=True), "yes", reason="clear")
    stored = Opinion.objects.get()
    assert (stored.is_helpful, stored.reason, stored.text) == (True, "clear", "")


def test_another_network_another_page_and_another_day_count_apart(
    article, make_article, visitor, patient
):
    make_article("another-answer")
    send(visitor)
    send(visitor, address="192.0.2.2")
    send(visitor, path="/ask/another-answer/helpful/")
    assert Opinion.objects.count() == 3
    Opinion.objects.update(created_at=timezone.now() - dt.timedelta(days=1))
    retention.forget()
    send(visitor)
    assert Opinion.objects.count() == 4


def test_addresses_of_one_ipv6_network_are_one_reader(article, visitor, patient):
    send(visitor, address="2001:db8::1")
    send(visitor, address="2001:db8::2")
    assert Opinion.objects.count() == 1


def test_what_a_robot_seems_to_have_sent_is_kept_and_not_counted(article, visitor):
    send(visitor)  # faster than anybody reads
    assert Opinion.objects.get().is_doubtful
    assert not [one for one in reports.lines() if "not helpful" in str(one)]


def test_the_trap_is_seen_through(article, visitor, patient):
    send(visitor, second_subject="buy now")
    assert Opinion.objects.get().is_doubtful


def test_one_network_may_judge_ten_pages_an_hour(make_article, visitor, patient):
    for number in range(11):
        make_article(f"answer-{number}")
    answers = [send(visitor, path=f"/ask/answer-{n}/helpful/").status_code for n in range(11)]
    assert answers == [303] * 10 + [429]
    again = send(visitor, "yes", path="/ask/answer-3/helpful/")
    assert again.status_code == 303, "a change of mind is no new one"
    assert Opinion.objects.count() == 10


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"helpful": ""}, "Say whether it helped."),
        ({"helpful": "maybe"}, "Say whether it helped."),
        ({"reason": "nonsense"}, "nonsense"),
        ({"text": "x" * 501}, "501 characters"),
        ({"token": "forged"}, "had been open for a long time"),
    ],
)
def test_a_wrong_form_comes_back_with_nothing_lost(article, visitor, patient, changes, said):
    response = visitor.post(
        PAGE, {"helpful": "no", "text": "My words", "token": tokens.issue()} | changes
    )
    assert response.status_code == 422
    assert said in response.content.decode()
    assert changes.get("text", "My words") in response.content.decode()
    assert Opinion.objects.count() == 0


def test_what_could_not_be_stored_is_given_back(article, visitor, patient, monkeypatch):
    def full(given, *, address):
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(opinions, "give", full)
    response = send(visitor, text="My words")
    assert response.status_code == 503
    assert "My words" in response.content.decode()


def test_another_site_cannot_speak_for_a_reader(article, visitor):
    data = {"helpful": "no", "token": tokens.issue()}
    response = visitor.post(PAGE, data, HTTP_SEC_FETCH_SITE="cross-site")
    assert response.status_code == 403
    assert Opinion.objects.count() == 0


def test_what_is_not_public_cannot_be_judged(make_article, visitor):
    make_article("a-draft", state="draft")
    assert visitor.get("/ask/a-draft/helpful/").status_code == 404
    assert visitor.post("/ask/a-draft/helpful/", {"helpful": "no"}).status_code == 404


def test_nothing_that_tells_of_the_sender_outlives_its_time(article, visitor, patient):
    send(visitor, text="My words")

    def after(days):
        retention.forget(timezone.now() + dt.timedelta(days=days))
        return Opinion.objects.get()

    assert after(0).day_key
    stored = after(1)
    assert stored.day_key is None
    assert stored.address_hash
    assert after(7.1).address_hash == ""
    assert after(364).text == "My words"
    stored = after(366)
    assert (stored.text, stored.is_helpful) == ("", False)
