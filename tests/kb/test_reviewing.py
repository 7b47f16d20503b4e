"""Two people behind a text: what a reviewer says of it, and who may let it out."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from kb import publishing
from kb.models import Article, Comment, Proposal
from kb.publishing import Refused

pytestmark = pytest.mark.django_db
SECRET = "Where does the seventeen come from?"


def login(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def draft(library, editor):
    library.answer(
        "hedging", "## Costs\n\nIt costs 17 [@whaley-2009].", published=None, review_by="2030-01-01"
    )
    library.sync()
    article = Article.objects.select_related("category", "based_on").get(slug="hedging")
    publishing.save_article(article, user=editor)
    Article.objects.filter(pk=article.pk).update(edited_by=editor)
    return Article.objects.select_related("category", "based_on").get(pk=article.pk)


def review(article):
    return f"/admin/kb/article/{article.pk}/review/"


def say(user, article, text=SECRET, **more):
    return login(user).post(review(article), {"_comment": "1", "text": text, **more}, follow=True)


def test_a_comment_on_a_section_is_shown_to_the_next_reviewer_and_in_the_editor(
    draft, editor, second_editor
):
    say(second_editor, draft, section="costs", quote="It costs 17")
    page = login(editor).get(review(draft)).content.decode()
    assert SECRET in page
    assert '<a href="#costs">Costs</a>' in page
    assert "<blockquote>It costs 17</blockquote>" in page
    form = login(editor).get(f"/admin/kb/article/{draft.pk}/change/").content.decode()
    assert SECRET in form
    assert "1 comment not resolved" in form


def test_resolving_keeps_what_was_said_and_it_can_be_opened_again(draft, editor, second_editor):
    say(second_editor, draft)
    comment = Comment.objects.get()
    page = login(editor).post(review(draft), {"_resolve": comment.pk}, follow=True)
    comment.refresh_from_db()
    assert (comment.is_open, comment.resolved_by) == (False, editor)
    assert "resolved by edith" in page.content.decode()
    assert SECRET in page.content.decode()
    login(second_editor).post(review(draft), {"_reopen": comment.pk})
    comment.refresh_from_db()
    assert comment.is_open
    assert comment.resolved_by is None


@pytest.mark.parametrize("text", ["", "   ", "\x00", "x" * 4001])
def test_an_empty_or_endless_comment_is_refused_in_words(draft, editor, text):
    page = say(editor, draft, text).content.decode()
    assert "A comment " in page
    assert not Comment.objects.exists()


def test_a_comment_names_only_sections_that_exist(draft, editor):
    say(editor, draft, section="nowhere")
    assert Comment.objects.get().section == ""


@pytest.mark.parametrize("number", ["999999", "x", "-1", "²"])
def test_a_comment_of_another_text_is_not_resolved_from_here(draft, editor, number):
    page = login(editor).post(review(draft), {"_resolve": number}, follow=True)
    assert "There is no such comment." in page.content.decode()


def test_open_comments_ask_for_a_reason_at_publication(draft, editor, second_editor):
    say(second_editor, draft)
    with pytest.raises(Refused, match="1 comment not resolved"):
        publishing.publish(draft, user=second_editor)
    login(editor).post(review(draft), {"_resolve": Comment.objects.get().pk})
    publishing.publish(draft, user=second_editor)
    assert Article.objects.get().is_published


def test_a_second_person_approves_on_the_review_page(draft, editor, second_editor):
    page = login(editor).post(review(draft), {"_publish": "1", "note": "It is good"}, follow=True)
    assert "Somebody else must approve this" in page.content.decode()
    assert not Article.objects.published().exists()
    login(second_editor).post(review(draft), {"_publish": "1"})
    draft.refresh_from_db()
    assert (draft.is_published, draft.approved_by) == (True, second_editor)


def test_the_only_editor_may_act_alone_and_the_reason_is_kept(draft, editor):
    client = login(editor)
    page = client.post(review(draft), {"_publish": "1"}, follow=True).content.decode()
    assert "say in the note why nobody else approves it" in page
    client.post(review(draft), {"_publish": "1", "note": "Nobody else is here yet"})
    draft.refresh_from_db()
    assert draft.is_published
    assert "Nobody else is here yet" in str(LogEntry.objects.get().get_change_message())


def test_an_account_that_cannot_sign_in_here_is_no_second_person(draft, editor, second_editor):
    second_editor.is_active = False
    second_editor.save()
    publishing.publish(draft, user=editor, note="Alone")
    assert Article.objects.get().is_published


def test_the_only_editor_changes_a_public_answer_alone_with_a_reason(draft, editor):
    publishing.publish(draft, user=editor, note="Alone")
    form = login(editor).get(f"/admin/kb/article/{draft.pk}/change/").context["adminform"].form
    data = {f.name: f.value() for f in form if f.value() is not None}
    data |= {"tags": [], "authors": '[{"name": "The group"}]', "body": "Mended [@whaley-2009].",
             "corrections-TOTAL_FORMS": 0, "corrections-INITIAL_FORMS": 0}  # fmt: skip
    address = f"/admin/kb/article/{draft.pk}/change/"
    login(editor).post(address, data)
    assert Proposal.objects.count() == 1
    login(editor).post(address, data | {"note": "A figure was old; nobody else is here"})
    draft.refresh_from_db()
    assert "Mended" in draft.body


def test_readers_never_see_a_comment(draft, second_editor, editor):
    say(second_editor, draft)
    publishing.publish(draft, user=second_editor, note="Said in person")
    for path in ("/ask/hedging/", "/ask/hedging.json", "/ask/hedging/r/1/", "/ask/hedging/history/",
                 "/api/v1/articles/hedging/", "/search/?q=seventeen"):  # fmt: skip
        response = Client().get(path)
        assert response.status_code == 200
        assert SECRET not in response.content.decode()
    assert Client().get(review(draft)).status_code == 302


def test_a_moderator_has_no_part_in_it(draft, moderator):
    assert login(moderator).get(review(draft)).status_code == 403
    assert say(moderator, draft).status_code == 403
    assert not Comment.objects.exists()
