"""Whoever gets woken up reads these."""

from datetime import timedelta

import pytest
from django.utils import timezone

from simulator import doorbell, services
from simulator.models import Run, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_experiments", "rings")]


@pytest.fixture
def broker(monkeypatch):
    monkeypatch.setattr(doorbell, "answers", lambda: True)


def test_ready_means_database_broker_and_worker(client, broker):
    services.beat_worker("w", 2)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    body = answer.json()
    assert body["ready"]
    assert (body["workers"]["slots"], body["queue"]["waiting"]) == (2, 0)


def test_without_a_worker_it_is_not(client, broker):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert not answer.json()["workers"]["ok"]


def test_a_silent_worker_does_not_count(client, broker):
    services.beat_worker("w", 2)
    Worker.objects.update(beat_at=timezone.now() - timedelta(minutes=1))
    assert client.get("/readyz").status_code == 503


def test_rows_that_wait_beside_idle_workers_are_a_fault(client, broker):
    services.beat_worker("w", 2)
    services.find_or_create_run(experiment="tiny-sum")
    assert client.get("/readyz").status_code == 200
    Run.objects.update(created_at=timezone.now() - timedelta(seconds=70))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["queue"]["oldest_seconds"] >= 70


def test_a_busy_queue_is_no_fault():
    services.beat_worker("w", 2)
    for marker in range(3):
        services.find_or_create_run(experiment="tiny-sum", parameters={"marker": marker})
    Run.objects.update(created_at=timezone.now() - timedelta(seconds=70))
    assert services.is_unserved(10)
    services.execute_run(None, "w")
    assert not services.is_unserved(10)


def test_a_dead_broker_is_named_and_answered_quickly(client, settings):
    services.beat_worker("w", 2)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "taken from the table" in answer.json()["broker"]["detail"]


def test_metrics_are_prometheus_text(client):
    from prometheus_client.parser import text_string_to_metric_families

    services.find_or_create_run(experiment="tiny-sum")
    services.work_off("w")
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    found = {f.name: f for f in text_string_to_metric_families(answer.content.decode())}
    runs = {s.labels["status"]: s.value for s in found["hedgelab_runs"].samples}
    assert runs["succeeded"] == 1
    assert found["hedgelab_run_seconds_mean"].samples[0].labels == {"experiment": "tiny-sum"}
