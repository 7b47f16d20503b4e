"""``/api/v1/``: articles, terms, sources, categories, tags and the search."""

import jsonschema
import pytest
from django.test.utils import CaptureQueriesContext

from kb import extend
from kb.schema import RECORDS, shapes

pytestmark = pytest.mark.django_db

ARTICLE = """
slug title url permalink category tags authors based_on published_at changed_at checked_at
short_answer body_html terms examples references claims revision
"""
TERM = """
slug name abbreviation aliases summary definition_html formula_html articles
"""


@pytest.fixture
def shelf(library):
    library.term("delta", abbreviation="D", aliases=["hedge ratio"], formula=r"\Delta")
    library.answer(
        "hedging", "The delta [@whaley-2009 p. 3].\n\n::example condor\n", tags=["VIX"],
        based_on="vendor-page",
    )  # fmt: skip
    library.answer("newer", "Words.", published="2026-02-02", category="Costs")
    library.answer("secret", "The delta.", published=None)
    library.sync()


def get(visitor, path):
    response = visitor.get(f"/api/v1/{path}")
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"
    return response.json()


def test_an_article_has_the_contracts_fields(shelf, visitor, bare_house):
    record = get(visitor, "articles/hedging/")
    assert set(ARTICLE.split()) <= record.keys()
    assert record | {"body_html": "", "claims": []} == {
        "slug": "hedging",
        "title": "What about hedging?",
        "url": "http://testserver/ask/hedging/",
        "permalink": record["permalink"],
        "category": "hedging",
        "tags": ["vix"],
        "authors": [{"name": "The Hedgelab group"}],
        "based_on": "vendor-page",
        "published_at": "2026-01-05T00:00:00Z",
        "changed_at": "2026-01-05T00:00:00Z",
        "checked_at": "2026-01-05T00:00:00Z",
        "short_answer": "It depends.",
        "body_html": "",
        "terms": ["delta"],
        "examples": ["condor"],
        "references": record["references"],
        "claims": [],
        "dissects": [],
        "revision": 1,
        "lang": "en",
        "translation_of": None,
        "translated_revision": None,
        "is_outdated": None,
        "state": "answered",
        "drafting": "machine-assisted",
        "interest": None,
        "contributors": [],
        "origin": "Drafted with machine help; people decide what is published and answer for it. "
        "Nobody here sells what it discusses.",
    }
    assert record["references"][0]["id"] == "whaley-2009"
    jsonschema.validate(record, shapes("Article"))


def test_a_term_has_the_contracts_fields(shelf, visitor):
    record = get(visitor, "terms/delta/")
    assert set(TERM.split()) <= record.keys()
    assert record["articles"] == ["hedging"]
    assert record["aliases"] == ["hedge ratio"]
    assert "<math" in record["formula_html"]
    jsonschema.validate(record, shapes("Term"))


@pytest.mark.parametrize(
    ("path", "record", "count"),
    [
        ("articles/", "Article", 2),
        ("articles/?category=costs", "Article", 1),
        ("articles/?tag=vix", "Article", 1),
        ("articles/?category=nothing", "Article", 0),
        ("terms/", "Term", 1),
        ("sources/", "Source", 2),
        ("categories/", "Taxon", 2),
        ("tags/", "Taxon", 1),
        ("search/?q=delta", "SearchHit", 2),
        ("search/?q=delta&kind=term", "SearchHit", 1),
        ("search/", "SearchHit", 0),
    ],
)
def test_lists_are_pages_of_described_records(shelf, visitor, path, record, count):
    page = get(visitor, path)
    assert page.keys() == {"count", "next", "previous", "results"}
    assert page["count"] == len(page["results"]) == count
    for one in page["results"]:
        jsonschema.validate(one, shapes(record))


def test_newest_articles_first_and_pages_by_size(shelf, visitor):
    page = get(visitor, "articles/?page_size=1")
    assert [one["slug"] for one in page["results"]] == ["newer"]
    assert page["next"] == "http://testserver/api/v1/articles/?page=2&page_size=1"
    assert visitor.get("/api/v1/articles/?page=9").status_code == 404


def test_a_source_keeps_its_csl_and_says_who_earns(shelf, visitor):
    found = {one["id"]: one for one in get(visitor, "sources/")["results"]}
    assert found["vendor-page"]["interest"] == "Sells the shield"
    assert found["vendor-page"]["read_at"] == "2026-03-01"
    assert found["whaley-2009"]["author"] == [{"family": "Whaley", "given": "Robert E."}]


@pytest.mark.parametrize(
    "path", ["articles/hedging/", "terms/delta/", "articles/", "sources/", "search/?q=delta"]
)
def test_a_known_answer_is_304(shelf, visitor, path):
    first = visitor.get(f"/api/v1/{path}")
    again = visitor.get(f"/api/v1/{path}", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = visitor.get(f"/api/v1/{path}", headers={"if-none-match": '"x"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["articles/secret/", "articles/none/", "terms/none/"])
def test_what_is_not_public_is_a_problem_document(shelf, visitor, path):
    response = visitor.get(f"/api/v1/{path}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"] == []


def test_nothing_can_be_written(shelf, visitor):
    for path in ("articles/", "articles/hedging/", "terms/", "sources/", "search/"):
        response = visitor.post(f"/api/v1/{path}", {}, content_type="application/json")
        assert response.status_code == 405


def test_other_apps_add_their_keys_for_many_articles_at_once(shelf, visitor, bare_house):
    extend.article_field("claims", lambda rows: {row.pk: [f"{row.slug}-1"] for row in rows})
    page = get(visitor, "articles/")
    assert [one["claims"] for one in page["results"]] == [["newer-1"], ["hedging-1"]]


def test_queries_do_not_grow_with_the_list(library, visitor, bare_house):
    from django.db import connection

    counts = []
    for size in (2, 20):
        for number in range(size):
            library.answer(f"a-{number}", "The delta [@whaley-2009].", tags=["VIX"])
            library.term(f"t-{number}")
        library.sync()
        with CaptureQueriesContext(connection) as queries:
            get(visitor, "articles/")
            get(visitor, "terms/")
            get(visitor, "sources/")
            get(visitor, "categories/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_description_names_every_record(visitor, db):
    text = visitor.get("/api/schema/").content.decode()
    for path in ("articles/", "articles/{slug}/", "terms/", "terms/{slug}/", "sources/",
                 "categories/", "tags/", "search/"):  # fmt: skip
        assert f"/api/v1/{path}:" in text
    for name in RECORDS:
        assert f"title: {name}" in text
