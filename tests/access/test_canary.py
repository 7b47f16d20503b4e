"""Every unpublished field holds a canary word; no public answer may ever sing it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from questions.models import Question

from . import table
from .world import CANARY

pytestmark = pytest.mark.django_db
# Pages behind a token belong to whoever holds it; that they are private is tested beside them.
BEHIND_A_TOKEN = (
    "questions:status",
    "questions:export",
    "questions:confirm",
    "questions:leave",
    "questions:report-receipt",
    "api-question",
)
PUBLIC = [
    row
    for row in table.rows()
    if row.method == "GET" and row.name not in BEHIND_A_TOKEN and row.expected["anonymous"] < 500
]


def sung(response) -> list[str]:
    """The places of an answer in which the canary stands."""
    body = b"".join(response) if response.streaming else response.content
    found = [name for name, value in response.headers.items() if CANARY in value.lower()]
    return found + (["body"] if CANARY.encode() in body.lower() else [])


def test_the_world_is_full_of_canaries(world):
    """Otherwise silence would prove nothing."""
    assert Question.objects.filter(text__contains=CANARY).count() >= 8
    page = Client().get(reverse("questions:status", args=[world["pending-token"]]))
    assert sung(page) == ["body"]


def test_no_public_address_sings(world):
    heard = {}
    for row in PUBLIC:
        places = sung(Client(raise_request_exception=False).get(row.address(world)))
        if places:
            heard[str(row)] = places
    assert heard == {}


@pytest.mark.parametrize(
    "query",
    [
        "/api/v1/search/?q={word}",
        "/api/v1/articles/?search={word}",
        "/api/v1/examples/?page_size=200",
        "/api/v1/claims/?page_size=200",
        "/search/suggest?q={word}",
        "/questions/similar?q={word} question body",
    ],
)
@pytest.mark.parametrize("number", [1, 2, 3, 5, 7, 10, 17, 30])
def test_asking_for_a_secret_word_finds_nothing(world, query, number):
    page = Client().get(query.format(word=f"{CANARY}{number:02d}"))
    assert page.status_code == 200
    told = page.content.decode().lower().replace(f"q={CANARY}{number:02d}", "")
    assert CANARY not in told


def test_counts_do_not_tell_of_hidden_things(world):
    browser = Client()
    assert browser.get("/api/v1/articles/").json()["count"] == 1
    assert browser.get("/api/v1/examples/").json()["count"] == 1
    assert browser.get(f"/api/v1/search/?q={CANARY}01").json()["count"] == 0


def test_a_signed_in_editor_hears_no_canary_in_public_either(world, people):
    """What staff may see is in the admin; a public page is the same for everybody."""
    browser = Client(raise_request_exception=False)
    browser.force_login(people["superuser"])
    heard = [
        str(row)
        for row in PUBLIC
        if row.expected["superuser"] == row.expected["anonymous"]
        and sung(browser.get(row.address(world)))
    ]
    assert heard == []


def test_public_pages_set_no_cookie(world):
    set_by = []
    for row in PUBLIC:
        if row.expected["anonymous"] == 200 and not row.name.startswith("admin:"):
            response = Client().get(row.address(world))
            if response.cookies:
                set_by.append(str(row))
    assert set_by == []
