"""A visitor asks: nothing is lost, nothing is stored twice, nothing is stored too early."""

from __future__ import annotations

import pytest
from django.core import signing
from django.db import OperationalError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from questions import forms, limits, services, tokens
from questions.models import Mail, Message, Question

from .conftest import TEXT, check_and_send, token_in

pytestmark = pytest.mark.django_db


def test_the_form_sets_no_cookie_and_holds_no_token(visitor):
    page = visitor.get("/questions/new/")
    assert page.status_code == 200
    assert not page.cookies
    assert 'data-counter="1000"' in page.content.decode()
    assert 'name="token"' not in page.content.decode()


def test_the_first_post_shows_the_text_and_stores_nothing(visitor):
    page = visitor.post("/questions/new/", {"text": TEXT})
    assert page.status_code == 200
    assert TEXT in page.content.decode()
    assert token_in(page)
    assert not Question.objects.exists()


def test_the_second_post_stores_and_leads_to_the_private_page(visitor):
    answer = check_and_send(visitor, email="reader@example.org", spot="4500")
    question = Question.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/questions/{question.token}/"
    assert (question.text, question.state, question.email) == (
        TEXT,
        "pending",
        "reader@example.org",
    )
    assert question.position == {"spot": 4500}


def test_a_question_is_stored_exactly_as_it_was_typed(visitor):
    typed = "  Two lines,\r\nwith “quotes”, 🦔 and <b>no markup</b> \r\n"
    check_and_send(visitor, typed)
    assert Question.objects.get().text == typed.replace("\r\n", "\n")


@pytest.mark.parametrize("extra", [{}, {"send": "1"}])
def test_too_long_a_text_comes_back_whole(visitor, extra):
    text = "ü" * 1001
    page = visitor.post("/questions/new/", {"text": text, **extra})
    assert page.status_code == 422
    assert text in page.content.decode()
    assert "1,001 characters" in page.content.decode()


def test_line_ends_count_once_as_browsers_count_them(visitor):
    text = "a\r\n" * 500
    assert visitor.post("/questions/new/", {"text": text}).status_code == 200
    assert visitor.post("/questions/new/", {"text": text + "a"}).status_code == 422


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u00a0"])
def test_an_empty_question_is_sent_back(visitor, text):
    page = visitor.post("/questions/new/", {"text": text})
    assert page.status_code == 422
    assert "Write your question first." in page.content.decode()


def test_a_nul_is_refused_with_the_text(visitor):
    page = visitor.post("/questions/new/", {"text": "with \x00 nul"})
    assert page.status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("category", "unknown"),
        ("asked_on", "unknown"),
        ("spot", "nan"),
        ("spot", "1e400"),
        ("spot", "4,500"),  # 4.5 to some readers, 4500 to others
        ("days", "٣٠"),
        ("days", "-5"),
        ("credit", "0"),
        ("long_put", "9" * 400),
    ],
)
def test_a_wrong_detail_never_costs_the_text(visitor, field, value):
    page = visitor.post("/questions/new/", {"text": TEXT, field: value})
    assert page.status_code == 422
    assert TEXT in page.content.decode()
    assert not Question.objects.exists()


def test_strikes_out_of_order_are_named(visitor):
    strikes = {"long_put": "90", "short_put": "80", "short_call": "110", "long_call": "120"}
    page = visitor.post("/questions/new/", {"text": TEXT, **strikes})
    assert page.status_code == 422
    assert "must rise" in page.content.decode()
    butterfly = strikes | {"short_put": "110"}
    assert visitor.post("/questions/new/", {"text": TEXT, **butterfly}).status_code == 200


def test_an_expired_page_gives_the_text_and_a_fresh_token(visitor, monkeypatch):
    stale = token_in(visitor.post("/questions/new/", {"text": TEXT}))
    monkeypatch.setattr(tokens, "FORM_AGE", tokens.FORM_AGE * -1)
    page = visitor.post("/questions/new/", {"text": TEXT, "token": stale, "send": "1"})
    assert page.status_code == 422
    assert TEXT in page.content.decode()
    monkeypatch.undo()
    fresh = token_in(page)
    assert fresh != stale
    again = visitor.post("/questions/new/", {"text": TEXT, "token": fresh, "send": "1"})
    assert again.status_code == 303


@pytest.mark.parametrize("token", ["", "x", "abc:def:ghi", "a" * 22, "\x00"])
def test_a_forged_token_stores_nothing_and_keeps_the_text(visitor, token):
    page = visitor.post("/questions/new/", {"text": TEXT, "token": token, "send": "1"})
    assert page.status_code == 422
    assert TEXT in page.content.decode()
    assert not Question.objects.exists()


def test_a_token_signed_for_another_purpose_is_no_form_token(visitor):
    other = signing.TimestampSigner(salt="something else").sign("a" * 22)
    page = visitor.post("/questions/new/", {"text": TEXT, "token": other, "send": "1"})
    assert page.status_code == 422


def test_one_token_one_question(visitor):
    token = token_in(visitor.post("/questions/new/", {"text": TEXT}))
    sent = {"text": TEXT, "token": token, "send": "1"}
    first, second = (visitor.post("/questions/new/", sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Question.objects.count() == 1


def test_a_used_token_with_another_text_loses_neither(visitor):
    token = token_in(visitor.post("/questions/new/", {"text": TEXT}))
    visitor.post("/questions/new/", {"text": TEXT, "token": token, "send": "1"})
    page = visitor.post("/questions/new/", {"text": "Another?", "token": token, "send": "1"})
    assert page.status_code == 409
    assert "Another?" in page.content.decode()
    assert Question.objects.get().text == TEXT
    fresh = {"text": "Another?", "token": token_in(page), "send": "1"}
    assert visitor.post("/questions/new/", fresh).status_code == 303
    assert set(Question.objects.values_list("text", flat=True)) == {TEXT, "Another?"}


def test_a_database_that_fails_gives_the_text_back(visitor, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("database or disk is full")

    token = token_in(visitor.post("/questions/new/", {"text": TEXT}))
    monkeypatch.setattr(services.Question.objects, "create", fail)
    monkeypatch.setattr(limits, "take_place", fail)
    sent = {"text": TEXT, "token": token, "send": "1", "email": "reader@example.org"}
    page = visitor.post("/questions/new/", sent)
    assert page.status_code == 503
    assert page["Retry-After"]
    assert TEXT in page.content.decode()
    assert "reader@example.org" in page.content.decode()
    monkeypatch.undo()
    again = visitor.post("/questions/new/", sent | {"token": token_in(page)})
    assert again.status_code == 303


def test_asking_is_one_insert(visitor, django_assert_max_num_queries):
    token = token_in(visitor.post("/questions/new/", {"text": TEXT}))
    sent = {"text": TEXT, "email": "reader@example.org", "token": token, "send": "1"}
    with django_assert_max_num_queries(6) as queries:
        visitor.post("/questions/new/", sent)
    writes = [q["sql"] for q in queries.captured_queries if q["sql"].startswith(("INS", "UPD"))]
    assert len(writes) == 1
    assert not Mail.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Referer": "https://elsewhere.example/page"},
    ],
)
def test_a_post_from_another_site_is_refused(headers):
    page = Client(headers=headers).post("/questions/new/", {"text": TEXT})
    assert page.status_code == 403


def test_the_trap_spares_people_and_machines_that_help_them(visitor):
    page = visitor.get("/questions/new/").content.decode()
    trap = page[page.index("<div hidden") : page.index("</div>", page.index("<div hidden"))]
    assert 'aria-hidden="true"' in trap
    assert 'tabindex="-1"' in trap
    assert 'autocomplete="off"' in trap
    assert f'name="{forms.TRAP}"' in trap
    # Names that browsers and password managers fill in by themselves.
    for name in ("email", "name", "url", "phone", "address", "company", "user", "website"):
        assert name not in forms.TRAP


def test_a_filled_trap_is_noted_and_not_punished(visitor):
    answer = check_and_send(visitor, **{forms.TRAP: "filled"})
    assert answer.status_code == 303
    assert Question.objects.get().signals["trap"] is True


def test_a_request_for_advice_is_steered_not_refused(visitor):
    text = "Should I close my condor before the meeting?"
    page = visitor.post("/questions/new/", {"text": text})
    assert page.status_code == 200
    assert "personal advice" in page.content.decode()
    assert check_and_send(visitor, text).status_code == 303


def test_unknown_keys_change_nothing(visitor):
    plain = visitor.get("/questions/new/").content
    assert visitor.get("/questions/new/?utm_source=x&text=y").content == plain


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=1000).filter(lambda t: t.strip() and "\x00" not in t))
def test_any_text_that_fits_is_stored_whole(db, text):
    form = forms.QuestionForm({"text": text})
    encodable = not any(0xD800 <= ord(c) <= 0xDFFF for c in text)
    assert form.is_valid()
    if encodable:
        assert form.cleaned_data["text"] == text.replace("\r\n", "\n").replace("\r", "\n")
