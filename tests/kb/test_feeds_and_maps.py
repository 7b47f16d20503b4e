"""What feed readers and search engines are told."""

from xml.etree import ElementTree

import pytest

from kb.models import Article

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def shelf(library):
    library.term("delta")
    library.answer("hedging", "The delta.", tags=["VIX"], changed="2026-03-04")
    library.answer("other", "Words.")
    library.answer("secret", "The secret.", title="A secret", published=None)
    library.sync()


def entries(visitor, path):
    root = ElementTree.fromstring(visitor.get(path).content)
    return [
        (e.find(f"{ATOM}id").text, e.find(f"{ATOM}title").text, e.find(f"{ATOM}updated").text)
        for e in root.iter(f"{ATOM}entry")
    ]


def test_ids_last_when_title_and_address_change(shelf, library, visitor):
    before = {key for key, _, _ in entries(visitor, "/feeds/answers.atom")}
    (library.folder / "answers" / "hedging.md").unlink()
    library.answer("renamed", "New.", title="Quite another title?", formerly=["hedging"])
    library.sync()
    after = entries(visitor, "/feeds/answers.atom")
    assert {key for key, _, _ in after} == before
    assert "Quite another title?" in {title for _, title, _ in after}


def test_dates_are_true_and_drafts_are_absent(shelf, visitor):
    found = entries(visitor, "/feeds/answers.atom")
    assert ("2026-03-04T00:00:00+00:00") in {updated for _, _, updated in found}
    assert "A secret" not in {title for _, title, _ in found}
    assert len(found) == 2


def test_feeds_by_tag_and_of_the_glossary(shelf, visitor):
    assert len(entries(visitor, "/feeds/tags/vix.atom")) == 1
    assert [title for _, title, _ in entries(visitor, "/feeds/glossary.atom")] == ["delta"]
    assert visitor.get("/feeds/tags/none.atom").status_code == 404


def test_addresses_come_from_the_site_and_not_from_the_request(shelf, visitor):
    response = visitor.get("/feeds/answers.atom", headers={"host": "localhost"})
    assert "localhost" not in response.content.decode()
    assert "http://testserver/a/" in response.content.decode()


def test_the_map_is_split_by_kind_with_true_dates(shelf, visitor):
    root = ElementTree.fromstring(visitor.get("/sitemap.xml").content)
    parts = [loc.text for loc in root.iter(f"{MAP}loc")]
    assert parts == [
        f"http://testserver/sitemap-{name}.xml" for name in ("answers", "terms", "lists")
    ]
    root = ElementTree.fromstring(visitor.get("/sitemap-answers.xml").content)
    found = {u.find(f"{MAP}loc").text: u.find(f"{MAP}lastmod").text for u in root}
    assert found == {
        "http://testserver/ask/hedging/": "2026-03-04T00:00:00+00:00",
        "http://testserver/ask/other/": "2026-01-05T00:00:00+00:00",
    }
    for part in parts:
        for loc in ElementTree.fromstring(
            visitor.get(part.removeprefix("http://testserver")).content
        ).iter(f"{MAP}loc"):
            path = loc.text.removeprefix("http://testserver")
            assert visitor.get(path).status_code == 200
    assert visitor.get("/sitemap-none.xml").status_code == 404


def test_robots_are_told_where_the_map_is(db, visitor):
    text = visitor.get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in text
    assert "Disallow: /admin/" in text


def test_an_empty_site_answers_everywhere(db, visitor):
    for path in ("/", "/ask/", "/glossary/", "/search/", "/search/?q=x", "/search/suggest?q=x",
                 "/feeds/answers.atom", "/feeds/glossary.atom", "/sitemap.xml", "/robots.txt",
                 "/sitemap-answers.xml", "/sitemap-lists.xml", "/api/v1/articles/",
                 "/api/v1/search/?q=x"):  # fmt: skip
        assert visitor.get(path).status_code == 200, path


PUBLIC = [
    "/", "/ask/", "/ask/?tag=hidden", "/glossary/", "/glossary/delta/", "/categories/hedging/",
    "/tags/hidden/", "/search/?q=zebra", "/search/?q=secret", "/search/suggest?q=secr",
    "/feeds/answers.atom", "/feeds/tags/hidden.atom", "/sitemap.xml", "/sitemap-answers.xml",
    "/sitemap-lists.xml", "/api/v1/articles/", "/api/v1/search/?q=zebra", "/api/v1/terms/delta/",
    "/api/v1/tags/", "/ask/hedging/", "/ask/hedging/history/",
]  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("state", ["draft", "scheduled", "withdrawn"])
def test_unpublished_text_stands_nowhere_public(library, visitor, path, state):
    library.term("delta")
    library.answer("hedging", "See [it](/ask/secret/) and the delta.", related=["secret"])
    dates = {"draft": None, "scheduled": "2099-01-01", "withdrawn": "2026-01-05"}
    gone = {"withdrawn": {"date": "2026-02-01", "reason": "Wrong."}} if state == "withdrawn" else {}
    library.answer("secret", "The zebra delta.", title="A secret zebra", tags=["Hidden"],
                   published=dates[state], short_answer="Zebra!", **gone)  # fmt: skip
    library.sync()
    text = visitor.get(path).content.decode()
    text = text.replace('value="zebra"', "").replace("“zebra”", "").replace("search/?q=zebra", "")
    assert "zebra" not in text.replace("Search: zebra", "").lower()
    assert "A secret" not in text


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_a_drafts_own_addresses_do_not_exist(library, visitor, state):
    library.answer("secret", published=None if state == "draft" else "2099-01-01")
    library.sync()
    short = Article.objects.get().short_id
    for path in ("/ask/secret/", "/ask/secret.md", "/ask/secret.json", "/ask/secret/history/",
                 "/ask/secret/r/1/", "/ask/secret/compare/1/1/", "/ask/secret/cite/apa",
                 f"/a/{short}/", "/api/v1/articles/secret/"):  # fmt: skip
        assert visitor.get(path).status_code == 404, path
