"""What editors do in the admin, and what they may not."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from kb import publishing
from kb.models import Article, OldSlug, Proposal, Source, Tag, Term
from kb.publishing import Refused

pytestmark = pytest.mark.django_db


def login(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def draft(library):
    library.answer(
        "hedging", "The text [@whaley-2009].", published=None, review_by="2030-01-01"
    )  # fmt: skip
    library.sync()
    return Article.objects.select_related("category", "based_on").get(slug="hedging")


@pytest.fixture
def public(library):
    library.answer("hedging", "The text [@whaley-2009].")
    library.sync()
    return Article.objects.select_related("category", "based_on").get(slug="hedging")


def form_of(client, article):
    """What the change form would send back unchanged."""
    response = client.get(f"/admin/kb/article/{article.pk}/change/")
    assert response.status_code == 200
    form = response.context["adminform"].form
    data = {}
    for field in form:
        value = field.value()
        if value is None:
            continue
        if field.name == "tags":
            value = [tag.pk for tag in value]
        elif field.name == "authors":
            value = '[{"name": "The Hedgelab group"}]'
        data[field.name] = value
    prefix = "corrections"
    return data | {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}


def send(client, article, **changes):
    data = form_of(client, article) | changes
    return client.post(f"/admin/kb/article/{article.pk}/change/", data, follow=True)


def test_a_draft_is_saved_with_who_and_why(draft, editor):
    response = send(login(editor), draft, body="A new text [@whaley-2009].", note="Clearer")
    assert response.redirect_chain, response.context["adminform"].form.errors
    draft.refresh_from_db()
    assert "A new text" in draft.body_html
    assert (draft.is_edited, draft.edited_by, draft.edit_number) == (True, editor, 1)


def test_a_text_with_troubles_is_not_saved(draft, editor):
    response = send(login(editor), draft, body="Bad [@nobody].")
    assert "Line 1: unknown source: nobody" in response.content.decode()
    draft.refresh_from_db()
    assert "nobody" not in draft.body


def test_a_name_that_is_taken_or_looks_like_another_is_refused_in_words(library, draft, editor):
    library.answer("the-oil-hedge")
    library.sync()
    for slug, said in (
        ("the-oil-hedge", "already exists"),
        ("the-0il-hedge", "too easily taken for the-oil-hedge"),
        ("The Oil", "valid “slug”"),
    ):
        page = send(login(editor), draft, slug=slug).content.decode()
        assert said in page
    draft.refresh_from_db()
    assert draft.slug == "hedging"


def test_prerequisites_in_a_circle_are_refused_in_words(library, draft, editor):
    library.answer("other", prerequisites=["hedging"])
    library.sync()
    page = send(login(editor), draft, prerequisites="other").content.decode()
    assert "Prerequisites lead in a circle: " in page


def test_who_saves_over_somebody_elses_version_is_warned_and_keeps_the_text(draft, editor):
    client = login(editor)
    mine = form_of(client, draft) | {"body": "My version [@whaley-2009]."}
    draft.body = "Their version.\n"
    publishing.save_article(draft)
    response = client.post(f"/admin/kb/article/{draft.pk}/change/", mine)
    page = response.content.decode()
    assert "Somebody saved another version" in page
    assert "My version" in page
    draft.refresh_from_db()
    assert draft.body == "Their version.\n"


def test_preview_is_the_same_renderer_and_stores_nothing(draft, editor):
    body = "## Seen\n\n$x^2$ <script>"
    data = form_of(login(editor), draft) | {"body": body, "preview_of": draft.pk}
    response = login(editor).post("/admin/kb/article/preview/", data)
    page = response.content.decode()
    assert "Nothing has been saved" in page
    assert '<h2 id="seen">Seen</h2>' in page
    assert "&lt;script&gt;" in page
    draft.refresh_from_db()
    assert "Seen" not in draft.body_html


@pytest.mark.parametrize("path", ["preview/", "{pk}/difference/", "{pk}/change/", "add/", ""])
def test_only_editors_see_any_of_it(public, moderator, path):
    address = f"/admin/kb/article/{path.format(pk=public.pk)}"
    assert login(moderator).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    assert login(moderator).post("/admin/kb/article/preview/", {}).status_code == 403


def test_the_author_is_not_the_approver(draft, editor, second_editor):
    publishing.save_article(draft, user=editor)
    with pytest.raises(Refused, match="Somebody else"):
        publishing.publish(draft, user=editor)
    publishing.publish(draft, user=second_editor)
    draft.refresh_from_db()
    assert draft.is_published
    assert draft.approved_by == second_editor
    assert Client().get("/ask/hedging/").status_code == 200


def test_a_superuser_may_act_alone_and_says_why(draft, admin_user):
    publishing.save_article(draft, user=admin_user)
    with pytest.raises(Refused, match="say in the note"):
        publishing.publish(draft, user=admin_user)
    publishing.publish(draft, user=admin_user, note="Nobody else is here")
    assert Article.objects.published().count() == 1


def test_open_questions_ask_for_a_reason(library, editor):
    library.answer("bare", "Nothing cited, but put.", published=None)
    library.term("put", name="put")
    library.sync()
    article = Article.objects.select_related("category", "based_on").get(slug="bare")
    found = publishing.checks(article)
    assert "no source is cited" in found
    assert "no review date is set" in found
    assert any("“put” may mean put" in one for one in found)
    with pytest.raises(Refused, match="Say why"):
        publishing.publish(article, user=editor)
    publishing.publish(article, user=editor, note="A short notice")


def test_only_vendors_as_sources_is_worth_a_question(library):
    library.answer("sold", "As they say [@vendor-page].", review_by="2030-01-01")
    library.sync()
    article = Article.objects.select_related("category").get(slug="sold")
    assert "every source is a vendor or a blog" in publishing.checks(article)


def test_publishing_by_the_button(draft, editor, second_editor):
    response = send(login(second_editor), draft, _publish="1")
    assert "Somebody else must approve" in response.content.decode()
    Article.objects.filter(pk=draft.pk).update(edited_by=None)
    send(login(second_editor), draft, _publish="1")
    assert Article.objects.published().exists()


def test_a_change_to_a_public_answer_waits_for_a_second_person(public, editor, second_editor):
    send(login(editor), public, body="Another text [@whaley-2009].", note="New run")
    public.refresh_from_db()
    assert "Another" not in public.body
    proposal = Proposal.objects.get()
    page = login(second_editor).get(f"/admin/kb/proposal/{proposal.pk}/change/").content.decode()
    assert "<ins>Another</ins>" in page
    with pytest.raises(Refused, match="Somebody else"):
        publishing.accept(proposal, user=editor)
    login(second_editor).post(
        "/admin/kb/proposal/", {"action": "accept", "_selected_action": [proposal.pk]}
    )
    public.refresh_from_db()
    assert "Another" in public.body
    newest = public.revisions.first()
    assert (newest.number, newest.note, newest.editor) == (2, "New run", "edith")
    with pytest.raises(Refused, match="decided already"):
        publishing.accept(proposal, user=second_editor)


def test_a_proposal_for_an_older_text_is_refused(public, editor, second_editor):
    proposal = publishing.propose(
        public, {"body": "Mine.\n"}, user=editor, note="", significance="meaning"
    )
    public.body = "Theirs.\n"
    publishing.save_article(public, user=second_editor)
    with pytest.raises(Refused, match="has been changed since"):
        publishing.accept(proposal, user=second_editor)


def test_a_typing_error_is_mended_at_once(public, editor):
    send(login(editor), public, body="The text, mended [@whaley-2009].", significance="typo")
    public.refresh_from_db()
    assert "mended" in public.body
    assert public.revisions.first().significance == "typo"


def test_a_scheduled_answer_appears_in_its_moment(draft, editor, second_editor):
    publishing.save_article(draft, user=editor)
    publishing.publish(draft, user=second_editor, at=timezone.now() + timedelta(hours=1))
    assert Client().get("/ask/hedging/").status_code == 404
    assert publishing.publish_due() == 0
    moment = timezone.now() - timedelta(minutes=1)
    Article.objects.update(publish_from=moment)
    out = StringIO()
    call_command("publish_due", stdout=out)
    assert out.getvalue() == "1 published, 0 withdrawn\n"
    article = Article.objects.get()
    assert article.published_at == moment
    assert Client().get("/ask/hedging/").status_code == 200


def test_withdrawing_by_the_button_needs_a_reason(public, second_editor):
    response = send(login(second_editor), public, _withdraw="1")
    assert "needs a reason" in response.content.decode()
    send(login(second_editor), public, _withdraw="1", withdrawn_reason="It was wrong.")
    assert Client().get("/ask/hedging/").status_code == 410


def test_what_readers_have_seen_is_not_deleted(public, editor, admin_user):
    for user in (editor, admin_user):
        assert login(user).get(f"/admin/kb/article/{public.pk}/delete/").status_code == 403


def test_a_renamed_answer_leaves_a_redirect_and_mends_links(library, editor):
    library.answer("old-name")
    library.answer("other", "See [it](/ask/old-name/).")
    library.sync()
    article = Article.objects.select_related("category", "based_on").get(slug="old-name")
    article.slug = "new-name"
    publishing.save_article(article, user=editor)
    assert Client().get("/ask/old-name/")["Location"] == "/ask/new-name/"
    assert "/ask/new-name/" in Article.objects.get(slug="other").body
    article.slug = "newest-name"
    publishing.save_article(article, user=editor)
    assert Client().get("/ask/old-name/")["Location"] == "/ask/newest-name/"
    assert OldSlug.objects.count() == 2


def test_an_edited_term_moves_links_at_once(library, editor):
    library.answer("hedging", "The gamma and the vanna.")
    library.term("gamma")
    library.sync()
    term = Term.objects.get(slug="gamma")
    term.aliases = ["vanna"]
    publishing.save_term(term, user=editor)
    html = Article.objects.get(slug="hedging").body_html
    assert ">gamma</a>" in html
    term.name, term.aliases = "vanna", []
    publishing.save_term(term, user=editor)
    html = Article.objects.get(slug="hedging").body_html
    assert ">vanna</a>" in html
    assert ">gamma</a>" not in html


def test_a_term_and_a_source_are_edited_by_form(library, editor):
    library.term("gamma")
    library.sync()
    term, client = Term.objects.get(), login(editor)
    page = client.get(f"/admin/kb/term/{term.pk}/change/")
    assert page.status_code == 200
    data = {"name": "Gamma", "slug": "gamma", "aliases": '["vanna"]', "case": "auto",
            "summary": "It bends.", "formula": r"\Gamma", "definition": "Curvature.",
            "senses": "[]", "edit_number": 0}  # fmt: skip
    client.post(f"/admin/kb/term/{term.pk}/change/", data)
    term.refresh_from_db()
    assert (term.name, term.is_edited) == ("Gamma", True)
    assert "Γ" in term.formula_html
    response = client.post(f"/admin/kb/term/{term.pk}/change/", data | {"formula": r"\nonsense"})
    assert "unknown LaTeX command" in response.content.decode()
    source = Source.objects.get(key="vendor-page")
    response = client.post(
        f"/admin/kb/source/{source.pk}/change/",
        {"key": "vendor-page", "csl": '{"type": "webpage"}', "evidence": "vendor"},
    )
    assert "title" in str(response.context["adminform"].form.errors)


def test_a_cited_source_is_not_deleted(library, admin_user):
    library.answer("hedging", "Says [@whaley-2009].")
    library.sync()
    source = Source.objects.get(key="whaley-2009")
    page = login(admin_user).get(f"/admin/kb/source/{source.pk}/delete/").content.decode()
    assert "would require deleting the following protected related objects" in page


def test_merged_tags_keep_their_addresses(library, editor):
    library.answer("one", tags=["VIX"])
    library.answer("two", tags=["VIX", "Vix index"])
    library.sync()
    ids = list(Tag.objects.values_list("pk", flat=True))
    login(editor).post("/admin/kb/tag/", {"action": "merge", "_selected_action": ids})
    assert Tag.objects.get().slug == "vix"
    response = Client().get("/tags/vix-index/")
    assert (response.status_code, response["Location"]) == (301, "/tags/vix/")
    library.answer("three", tags=["Vix index"])
    library.sync()
    assert [t.slug for t in Article.objects.get(slug="three").tags.all()] == ["vix"]


def test_a_checked_answer_says_when_and_by_whom(public, editor):
    login(editor).post(
        "/admin/kb/article/", {"action": "mark_checked", "_selected_action": [public.pk]}
    )
    public.refresh_from_db()
    assert public.checked_by == "edith"
    assert public.checked_at.date() == timezone.now().date()
    assert public.revisions.count() == 1


def test_the_admin_has_no_script_of_its_own_on_the_page(public, editor):
    page = login(editor).get(f"/admin/kb/article/{public.pk}/change/").content.decode()
    assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page)
    assert "kb/autosave.js" in page


@pytest.mark.parametrize(
    "name",
    ["article", "term", "source", "category", "tag"]
    + ["proposal", "revision", "searchmiss", "oldslug"],
)
def test_every_list_opens(public, admin_user, name):
    assert login(admin_user).get(f"/admin/kb/{name}/").status_code == 200


def test_both_groups_exist_with_their_rights(db):
    names = set(Group.objects.values_list("name", flat=True))
    assert {"editor", "moderator"} <= names
    rights = Group.objects.get(name="editor").permissions.values_list("codename", flat=True)
    assert {"change_article", "publish_article", "add_term"} <= set(rights)
    assert "delete_article" not in rights


def test_exported_files_are_the_same_and_load_without_a_change(library, tmp_path):
    library.term("delta", aliases=["hedge ratio"], formula=r"\Delta", sources=["whaley-2009 p. 3"])
    library.answer("basics")
    library.answer(
        "hedging", "The text [@whaley-2009].", tags=["Tail risk"], related=["basics"],
        corrections=[{"date": "2026-02-01", "old": "3", "new": "4"}], based_on="vendor-page",
    )  # fmt: skip
    library.sync()
    out = tmp_path / "out"
    call_command("export_content", str(out), stdout=StringIO())
    for path in library.folder.rglob("*.*"):
        assert (out / path.relative_to(library.folder)).read_bytes() == path.read_bytes()


def test_an_exported_edit_changes_only_what_was_edited(library, editor, tmp_path):
    path = library.answer("hedging", "The text.", tags=["Tail risk"], review_by="2030-01-01")
    library.sync()
    article = Article.objects.select_related("category", "based_on").get()
    article.title = "A better question?"
    publishing.save_article(article, user=editor)
    out = tmp_path / "out"
    call_command("export_content", str(out), "--edited", stdout=StringIO())
    old = path.read_text().splitlines()
    new = (out / "answers" / "hedging.md").read_text().splitlines()
    assert [line for line in new if line not in old] == ["title: A better question?"]
    assert len(new) == len(old)


def test_the_report_names_what_waits(library, visitor):
    library.term("lonely")
    library.answer("hedging", "A [[gamma trap]] and a put.", review_by="2026-01-06")
    library.term("put", name="put")
    library.sync()
    visitor.get("/search/?q=zebra")
    out = StringIO()
    call_command("content_report", stdout=out)
    for line in ("overdue: hedging", "wanted term: gamma trap (in hedging)",
                 "ambiguous: hedging: “put” (put)", "unused term: lonely",
                 "unused source: vendor-page", "searched in vain: zebra (1)"):  # fmt: skip
        assert line in out.getvalue()


def test_other_apps_hear_of_changes(library, editor, django_capture_on_commit_callbacks):
    from kb import extend

    heard = []
    signals = ("article_published", "article_changed", "article_withdrawn", "term_changed",
               "source_changed")  # fmt: skip
    receivers = {}
    for name in signals:
        receivers[name] = lambda sender, instance, name=name, **rest: heard.append(name)
        getattr(extend, name).connect(receivers[name])
    try:
        with django_capture_on_commit_callbacks(execute=True):
            library.answer("hedging")
            library.term("delta")
            library.sync()
        assert sorted(heard) == ["article_published", "source_changed", "source_changed",
                                 "term_changed"]  # fmt: skip
        heard.clear()
        with django_capture_on_commit_callbacks(execute=True):
            article = Article.objects.select_related("category", "based_on").get()
            article.body = "Changed.\n"
            publishing.save_article(article, user=editor)
            publishing.withdraw(article, reason="Wrong.")
        assert heard == ["article_changed", "article_withdrawn"]
    finally:
        for name, receiver in receivers.items():
            getattr(extend, name).disconnect(receiver)
