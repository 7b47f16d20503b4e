"""One Chromium for the whole session, whoever asks for it: two drivers do not share a loop."""

from __future__ import annotations

import os

import pytest

from tests import services

ARGUMENTS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser():
    """Chromium, or a loud skip; a failure where the services are required."""
    try:
        binary = services.chromium()
    except services.Missing:
        services.announce_missing("Chromium")
        pytest.skip("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    # Chromium refuses its sandbox only to root.
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=binary, args=arguments)
        yield started
        started.close()
