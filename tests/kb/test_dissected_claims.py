"""An answer that takes others' sentences apart: what an author writes, what a reader meets."""

from __future__ import annotations

import json
import re

import pytest
from django.core.management import CommandError
from django.test import Client

from kb.models import Article, Revision

from .conftest import VENDOR

pytestmark = pytest.mark.django_db

CUT = {
    "number": "1a",
    "said": "The shield halves every fall",
    "quote": "Our shield cuts every drawdown in half.",
    "sources": ["vendor-page section 2"],
    "runs": ["iron-condor days=1 wing_width=10 against iron-condor"],
    "verdict": "harms",
    "finding": "the fall is 1.5 points deeper",
}
UNTESTABLE = {
    "number": 2,
    "said": "It did so for ten years",
    "sources": ["vendor-page"],
    "untestable": "the account's statements are not public",
}
BODY = """## What is said {#said}

Words.

::dissected claims

## Right of reply {#reply}

::dissected replies
"""


@pytest.fixture
def dissect(library):
    def write(*rows, body=BODY, sync=True, **front):
        library.answer("shield", body, dissects=list(rows), **front)
        if sync:
            library.sync()

    return write


def page(path="/ask/shield/"):
    response = Client().get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_each_sentence_stands_with_its_words_verdict_origin_and_run(dissect):
    dissect(CUT, UNTESTABLE)
    html = page()
    assert '<h3 id="said-1a">1a. The shield halves every fall</h3>' in html
    assert "<blockquote>" in html
    assert "Verdict: harms." in html
    assert "The fall is 1.5 points deeper." in html
    assert "Said, in their words, by" in html
    assert "section 2" in html
    assert "interest: sells the shield" in html
    assert 'href="/lab/iron-condor/?days=1&amp;wing_width=10"' in html
    assert "Verdict: not testable." in html
    assert "The account's statements are not public." in html.replace("’", "'")


def test_what_it_links_to_is_a_form_with_the_runs_values(dissect):
    dissect(CUT)
    form = page("/lab/iron-condor/?days=1&wing_width=10")
    assert re.search(r'name="wing_width"[^>]*value="10"', form)


def test_the_sources_that_it_names_are_references_of_the_page(dissect):
    dissect(CUT)
    article = Article.objects.get(slug="shield")
    assert [c.source.key for c in article.citations.all()] == ["vendor-page"]


def test_nobody_has_replied_until_somebody_does(dissect):
    dissect(CUT)
    assert "None has come in so far" in page()
    reply = {
        "from": "The vendor", "date": "2026-11-20", "about": ["1a"],
        "text": "We meant *some* falls.\n\nNot every one.",
    }  # fmt: skip
    dissect(CUT, replies=[reply])
    html = page()
    assert "None has come in so far" not in html
    assert "2026-11-20" in html
    assert '<a href="#said-1a">1a</a>' in html
    assert "Not every one." in html


def test_a_figure_in_a_finding_may_be_bound_like_any_other(dissect, library):
    row = CUT | {"finding": "the fall is [deeper](claim:deeper)"}
    terms = {"deeper": {"kind": "not_testable", "because": "nobody looked"}}
    dissect(row, claims=terms)
    assert 'id="claim-deeper"' in page()
    assert Client().get("/claims/shield.deeper/").status_code == 200


def test_a_new_verdict_is_a_new_revision(dissect):
    dissect(CUT)
    dissect(CUT | {"verdict": "protects"})
    texts = Revision.objects.filter(article__slug="shield").order_by("number")
    assert [("harms" in t.html, "protects" in t.html) for t in texts] == [
        (True, False), (False, True)
    ]  # fmt: skip


def test_the_same_files_give_nothing_new(dissect, library):
    dissect(CUT, UNTESTABLE)
    assert library.sync().startswith("0 created, 0 updated")


def test_its_interest_follows_the_source(dissect, library):
    dissect(CUT)
    library.sources(VENDOR | {"interest": "Sold the shield until May"})
    library.sync()
    assert "interest: sold the shield until May" in page()


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (CUT | {"quote": "word " * 41}, "the quote has 41 words"),
        (CUT | {"verdict": "wonderful"}, "verdict"),
        (CUT | {"runs": ["no-such-thing days=1"]}, "no experiment 'no-such-thing'"),
        (CUT | {"runs": ["iron-condor days=-4"]}, "days"),
        (CUT | {"runs": ["iron-condor against iron-condor against iron-condor"]}, "one other run"),
        (CUT | {"sources": ["nobody-1999"]}, "unknown source: nobody-1999"),
        (CUT | {"sources": []}, "name the sources"),
        (CUT | {"untestable": "both at once"}, "or else untestable"),
        ({"number": 1, "said": "Bare"}, "or else untestable"),
        (CUT | {"number": "first"}, "number"),
        (CUT | {"mood": "angry"}, "unknown key: mood"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(dissect, library, row, complaint):
    dissect(UNTESTABLE, row, sync=False)
    with pytest.raises(CommandError) as refused:
        library.sync()
    assert complaint in str(refused.value)
    line = int(re.search(r"shield\.md:(\d+):", str(refused.value)).group(1))
    text = (library.folder / "answers/shield.md").read_text().split("\n")
    assert text[line - 1].strip() not in ("---", "")
    assert line > 1
    assert not Article.objects.exists()


def test_a_number_stands_once_and_rows_are_shown(dissect, library):
    dissect(CUT, UNTESTABLE | {"number": "1a"}, sync=False)
    with pytest.raises(CommandError, match="said-1a is given to two headings"):
        library.sync()
    dissect(CUT, body="Nothing shown.", sync=False)
    with pytest.raises(CommandError, match="::dissected claims"):
        library.sync()


def test_a_trouble_in_a_written_part_names_the_line_that_wrote_it(dissect, library):
    dissect(CUT | {"finding": "see [@unheard-of]"}, sync=False)
    with pytest.raises(CommandError, match="unknown source: unheard-of") as refused:
        library.sync()
    line = int(re.search(r"shield\.md:(\d+):", str(refused.value)).group(1))
    text = (library.folder / "answers/shield.md").read_text().split("\n")
    assert text[line - 1] == "::dissected claims"


def test_the_admin_sends_lines_as_browsers_do(dissect, editor):
    dissect(CUT)
    article = Article.objects.get(slug="shield")
    client = Client()
    client.force_login(editor)
    form = {"preview_of": article.pk, "title": "T", "short_answer": "S"}
    page = client.post(
        "/admin/kb/article/preview/", form | {"body": BODY.replace("\n", "\r\n")}
    ).content.decode()
    assert "unknown block" not in page
    assert 'id="said-1a"' in page


def test_machines_read_the_same(dissect):
    dissect(CUT, UNTESTABLE)
    record = Client().get("/api/v1/articles/shield/").json()
    assert Client().get("/ask/shield.json").json()["dissects"] == record["dissects"]
    first, second = record["dissects"]
    assert first["verdict"] == "harms"
    assert first["sources"] == [{"id": "vendor-page", "interest": "Sells the shield"}]
    assert second["verdict"] == "not testable"
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page(), re.DOTALL)
    reviews = [json.loads(s)["@graph"] for s in scripts if "ClaimReview" in s]
    (review,) = reviews[0]
    assert review["claimReviewed"] == CUT["quote"]
    assert review["reviewRating"]["alternateName"] == "harms"
    assert review["itemReviewed"]["appearance"] == [VENDOR["URL"]]


def test_the_register_lists_published_rows_and_filters_them(dissect, library):
    dissect(CUT, UNTESTABLE)
    library.answer("hidden", BODY, dissects=[CUT | {"said": "A secret"}], published=None)
    library.sync()
    html = page("/claims/of-others/")
    assert '/ask/shield/#said-1a"' in html
    assert "2 sentences in 1 answer" in html
    assert "A secret" not in html
    only = page("/claims/of-others/?verdict=harms")
    assert "The shield halves every fall" in only
    assert "It did so for ten years" not in only
    assert "No dissected claim fits" in page("/claims/of-others/?q=unicorn")
