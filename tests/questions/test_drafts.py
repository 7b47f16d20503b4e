"""From a question to its answer: the draft, the pre-run, the news on publication."""

from __future__ import annotations

import html
import re

import pytest
from django.core import mail as outbox
from hypothesis import given, settings
from hypothesis import strategies as st

from kb import extend, markup
from kb.models import Article
from questions import decisions, drafts, housekeeping, prerun, question_kind, services
from questions.models import Question
from simulator.models import Example, Priority, Run

from .conftest import check_and_send

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
KIND = question_kind.KIND
CONDOR = {
    "spot": 4500,
    "days": 30,
    "long_put": 4100,
    "short_put": 4200,
    "short_call": 4800,
    "long_call": 4900,
}


def approve(question, moderator) -> Article:
    decisions.decide(KIND, [question.pk], "approve", moderator)
    question.refresh_from_db()
    return question.article


def publish(article, capture):
    Article.objects.filter(pk=article.pk).update(state="published")
    article.refresh_from_db()
    extend.article_published.send(sender=Article, instance=article, among=extend.Among([article]))


def test_an_approved_question_becomes_a_draft_and_stays_private(ask, moderator, visitor, category):
    question = ask("Why does it cost more? I read that it does.", category=category)
    article = approve(question, moderator)
    assert article.state == "draft"
    assert article.title == "Why does it cost more?"
    assert article.category == category
    assert not article.citations.exists()
    assert question.state == "pending"
    assert "an answer is being written" in visitor.get(question.get_absolute_url()).content.decode()
    assert not Question.objects.awaiting_review().exists()


@pytest.mark.parametrize(
    ("public", "name", "wanted", "unwanted"),
    [
        (True, "Ada", ["Asked by Ada", "> Why"], []),
        (True, "", ["As it was asked", "> Why"], ["Asked by"]),
        (False, "Ada", ["Asked by Ada"], ["> Why"]),
        (False, "", [], ["Asked by", "> Why"]),
    ],
)
def test_wording_and_credit_only_as_the_asker_wished(
    ask, moderator, public, name, wanted, unwanted
):
    question = ask("Why so?", wording_public=public, credit_name=name)
    body = approve(question, moderator).body
    assert all(words in body for words in wanted)
    assert not any(words in body for words in unwanted)


HOSTILE = (
    "<script>x</script> [a](javascript:b) ![i](c) <http://a.example> $x^2$ &amp; ~~~\n"
    "::example other\n[[term]] `code` [c](claim:x) [@key]\n===\n: definition\n    indented\n"
    "1. one\n- two\n# three\n| a | b |\n| - | - |\n*[x]: y\n[^1]: note\n!!! note"
)


def words_shown(text: str) -> str:
    rendered = markup.render(drafts._literal(text))
    inner = re.fullmatch(r"<p>(.*)</p>", rendered.html.strip(), re.DOTALL)
    assert inner, rendered.html
    assert "<" not in inner[1], rendered.html
    assert [rendered.citations, rendered.blocks, rendered.inlines, rendered.links] == [[]] * 4
    return html.unescape(inner[1])


def test_a_readers_words_stay_plain_text_in_the_draft(ask, moderator):
    question = ask(HOSTILE, wording_public=True)
    article = approve(question, moderator)
    assert re.findall(r"<(\w+)", article.body_html) == ["p", "blockquote", "p"]
    assert words_shown(HOSTILE).split() == HOSTILE.split()


@settings(max_examples=200)
@given(st.text("ab1 \n<>&;#:=*_`[](){}!|~^$@\\+-.'\"", min_size=1, max_size=60))
def test_any_words_are_shown_as_they_are(text):
    if text.strip():
        one_paragraph = "\n".join(line for line in text.splitlines() if line.strip())
        assert words_shown(one_paragraph).split() == text.split()


def test_two_questions_alike_get_two_drafts(ask, moderator):
    one, two = ask("The same?"), ask("The same?", address="192.0.2.2")
    assert approve(one, moderator).slug != approve(two, moderator).slug


@pytest.mark.parametrize("text", ["???", "🦔", "«»", "の質問"])
def test_any_text_makes_a_slug(ask, moderator, text):
    assert approve(ask(text), moderator).slug


def test_a_position_is_run_before_anybody_reads_it(ask, desk, visitor):
    answer = check_and_send(visitor, **{name: str(value) for name, value in CONDOR.items()})
    assert answer.status_code == 303
    assert not Run.objects.exists()  # never in the asker's request
    question = Question.objects.get()
    desk.post(f"/moderation/question/{question.pk}/claim")
    run = Run.objects.get()
    assert run.experiment == "iron-condor"
    assert run.parameters["short_put"] == 4200
    page = desk.get(f"/moderation/question/{question.pk}/").content.decode()
    assert run.get_absolute_url() in page
    assert run.priority == Priority.READER
    housekeeping.tend()
    assert Run.objects.count() == 1


def test_a_claim_moves_up_a_run_that_waits(ask, desk):
    question = ask(position=CONDOR)
    housekeeping.tend()
    assert Run.objects.get().priority == Priority.SYSTEM
    desk.post(f"/moderation/question/{question.pk}/claim")
    assert Run.objects.get().priority == Priority.READER


def test_housekeeping_starts_the_run_when_nobody_claims(ask):
    ask(position=CONDOR)
    assert housekeeping.tend()["preruns"] == 1
    assert housekeeping.tend()["preruns"] == 0
    assert Run.objects.count() == 1


@pytest.mark.parametrize("missing", sorted(CONDOR))
def test_a_partial_position_is_kept_and_not_run(ask, missing):
    ask(position={name: value for name, value in CONDOR.items() if name != missing})
    housekeeping.tend()
    assert not Run.objects.exists()


def test_a_position_that_the_model_refuses_says_so(ask, desk):
    question = ask(position=CONDOR | {"days": 3650})
    prerun.start(question)
    if question.prerun is None:
        assert "refuses" in question.prerun_note
        page = desk.get(f"/moderation/question/{question.pk}/").content.decode()
        assert "refuses" in page


def test_the_draft_brings_the_positions_example(ask, moderator):
    question = ask("Why so?", position=CONDOR)
    article = approve(question, moderator)
    example = Example.objects.get()
    assert example.article == article
    assert example.parameters == CONDOR
    assert f"::example {example.slug}" in article.body


def test_publishing_tells_everybody_who_follows(
    follower, ask, moderator, visitor, django_capture_on_commit_callbacks
):
    first = follower("The first?", "one@example.org")
    second = follower("The second one?", "two@example.org")
    third = follower("The third one of them?", "three@example.org")
    silent = ask("Silent?", address="192.0.2.99")
    decisions.decide(KIND, [second.pk], "duplicate", moderator, target=str(first.pk))
    decisions.decide(KIND, [third.pk], "duplicate", moderator, target=str(second.pk))
    decisions.decide(KIND, [silent.pk], "duplicate", moderator, target=str(first.pk))
    article = approve(first, moderator)
    publish(article, None)
    publish(article, None)
    housekeeping.tend()
    told = [m for m in outbox.outbox if m.subject == "Your question has an answer"]
    assert sorted(m.to[0] for m in told) == [
        "one@example.org",
        "three@example.org",
        "two@example.org",
    ]
    for question in (first, second, third, silent):
        page = visitor.get(question.get_absolute_url()).content.decode()
        assert article.get_absolute_url() in page
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("answered", "duplicate")


def test_a_withdrawn_question_hears_nothing(follower, moderator):
    question = follower()
    article = approve(question, moderator)
    services.withdraw(question)
    publish(article, None)
    question.refresh_from_db()
    assert question.state == "withdrawn"
    assert not question.mails.filter(template="answered").exists()


def test_asked_by_readers_lists_answered_questions_only(ask, moderator, visitor):
    shown = ask("May be quoted words?", wording_public=True, credit_name="Ada")
    hidden = ask("Not to be quoted words?", address="192.0.2.2")
    ask("Still waiting words?", address="192.0.2.3", wording_public=True)
    for question in (shown, hidden):
        publish(approve(question, moderator), None)
    page = visitor.get("/asked/")
    text = page.content.decode()
    assert "<blockquote><p>May be quoted words?" in text
    assert "Asked by Ada" in text
    assert "<blockquote><p>Not to be quoted words?" not in text
    assert "Still waiting words?" not in text
    assert not page.cookies
    Article.objects.update(state="withdrawn")
    assert "Ada" not in visitor.get("/asked/").content.decode()


def test_undoing_an_approval_keeps_a_draft_that_somebody_edited(ask, moderator):
    question = ask()
    batch = decisions.decide(KIND, [question.pk], "approve", moderator)
    Article.objects.update(short_answer="Written by an editor.")
    decisions.undo(batch, moderator)
    assert Article.objects.exists()
    question.refresh_from_db()
    assert question.article is None


def test_a_title_ends_at_a_word(ask):
    title = drafts.title_of("word " * 60)
    assert len(title) <= 140
    assert title.endswith("word…")
