"""A number that another route contradicts is told to readers and published by nobody."""

import pytest

from kb import documents, glossary, storing
from kb.extend import publish_checks
from kb.models import Article, Category
from kb.models.articles import short_id
from simulator import second_routes, services
from simulator.checks import second_routes_agree
from simulator.models import Example, RunResult


def document(*rows):
    names = ("figure", "here", "other", "difference", "tolerance", "route")
    table = {
        "name": "second_route",
        "columns": [{"name": name} for name in names],
        "rows": [list(row) for row in rows],
    }
    return {"tables": [{"name": "other", "columns": [], "rows": []}, table]}


def row(figure, difference, tolerance=1e-6):
    other = None if difference is None else 1.0 + difference
    return (figure, 1.0, other, difference, tolerance, "by hand")


def test_a_result_without_the_table_says_nothing():
    assert second_routes.words({"tables": []}) == ""
    assert second_routes.words(None) == ""


def test_an_exact_agreement_is_said_plainly():
    said = second_routes.words(document(row("price", 0.0), row("delta", None)))
    assert said == (
        "1 figure found again by another route; no difference above a thousandth of the tolerance."
    )


def test_the_largest_difference_is_the_one_nearest_to_its_tolerance():
    said = second_routes.words(document(row("price", -2e-8), row("delta", 1e-8, 1e-7)))
    assert "2 figures" in said
    assert "(delta), within the tolerance" in said


def test_a_difference_beyond_the_tolerance_is_named():
    found = document(row("price", 3e-6), row("delta", 1e-9))
    assert "beyond the tolerance" in second_routes.words(found)
    assert [r["figure"] for r in second_routes.disagreements(found)] == ["price"]


def test_a_route_that_does_not_decide_contradicts_nothing():
    found = document(row("price", None))
    assert second_routes.disagreements(found) == []
    assert "does not decide" in second_routes.words(found)


@pytest.fixture
def article(db):
    category = Category.objects.create(slug="pricing", name="Pricing")
    found = Article(slug="a", short_id=short_id("a"), category=category, title="A", state="draft")
    found.body = "Text.\n\n::example a-price\n"
    derived = documents.derive_article(found, documents.source_items(), glossary.current())
    storing.store_articles([storing.ArticleWork(found, derived, was="")])
    return Article.objects.get(slug="a")


@pytest.fixture
def example(article, monkeypatch):
    from simulator import doorbell

    monkeypatch.setattr(doorbell, "ring", lambda run_id, *, urgent=True: None)
    found = Example.objects.create(slug="a-price", title="A price", experiment="option-price")
    services.refresh_example(found)
    run, _ = services.find_or_create_run(experiment="option-price", example=found)
    services.execute_run(run.pk, "test")
    found.refresh_from_db()
    return found


def test_the_check_is_one_of_those_before_publishing():
    assert second_routes_agree in publish_checks


def test_an_honest_result_may_be_published(article, example):
    assert example.result_run is not None
    assert second_routes_agree(article) == []


def test_a_contradicted_result_may_not(article, example, monkeypatch):
    monkeypatch.setattr(RunResult, "read", lambda self: document(row("price", 3e-6)))
    (complaint,) = second_routes_agree(article)
    assert "a-price" in complaint
    assert "beyond the tolerance" in complaint


def test_the_run_page_says_it_in_the_passport(client, example):
    page = client.get(example.result_run.get_absolute_url()).text
    assert "Another route" in page
    assert "2 figures found again by another route" in page
