"""What a site owes its readers over the years: who made a text, what it lacks, what would break."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from kb import links, publishing, reports
from kb.models import Article, Category, LinkCheck, Pin, Source, Tag, Term

from .conftest import SOURCE, VENDOR

pytestmark = pytest.mark.django_db


def login(user):
    client = Client()
    client.force_login(user)
    return client


def page(path, client=None):
    response = (client or Client()).get(path)
    assert response.status_code == 200
    return response.content.decode()


def stored(slug):
    return Article.objects.select_related("category", "based_on").get(slug=slug)


# Who made it ---------------------------------------------------------------------------------


def test_a_page_says_who_had_what_part_and_what_they_earn(library):
    library.answer(
        "hedging", drafting="people", interest="The author sells VIX calls.",
        contributors=[{"name": "Ada Byron", "role": "checked the figures"}],
    )  # fmt: skip
    library.answer("plain")
    library.sync()
    shown = page("/ask/hedging/")
    assert "Written by people; people decide what is published" in shown
    assert "Interest of the authors: The author sells VIX calls." in shown
    assert "Ada Byron: checked the figures" in shown
    usual = page("/ask/plain/")
    assert "Drafted with machine help; people decide what is published" in usual
    assert "Nobody here sells what it discusses" in usual


def test_a_term_says_so_too_and_so_do_the_twins_for_machines(library):
    library.answer("hedging", drafting="people", interest="The author sells VIX calls.")
    library.term(
        "gamma", drafting="machine", interest="None of ours.",
        contributors=[{"name": "Ada Byron", "role": "checked the formula"}],
    )  # fmt: skip
    library.term("delta")
    library.sync()
    shown = page("/glossary/gamma/")
    assert "Drafted by a machine; people decide what is published" in shown
    assert "Interest of the authors: None of ours." in shown
    assert "Ada Byron: checked the formula" in shown
    usual = page("/glossary/delta/")
    assert "By Hedgelab" in usual
    assert "Drafted with machine help" in usual
    twin = Client().get("/glossary/gamma.json").json()
    assert (twin["drafting"], twin["interest"]) == ("machine", "None of ours.")
    assert twin["contributors"] == [{"name": "Ada Byron", "role": "checked the formula"}]
    answer = Client().get("/ask/hedging.json").json()
    assert (answer["drafting"], answer["interest"]) == ("people", "The author sells VIX calls.")
    plain = Client().get("/glossary/delta.json").json()
    assert (plain["drafting"], plain["interest"]) == ("machine-assisted", None)
    assert plain["origin"].startswith("Drafted with machine help;")


def test_who_judged_a_sentence_of_others_stands_beside_the_verdict(library):
    library.sources(SOURCE, VENDOR)
    library.answer(
        "taken-apart", "::dissected claims", drafting="people", interest="A rival of theirs.",
        dissects=[{"number": "1", "said": "It never fails", "sources": ["vendor-page"],
                   "untestable": "it names no numbers"}],
    )  # fmt: skip
    library.sync()
    library.answer(
        "as-usual",
        "::dissected claims",
        dissects=[
            {
                "number": "2",
                "said": "It pays",
                "sources": ["vendor-page"],
                "untestable": "no numbers",
            }
        ],
    )
    library.sync()
    shown = page("/claims/of-others/")
    assert shown.count("Drafted with machine help; people decide") == 1, "the usual is said once"
    assert "Put to the test by The Hedgelab group" in shown
    assert "Written by people; people decide" in shown
    assert "Interest of the authors: A rival of theirs." in shown


def test_a_term_of_the_admin_says_who_made_it_and_its_file_keeps_it(library, editor, tmp_path):
    library.term("gamma")
    library.sync()
    term = Term.objects.get(slug="gamma")
    url = f"/admin/kb/term/{term.pk}/change/"
    form = login(editor).get(url).context["adminform"].form
    data = {f.name: f.value() for f in form if f.value() not in (None, [])}
    data |= {"drafting": "people", "contributors": '[{"name": "Ada"}]'}
    assert "role" in login(editor).post(url, data).content.decode(), "a part has a name"
    data |= {"contributors": '[{"name": "Ada", "role": "data"}]'}
    assert login(editor).post(url, data).status_code == 302
    call_command("export_content", str(tmp_path / "out"), stdout=StringIO())
    text = (tmp_path / "out/glossary/gamma.md").read_text()
    assert "contributors:\n  - name: Ada\n    role: data\ndrafting: people\n" in text
    (library.folder / "glossary/gamma.md").write_text(text)
    assert library.sync() == "0 created, 1 updated, 2 unchanged"


def test_who_made_it_goes_into_a_file_and_comes_back(library, editor, tmp_path):
    path = library.answer("hedging", contributors=[{"name": "Ada", "role": "data"}])
    library.sync()
    article = stored("hedging")
    article.interest, article.drafting = "None.", "people"
    publishing.save_article(article, user=editor)
    call_command("export_content", str(tmp_path / "out"), stdout=StringIO())
    text = (tmp_path / "out/answers/hedging.md").read_text()
    assert "interest: None.\ndrafting: people\n" in text
    path.write_text(text)
    assert library.sync() == "0 created, 1 updated, 2 unchanged"
    assert stored("hedging").contributors == [{"name": "Ada", "role": "data"}]


def test_the_person_who_approves_is_named_as_the_one_who_checked(library, editor, second_editor):
    library.answer("hedging", "Text [@whaley-2009].", published=None, review_by="2030-01-01")
    library.sync()
    article = stored("hedging")
    publishing.save_article(article, user=editor)
    second_editor.first_name, second_editor.last_name = "Edwin", "Reader"
    second_editor.save()
    publishing.publish(stored("hedging"), user=second_editor, note="Read")
    assert "by Edwin Reader" in page("/ask/hedging/")


# What is missing -----------------------------------------------------------------------------


def test_a_missing_source_is_marked_for_readers_and_listed_for_editors(library, editor):
    library.answer("hedging", "Most funds lose it [@? which survey]. Others do not [@?].")
    library.sync()
    shown = page("/ask/hedging/")
    assert '<span class="needs-source">[needs a source: which survey]</span>' in shown
    found = publishing.checks(stored("hedging"))
    assert "needs a source: Most funds lose it [needs a source: which survey]" in found
    listed = page("/admin/kb/article/care/", login(editor))
    assert "Needs a source (2)" in listed
    assert "which survey" in listed


def test_the_mark_of_a_missing_source_cannot_carry_markup(library):
    library.answer("hedging", "So [@? <b>x</b> & *y*].")
    library.sync()
    assert "[needs a source: &lt;b&gt;x&lt;/b&gt; &amp; *y*]" in page("/ask/hedging/")


def test_links_to_answers_that_nobody_can_open_are_listed(library):
    library.answer("draft", published=None)
    library.answer("hedging", "See [a](/ask/draft/), [b](/ask/nowhere/#x) and [c](/ask/other/).")
    library.answer("other")
    library.sync()
    found = publishing.checks(stored("hedging"))
    assert [one for one in found if "which is not public" in one] == [
        "links to /ask/draft/, which is not public",
        "links to /ask/nowhere/, which is not public",
    ]
    assert {str(one) for one in reports._texts()} == {
        "wanted answer: draft (in hedging)",
        "wanted answer: nowhere (in hedging)",
    }


def test_reviews_that_come_due_are_announced(library, editor):
    day = (timezone.now() + timedelta(days=10)).date().isoformat()
    library.answer("soon", review_by=day)
    library.answer("later", review_by="2090-01-01")
    library.sync()
    listed = page("/admin/kb/article/care/", login(editor))
    assert f"soon is to be checked by {day}" in listed
    assert "later" not in listed


def test_sources_without_an_archived_copy_or_a_date_are_listed(library):
    library.sources(
        {
            "id": "a-page",
            "type": "webpage",
            "title": "P",
            "URL": "https://e.example/",
            "evidence": "press",
        }
    )
    library.sync()
    lines = list(reports.lines())
    assert "no archived copy: a-page" in lines
    assert "no date read: a-page" in lines


def test_only_editors_see_what_waits(library, moderator):
    assert login(moderator).get("/admin/kb/article/care/").status_code == 403


class Address(BaseHTTPRequestHandler):
    code = 200

    def do_GET(self):
        self.send_response(Address.code)
        self.send_header("Location", "/new")
        self.end_headers()

    def log_message(self, *args):
        pass


def test_the_last_look_at_an_address_is_remembered_with_when_it_last_worked(library, editor):
    server = HTTPServer(("127.0.0.1", 0), Address)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        library.sync()
        url = f"http://127.0.0.1:{server.server_port}/"
        source = Source.objects.get(key="vendor-page")
        Address.code = 200
        links.keep(source, url, links.check(url, tries=1))
        worked = LinkCheck.objects.get().worked_at
        assert (
            "link" not in page("/admin/kb/article/care/", login(editor)).partition("Link gone")[2]
        )
        Address.code = 410
        links.keep(source, url, links.check(url, tries=1))
    finally:
        server.shutdown()
        server.server_close()
    found = LinkCheck.objects.get()
    assert (found.state, found.worked_at) == ("gone", worked)
    assert "Link gone (1)" in page("/admin/kb/article/care/", login(editor))
    assert "gone, " in page("/admin/kb/source/", login(editor))


# What would break ----------------------------------------------------------------------------


def test_deleting_a_term_shows_where_it_is_linked_and_where_it_was_asked_for(library, admin_user):
    library.term("gamma")
    library.term("vanna", "It is [[gamma]].")
    library.answer("hedging", "The gamma.")
    library.answer("asked", "The [[gamma]].")
    library.sync()
    Pin.objects.create(query="bend", term=Term.objects.get(slug="gamma"))
    shown = page(f"/admin/kb/term/{Term.objects.get(slug='gamma').pk}/delete/", login(admin_user))
    assert "The answer “What about hedging?” links it</li>" in shown
    assert "The answer “What about asked?” links it as its author asked" in shown
    assert "The term “vanna” links it as its author asked" in shown
    assert "The search for “bend” puts it first" in shown


def test_deleting_a_source_is_refused_with_who_cites_it(library, admin_user):
    library.answer(
        "hedging", "Says [@whaley-2009 p. 1] and [@whaley-2009].", based_on="vendor-page"
    )
    library.sync()
    for key, said in (
        ("whaley-2009", "The answer “What about hedging?” cites it 2 times"),
        ("vendor-page", "The answer “What about hedging?” is based on it"),
    ):
        pk = Source.objects.get(key=key).pk
        shown = page(f"/admin/kb/source/{pk}/delete/", login(admin_user))
        assert said in shown
        assert "would require deleting the following protected related objects" in shown


def test_a_renamed_tag_or_category_leaves_its_address(library, editor):
    library.answer("hedging", tags=["Tail risk"])
    library.sync()
    for model, path in ((Tag, "tags"), (Category, "categories")):
        row = model.objects.get()
        old = row.slug
        data = {"name": row.name, "slug": "a-new-name", "description": "", "synonyms": "[]",
                "position": 1}  # fmt: skip
        name = model._meta.model_name
        login(editor).post(f"/admin/kb/{name}/{row.pk}/change/", data)
        response = Client().get(f"/{path}/{old}/")
        assert (response.status_code, response["Location"]) == (301, f"/{path}/a-new-name/")
    assert "/ask/hedging/" in page("/search/?q=hedging&tag=a-new-name")


def test_an_old_wording_of_a_term_is_restored_as_a_new_revision(library, editor, second_editor):
    library.term("gamma", "It bends.", aliases=["curvature"], formula=r"\Gamma")
    library.sync()
    term = Term.objects.get()
    term.definition, term.aliases, term.formula = "It breaks.", [], ""
    publishing.save_term(term, user=editor)
    first = term.revisions.get(number=1)
    login(second_editor).post(
        "/admin/kb/revision/", {"action": "restore", "_selected_action": [first.pk]}
    )
    term.refresh_from_db()
    assert (term.definition.strip(), term.aliases, term.formula) == (
        "It bends.", ["curvature"], r"\Gamma")  # fmt: skip
    newest = term.revisions.first()
    assert (newest.number, newest.note) == (3, "Restored revision 1")
    assert "It bends." in page("/glossary/gamma/")


# In its moment -------------------------------------------------------------------------------


def test_an_answer_is_withdrawn_in_its_moment(library, editor):
    library.answer("hedging")
    library.answer("better")
    library.sync()
    moment = timezone.now() + timedelta(hours=1)
    Article.objects.filter(slug="hedging").update(
        withdraw_from=moment, withdrawn_reason="The contract was delisted.",
        successor=Article.objects.get(slug="better"),
    )  # fmt: skip
    assert publishing.withdraw_due() == 0
    Article.objects.filter(slug="hedging").update(withdraw_from=timezone.now())
    out = StringIO()
    call_command("publish_due", stdout=out)
    assert out.getvalue() == "0 published, 1 withdrawn\n"
    response = Client().get("/ask/hedging/")
    assert response.status_code == 410
    assert "The contract was delisted." in response.content.decode()
    assert "/ask/better/" in response.content.decode()
    assert publishing.withdraw_due() == 0


def test_without_a_reason_nothing_is_withdrawn(library):
    library.answer("hedging")
    library.sync()
    Article.objects.update(withdraw_from=timezone.now() - timedelta(days=1))
    assert publishing.withdraw_due() == 0
    assert Article.objects.published().exists()


# What comes first ----------------------------------------------------------------------------


@pytest.fixture
def pinned(library, editor):
    library.answer("hedging", "All about the crash.")
    library.answer("crash", "Another text of the crash.", title="Crash")
    library.term("tail", name="tail risk")
    library.sync()
    client = login(editor)
    hedging, tail = Article.objects.get(slug="hedging"), Term.objects.get(slug="tail")
    client.post("/admin/kb/pin/add/", {"query": "  CRÂSH ", "article": hedging.pk, "position": 0})
    client.post("/admin/kb/pin/add/", {"query": "crash", "term": tail.pk, "position": 1})
    return client


def titles(query, **filters):
    found = Client().get("/search/", {"q": query, **filters}).context["results"]
    return [hit.title for hit in found.hits]


def test_what_an_editor_pinned_comes_first_and_once(pinned):
    assert titles("Crash") == ["What about hedging?", "tail risk", "Crash"]
    assert titles("crash", kind="answer") == ["What about hedging?", "Crash"]
    assert titles("the crash")[0] != "tail risk"
    Article.objects.filter(slug="hedging").update(state="draft")
    publishing.search.index_articles(list(Article.objects.values_list("pk", flat=True)))
    assert titles("crash") == ["tail risk", "Crash"]


def test_a_pin_names_one_page_and_has_words(pinned):
    hedging, tail = Article.objects.get(slug="hedging"), Term.objects.get(slug="tail")
    both = {"query": "x", "article": hedging.pk, "term": tail.pk, "position": 0}
    for data in ({"query": "x", "position": 0}, both, {"query": "  ", "term": tail.pk}):
        assert pinned.post("/admin/kb/pin/add/", data).status_code == 200
    assert Pin.objects.count() == 2


# Ways through --------------------------------------------------------------------------------


def test_a_learning_path_lists_all_that_comes_before_in_reading_order(library):
    library.answer("basics")
    library.answer("greeks", prerequisites=["basics"])
    library.answer("draft", prerequisites=["basics"], published=None)
    library.answer("condor", prerequisites=["greeks", "basics", "draft"])
    library.sync()
    shown = page("/ask/condor/")
    first = shown.partition("Read first, in this order:")[2].partition("</p>")[0]
    assert [part.partition('"')[0] for part in first.split('href="')[1:]] == [
        "/ask/basics/", "/ask/greeks/"]  # fmt: skip
    builds = page("/ask/basics/").partition("What builds on this")[2].partition("</section>")[0]
    assert "/ask/condor/" in builds
    assert "/ask/greeks/" in builds
    assert "draft" not in builds
    assert "Read first" not in page("/ask/basics/")


def test_answers_are_filtered_by_what_can_be_run_and_by_when_they_were_checked(library):
    library.answer("run", "::example one", checked="2001-01-01")
    library.answer("told", checked=timezone.now().date().isoformat())
    library.sync()
    assert "What about run?" in page("/ask/?runnable=1")
    assert "What about told?" not in page("/ask/?runnable=1")
    assert "What about told?" in page("/ask/?checked=1")
    assert "What about run?" not in page("/ask/?checked=1")


def test_a_link_has_a_card_to_show(library):
    library.answer("hedging", short_answer="It depends & varies.")
    library.term("gamma")
    library.sync()
    assert (
        page("/ask/hedging/card")
        == "<h3>What about hedging?</h3>\n<p>It depends &amp; varies.</p>\n"
    )
    assert "What gamma means." in page("/glossary/gamma/card")
    assert Client().get("/ask/nothing/card").status_code == 404


def test_a_report_of_an_error_names_the_revision_that_was_read(library):
    library.answer("hedging")
    library.sync()
    assert "/report/?article=hedging&amp;revision=1" in page("/ask/hedging/")


def test_a_change_of_meaning_is_news_and_a_spelling_is_not(library, editor, visitor):
    library.answer("old", published="2020-01-01")
    library.answer("new", published="2024-01-01")
    library.sync()

    def order():
        text = visitor.get("/feeds/answers.atom").content.decode()
        return sorted(("old", "new"), key=lambda slug: text.index(f"What about {slug}?"))

    assert order() == ["new", "old"]
    article = stored("old")
    article.body = "Some wards.\n"
    publishing.save_article(article, user=editor, significance="typo")
    assert order() == ["new", "old"]
    article.body = "Other words.\n"
    publishing.save_article(article, user=editor, significance="meaning")
    assert order() == ["old", "new"]
