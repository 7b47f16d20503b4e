"""Mail: only to confirmed addresses, one click to leave, sent later by a real conversation."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from aiosmtpd.controller import Controller
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone

from questions import decisions, housekeeping, notifications, question_kind, services
from questions.models import Mail, Question

pytestmark = pytest.mark.django_db
KIND = question_kind.KIND
LATER = dt.timedelta(minutes=5)


class Sink:
    """An SMTP server's memory; ``refuse`` answers every recipient with that line."""

    def __init__(self):
        self.received, self.refuse = [], ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.received.append(envelope)
        return "250 OK"


class OnFreePort(Controller):
    """The system chooses the port; the controller's own check must know it."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def sink(settings):
    handler = Sink()
    controller = OnFreePort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield handler
    controller.stop()


def link_in(body: str, part: str) -> str:
    return re.search(rf"http://testserver(/questions/{part}/\S+)", body).group(1)


def test_an_address_is_asked_to_confirm_and_gets_nothing_else(ask, moderator):
    question = ask("Buy cheap pills at my shop?", email="stranger@example.org")
    housekeeping.tend()
    housekeeping.tend()
    assert [m.to for m in outbox.outbox] == [["stranger@example.org"]]
    told = outbox.outbox[0].subject + outbox.outbox[0].body
    assert question.text not in told  # nobody can send their words through us
    assert question.token not in told
    decisions.decide(KIND, [question.pk], "decline", moderator, reason="Not here.")
    notifications.deliver(timezone.now() + LATER)
    assert len(outbox.outbox) == 1


def test_opening_the_link_changes_nothing_and_pressing_the_button_confirms(ask):
    question = ask(email="asker@example.org")
    housekeeping.tend()
    link = link_in(outbox.outbox[0].body, "confirm")
    visitor = Client(enforce_csrf_checks=True)
    assert visitor.get(link).status_code == 200
    question.refresh_from_db()
    assert not question.can_get_mail
    assert visitor.post(link).status_code == 200
    question.refresh_from_db()
    assert question.can_get_mail


def test_a_changed_address_makes_the_old_link_useless(ask):
    question = ask(email="old@example.org")
    housekeeping.tend()
    link = link_in(outbox.outbox[0].body, "confirm")
    services.follow(question, "new@example.org")
    assert Client().post(link).status_code == 410
    question.refresh_from_db()
    assert not question.can_get_mail


def test_one_question_cannot_send_requests_to_many_strangers(ask):
    question = ask(email="first@example.org")
    for number in range(2):
        housekeeping.tend()
        services.follow(question, f"{number}@example.org")
    housekeeping.tend()
    with pytest.raises(services.NotPossible):
        services.follow(question, "last@example.org")
    assert len(outbox.outbox) == 3


def test_what_looks_like_spam_sends_no_request(ask):
    ask(
        "casino https://a.example https://b.example whatsapp",
        email="stranger@example.org",
        signals={"trap": True},
    )
    housekeeping.tend()
    assert not outbox.outbox


def test_a_forged_link_is_not_found(ask):
    ask(email="asker@example.org")
    for part in ("confirm", "leave"):
        assert Client().get(f"/questions/{part}/forged:key:x/").status_code == 404
        assert Client().post(f"/questions/{part}/forged:key:x/").status_code == 404


def test_a_confirm_link_cannot_be_used_to_leave(ask):
    ask(email="asker@example.org")
    housekeeping.tend()
    key = link_in(outbox.outbox[0].body, "confirm").split("/")[-2]
    assert Client().post(f"/questions/leave/{key}/").status_code == 404


def test_one_click_leaves_without_cookie_origin_or_page(follower, moderator):
    question = follower()
    decisions.decide(KIND, [question.pk], "ask_back", moderator, reason="How many days?")
    notifications.deliver(timezone.now() + LATER)
    message = outbox.outbox[0]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = message.extra_headers["List-Unsubscribe"].strip("<>")
    path = address.removeprefix("http://testserver")
    provider = Client(enforce_csrf_checks=True)
    done = provider.post(path, {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    question.refresh_from_db()
    assert question.email == ""
    assert provider.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_leaving_cancels_what_waits(follower, moderator):
    question = follower()
    decisions.decide(KIND, [question.pk], "decline", moderator, reason="Not here.")
    services.leave(question.pk, question.email)
    notifications.deliver(timezone.now() + LATER)
    assert not outbox.outbox
    assert Mail.objects.get().state == "cancelled"


def test_a_mail_reaches_a_real_server_whole(sink, follower, moderator):
    question = follower("Wie teuer ist „Absicherung“? 🦔")
    decisions.decide(KIND, [question.pk], "ask_back", moderator, reason="Über wie viele Tage?\n.\n")
    assert notifications.deliver(timezone.now() + LATER) == (1, 0)
    [envelope] = sink.received
    assert envelope.rcpt_tos == ["asker@example.org"]
    import email
    from email import policy

    message = email.message_from_bytes(envelope.content, policy=policy.default)
    assert "Über wie viele Tage?" in message.get_content()
    assert question.get_absolute_url() in message.get_content()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert Mail.objects.get().state == "sent"


def test_a_server_that_is_away_is_tried_again_and_loses_nothing(settings, follower, moderator):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    question = follower()
    decisions.decide(KIND, [question.pk], "decline", moderator, reason="Not here.")
    now = timezone.now() + LATER
    for pause in notifications.PAUSES:
        assert notifications.deliver(now) == (0, 1)
        assert notifications.deliver(now) == (0, 0)
        assert Mail.objects.get().state == "queued"
        now += pause
    assert notifications.deliver(now) == (0, 1)
    mail = Mail.objects.get()
    assert (mail.state, mail.attempts) == ("failed", 6)
    assert "Connection" in mail.error


def test_an_address_that_the_server_refuses_is_given_up_at_once(sink, follower, moderator):
    sink.refuse = "550 no such user"
    question = follower()
    decisions.decide(KIND, [question.pk], "decline", moderator, reason="Not here.")
    assert notifications.deliver(timezone.now() + LATER) == (0, 1)
    assert Mail.objects.get().state == "failed"


def test_a_server_that_is_busy_is_tried_again(sink, follower, moderator):
    sink.refuse = "450 try again later"
    question = follower()
    decisions.decide(KIND, [question.pk], "decline", moderator, reason="Not here.")
    now = timezone.now() + LATER
    assert notifications.deliver(now) == (0, 1)
    sink.refuse = ""
    assert notifications.deliver(now + dt.timedelta(minutes=2)) == (1, 0)


def test_a_sender_that_died_is_replaced_after_its_lease(follower, moderator):
    question = follower()
    decisions.decide(KIND, [question.pk], "decline", moderator, reason="Not here.")
    now = timezone.now() + LATER
    Mail.objects.update(state="sending", attempts=1, send_after=now + notifications.LEASE)
    assert notifications.deliver(now) == (0, 0)
    assert notifications.deliver(now + notifications.LEASE) == (1, 0)


def test_a_subject_cannot_gain_headers():
    article = type("A", (), {"title": "x", "permalink": "y"})()
    subject, _ = notifications.compose("answered", {"article": article, "SITE_NAME": "a\nBcc: b"})
    assert "\n" not in subject


@pytest.mark.parametrize("template", notifications.TEMPLATES)
def test_every_text_has_a_preview(desk, template):
    page = desk.get(f"/moderation/mail/{template}/")
    assert page.status_code == 200
    subject, body = notifications.compose(template, notifications.example_context())
    assert subject
    assert body.strip()
    assert "{" not in subject + body
    assert "None" not in body


def test_mail_is_text_and_never_html(follower, moderator):
    question = follower("Is <b>5 & 6</b> right?")
    decisions.decide(KIND, [question.pk], "ask_back", moderator, reason="5 < 6 & 7 > 6?")
    assert "5 < 6 & 7 > 6?" in Mail.objects.get().body


def test_the_log_shows_mails_to_moderators(desk, follower, moderator):
    question = follower()
    decisions.decide(KIND, [question.pk], "decline", moderator, reason="Not here.")
    assert "asker@example.org" in desk.get("/moderation/mail/").content.decode()


def test_two_rounds_at_once_ask_once(ask):
    ask(email="asker@example.org")
    housekeeping.score_new()
    assert housekeeping.queue_confirmations() == 1
    assert housekeeping.queue_confirmations() == 0
    assert Question.objects.get().confirmation_queued_at
