"""A real site for a real browser: ``manage.py up`` in a folder of its own, and Chromium.

Nothing here touches the suite's database: readers of these journeys meet the site as it is
shipped, with compressed static files, a Celery worker and its broker.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import services

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = "iron-condor-basics"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(address: str) -> bytes | None:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError):
        return None


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site with its worker, all content and a first stored result."""
    folder = tmp_path_factory.mktemp("journeys")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    kept = {k: v for k, v in os.environ.items() if k not in ("PLAIN_STATIC", "SITE_URL", "DEBUG")}
    environment = kept | {"VAR_DIR": str(folder), "CELERY_WORKERS": "1", "WEB_WORKERS": "1"}
    environment["CLAIM_CHECKS"] = "quoted"  # twenty seeds of everything would only keep it busy
    log = folder / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            services.wait_until(
                lambda: process.poll() is not None or fetch(f"{address}/healthz") is not None,
                seconds=120,
                what="the site's answer",
            )
            assert process.poll() is None, log.read_text()
            services.wait_until(lambda: is_stored(address), seconds=60, what="a stored result")
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
            if process.poll() is None:
                process.kill()


def is_stored(address: str) -> bool:
    threading.Event().wait(0.3)  # asking without a pause would keep the site from its work
    body = fetch(f"{address}/api/v1/examples/{EXAMPLE}/")
    return body is not None and json.loads(body).get("result_run") is not None


class Reader:
    """One visitor with a fresh browser profile who notices every console message."""

    def __init__(self, browser, site, **context):
        self.context = browser.new_context(base_url=site, **context)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path):
        return self.page.goto(path)


@pytest.fixture
def visit(browser, site):
    """``visit(width=…, javascript=…, scheme=…)`` gives a Reader; console messages fail the test."""
    readers = []

    def new(width=1280, *, javascript=True, scheme="light", **more):
        reader = Reader(
            browser,
            site,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            color_scheme=scheme,
            reduced_motion="reduce",
            **more,
        )
        readers.append(reader)
        return reader

    yield new
    said = [(reader.page.url, reader.complaints) for reader in readers if reader.complaints]
    for reader in readers:
        reader.context.close()
    assert not said, said
