"""An author sees each link that the glossary sets, and accepts it into the text or forbids it."""

import re
from html import unescape
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from kb import documents, glossary, linking, publishing
from kb.models import Article, Proposal

from .conftest import SOURCE, VENDOR
from .test_care import login, page, stored
from .test_editing import form_of

pytestmark = pytest.mark.django_db

BODY = """\
Delta and gamma move. A `delta` in code, a [delta](/ask/other/) that leads elsewhere.

## Vega and theta {#vega}

| Greek | meaning |
| --- | --- |
| vega | moves with volatility |

Then delta once more, and delta
again; [[gamma]] is asked for.
"""


@pytest.fixture
def shelf(library):
    for name in ("delta", "gamma", "vega", "theta"):
        library.term(name)
    library.answer("other")
    library.answer("greeks", BODY.rstrip(), published=None, review_by="2030-01-01")
    library.sync()
    return library


def preview(client, article, **changes):
    data = form_of(client, article) | {"preview_of": article.pk} | changes
    response = client.post("/admin/kb/article/preview/", data)
    assert response.status_code == 200
    return response.content.decode()


def offered(shown):
    """The name of each choice with its term and the words about it."""
    part = shown.partition('class="term-links"')[2]
    rows = re.findall(r"<fieldset>(.*?)</fieldset>", part, re.DOTALL)
    found = {}
    for row in rows:
        name, slug = re.search(r'name="(term-link-\d+)" value="accept ([a-z-]+)"', row).groups()
        text = unescape(re.sub(r"<[^>]+>", "", row.partition("</legend>")[0]))
        found[name] = (slug, " ".join(text.split()))
    return found


def taken(client, shown, choices):
    """Send the preview's own form with these choices; the admin form that comes back."""
    part = shown.partition('class="term-links"')[2]
    hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', part)
    data = {}
    for name, value in hidden:
        data.setdefault(name, []).append(unescape(value))
    address = re.search(r'<form method="post" action="([^"]+)"', part)[1]
    return client.post(address, data | choices | {"_write_links": "1"})


def choice(shown, what, slug, nth=0):
    names = [name for name, (of, _) in offered(shown).items() if of == slug]
    return {names[nth]: f"{what} {slug}"}


def test_each_link_is_offered_with_the_words_around_it(shelf, editor):
    assert form_of(login(editor), stored("greeks"))["unlinked"] == ""
    found = list(offered(preview(login(editor), stored("greeks"))).values())
    assert [slug for slug, _ in found] == ["delta", "gamma", "vega", "delta"]
    assert found[0][1].startswith("Delta and gamma move.")
    assert found[2][1] == "vega"
    assert "Then delta once more" in found[3][1]


def test_an_accepted_link_is_written_at_its_place_and_nothing_is_saved_yet(shelf, editor):
    client = login(editor)
    shown = preview(client, stored("greeks"))
    response = taken(client, shown, choice(shown, "accept", "delta", nth=1))
    form = response.context["adminform"].form
    assert form["body"].value() == BODY.replace("Then delta once", "Then [[delta]] once")
    said = response.content.decode()
    assert "1 written into the text, 0 forbidden. Nothing has been saved yet" in said
    assert stored("greeks").body == BODY


def test_what_comes_back_can_be_saved_and_reads_as_before(shelf, editor):
    client, article = login(editor), stored("greeks")
    shown = preview(client, article)
    every = {name: f"accept {slug}" for name, (slug, _) in offered(shown).items()}
    form = taken(client, shown, every).context["adminform"].form
    data = form_of(client, article) | {"body": form["body"].value()}
    response = client.post(f"/admin/kb/article/{article.pk}/change/", data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    after = stored("greeks")
    assert after.body_html == article.body_html
    assert after.body.count("[[") == 5
    assert offered(preview(client, after)) == {}, "what the text asks for is no suggestion"
    glossary_gone = glossary.Glossary([])
    assert glossary_gone.link(after.base_html).wanted == ["Delta", "gamma", "vega", "delta"]


def test_a_forbidden_term_is_linked_nowhere_on_this_page_and_everywhere_else(shelf, editor):
    client, article = login(editor), stored("greeks")
    shelf.answer("other-text", "About delta.")
    shelf.sync()
    shown = preview(client, article)
    form = taken(client, shown, choice(shown, "forbid", "delta")).context["adminform"].form
    assert form["unlinked"].value() == "delta"
    assert form.errors == {}
    data = form_of(client, article) | {"unlinked": "delta"}
    client.post(f"/admin/kb/article/{article.pk}/change/", data)
    publishing.publish(stored("greeks"), note="it is a test")
    assert 'data-term="delta"' not in page("/ask/greeks/")
    assert 'data-term="gamma"' in page("/ask/greeks/")
    assert 'data-term="delta"' in page("/ask/other-text/")
    shelf.term("delta", summary="Another summary.", aliases=["the slope"])
    shelf.sync()
    assert 'data-term="delta"' not in page("/ask/greeks/"), "a changed glossary changes nothing"


def test_on_a_public_answer_what_is_forbidden_waits_for_a_second_person(
    shelf, editor, second_editor
):
    shelf.answer("public-text", "A delta.")
    shelf.sync()
    client, article = login(editor), stored("public-text")
    data = form_of(client, article) | {"unlinked": "delta", "significance": "meaning"}
    client.post(f"/admin/kb/article/{article.pk}/change/", data)
    assert 'data-term="delta"' in page("/ask/public-text/")
    proposal = Proposal.objects.get()
    shown = page(f"/admin/kb/proposal/{proposal.pk}/change/", login(superuser()))
    assert "<ins>delta</ins>" in shown.partition("Never linked:")[2].partition("</p>")[0]
    publishing.accept(proposal, user=second_editor)
    assert 'data-term="delta"' not in page("/ask/public-text/")


def superuser():
    return User.objects.create_superuser("sue", "sue@example.org")


def test_the_text_may_still_ask_for_a_forbidden_term(shelf):
    shelf.answer("asks", "A [[delta]], another delta.", unlinked=["delta"])
    shelf.sync()
    assert page("/ask/asks/").count('data-term="delta"') == 1


def test_what_is_forbidden_lives_in_the_file(shelf, editor, tmp_path):
    shelf.answer("asks", "A delta.", unlinked=["delta"])
    shelf.sync()
    article = stored("asks")
    article.unlinked = ["delta", "gamma"]
    publishing.save_article(article, user=editor)
    call_command("export_content", str(tmp_path / "out"), stdout=StringIO())
    text = (tmp_path / "out/answers/asks.md").read_text()
    assert "unlinked:\n  - delta\n  - gamma\n" in text
    (shelf.folder / "answers/asks.md").write_text(text)
    assert shelf.sync().startswith("0 created, 1 updated")


def test_a_term_that_does_not_exist_cannot_be_forbidden(shelf, editor):
    client, article = login(editor), stored("greeks")
    data = form_of(client, article) | {"unlinked": "nothing"}
    said = client.post(f"/admin/kb/article/{article.pk}/change/", data).content.decode()
    assert "There is no term nothing." in said


def test_a_choice_from_an_older_glossary_moves_no_other_link(shelf, editor):
    client = login(editor)
    shown = preview(client, stored("greeks"))
    mixed = {next(iter(offered(shown))): "accept vega"}
    form = taken(client, shown, mixed).context["adminform"].form
    assert form["body"].value() == BODY


def test_a_new_answer_has_its_choices_too(shelf, editor):
    client = login(editor)
    data = {"title": "New", "short_answer": "Yes.", "body": "A delta.", "preview_of": ""}
    shown = client.post("/admin/kb/article/preview/", data).content.decode()
    response = taken(client, shown, choice(shown, "accept", "delta"))
    assert response.status_code == 200
    assert response.context["adminform"].form["body"].value() == "A [[delta]]."
    assert not Article.objects.filter(title="New").exists()


def test_words_that_front_matter_writes_have_no_place_and_take_nobody_elses(shelf, editor):
    shelf.sources(SOURCE, VENDOR)
    shelf.answer(
        "taken-apart", "## Theirs\n\n::dissected claims\n\n## Ours\n\nA gamma.", published=None,
        dissects=[{"number": "1", "said": "It is flat", "sources": ["vendor-page"],
                   "untestable": "the gamma is not told"}],
    )  # fmt: skip
    shelf.sync()
    client, article = login(editor), stored("taken-apart")
    shown = preview(client, article)
    every = {name: f"accept {slug}" for name, (slug, _) in offered(shown).items()}
    assert len(every) == 2
    response = taken(client, shown, every)
    body = response.context["adminform"].form["body"].value()
    assert body.rstrip().endswith("A [[gamma]].")
    said = response.content.decode()
    assert "has no place in the text itself" in said
    assert "1 written into the text" in said


def test_words_that_a_line_breaks_are_written_on_one(shelf, editor):
    shelf.term("implied-vol", name="implied volatility")
    shelf.answer("broken", "All of the implied\nvolatility is here.", published=None)
    shelf.sync()
    client, article = login(editor), stored("broken")
    shown = preview(client, article)
    form = taken(client, shown, choice(shown, "accept", "implied-vol")).context["adminform"].form
    assert form["body"].value() == "All of the [[implied volatility]] is here.\n"


@pytest.fixture
def doubtful(shelf):
    shelf.term("put-option", name="put option", aliases=["put"])
    shelf.term("rolling", name="rolling", aliases=["roll"])
    shelf.answer(
        "puts", "`put` is code. They put it so: a put is bought.\n\n## Later\n\nThe roll of a put.",
        published=None,
    )  # fmt: skip
    shelf.sync()
    return stored("puts")


def doubted(shown):
    part = shown.partition('class="term-links"')[2]
    return re.findall(r"Which <mark>([^<]+)</mark>(?: in “([^”]+)”)?\?</legend>", part)


def test_a_word_that_only_its_author_can_place_is_asked_about(doubtful, editor):
    client = login(editor)
    shown = preview(client, doubtful)
    assert doubted(shown) == [("put", ""), ("roll", "Later"), ("put", "Later")]
    response = taken(client, shown, {"term-word-2": "link put-option", "term-word-1": "forbid"})
    form = response.context["adminform"].form
    assert form["body"].value() == doubtful.body.replace("of a put.", "of a [[put-option|put]].")
    assert form["unlinked"].value() == "rolling"
    again = preview(client, doubtful, body=form["body"].value(), unlinked="rolling")
    assert doubted(again) == [("put", "")]


def test_the_first_place_in_question_is_linked_and_no_code(doubtful, editor):
    client = login(editor)
    shown = preview(client, doubtful)
    form = taken(client, shown, {"term-word-0": "link put-option"}).context["adminform"].form
    assert "They [[put-option|put]] it so: a put is bought." in form["body"].value()
    stray = taken(client, shown, {"term-word-0": "link gamma"}).context["adminform"].form
    assert stray["body"].value() == doubtful.body


def test_who_may_not_write_answers_may_not_choose_either(shelf, moderator):
    article = stored("greeks")
    response = login(moderator).post(
        f"/admin/kb/article/{article.pk}/change/", {"_write_links": "1", "body": "x"}
    )
    assert response.status_code == 403


WORDS = st.sampled_from(
    ["delta", "gamma", "`delta`", "[[gamma]]", "[[!delta]]", "moves", "deltas,", "vega-neutral",
     "\n\n", "\n\n## Delta\n\n", "Gamma.", "\n", "*delta*", "[delta](/ask/other/)", "$delta$"]
)  # fmt: skip


@given(words=st.lists(WORDS, max_size=25))
def test_accepting_never_changes_what_a_reader_sees(words):
    terms = glossary.Glossary(glossary.Entry(name, (name,)) for name in ("delta", "gamma", "vega"))
    article = Article(body=" ".join(words), lang="en")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(glossary, "current", lambda: terms)
        patch.setattr(glossary, "summaries", lambda slugs: {})
        patch.setattr(documents, "source_items", dict)
        documents.derive_article(article, {}, terms)
        before = article.body_html
        asked = linking.suggestions(article)
        unplaced = linking.accept(article, asked)
        assert " ".join(article.body_html.split()) == " ".join(before.split())
        assert unplaced == []
        assert linking.suggestions(article) == []
