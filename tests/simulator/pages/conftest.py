"""A visitor in the lab: real experiments, a quiet doorbell, computed in the same process."""

import pytest

from simulator import doorbell, services
from simulator.models import Example


@pytest.fixture(autouse=True)
def quiet_bell(monkeypatch):
    monkeypatch.setattr(doorbell, "ring", lambda run_id, *, urgent=True: None)


@pytest.fixture
def example(db):
    found = Example.objects.create(
        slug="a-condor",
        title="A condor of thirty days",
        experiment="iron-condor",
        story="What the seller is paid, and for what.",
        parameters={"days": 30, "vol": 0.18},
    )
    services.refresh_example(found)
    found.refresh_from_db()
    return found


def compute(run):
    services.execute_run(run.pk, "test")
    run.refresh_from_db()
    assert run.status == "succeeded", run.error
    return run


@pytest.fixture
def asked(example):
    """A run that waits."""
    run, _ = services.find_or_create_run(experiment="iron-condor", example=example)
    return run


@pytest.fixture
def done(asked, example):
    """The example's finished run, attached to it."""
    run = compute(asked)
    example.refresh_from_db()
    assert example.result_run_id == run.pk
    return run


@pytest.fixture
def other(done):
    """The same with a higher vol."""
    run, _ = services.find_or_create_run(
        experiment="iron-condor", parameters={"days": 30, "vol": 0.3}, parent=done
    )
    return compute(run)
