"""A kept answer is given again only while everything on it is the same, whoever changed what."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import pieces, stored_pages
from common.models import StoredPage
from kb import extend, ingredients
from kb.models import Article, Category, Source, Term
from kb.views import answers
from tests.tables import asked_tables

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PATH = "/ask/hedging/"


@pytest.fixture
def drawn(library, monkeypatch):
    """Counts how often the page of an answer is drawn."""
    library.term("gamma", name="gamma")
    library.answer("basics")
    library.answer(
        "hedging", "## Part\n\nThe gamma [@whaley-2009 p. 3].\n\n::example made\n",
        tags=["Tail risk"], prerequisites=["basics"],
    )  # fmt: skip
    library.answer("other")
    library.sync()
    times = []
    draw = answers._page
    monkeypatch.setattr(answers, "_page", lambda *given: times.append(1) or draw(*given))
    return times


def read(**headers):
    response = Client().get(PATH, headers=headers)
    assert response.status_code == 200
    return response


def test_a_change_elsewhere_draws_nothing_anew(drawn):
    first = read()
    Article.objects.filter(slug="other").update(short_answer="Another one.")
    second = read()
    assert len(drawn) == 1
    assert second.content == first.content
    assert dict(second.headers) == dict(first.headers)


def test_another_process_finds_it_good_too(drawn):
    first = read()
    Article.objects.filter(slug="other").update(title="New?")
    stored_pages.memory().clear()
    assert read().content == first.content
    assert len(drawn) == 1


def test_what_was_found_good_again_is_kept_again(drawn):
    read()
    Article.objects.filter(slug="other").update(title="New?")
    read()
    with CaptureQueriesContext(connection) as queries:
        read()
    assert not any("kb_" in one["sql"] for one in queries)
    assert StoredPage.objects.get(path=PATH).generation == stored_pages.generation()


def test_a_changed_page_is_drawn_anew_and_the_old_one_never_comes_back(drawn):
    read()
    Article.objects.filter(slug="hedging").update(title="Changed?")
    assert "Changed?" in read().content.decode()
    Article.objects.filter(slug="other").update(title="New?")
    assert "Changed?" in read().content.decode()
    assert len(drawn) == 2


def test_whoever_has_the_page_is_told_that_it_is_the_same(drawn):
    tag = read()["ETag"]
    Category.objects.create(slug="new", name="New")
    response = Client().get(PATH, headers={"if-none-match": tag})
    assert (response.status_code, response.content) == (304, b"")
    assert len(drawn) == 1


def test_a_withdrawn_answer_is_gone_at_once(drawn):
    read()
    Article.objects.filter(slug="hedging").update(state="withdrawn", withdrawn_reason="Wrong.")
    for address in (PATH, f"{PATH}?from=afar"):
        assert Client().get(address).status_code == 410
    Article.objects.filter(slug="hedging").update(state="draft")
    for address in (PATH, f"{PATH}?from=afar"):
        assert Client().get(address).status_code == 404


def test_a_head_request_gets_the_headers_of_the_page(drawn):
    page = read()
    Category.objects.create(slug="new", name="New")
    head = Client().head(PATH)
    assert head.status_code == 200
    assert head["Link"] == page["Link"]
    assert head["Last-Modified"] == page["Last-Modified"]
    assert not head.content


def test_a_page_that_changed_while_it_was_drawn_is_drawn_again(drawn, monkeypatch):
    counted = answers._page

    def slow(found, request):
        body = counted(found, request)
        Article.objects.filter(slug="hedging").update(title="Meanwhile?")
        return body

    monkeypatch.setattr(answers, "_page", slow)
    read()
    monkeypatch.setattr(answers, "_page", counted)
    assert "Meanwhile?" in read().content.decode()


def test_a_change_and_its_undoing_while_a_page_is_drawn_keep_nothing(drawn, monkeypatch):
    """The ingredients are the same before and after, and the page shows what was between."""
    before = Article.objects.values_list("title", flat=True).get(slug="hedging")
    counted = answers._page

    def between(found, request):
        found.title = "Between?"
        Article.objects.filter(slug="hedging").update(title="Between?")
        body = counted(found, request)
        Article.objects.filter(slug="hedging").update(title=before)
        return body

    monkeypatch.setattr(answers, "_page", between)
    read()
    monkeypatch.setattr(answers, "_page", counted)
    assert "Between?" not in read().content.decode()


def test_a_day_that_passes_can_make_another_page(drawn, monkeypatch):
    from datetime import timedelta

    from django.utils import timezone

    day = timezone.now().date() + timedelta(days=1)
    Article.objects.filter(slug="hedging").update(review_by=day)
    assert "was due for a check" not in read().content.decode()
    later = timezone.now() + timedelta(days=3)
    monkeypatch.setattr(timezone, "now", lambda: later)
    monkeypatch.setattr(stored_pages, "LIFETIME", -1.0)
    assert "was due for a check" in read().content.decode()


def test_a_work_that_a_notice_names_shows_as_it_is_now(drawn):
    notice = {"kind": "superseded", "date": "2026-01-01", "reason": "Old.", "successor": "next"}
    Source.objects.create(key="next", csl={"type": "book", "title": "zq 1"}, evidence="book")
    Source.objects.filter(key="whaley-2009").update(notice=notice)
    assert "zq 1" in read().content.decode()
    Source.objects.filter(key="next").update(csl={"type": "book", "title": "zq 2"})
    assert "zq 2" in read().content.decode()


def test_a_translation_and_its_original_show_as_they_are_now(drawn):
    own, other = (Article.objects.filter(slug=slug) for slug in ("hedging", "other"))
    assert "Also in" not in read().content.decode()
    other.update(lang="de", translation_of=own.get().pk)
    assert 'hreflang="de"' in read().content.decode()
    other.update(lang="fr")
    assert 'hreflang="fr"' in read().content.decode()
    other.update(lang="en", translation_of=None)
    own.update(lang="de", translation_of=other.get().pk, translated_revision=1)
    assert "has changed since" not in read().content.decode()
    newest = other.get().revisions.get()
    newest.pk, newest.number = None, 2
    newest.save()
    assert "has changed since" in Client().get(f"{PATH}?made=1").content.decode()


def test_another_release_draws_anew(drawn, monkeypatch):
    read()
    monkeypatch.setattr(pieces, "release", lambda: "next")
    stored_pages.renew()
    read()
    assert len(drawn) == 2


def test_every_table_that_drawing_asks_is_among_the_ingredients(drawn):
    """Another table on the page would be one whose changes nobody sees."""
    pieces.forget_memory()
    with CaptureQueriesContext(connection) as drawing:
        Client().get(f"{PATH}?made=1")
    assert len(drawn) == 1
    with CaptureQueriesContext(connection) as asking:
        ingredients.of_answer("hedging")
    asked, shown = asked_tables(asking), asked_tables(drawing)
    kept = {"common_generation", "common_piece", "common_storedpage"}
    assert len(asked) > 12
    assert shown - kept <= asked


def test_every_app_that_draws_on_the_page_names_its_ingredients():
    drawing = {one.__module__ for some in extend.extras.values() for one in some}
    drawing |= {one.__module__ for one in (*extend.blocks.values(), *extend.inlines.values())}
    naming = {one.__module__.partition(".")[0] for one in extend.ingredients}
    assert {module.partition(".")[0] for module in drawing} <= naming


def test_a_term_that_gets_another_meaning_shows_at_once(drawn):
    read()
    Term.objects.filter(slug="gamma").update(summary="zq")
    assert "<dd>zq</dd>" in read().content.decode()
