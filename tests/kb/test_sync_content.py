"""``sync_content``: files into rows, all of them or none."""

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kb import publishing
from kb.models import Article, ArticleLink, Citation, Mention, OldSlug, Revision, Source, Term

pytestmark = pytest.mark.django_db


def refused(library, *arguments):
    before = (Article.objects.count(), Term.objects.count(), Source.objects.count())
    with pytest.raises(CommandError) as error:
        library.sync(*arguments)
    after = (Article.objects.count(), Term.objects.count(), Source.objects.count())
    assert before == after, "a refused batch changes nothing"
    return str(error.value)


def test_a_second_load_repeats_nothing(library):
    library.term("delta")
    library.answer("hedging", "Mind the delta [@whaley-2009 p. 99].")
    assert library.sync() == "4 created, 0 updated, 0 unchanged"
    assert library.sync() == "0 created, 0 updated, 4 unchanged"


def test_a_trial_changes_nothing(library):
    library.answer("hedging")
    assert library.sync("--check") == "3 created, 0 updated, 0 unchanged"
    assert not Article.objects.exists()
    assert not Source.objects.exists()


def test_an_answer_comes_with_everything_that_it_names(library):
    library.term("delta")
    library.answer("basics")
    library.answer(
        "hedging",
        "Mind the delta [@whaley-2009 p. 99]. See [the basics](/ask/basics/).",
        tags=["Tail risk", "VIX"],
        based_on="vendor-page",
        related=["basics"],
        prerequisites=["basics"],
        review_by="2027-01-01",
        corrections=[{"date": "2026-02-01", "old": "3 %", "new": "4 %", "cause": "a slip"}],
    )
    library.sync()
    article = Article.objects.get(slug="hedging")
    assert article.category.name == "Hedging"
    assert [tag.slug for tag in article.tags.order_by("slug")] == ["tail-risk", "vix"]
    assert article.based_on.key == "vendor-page"
    assert article.published_at.isoformat() == "2026-01-05T00:00:00+00:00"
    assert article.checked_at == article.changed_at == article.published_at
    assert Citation.objects.get(article=article).places == [
        {"anchor": "cite-whaley-2009-1", "locator": "p. 99"}
    ]
    assert Mention.objects.get(article=article).term.slug == "delta"
    kinds = set(ArticleLink.objects.filter(article=article).values_list("kind", flat=True))
    assert kinds == {"related", "prerequisite", "text"}
    assert article.corrections.get().new == "4 %"
    assert Revision.objects.get(article=article).number == 1


@pytest.mark.parametrize(
    ("front", "body", "line", "words"),
    [
        ({"titel": "x"}, "", 8, "unknown key: titel"),
        ({"title": ""}, "", 2, "title: must be text"),
        ({"title": 7}, "", 2, "title"),
        ({"published": "yesterday"}, "", 6, "must be a date"),
        ({"authors": []}, "", 4, "authors"),
        ({"authors": [{"nom": "x"}]}, "", 5, "authors.0"),
        ({"based_on": "nobody"}, "", 8, "unknown source: nobody"),
        ({"related": ["nowhere"]}, "", 8, "nowhere does not exist"),
        ({"prerequisites": ["a-test"]}, "", 8, "is this answer itself"),
        ({"significance": "huge"}, "", 8, "significance"),
        ({}, "First.\n\nSays [@nobody].", 12, "unknown source: nobody"),
        ({}, "First.\n\n\n$\\nonsense{x}$", 13, "unknown LaTeX command \\nonsense"),
        ({}, "# Too high", 10, "headings begin with ##"),
        ({}, "::nothing here", 10, "unknown block: nothing"),
        ({}, "[x](javascript:alert(1))", 10, "cannot begin with javascript:"),
        ({}, "## A {#main}", 10, "cannot be the id"),
        ({}, "## A {#a}\n\n## B {#a}", 10, "given to two headings"),
        ({}, "![](/static/x.png)", 10, "a picture needs words"),
        ({}, "![x](https://elsewhere.example/x.png)", 10, "own files"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_line(library, front, body, line, words):
    library.answer("a-good-one")
    library.answer("a-test", body, **front)
    said = refused(library)
    assert words in said
    assert f"answers/a-test.md:{line}: " in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no front matter", "must begin with a line of three dashes"),
        ("---\ntitle: x\n", "no closing line"),
        ("---\ntitle: [\n---\n", "not readable as YAML"),
        ("---\n- a\n---\n", "must be keys and values"),
        ("---\ntitle: x\ntitle: y\n---\n", "appears twice"),
        ("---\ntitle: &a x\ncategory: *a\n---\n", "anchors are not used"),
        ("---\ntitle: !!python/object/apply:os.system [ls]\n---\n", "not readable as YAML"),
        ("---\ntitle: " + "[" * 5000 + "\n---\n", "a-test.md:"),
        ("---\ntitle: x\x00\n---\n", "NUL"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(library, text, words):
    path = library.answer("a-test")
    path.write_text(text)
    assert words in refused(library)


def test_bytes_that_are_no_text_are_refused(library):
    path = library.answer("a-test")
    path.write_bytes(b"---\ntitle: x\n---\n\n\xff\xfe")
    assert "answers/a-test.md:5: this is not UTF-8" in refused(library)


def test_a_text_beyond_the_limit_is_refused(library):
    library.answer("a-test", "word " * 20_000)
    assert "larger than" in refused(library)


def test_all_problems_are_told_at_once(library):
    library.answer("first", "# A")
    library.answer("second", "# B")
    library.term("third", formula=r"\frac{a")
    said = refused(library)
    assert "glossary/third.md" in said
    library.term("third", formula=r"\frac{a}{b}")
    said = refused(library)
    assert "answers/first.md" in said
    assert "answers/second.md" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": "Not A Slug"}, "id"),
        ({"evidence": "hearsay"}, "hearsay"),
        ({"title": None}, "title"),
        ({"URL": "javascript:alert(1)"}, "web address"),
        ({"id": "whaley-2009"}, "appears twice"),
    ],
)
def test_a_wrong_source_is_refused(library, change, words):
    from .conftest import SOURCE, VENDOR

    library.sources(SOURCE, VENDOR | change)
    said = refused(library)
    assert words in said
    assert "sources.json:" in said


def test_prerequisites_never_lead_in_a_circle(library):
    library.answer("one", prerequisites=["two"])
    library.answer("two", prerequisites=["three"])
    library.answer("three")
    library.sync()
    library.answer("three", prerequisites=["one"])
    assert "lead in a circle" in refused(library)


def test_a_name_too_easily_taken_for_another_is_refused(library):
    library.answer("the-oil-hedge")
    library.answer("the-0il-hedge")
    assert "too easily taken for" in refused(library)


def test_an_answer_is_no_prerequisite_of_itself(library):
    library.answer("one", prerequisites=["one"])
    assert "prerequisites: one is this answer itself" in refused(library)


@pytest.mark.parametrize("second", ['slug = "vix"', 'slug = "other"\nsynonyms = ["vix"]'])
def test_a_tag_is_listed_once(library, second):
    rows = f'[[tag]]\nslug = "vix"\nname = "VIX"\n\n[[tag]]\n{second}\nname = "Other"\n'
    (library.folder / "tags.toml").write_text(rows)
    assert "tags.toml:1: vix: the name appears twice" in refused(library)


@pytest.mark.parametrize("name", ["Upper", "with space", "dot.dot", "-dash"])
def test_a_file_needs_a_plain_name(library, name):
    library.write(f"answers/{name}.md", {"title": "x"}, "")
    assert "a file is named by" in refused(library)


def test_a_link_out_of_the_folder_is_not_followed(library, tmp_path):
    outside = tmp_path / "outside.md"
    outside.write_text("---\nname: x\nsummary: y\n---\n")
    (library.folder / "glossary" / "inside.md").symlink_to(outside)
    assert "only plain files" in refused(library)


def test_what_an_editor_changed_is_never_overwritten_silently(library, editor):
    library.answer("hedging", "From the file.")
    library.sync()
    article = Article.objects.select_related("category", "based_on").get(slug="hedging")
    article.body = "From the admin.\n"
    publishing.save_article(article, user=editor)
    assert library.sync() == "0 created, 0 updated, 3 unchanged"
    library.answer("hedging", "A newer file.")
    assert "was edited in the admin" in refused(library)
    assert Article.objects.get(slug="hedging").body == "From the admin.\n"


def test_the_exported_edit_is_taken_back_without_a_conflict(library, editor):
    from kb import files

    path = library.answer("hedging", "From the file.")
    library.sync()
    article = Article.objects.select_related("category", "based_on").get(slug="hedging")
    article.body = "From the admin.\n"
    publishing.save_article(article, user=editor)
    article.refresh_from_db()
    path.write_text(files.article_text(article))
    assert library.sync() == "0 created, 1 updated, 2 unchanged"
    assert not Article.objects.get(slug="hedging").is_edited


def test_a_changed_text_is_a_new_revision_and_a_changed_review_date_is_none(library):
    library.answer("hedging", "First.")
    library.sync()
    library.answer("hedging", "Second.", change_note="Said it better", significance="typo")
    library.sync()
    article = Article.objects.get(slug="hedging")
    newest = article.revisions.first()
    assert (newest.number, newest.note, newest.significance) == (2, "Said it better", "typo")
    assert article.changed_at > article.published_at
    library.answer("hedging", "Second.", review_by="2027-05-05")
    library.sync()
    assert article.revisions.count() == 2


def test_a_renamed_file_keeps_its_history_and_its_short_address(library):
    path = library.answer("old-name")
    library.sync()
    before = Article.objects.get(slug="old-name")
    path.unlink()
    library.answer("new-name", formerly=["old-name"])
    assert library.sync() == "0 created, 1 updated, 2 unchanged"
    after = Article.objects.get(slug="new-name")
    assert (after.pk, after.short_id) == (before.pk, before.short_id)
    assert OldSlug.objects.get(slug="old-name").target == "new-name"


def test_a_future_date_waits(library):
    library.answer("hedging", published="2099-01-01")
    library.sync()
    article = Article.objects.get(slug="hedging")
    assert (article.state, article.published_at) == ("draft", None)
    assert article.publish_from > timezone.now()


def test_a_new_term_is_linked_in_texts_that_did_not_change(library):
    library.answer("hedging", "The gamma matters.")
    library.sync()
    library.term("gamma")
    assert library.sync() == "1 created, 0 updated, 3 unchanged"
    article = Article.objects.get(slug="hedging")
    assert 'data-term="gamma"' in article.body_html
    assert article.revisions.count() == 1


def test_a_changed_source_renames_its_citations(library):
    from .conftest import SOURCE, VENDOR

    library.answer("hedging", "As said [@whaley-2009].")
    library.sync()
    library.sources(SOURCE | {"issued": {"date-parts": [[2010]]}}, VENDOR)
    library.sync()
    assert "Whaley, 2010" in Article.objects.get(slug="hedging").body_html


def test_works_of_one_author_and_year_are_told_apart(library):
    from .conftest import VENDOR

    library.sources(
        VENDOR | {"id": "page-b", "title": "B"}, VENDOR | {"id": "page-a", "title": "A"}
    )
    library.answer("hedging", "Says one [@page-b] and another [@page-a].")
    library.sync()
    html = Article.objects.get(slug="hedging").body_html
    assert html.index("n.d.-b") < html.index("n.d.-a")


def test_more_files_cost_no_more_queries(library, bare_house):
    words = "Volatility rises when markets fall, and a hedge has a price. " * 20
    library.term("volatility")

    def load(numbers):
        for number in numbers:
            library.answer(f"answer-{number}", f"## Part\n\n{words}\n\nMore [@whaley-2009].\n")
        with CaptureQueriesContext(connection) as queries:
            library.sync()
        return len(queries)

    load(range(2))
    few = load(range(10, 20))
    assert load(range(100, 160)) < few + 10, "a statement a batch, never one a file"
