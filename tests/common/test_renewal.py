"""Whatever is written, however it is written: no kept page outlives it."""

import pytest
from django.db import connection

from common.stored_pages import generation
from kb.models import Article, Category, Tag

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def article():
    category = Category.objects.create(slug="basics", name="Basics")
    return Article.objects.create(
        slug="one", title="One", category=category, short_answer="Yes.", body="Text."
    )


def moved(change):
    before = generation()
    change()
    return generation() > before


def test_a_save_an_update_and_a_delete_renew(article):
    assert moved(article.save)
    assert moved(lambda: Article.objects.update(title="Two"))
    assert moved(lambda: Article.objects.bulk_update([article], ["title"]))
    assert moved(article.delete)


def test_a_tag_put_on_or_taken_off_renews(article):
    tag = Tag.objects.create(slug="vix", name="VIX")
    assert moved(lambda: article.tags.add(tag))
    assert moved(lambda: article.tags.remove(tag))


def test_an_operators_own_sql_renews(article):
    def change():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE kb_article SET title = 'Three'")

    assert moved(change)


def test_reading_does_not_renew(article):
    assert not moved(lambda: list(Article.objects.all()))
