"""An answer in another language: said so to readers and machines, and outdated when it is."""

import json
import re
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError

from kb import publishing, reports

from .test_care import login, page, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(library):
    library.term("delta")
    library.answer("hedging", "A delta.")
    library.answer(
        "absichern", "Ein Delta, und ein [[delta]].", title="Was ist Absichern?",
        short_answer="Es kommt darauf an.", lang="de", translation_of="hedging",
        translated_revision=1,
    )  # fmt: skip
    library.answer("other")
    library.sync()
    return library


def test_readers_are_told_of_the_languages_and_led_from_one_to_the_other(shelf):
    german = page("/ask/absichern/")
    assert '<h1 id="title" lang="de">Was ist Absichern?</h1>' in german
    assert '<p lang="de">Es kommt darauf an.</p>' in german
    assert '<div class="body" lang="de">' in german
    assert 'Translation of <a href="/ask/hedging/">What about hedging?</a>, revision 1' in german
    english = page("/ask/hedging/")
    assert '<a href="/ask/absichern/" hreflang="de" lang="de">Deutsch</a>' in english
    assert "lang=" not in re.search(r"<h1[^>]*>", english)[0]
    assert "Also in" not in page("/ask/other/")
    assert 'lang="de">Was ist Absichern?</a>' in page("/ask/")
    assert 'href="/ask/absichern/" lang="de">' in page("/search/?q=absichern")


def test_every_list_of_answers_marks_the_language_of_a_title(shelf):
    shelf.answer("next", "See [it](/ask/absichern/).", related=["absichern"],
                 prerequisites=["absichern"])  # fmt: skip
    shelf.answer("absichern", "Ein [[delta]].", title="Was ist Absichern?", lang="de",
                 translation_of="hedging", translated_revision=1, related=["next"])  # fmt: skip
    shelf.sync()
    marked = 'href="/ask/absichern/" lang="de">Was ist Absichern?</a>'
    assert page("/ask/next/").count(marked) == 3, "read first, related, links here"
    assert marked in page("/glossary/delta/")
    assert 'href="/ask/next/">What about next?</a>' in page("/ask/absichern/")


def test_machines_are_told_by_the_same_links_on_every_version(shelf):
    links = [
        ("de", "http://testserver/ask/absichern/"),
        ("en", "http://testserver/ask/hedging/"),
        ("x-default", "http://testserver/ask/hedging/"),
    ]
    for slug in ("hedging", "absichern"):
        shown = page(f"/ask/{slug}/")
        assert sorted(re.findall(r'hreflang="([^"]+)" href="(http[^"]+)"', shown)) == links
    assert "hreflang" not in page("/ask/other/")
    german = page("/ask/absichern/")
    assert '<meta name="citation_language" content="de">' in german
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', german)[1])
    assert data["inLanguage"] == "de"
    assert data["translationOfWork"]["@id"] == stored("hedging").permalink
    assert json.loads(page("/ask/absichern/cite/csl-json"))[0]["language"] == "de"
    twin = json.loads(page("/ask/absichern.json"))
    keys = ("lang", "translation_of", "translated_revision", "is_outdated")
    assert [twin[key] for key in keys] == ["de", "hedging", 1, False]


def test_the_feed_says_the_language_of_an_entry(shelf):
    feed = ElementTree.fromstring(page("/feeds/answers.atom"))
    atom, lang = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/XML/1998/namespace}lang"
    assert feed.get(lang) == "en"
    found = {e.findtext(f"{atom}title"): e.get(lang) for e in feed.findall(f"{atom}entry")}
    assert found["Was ist Absichern?"] == "de"
    assert found["What about hedging?"] is None


def test_an_english_glossary_links_a_german_text_only_where_it_asks(shelf):
    assert page("/ask/absichern/").count('data-term="delta"') == 1
    shelf.term("delta", aliases=["Ein"])
    shelf.sync()
    assert page("/ask/absichern/").count('data-term="delta"') == 1


def test_it_is_outdated_when_the_meaning_of_the_original_moved_and_not_its_spelling(shelf, editor):
    original = stored("hedging")
    original.body = "A delta!\n"
    publishing.save_article(original, user=editor, significance="typo")
    assert "has changed since" not in page("/ask/absichern/")
    assert [one for one in reports.lines() if one.startswith("translation")] == []
    original.body = "Another delta.\n"
    publishing.save_article(original, user=editor, significance="meaning")
    shown = page("/ask/absichern/")
    assert "This translation renders revision 1 of" in shown
    assert 'href="/ask/hedging/compare/1/3/"' in shown
    said = "absichern: renders revision 1 of hedging, which is at revision 3"
    assert said in page("/admin/kb/article/care/", login(editor))
    assert json.loads(page("/ask/absichern.json"))["is_outdated"] is True
    shelf.answer("absichern", "Ein Delta.", lang="de", translation_of="hedging",
                 translated_revision=3)  # fmt: skip
    shelf.sync()
    assert "has changed since" not in page("/ask/absichern/")


def test_editors_hear_of_translations_without_revision_or_original(shelf):
    shelf.answer("absichern", lang="de", translation_of="hedging")
    shelf.sync()
    said = "absichern: does not say which revision of hedging it renders"
    assert f"translation: {said}" in list(reports.lines())
    assert f"translation {said}" in publishing.checks(stored("absichern"))
    publishing.withdraw(stored("hedging"), reason="It was wrong.")
    assert "translation: absichern: its original hedging is withdrawn" in list(reports.lines())
    shown = page("/ask/absichern/")
    assert "Translation of" not in shown
    assert "What about hedging?" not in shown
    assert json.loads(page("/ask/absichern.json"))["translation_of"] is None


def test_a_draft_in_another_language_is_not_offered(library):
    library.answer("hedging")
    library.answer("absichern", lang="de", translation_of="hedging", published=None)
    library.sync()
    assert "absichern" not in page("/ask/hedging/")


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ({"lang": "de", "translation_of": "nothing"}, "nothing does not exist"),
        ({"lang": "de", "translation_of": "wrong"}, "is this answer itself"),
        ({"translation_of": "hedging"}, "is in the same language"),
        ({"lang": "fr", "translation_of": "absichern"}, "name its original"),
        ({"lang": "Deutsch"}, "must be a language like de"),
    ],
)
def test_a_wrong_relation_is_refused_with_its_line(shelf, front, said):
    shelf.answer("wrong", **front)
    with pytest.raises(CommandError, match=r"answers/wrong\.md:\d") as refused:
        shelf.sync()
    assert said in str(refused.value)


def test_it_goes_out_into_the_same_file(shelf, editor, tmp_path):
    article = stored("absichern")
    article.translated_revision = 2
    publishing.save_article(article, user=editor)
    text = page("/ask/absichern.md")
    assert "lang: de\ntranslation_of: hedging\ntranslated_revision: 1\n" in text
    from kb import files

    assert "translated_revision: 2\n" in files.article_text(article)
    assert "lang" not in files.article_text(stored("hedging"))
