"""An answer's frame is drawn once for its ingredients, and whatever it shows may change any way."""

import pytest
from django.test import Client

from kb.models import (
    Article,
    ArticleLink,
    Category,
    Citation,
    Correction,
    Revision,
    Source,
    Tag,
    Term,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def page(library):
    """The page as it reads now, made from the database."""
    library.term("gamma", name="gamma", abbreviation="G")
    library.answer("basics")
    library.answer("near", "More gamma.", tags=["Tail risk"])
    library.answer("hand")
    library.answer("builds", prerequisites=["hedging"])
    library.answer(
        "hedging", "## Part\n\nThe gamma [@whaley-2009 p. 3].", tags=["Tail risk"],
        prerequisites=["basics"], related=["hand"], based_on="vendor-page",
        corrections=[{"date": "2026-02-01", "old": "3", "new": "4"}],
    )  # fmt: skip
    library.sync()

    def read():
        response = Client().get("/ask/hedging/?made=1")
        assert response.status_code == 200
        return response.content.decode()

    assert Client().get("/ask/hedging/").status_code == 200  # kept, and found good as long as it is
    return read


CITED = Source.objects.filter(key="whaley-2009")
HEADINGS = [{"id": "a", "text": f"zq {n}", "level": 2} for n in range(3)]
NOTICE = {"kind": "retracted", "date": "2026-01-02", "reason": "zq"}
OWN = Article.objects.filter(slug="hedging")


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (lambda: OWN.update(title="zq"), "<h1 id=\"title\">zq</h1>"),
        (lambda: OWN.update(short_answer="zq"), "<p>zq</p>"),
        (lambda: OWN.update(authors=[{"name": "zq"}]), "By zq"),
        (lambda: OWN.update(checked_by="zq"), "by zq</span>"),
        (lambda: OWN.update(interest="zq"), "Interest of the authors: zq"),
        (lambda: OWN.update(contributors=[{"name": "zq", "role": "x"}]), "zq: x"),
        (lambda: OWN.update(review_by="2020-01-01"), "was due for a check"),
        (lambda: OWN.update(lang="de"), '<h1 id="title" lang="de">'),
        (
            lambda: OWN.update(
                translation_of=Article.objects.get(slug="near"), translated_revision=1
            ),
            "Translation of",
        ),
        (
            lambda: Article.objects.filter(slug="near").update(
                translation_of=Article.objects.get(slug="hedging"), lang="de"
            ),
            "Deutsch",
        ),
        (
            lambda: CITED.update(notice=NOTICE),
            "2 January 2026</time>: zq",
        ),
        (
            lambda: CITED.update(
                notice=NOTICE | {"successor": "vendor-page"}
            ),
            "Read instead",
        ),
        (lambda: OWN.update(words=22_000), "100 min read"),
        (lambda: OWN.update(contents=HEADINGS), "zq 1</a>"),
        (lambda: OWN.update(body_html="<p>zq</p>"), "<p>zq</p>"),
        (lambda: Category.objects.update(name="zq"), ">zq</a>"),
        (lambda: Tag.objects.update(name="zq"), 'rel="tag">zq</a>'),
        (lambda: Term.objects.update(summary="zq"), "<dd>zq</dd>"),
        (lambda: Term.objects.update(abbreviation="zq"), "<small>zq</small>"),
        (lambda: Source.objects.filter(key="vendor-page").update(interest="zq"), "(interest: zq)"),
        (lambda: CITED.update(archived_url="https://zq.example/"), "https://zq.example/"),
        (lambda: CITED.update(csl={"type": "book", "title": "zq"}), "zq"),
        (lambda: Citation.objects.update(places=[{"anchor": "zq", "locator": ""}]), 'href="#zq"'),
        (lambda: Correction.objects.update(new="zq"), "<ins>zq</ins>"),
        (lambda: Revision.objects.filter(article__slug="hedging").update(number=7), "Revision 7"),
        (lambda: Article.objects.filter(slug="basics").update(title="zq"), 'basics/">zq</a>'),
        (lambda: Article.objects.filter(slug="near").update(title="zq"), 'near/">zq</a>'),
        (lambda: Article.objects.filter(slug="hand").update(title="zq"), 'hand/">zq</a>'),
        (lambda: Article.objects.filter(slug="builds").update(title="zq"), 'builds/">zq</a>'),
    ],
)  # fmt: skip
def test_every_change_shows_at_once(page, change, shown):
    assert shown not in page()
    change()
    assert shown in page()


@pytest.mark.parametrize("slug", ["basics", "near", "hand", "builds"])
def test_what_is_no_longer_public_is_no_longer_named(page, slug):
    assert f"/ask/{slug}/" in page()
    Article.objects.filter(slug=slug).update(state="withdrawn")
    assert f"/ask/{slug}/" not in page()


def test_links_that_go_are_gone(page):
    ArticleLink.objects.all().delete()
    assert "/ask/hand/" not in page()


def test_a_text_cannot_ask_for_what_others_draw(page):
    before = page().count("Ask your own question")
    OWN.update(title="<!--hole:ask-->", short_answer="<!--hole:body-->", interest="<!--hole:ask-->")
    assert page().count("Ask your own question") == before
