"""A moderator decides: claims, reasons, undo, bulk, and what the asker sees of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from kb.models import Article
from questions import decisions, health, question_kind, services
from questions.models import LogEntry, Mail, Question, Report, StoredText
from questions.report_kind import ERRORS

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
KIND = question_kind.KIND


def decide(client, question, action, **fields):
    address = f"/moderation/question/{question.pk}/decide"
    return client.post(address, {"action": action, **fields})


def test_the_queue_lists_what_waits_oldest_first(desk, ask):
    second, first = ask("The second?"), ask("The first?", address="192.0.2.2")
    Question.objects.filter(pk=first.pk).update(created_at=timezone.now() - dt.timedelta(days=3))
    page = desk.get("/moderation/").content.decode()
    assert page.index("The first?") < page.index("The second?")
    assert "3 days" in page
    services.withdraw(second)
    assert "The second?" not in desk.get("/moderation/").content.decode()


def test_a_claim_shows_to_others_and_stops_their_decision(desk, ask, colleague):
    question = ask()
    assert desk.post(f"/moderation/question/{question.pk}/claim").status_code == 303
    other = Client()
    other.force_login(colleague)
    assert "mona is working" in other.get(f"/moderation/question/{question.pk}/").content.decode()
    assert other.get("/moderation/state").json()["claimed"] == {f"question:{question.pk}": "mona"}
    assert other.post(f"/moderation/question/{question.pk}/claim").status_code == 409
    refused = decide(other, question, "decline", reason="Words that must survive.")
    assert refused.status_code == 422
    assert "Words that must survive." in refused.content.decode()
    question.refresh_from_db()
    assert question.state == "pending"


def test_a_claim_ends_by_itself_and_by_release(desk, ask, colleague):
    question = ask()
    desk.post(f"/moderation/question/{question.pk}/claim")
    Question.objects.update(claimed_until=timezone.now() - dt.timedelta(seconds=1))
    decisions.claim(KIND, question.pk, colleague)
    decisions.release(KIND, question.pk, colleague)
    question.refresh_from_db()
    assert question.claimed_by is None


def test_declining_needs_words_and_the_asker_reads_them(desk, ask, visitor):
    question = ask()
    assert decide(desk, question, "decline").status_code == 422
    assert decide(desk, question, "decline", reason="About another subject.").status_code == 303
    page = visitor.get(question.get_absolute_url()).content.decode()
    assert "Declined" in page
    assert "About another subject." in page


def test_asking_back_and_the_reply_travel_by_the_private_page(desk, follower, visitor):
    question = follower()
    decide(desk, question, "ask_back", reason="How many days?")
    assert "How many days?" in visitor.get(question.get_absolute_url()).content.decode()
    assert "How many days?" in Mail.objects.get(template="ask_back").body
    visitor.post(f"/questions/{question.token}/reply", {"reply": "Thirty."})
    assert "Thirty." in desk.get(f"/moderation/question/{question.pk}/").content.decode()


def test_answering_by_mail_answers_only_the_asker(desk, follower, visitor):
    question = follower()
    decide(desk, question, "answer", reason="Because of the roll cost.")
    question.refresh_from_db()
    assert question.state == "answered"
    assert "roll cost" in visitor.get(question.get_absolute_url()).content.decode()
    assert "roll cost" in Mail.objects.get(template="answer").body
    assert question.text not in visitor.get("/asked/").content.decode()


def test_a_duplicate_leads_to_the_published_answer_only(desk, ask, visitor, make_article):
    article = make_article(title="The answer that exists")
    first, second = ask("The first?"), ask("The second?", address="192.0.2.2")
    assert decide(desk, second, "duplicate", target=str(first.pk)).status_code == 303
    page = visitor.get(second.get_absolute_url()).content.decode()
    assert "The first?" not in page
    assert first.token not in page
    Question.objects.filter(pk=first.pk).update(article=article, state="answered")
    page = visitor.get(second.get_absolute_url()).content.decode()
    assert "The answer that exists" in page
    Article.objects.update(state="draft")
    page = visitor.get(second.get_absolute_url()).content.decode()
    assert "The answer that exists" not in page


@pytest.mark.parametrize("target", ["", "999999", "9" * 30, "no-such-answer", "self"])
def test_a_duplicate_of_nothing_is_refused(desk, ask, target):
    question = ask()
    target = str(question.pk) if target == "self" else target
    assert decide(desk, question, "duplicate", target=target).status_code == 422
    question.refresh_from_db()
    assert question.state == "pending"


def test_duplicates_cannot_lead_in_a_circle(ask, moderator):
    one, two = ask("One?"), ask("Two?", address="192.0.2.2")
    decisions.decide(KIND, [one.pk], "duplicate", moderator, target=str(two.pk))
    with pytest.raises(decisions.Refused):
        decisions.decide(KIND, [two.pk], "duplicate", moderator, target=str(one.pk))


def test_a_duplicate_may_say_why_it_differs(desk, ask, visitor, make_article):
    make_article()
    question = ask()
    decide(desk, question, "duplicate", target="/ask/a-published-answer/")
    reply = {"reply": "Mine is about ETH."}
    assert visitor.post(f"/questions/{question.token}/reply", reply).status_code == 303
    question.refresh_from_db()
    assert (question.state, question.article, question.duplicate_of) == ("pending", None, None)


@pytest.mark.parametrize(
    ("action", "extra"),
    [
        ("approve", {}),
        ("decline", {"reason": "No."}),
        ("ask_back", {"reason": "Which?"}),
        ("answer", {"reason": "So."}),
        ("duplicate", {"target": "a-published-answer"}),
        ("spam", {}),
    ],
)
def test_every_decision_is_logged_and_can_be_undone(
    desk, follower, moderator, make_article, action, extra
):
    make_article()
    question = follower()
    before = decisions.snapshot(KIND, Question.objects.get())
    batch = decisions.decide(KIND, [question.pk], action, moderator, **extra)
    entry = LogEntry.objects.get(batch=batch)
    assert entry.actor == moderator
    assert entry.reason == extra.get("reason", "")
    assert entry.before == before
    assert entry.after != before
    log = desk.get("/moderation/log/").content.decode()
    assert action in log
    assert "mona" in log
    assert desk.post(f"/moderation/undo/{batch}").status_code == 303
    assert decisions.snapshot(KIND, Question.objects.get()) == before
    assert not Mail.objects.filter(state="queued").exists()
    assert not question.messages.exists()
    assert Article.objects.count() == 1
    assert desk.post(f"/moderation/undo/{batch}").status_code == 409


def test_an_undo_never_overwrites_what_came_after(ask, moderator, colleague):
    question = ask()
    batch = decisions.decide(KIND, [question.pk], "decline", moderator, reason="No.")
    decisions.decide(KIND, [question.pk], "reopen", colleague)
    decisions.decide(KIND, [question.pk], "spam", colleague)
    with pytest.raises(decisions.Refused):
        decisions.undo(batch, moderator)
    question.refresh_from_db()
    assert question.is_spam


def test_bulk_shows_first_what_would_happen(desk, ask, colleague):
    three = [ask(f"Number {n}?", address=f"192.0.2.{n}") for n in range(3)]
    decisions.claim(KIND, three[2].pk, colleague)
    chosen = [f"question:{question.pk}" for question in three]
    page = desk.post("/moderation/bulk", {"item": chosen, "action": "decline", "reason": "No."})
    shown = page.content.decode()
    assert Question.objects.filter(state="pending").count() == 3
    assert shown.count("is declined; the asker reads the reason") == 2
    assert "carl is working on it" in shown
    plan = re.search(r'name="plan" value="([^"]+)"', shown).group(1)
    done = desk.post("/moderation/bulk", {"confirmed": "1", "plan": plan})
    assert done.status_code == 303
    assert Question.objects.filter(state="declined", reason="No.").count() == 2
    page = desk.get(done["Location"]).content.decode()
    assert "2 items" in page
    undo = re.search(r"/moderation/undo/[0-9a-f-]+", page).group(0)
    undone = desk.post(undo)
    assert undone.status_code == 303, undone.content.decode()
    assert Question.objects.filter(state="pending").count() == 3


def test_bulk_is_all_or_nothing(ask, moderator):
    good, bad = ask("Good?"), ask("Bad?", address="192.0.2.2")
    services.withdraw(bad)
    with pytest.raises(decisions.Refused):
        decisions.decide(KIND, [good.pk, bad.pk], "decline", moderator, reason="No.")
    good.refresh_from_db()
    assert good.state == "pending"


@pytest.mark.parametrize("plan", ["", "x", "a:b:c"])
def test_a_forged_plan_decides_nothing(desk, ask, plan):
    ask()
    answer = desk.post("/moderation/bulk", {"confirmed": "1", "plan": plan})
    assert answer.status_code == 403
    assert Question.objects.get().state == "pending"


@pytest.mark.parametrize("item", ["question", "question:x", "nothing:1", "question:٣", "a:b:c"])
def test_a_hostile_selection_is_no_error(desk, item):
    answer = desk.post("/moderation/bulk", {"item": item, "action": "spam"})
    assert answer.status_code in (200, 404)


def test_reports_share_the_queue(desk, visitor, make_article):
    article = make_article()
    report, _ = services.report(
        services.Reported("It says ten.", article=article, revision=1, anchor="s-1", quote="Nine."),
        token="t" * 22,
        address="192.0.2.1",
    )
    page = desk.get("/moderation/").content.decode()
    assert "Error report" in page
    detail = desk.get(f"/moderation/error/{report.pk}/").content.decode()
    assert "Nine." in detail
    assert "/ask/a-published-answer/#s-1" in detail
    address = f"/moderation/error/{report.pk}/decide"
    assert desk.post(address, {"action": "accept", "reason": "Thank you."}).status_code == 303
    assert Report.objects.get().state == "accepted"
    assert "Thank you." in visitor.get(report.get_absolute_url()).content.decode()


def test_an_item_of_one_kind_is_not_found_under_another(desk, ask):
    question = ask()
    assert desk.get(f"/moderation/error/{question.pk}/").status_code == 404
    assert desk.get("/moderation/nothing/1/").status_code == 404


def test_a_registered_kind_joins_the_queue(desk, monkeypatch):
    from questions import kinds
    from questions.report_kind import report_kind

    accepted = []
    kind = report_kind(
        "challenge", "Challenge", on_accept=lambda report, decision: accepted.append(report.payload)
    )
    monkeypatch.setitem(kinds._kinds, "challenge", kind)
    report, _ = services.report(
        services.Reported("It fails at 20.", kind="challenge", payload={"claim": "c1"}),
        token="c" * 22,
        address="192.0.2.1",
    )
    assert "Challenge" in desk.get("/moderation/").content.decode()
    desk.post(f"/moderation/challenge/{report.pk}/decide", {"action": "accept"})
    assert accepted == [{"claim": "c1"}]
    assert not ERRORS.everything().exists()


def test_stored_texts_are_offered_where_they_belong(desk, ask):
    StoredText.objects.update_or_create(
        slug="one", defaults={"action": "decline", "title": "Stored title", "body": "Stored body."}
    )
    page = desk.get(f"/moderation/question/{ask().pk}/").content.decode()
    assert "Stored title" in page
    assert "Stored body." in page


def test_similar_questions_are_shown_answered_ones_first(desk, ask):
    open_one = ask("What does a layered hedge cost in calm markets?", address="192.0.2.2")
    answered = ask("Why does the layered hedge cost more in calm markets?", address="192.0.2.3")
    Question.objects.filter(pk=answered.pk).update(state="answered")
    ask("How is theta computed for weekend expiries?", address="192.0.2.4")
    question = ask("What does a layered VIX hedge cost in calm markets?")
    page = desk.get(f"/moderation/question/{question.pk}/").content.decode()
    first, second = (page.index(f"Question {q.pk}</a>") for q in (answered, open_one))
    assert first < second
    assert "weekend" not in page


def test_an_edit_never_loses_the_good_text(desk, ask):
    question = ask("A good question?")
    services.correct(question, "casino https://a.example")
    page = desk.get(f"/moderation/question/{question.pk}/").content.decode()
    assert "A good question?" in page
    assert decide(desk, question, "restore").status_code == 303
    question.refresh_from_db()
    assert question.text == "A good question?"


def test_health_counts_what_happened(ask, moderator):
    now = timezone.now()
    for number in range(3):
        question = ask(f"Number {number}?", address=f"192.0.2.{number}")
        Question.objects.filter(pk=question.pk).update(
            created_at=now - dt.timedelta(hours=number + 1)
        )
    first, second, _ = Question.objects.order_by("pk")
    decisions.decide(KIND, [first.pk], "decline", moderator, reason="No.")
    decisions.decide(KIND, [second.pk], "ask_back", moderator, reason="Which?")
    measured = health.measure()
    assert measured.waiting == 1
    assert measured.oldest_words == "3 hours"
    assert measured.share_declined == 0.5
    assert 89 < measured.median_first_decision.total_seconds() / 60 < 91
    assert health.measure(now + dt.timedelta(days=60)).share_declined is None


def test_the_digest_goes_once_a_day_and_only_when_needed(ask, moderator, editor):
    assert health.send_digest() == 0
    question = ask()
    assert health.send_digest() == 0
    Question.objects.filter(pk=question.pk).update(
        created_at=timezone.now() - dt.timedelta(hours=49)
    )
    assert health.send_digest() == 1
    assert health.send_digest() == 0
    mail = Mail.objects.get()
    assert mail.to == moderator.email
    assert "2 days" in mail.body
    assert question.text not in mail.body


def test_a_page_of_fifty_costs_no_query_per_row(desk, ask, django_assert_max_num_queries):
    for number in range(50):
        ask(f"Number {number}?", address=f"192.0.2.{number}")
    desk.get("/moderation/")
    with django_assert_max_num_queries(30):
        desk.get("/moderation/")
