"""Lists say honestly how an answer stands: answered, under review, withdrawn."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kb import publishing
from kb.models import Article
from simulator.models import Claim

from .conftest import SOURCE, VENDOR
from .test_care import page, stored

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def shelf(library):
    notice = {"kind": "retracted", "date": "2026-05-04", "reason": "Made up."}
    library.sources(SOURCE | {"notice": notice}, VENDOR)
    library.answer("fresh", "A condor.", tags=["vix"], review_by="2999-01-01")
    library.answer("late", "A condor.", tags=["vix"], review_by="2020-01-01")
    library.answer("shaken", "A condor [@whaley-2009].", tags=["vix"])
    library.answer("draft", "A condor.", published=None, tags=["vix"])
    library.answer("wrong", "A condor, wrongly.", tags=["vix"])
    library.sync()
    publishing.withdraw(stored("wrong"), reason="A sign was wrong.", successor=stored("fresh"))
    return library


def states(text):
    """Each listed answer with the mark beside it."""
    rows = re.findall(r"<li.*?</li>", text.partition('class="listing')[2], re.DOTALL)
    found = {}
    for row in rows:
        slug = re.search(r'href="/ask/([a-z-]+)/"', row)
        mark = re.search(r'class="state state-[a-z-]+">([^<]+)<', row)
        if slug:
            found[slug[1]] = mark[1] if mark else ""
    return found


MARKS = {"fresh": "Answered", "late": "Under review", "shaken": "Under review"}


@pytest.mark.parametrize(
    "path", ["/", "/ask/", "/categories/hedging/", "/tags/vix/", "/search/?q=condor"]
)
def test_every_list_marks_every_answer(shelf, path):
    assert states(page(path)) == MARKS


@pytest.mark.parametrize(("state", "mark"), [("drifted", "Under review"), ("due", "Answered"),
                                             ("broken", "Under review")])  # fmt: skip
def test_an_answer_with_a_figure_that_is_no_longer_true_is_under_review(library, state, mark):
    claims = {"cost": {"kind": "sourced", "source": "whaley-2009"}}
    library.answer("counted", "It costs [1 point](claim:cost).", claims=claims)
    library.sync()
    Claim.objects.update(state=state)
    assert states(page("/ask/")) == {"counted": mark}
    assert json.loads(page("/ask/counted.json"))["state"] == mark.lower()


def test_the_list_is_filtered_by_state_and_counts_each(shelf):
    assert states(page("/ask/?state=answered")) == {"fresh": "Answered"}
    assert set(states(page("/ask/?state=under-review"))) == {"late", "shaken"}
    assert states(page("/ask/?state=nonsense")) == MARKS
    shown = page("/ask/")
    for option in ("Answered (1)", "Under review (2)", "Withdrawn (1)"):
        assert option in shown
    response = Client().get("/ask/?state=withdrawn")
    assert (response.status_code, response["Location"]) == (302, "/withdrawn/")


def test_machines_are_told_the_state_too(shelf):
    rows = json.loads(page("/api/v1/articles/"))["results"]
    assert {row["slug"]: row["state"] for row in rows} == {
        slug: mark.lower() for slug, mark in MARKS.items()
    }
    rows = json.loads(page("/api/v1/articles/?state=under-review"))["results"]
    assert {row["slug"] for row in rows} == {"late", "shaken"}
    assert json.loads(page("/api/v1/articles/?lang=de"))["count"] == 0
    assert json.loads(page("/ask/shaken.json"))["state"] == "under review"


def test_what_was_withdrawn_is_listed_with_reason_and_successor(shelf):
    shown = page("/withdrawn/")
    assert "What about wrong?" in shown
    assert "A sign was wrong." in shown
    assert 'Read instead: <a href="/ask/fresh/">What about fresh?</a>' in shown
    assert "draft" not in shown
    assert "wrongly" not in shown, "the text is gone"
    assert 'href="/withdrawn/"' in page("/ask/")


def test_the_page_of_what_was_withdrawn_is_found_from_corrections_and_the_sitemap(shelf):
    assert 'href="/withdrawn/"' in page("/corrections/")
    assert "/withdrawn/" in page("/sitemap-lists.xml")
    Article.objects.filter(slug="wrong").update(state="draft")
    assert "/withdrawn/" not in page("/sitemap-lists.xml")


def test_a_title_that_was_changed_after_the_withdrawal_stays_unseen(shelf):
    article = stored("wrong")
    article.title = "A secret new title"
    publishing.save_article(article)
    for path in ("/withdrawn/", "/ask/wrong/"):
        text = Client().get(path).content.decode()
        assert "What about wrong?" in text
        assert "secret" not in text


def test_what_was_never_public_is_not_listed_as_withdrawn(library):
    library.answer("never", published=None, withdrawn={"date": "2026-01-01", "reason": "Unripe."})
    library.sync()
    assert Article.objects.get(slug="never").state == "withdrawn"
    assert "No answer has been withdrawn." in page("/withdrawn/")


def test_a_withdrawn_successor_is_not_offered(shelf):
    publishing.withdraw(stored("fresh"), reason="Also wrong.")
    shown = page("/withdrawn/")
    assert shown.count("Nothing replaces it") == 2
    assert shown.index("Also wrong.") < shown.index("A sign was wrong."), "the last one first"


def test_an_answer_becomes_due_by_the_calendar_alone(library):
    tomorrow = timezone.now().date() + timedelta(days=1)
    library.answer("soon", review_by=tomorrow.isoformat())
    library.sync()
    assert states(page("/ask/")) == {"soon": "Answered"}
    Article.objects.update(review_by=tomorrow - timedelta(days=2))
    assert states(page("/ask/")) == {"soon": "Under review"}
