"""The cast of the simulator's tests: tiny experiments and a quiet doorbell."""

from __future__ import annotations

import pytest
from django.utils import timezone

from simulator import doorbell
from tests.drills import tiny


@pytest.fixture
def tiny_experiments():
    with tiny.registered():
        yield


@pytest.fixture
def still(monkeypatch):
    """Buckets do not refill while a test runs, however slow the machine."""
    now = timezone.now()
    monkeypatch.setattr("simulator.models.quotas.timezone.now", lambda: now)


@pytest.fixture
def rings(monkeypatch):
    """What was rung instead of a broker: run ids in order."""
    heard = []
    monkeypatch.setattr(doorbell, "ring", lambda run_id, *, urgent=True: heard.append(run_id))
    return heard
