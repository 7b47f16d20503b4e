"""What changed since the result that was shown before, in words and numbers."""

import copy
from datetime import timedelta

import pytest
from django.utils import timezone

from simulator import changes, services
from simulator.engine import results
from simulator.models import SUCCEEDED, Run, RunResult, leases

pytestmark = pytest.mark.django_db


def renewed(run, *, engine_version="0123456789ab", **figures):
    """A later run of the same question by another engine, with other figures."""
    document = copy.deepcopy(run.document)
    for metric in document["metrics"]:
        metric["value"] = figures.get(metric["name"], metric["value"])
    document["engine_version"] = engine_version
    document["digest"] = results.digest(document)
    later = Run.objects.get(pk=run.pk)
    later.pk, later.engine_version = None, engine_version
    later.fingerprint = engine_version.ljust(64, "0")
    later.status, later.finished_at = SUCCEEDED, timezone.now() + timedelta(days=1)
    later.save(force_insert=True)
    RunResult.objects.create(
        run=later, document=leases.as_text(document), digest=document["digest"]
    )
    return later


@pytest.fixture
def first(done):
    return done.document["metrics"][0]


def test_the_first_result_of_an_example_changed_nothing(client, example, done):
    assert example.previous_run is None
    assert "changed since the result of" not in client.get("/lab/a-condor/").content.decode()


def test_an_engine_that_finds_another_figure_is_told_with_both(client, example, done, first):
    later = renewed(done, **{first["name"]: first["value"] + 1.5})
    example.fingerprint = later.fingerprint
    example.save()
    services.attach_result(later)
    example.refresh_from_db()
    assert (example.result_run, example.previous_run) == (later, done)
    page = client.get("/lab/a-condor/").content.decode()
    day = done.finished_at.strftime("%B %Y")
    assert f"1 of {len(done.document['metrics'])} figures changed since the result of" in page
    assert day in page
    assert f"engine 0123456789ab instead of {done.engine_version}" in page
    assert f"/runs/compare/?run={done.pk}&amp;run={later.pk}" in page


def test_other_parameters_are_named_as_the_cause(example, done):
    example.parameters = {"days": 45, "vol": 0.18}
    example.save()
    services.refresh_example(example)
    run, _ = services.find_or_create_run(experiment="iron-condor", example=example)
    services.execute_run(run.pk, "test")
    run.refresh_from_db()
    example.refresh_from_db()
    assert (example.result_run, example.previous_run) == (run, done)
    found = changes.since(example.previous_run, example.result_run)
    assert any("45 days instead of 30 days" in cause for cause in found.causes), found.causes
    assert len(found.causes) == 1
    assert found.rows
    assert all(row.before != row.after for row in found.rows)


def test_the_same_figures_by_another_engine_are_said_to_be_the_same(done):
    found = changes.since(done, renewed(done))
    assert found.words.startswith("Nothing changed since the result of")
    assert found.words.endswith("the same figures to the last digit")
    assert len(found.causes) == 1


def test_a_change_beyond_the_digits_shown_is_no_change_to_a_reader(done, first):
    found = changes.since(done, renewed(done, **{first["name"]: first["value"] * (1 + 1e-11)}))
    assert (found.rows, found.hidden) == ([], 1)
    assert "No figure changed in the digits shown" in found.words


def test_a_figure_that_ceases_to_be_defined_has_no_difference(done, first):
    found = changes.since(done, renewed(done, **{first["name"]: None}))
    assert [(row.after, row.difference) for row in found.rows] == [("–", "–")]


@pytest.mark.parametrize(
    ("before", "after", "unit", "name", "words"),
    [
        (0.10, 0.125, "1", "cost", "+2.5 points"),
        (0.125, 0.10, "1", "cost", "−2.5 points"),
        (1.2, 1.5, "1", "sharpe_ratio", "+0.3"),
        (100.0, 90.5, "USD", "premium", "−$9.50"),
        (7, 9, "count", "trades", "+2"),
        (True, 2, "count", "trades", "–"),
    ],
)
def test_differences_are_read_in_their_unit(before, after, unit, name, words):
    assert changes.difference(before, after, unit, name) == words


def test_runs_of_different_experiments_are_not_compared(done):
    other = Run(experiment="option-price", parameters={}, version=1)
    assert changes.since(other, done) is None
    assert changes.since(None, done) is None
