"""What a reader meets on the page of an answer."""

import json
import re

import pytest
from django.test.utils import CaptureQueriesContext

from kb import extend, publishing
from kb.models import Article

from .conftest import SOURCE, VENDOR

pytestmark = pytest.mark.django_db

BODY = r"""
The delta matters [@whaley-2009 p. 99], and again [@whaley-2009; @vendor-page].

## How it works {#how}

Cost is $c = \frac{a}{b}$; see [the basics](/ask/basics/).[^1]

| year | cost |
|:--|--:|
| 2020 | 3 |

## What it costs

### In detail

It costs.

[^1]: A note.
"""


@pytest.fixture
def answer(library):
    library.term("delta", summary="How much an option moves.")
    library.answer("basics", title="What are the basics?")
    library.answer(
        "hedging",
        BODY,
        title="Does <hedging> & co. pay?",
        short_answer="Partly; “it depends”.",
        tags=["VIX"],
        authors=[{"name": "The Hedgelab group"}, {"given": "Ada", "family": "Byron"}],
        based_on="vendor-page",
        related=["basics"],
        prerequisites=["basics"],
        checked="2026-02-01",
        checked_by="Charles",
        corrections=[{"date": "2026-02-01", "old": "3 %", "new": "4 %", "cause": "A slip."}],
    )
    library.sync()
    return Article.objects.get(slug="hedging")


@pytest.fixture
def page(answer, visitor):
    return visitor.get("/ask/hedging/").content.decode()


def test_question_first_then_who_when_and_the_short_answer(page):
    order = ["<h1", "By The Hedgelab group and Ada Byron", "5 January 2026", "1 February 2026",
             "by Charles", "Partly; “it depends”.", "How it works", 'id="references"',
             'id="cite"']  # fmt: skip
    main = page[page.index("<main") :]
    places = [main.index(text) for text in order]
    assert places == sorted(places)
    assert "Does &lt;hedging&gt; &amp; co. pay?" in page
    assert "Our shield never fails" in page
    assert "Sells the shield" in page
    assert "min read" in page
    assert "views" not in page, "reads are not counted, so none are shown"


def test_sections_have_anchors_and_a_table_of_contents(page):
    assert '<a href="#how">How it works</a>' in page
    assert '<h2 id="how">' in page
    assert '<h3 id="in-detail">' in page


def test_formulas_tables_and_notes_read_without_script(page):
    assert '<math display="inline">' in page
    assert 'encoding="application/x-tex">c = \\frac{a}{b}</annotation>' in page
    assert '<td class="align-right">3</td>' in page
    assert "style=" not in page
    assert 'href="#fn:1"' in page
    assert 'href="#fnref:1"' in page


def test_references_lead_back_to_every_use(page):
    assert 'id="ref-whaley-2009"' in page
    for use in (1, 2):
        assert f'id="cite-whaley-2009-{use}"' in page
        assert f'href="#cite-whaley-2009-{use}"' in page
    assert "Whaley, 2009</a>, p. 99" in page
    assert "Interest: Sells the shield" in page
    assert "https://archive.example/shield" in page


def test_terms_are_links_with_their_cards_on_the_page(page):
    assert '<a class="term" data-term="delta" href="/glossary/delta/">delta</a>' in page
    assert 'id="term-delta"' in page
    assert "How much an option moves." in page


def test_it_leads_on(page, visitor):
    assert "Read first:" in page
    basics = visitor.get("/ask/basics/").content.decode()
    assert "What links here" in basics
    assert "/ask/hedging/" in basics


def test_a_correction_is_told_at_the_top_and_in_full(page):
    assert "Corrected on 1 February 2026" in page
    assert "<del>3 %</del> <ins>4 %</ins> A slip." in page


def test_machines_read_who_wrote_what_when(page, answer):
    tags = re.findall(r'<meta name="(citation_\w+)" content="([^"]*)">', page)
    assert ("citation_author", "The Hedgelab group") in tags
    assert ("citation_author", "Byron, Ada") in tags
    assert ("citation_publication_date", "2026/01/05") in tags
    assert ("citation_public_url", "http://testserver/ask/hedging/r/1/") in tags
    assert sum(name == "citation_reference" for name, _ in tags) == 2
    assert '<link rel="canonical" href="http://testserver/ask/hedging/">' in page
    assert 'property="og:title"' in page


def test_structured_data_parses_back_to_the_same_strings(page, answer):
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["@type"] == "Article"
    assert data["headline"] == "Does <hedging> & co. pay?"
    assert data["abstract"] == "Partly; “it depends”."
    assert data["author"][0] == {"@type": "Organization", "name": "The Hedgelab group"}
    assert data["datePublished"] == "2026-01-05T00:00:00+00:00"


def test_no_script_and_no_style_stands_in_the_page(page):
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page)
    assert inline == [' type="application/ld+json"']
    assert "<style" not in page


def test_it_names_its_lasting_address(answer, visitor):
    response = visitor.get("/ask/hedging/")
    assert '<http://testserver/ask/hedging/r/1/>; rel="cite-as"' in response["Link"]
    assert response["Last-Modified"] == "Mon, 05 Jan 2026 00:00:00 GMT"
    assert not response.cookies
    assert visitor.get(f"/a/{answer.short_id}/")["Location"] == "/ask/hedging/"
    assert answer.permalink == f"http://testserver/a/{answer.short_id}/"


@pytest.mark.parametrize(
    ("style", "kind", "words"),
    [
        ("apa", "text/plain", "The Hedgelab group, & Byron, A. (2026, January 5)."),
        ("mla", "text/plain", "The Hedgelab group, and Ada Byron."),
        ("chicago", "text/plain", "The Hedgelab group, and Ada Byron."),
        ("bibtex", "application/x-bibtex", "{The Hedgelab group} and Byron, Ada"),
        ("ris", "application/x-research-info-systems", "AU  - The Hedgelab group"),
        ("csl-json", "application/vnd.citationstyles.csl+json", '"literal": "The Hedgelab group"'),
    ],
)
def test_it_is_cited_in_every_style_by_its_revision(answer, visitor, style, kind, words):
    response = visitor.get(f"/ask/hedging/cite/{style}")
    assert response["Content-Type"].startswith(kind)
    text = response.content.decode()
    assert words in text
    assert "http://testserver/ask/hedging/r/1/" in text


def test_an_unknown_style_is_no_page(answer, visitor):
    assert visitor.get("/ask/hedging/cite/harvard").status_code == 404
    assert visitor.get("/ask/hedging/cite/apa?revision=9").status_code == 404
    assert visitor.get("/ask/hedging/cite/apa?revision=x").status_code == 200


def test_its_twins_are_the_file_and_the_record(answer, library, visitor):
    file = (library.folder / "answers" / "hedging.md").read_text()
    assert visitor.get("/ask/hedging.md").content.decode() == file
    assert visitor.get("/ask/hedging.json").json()["slug"] == "hedging"


def test_a_moved_answer_redirects_for_good(answer, visitor, library):
    (library.folder / "answers" / "hedging.md").unlink()
    library.answer("paying", formerly=["hedging"])
    library.sync()
    for path, target in (
        ("/ask/hedging/", "/ask/paying/"),
        ("/ask/hedging/r/1/", "/ask/paying/r/1/"),
        ("/ask/hedging.md", "/ask/paying.md"),
        ("/ask/hedging/?page=2", "/ask/paying/?page=2"),
    ):
        response = visitor.get(path)
        assert (response.status_code, response["Location"]) == (301, target)
    assert visitor.get("/api/v1/articles/hedging/").json()["slug"] == "paying"


def test_a_withdrawn_answer_is_gone_with_its_reason_and_successor(answer, visitor):
    basics = Article.objects.get(slug="basics")
    publishing.withdraw(answer, reason="Its data were wrong.", successor=basics)
    for path in ("/ask/hedging/", "/ask/hedging/r/1/", "/ask/hedging.md", "/ask/hedging.json"):
        response = visitor.get(path)
        assert response.status_code == 410
        assert "Its data were wrong." in response.content.decode()
        assert "/ask/basics/" in response.content.decode()
    listing = visitor.get("/ask/").content.decode()
    assert "/ask/hedging/" not in listing
    assert "1 answer was withdrawn" in listing


def test_an_overdue_answer_says_so(library, visitor):
    library.answer("old", review_by="2026-01-06")
    library.sync()
    assert "due for a check on 6 January 2026" in visitor.get("/ask/old/").content.decode()


def test_other_apps_draw_their_marks(library, visitor, bare_house):
    extend.block("example", lambda slug, article, request: f"<p>drawn {slug}</p>")
    extend.inline("claim", lambda name, words, article, request: f"<b>{name}={words}</b>")
    extend.page_extras("evidence", lambda article, request: "<p>14 figures</p>")
    extend.page_extras("ask", lambda article, request: "<form>ask</form>")
    library.answer("marks", "Costs [−1.1 *points*](claim:cost) here.\n\n::example condor\n\nEnd.")
    library.sync()
    page = visitor.get("/ask/marks/").content.decode()
    assert "<b>cost=−1.1 <em>points</em></b>" in page
    assert "<p>drawn condor</p>" in page
    assert page.index("14 figures") < page.index("drawn condor") < page.index("<form>ask</form>")


def test_marks_that_nobody_owns_leave_the_words(library, visitor, bare_house):
    library.answer("marks", "Costs [−1.1 points](claim:cost) here.\n\n::example condor\n\nEnd.")
    library.sync()
    page = visitor.get("/ask/marks/").content.decode()
    assert "Costs −1.1 points here." in page
    assert "data-block" not in page


def test_the_number_of_queries_does_not_grow_with_the_site(library, visitor, bare_house):
    library.term("delta")

    def count(path):
        from django.db import connection

        from common import stored_pages
        from kb import glossary

        glossary.current()
        stored_pages.generation()
        with CaptureQueriesContext(connection) as queries:
            assert visitor.get(path + "?unstored=1").status_code == 200
        return len(queries)

    paths = ("/", "/ask/", "/ask/a-0/", "/glossary/", "/glossary/delta/", "/categories/hedging/")
    totals = []
    for size in (3, 12):
        for number in range(size):
            library.answer(
                f"a-{number}",
                f"The delta [@whaley-2009]. See [this](/ask/a-{(number + 1) % size}/).",
                tags=["VIX"],
            )
            library.term(f"term-{number}", "Also delta.")
        library.sync()
        drawn = [count(path) for path in paths]
        visitor.get("/ask/a-0/")
        totals.append([*drawn, count("/ask/a-0/")])
    assert totals[0] == totals[1]
    *drawn, again = totals[0]
    assert max(drawn) <= 36, "its ingredients before and after, and what is drawn"
    assert again <= 12


def test_listings_say_which_answers_were_withdrawn(library, visitor):
    library.answer("kept", "Words.")
    assert "withdrawn" not in visitor.get("/ask/").content.decode()
    library.answer("wrong", "Words.", withdrawn={"date": "2026-02-03", "reason": "It was wrong."})
    library.answer("secret", "Words.", published=None)
    library.sync()
    page = visitor.get("/ask/").content.decode()
    assert "1 answer was withdrawn" in page
    assert "What about wrong?" not in page  # its own address says when and why
    assert "secret" not in page


def test_a_web_source_without_a_copy_of_its_own_says_where_one_may_be(library, visitor):
    page_only = VENDOR | {"archived_url": None}
    library.sources(SOURCE, page_only)
    library.answer("told", "As told [@vendor-page; @whaley-2009].")
    library.sync()
    page = visitor.get("/ask/told/").content.decode()
    assert 'href="https://web.archive.org/web/20260301/https://vendor.example/shield"' in page
    assert page.count("no archived copy is on record") == 1  # the paper has a DOI
    library.sources(SOURCE, VENDOR)
    library.sync()
    page = visitor.get("/ask/told/").content.decode()
    assert "look for an archived copy" not in page
    assert "archive.example/shield" in page
