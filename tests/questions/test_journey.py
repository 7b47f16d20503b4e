"""The whole way in a real browser: ask, confirm, claim, pre-run, draft, publish, mail."""

from __future__ import annotations

import contextlib
import email
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from email import policy
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller

from tests import services
from tests.journeys.conftest import ROOT, Reader, fetch, free_port

pytestmark = pytest.mark.browser
PASSWORD = "a long password for tests 1"
POSITION = {
    "spot": "4500",
    "days": "30",
    "long_put": "4100",
    "short_put": "4200",
    "short_call": "4800",
    "long_call": "4900",
}


class Postbox:
    """What reached the mail server, by subject."""

    def __init__(self) -> None:
        self.mails: dict[str, str] = {}

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.mails[message["Subject"]] = message.get_content()
        return "250 OK"

    def wait_for(self, subject: str) -> str:
        services.wait_until(lambda: subject in self.mails, seconds=60, what=f"the mail {subject!r}")
        return self.mails[subject]


class OnFreePort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box = Postbox()
    server = OnFreePort(box, hostname="127.0.0.1", port=0)
    server.start()
    yield box, server.port
    server.stop()


@pytest.fixture
def site(tmp_path, postbox) -> Iterator[str]:
    """``manage.py up`` with a mail server and somebody who may decide and publish."""
    address = f"http://127.0.0.1:{free_port()}"
    kept = {k: v for k, v in os.environ.items() if k not in ("PLAIN_STATIC", "DEBUG")}
    environment = kept | {
        "VAR_DIR": str(tmp_path),
        "SITE_URL": address,
        "EMAIL_URL": f"smtp://127.0.0.1:{postbox[1]}",
        "CELERY_WORKERS": "1",
        "WEB_WORKERS": "1",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    manage = [sys.executable, "manage.py"]
    with (tmp_path / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [*manage, "up", "--port", str(urlsplit(address).port)],
            cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        services.wait_until(
            lambda: process.poll() is not None or fetch(f"{address}/healthz") is not None,
            seconds=120,
            what="the site's answer",
        )
        assert process.poll() is None, (tmp_path / "up.log").read_text()
        who = ["--username", "ada", "--email", "ada@example.org"]
        subprocess.run(
            [*manage, "createsuperuser", "--no-input", *who],
            cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        if process.poll() is None:
            process.kill()


def test_from_a_question_to_its_answer(browser, site, postbox):
    box, _ = postbox
    asker, moderator = Reader(browser, site), Reader(browser, site)

    status = ask(asker)
    confirm(asker, box)

    page = sign_in(moderator)
    page.get_by_role("link", name="Is my wing width too small").click()
    page.get_by_role("button", name="Claim it").click()
    wait_for_the_prerun(page)
    page.get_by_role("button", name="Approve and open a draft").click()
    write_and_publish(page)

    body = box.wait_for("Your question has an answer")
    asker.open(urlsplit(re.search(r"http\S+/a/\w+/", body).group(0)).path)
    assert "Asked by Grace" in asker.page.inner_text("main")
    asker.open(status)
    assert "Your question has its answer" in asker.page.inner_text("main")
    asker.open("/asked/")
    assert "Asked by Grace" in asker.page.inner_text("main")
    assert asker.complaints == []
    # The admin's own pages look for a /favicon.ico, which ours name elsewhere.
    assert [said for said in moderator.complaints if "404" not in said] == []


def ask(asker) -> str:
    """Ask at the foot of the first answer; the private address."""
    page = asker.page
    asker.open("/ask/")
    page.locator("main :is(h2, h3) a[href^='/ask/']").first.click()
    page.fill("#ask-text", "Is my wing width too small for thirty days?")
    page.get_by_text("43 of 1,000").wait_for()
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("Add your position").click()
    for name, value in POSITION.items():
        page.fill(f"[name={name}]", value)
    page.fill("[name=credit_name]", "Grace")
    page.fill("[name=email]", "grace@example.org")
    page.get_by_role("button", name="Send the question").click()
    assert "Received" in page.inner_text("h1")
    assert asker.context.cookies() == []
    return urlsplit(page.url).path


def confirm(asker, box) -> None:
    name = "Confirm your address for Hedgelab"
    asker.open(re.search(r"(/questions/confirm/\S+)", box.wait_for(name)).group(1))
    asker.page.get_by_role("button", name="Yes").click()
    assert "Confirmed" in asker.page.inner_text("h1")


def sign_in(moderator):
    moderator.open("/moderation/")
    moderator.page.fill("[name=username]", "ada")
    moderator.page.fill("[name=password]", PASSWORD)
    moderator.page.get_by_role("button", name="Log in").click()
    assert "Waiting for a decision" in moderator.page.inner_text("h1")
    return moderator.page


def wait_for_the_prerun(page) -> None:
    def is_there() -> bool:
        threading.Event().wait(0.3)  # reloading without a pause would keep the worker from it
        page.reload()
        return "Lower break-even" in page.inner_text("main")

    assert "Pre-run of the position" in page.inner_text("main")
    services.wait_until(is_there, seconds=120, what="the pre-run")


def write_and_publish(page) -> None:
    page.locator("a[href*='/admin/kb/article/']").click()
    page.fill("[name=short_answer]", "It depends on the skew.")
    page.fill("[name=note]", "Written for the reader who asked; the figures are the run's.")
    page.get_by_role("button", name="Save and publish").click()
    page.get_by_text("It is public now.").wait_for()
