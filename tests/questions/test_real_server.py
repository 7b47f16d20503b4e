"""Against a real server with its own database, with broker, mail and workers dead."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests import services as servers

pytestmark = pytest.mark.service
TEXT = "Do 50 clicks make one question? 🦔"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}


class Site:
    """One gunicorn, asked over the wire; the command line looks into its database."""

    def __init__(self, folder: Path, database: str) -> None:
        with contextlib.closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            **os.environ,
            "DATABASE_URL": database,
            "VAR_DIR": str(folder),
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            "REDIS_URL": f"redis+socket://{folder}/nobody-listens.sock",
            "EMAIL_URL": "smtp://127.0.0.1:1",
            "LOG_LEVEL": "CRITICAL",
        }

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, env=self.environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--worker-class", "gthread"]
        command += ["--workers", "2", "--threads", "8", "--bind", f"127.0.0.1:{self.port}"]
        process = subprocess.Popen(
            [*command, "--log-level", "critical", "--no-control-socket"], env=self.environment
        )
        try:
            servers.wait_until(self.answers, what="the site's first answer")
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self.send("GET", "/healthz")[0] == 200
        return False

    def send(self, method: str, path: str, body: str | None = None, **headers: str):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, FORM | headers if body else headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location"), answer.read().decode()

    def token(self, text: str = TEXT) -> str:
        status, _, page = self.send("POST", "/questions/new/", urlencode({"text": text}))
        assert status == 200
        return re.search(r'name="token" value="([^"]+)"', page).group(1)

    def count(self) -> int:
        code = "from questions.models import Question as Q; print(Q.objects.count())"
        return int(self.manage("shell", "--no-imports", "-c", code))


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def site(request, tmp_path) -> Iterator[Site]:
    with contextlib.ExitStack() as stack:
        database = f"sqlite:///{tmp_path}/db.sqlite3"
        if request.param == "PostgreSQL":
            try:
                database = stack.enter_context(servers.postgresql())
            except servers.Missing:
                if servers.REQUIRED:
                    raise
                pytest.skip("PostgreSQL is not installed")
        found = Site(tmp_path, database)
        found.manage("migrate", "--verbosity", "0")
        with found.running():
            yield found


def in_parallel(site, bodies):
    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(lambda body: site.send("POST", "/questions/new/", body), bodies))


def test_parallel_posts_make_one_row_a_token_and_ten_rows_a_block(site):
    same = urlencode({"text": TEXT, "token": site.token(), "send": "1"})
    answers = in_parallel(site, [same] * 50)
    assert {(status, location) for status, location, _ in answers} == {(303, answers[0][1])}
    assert site.count() == 1
    status, _, page = site.send("GET", answers[0][1])
    assert status == 200
    assert TEXT in page

    tokens = [site.token() for _ in range(50)]
    bodies = [
        urlencode({"text": f"{TEXT} {token[:5]}", "token": token, "send": "1"}) for token in tokens
    ]
    answers = in_parallel(site, bodies)
    assert Counter(status for status, *_ in answers) == {303: 9, 429: 41}
    assert site.count() == 10
    for status, location, page in answers:
        if status == 429:
            assert TEXT in page
        else:
            assert site.send("GET", location)[0] == 200
