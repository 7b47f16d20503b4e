"""A sweep fills in as its cells arrive."""

import pytest

from simulator import services
from simulator.models import Run, Sweep

pytestmark = pytest.mark.django_db
GRID = {
    "sweep_x": "vol",
    "sweep_x_values": "0.1 0.2 0.3",
    "sweep_y": "days",
    "sweep_y_values": "7 to 30 in 2",
}


def start(client, **changes):
    return client.post("/lab/a-condor/sweep/", GRID | changes)


def test_two_parameters_make_a_map_of_runs(client, example):
    answer = start(client)
    assert answer.status_code == 303
    sweep = Sweep.objects.get()
    assert answer.headers["Location"] == f"/sweeps/{sweep.pk}/"
    assert sweep.y_values == [7, 30]
    assert Run.objects.count() == 6
    page = client.get(f"/sweeps/{sweep.pk}/").content.decode()
    assert "0 of 6 cells are finished" in page
    assert "<noscript>" in page


def test_the_map_fills_in_and_ends(client, example):
    start(client)
    sweep = Sweep.objects.get()
    first, *rest = Run.objects.all()
    services.execute_run(first.pk, "test")
    part = client.get(f"/sweeps/{sweep.pk}/fragment").content.decode()
    assert "1 of 6 cells are finished" in part
    for run in rest:
        services.execute_run(run.pk, "test")
    page = client.get(f"/sweeps/{sweep.pk}/").content.decode()
    assert "All 6 cells are finished" in page
    assert "Heat map" in page
    assert "http-equiv" not in page


def test_one_parameter_makes_a_curve(client, example):
    start(client, sweep_y="", sweep_y_values="")
    for run in Run.objects.all():
        services.execute_run(run.pk, "test")
    page = client.get(f"/sweeps/{Sweep.objects.get().pk}/?metric=max_loss").content.decode()
    assert "Line chart" in page
    assert 'value="max_loss" selected' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sweep_x_values": ""}, "name the values"),
        ({"sweep_x_values": "0.1 nine"}, "not a number"),
        ({"sweep_x_values": "0 to 1 in 150"}, "a sweep may have 144"),
        ({"sweep_y": "vol", "sweep_y_values": "0.2"}, "another parameter"),
        ({"sweep_x": "no-such"}, "not a parameter"),
        ({"skew": "7"}, "out of range"),
    ],
)
def test_a_sweep_that_cannot_be_comes_back_with_a_reason(client, example, changes, words):
    answer = start(client, **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not Sweep.objects.exists()


def test_cancel_and_resume(client, example):
    start(client)
    sweep = Sweep.objects.get()
    assert client.post(f"/sweeps/{sweep.pk}/cancel").status_code == 303
    page = client.get(f"/sweeps/{sweep.pk}/").content.decode()
    assert "6 cancelled" in page
    assert "Ask again for the missing cells" in page
    assert client.post(f"/sweeps/{sweep.pk}/resume").status_code == 303
    assert Run.objects.filter(status="queued").count() == 6
