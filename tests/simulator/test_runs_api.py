"""A script asks for runs, follows them and reads their results."""

import uuid

import pytest
from django.test import Client

from simulator import services
from simulator.models import Example, Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_experiments", "rings")]
RUN_KEYS = {
    *("id", "url", "status", "stage", "progress", "place", "example", "experiment"),
    *("parameters", "seed", "created_at", "started_at", "finished_at", "attempts"),
    *("from_cache", "error", "result"),
}


@pytest.fixture
def example():
    return Example.objects.create(
        slug="seven", title="Seven", experiment="tiny-sum", parameters={"a": 7}
    )


def post(client, body, path="/api/v1/runs/", **extra):
    return client.post(path, body, content_type="application/json", **extra)


def test_a_new_run_is_accepted_and_an_equal_one_is_the_same(client):
    first = post(client, {"experiment": "tiny-sum", "parameters": {"a": 4}})
    assert first.status_code == 202
    assert set(first.json()) >= RUN_KEYS
    assert first["Location"] == f"/api/v1/runs/{first.json()['id']}/"
    assert first.json()["place"] == 1
    again = post(client, {"experiment": "tiny-sum", "parameters": {"a": 4.0}})
    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    assert (first.json()["from_cache"], again.json()["from_cache"]) == (False, True)


def test_the_run_is_followed_to_its_result(client):
    location = post(client, {"experiment": "tiny-sum"})["Location"]
    waiting = client.get(location)
    assert (waiting.json()["status"], waiting.json()["result"]) == ("queued", None)
    assert waiting["Retry-After"] == "1"
    services.work_off("w")
    done = client.get(location)
    assert done.json()["status"] == "succeeded"
    assert done.json()["result"]["metrics"][0]["value"] == 3.0
    assert "Retry-After" not in done
    assert client.get(location, headers={"If-None-Match": done["ETag"]}).status_code == 304


def test_an_example_with_other_parameters(client, example):
    answer = post(client, {"example": "seven", "parameters": {"b": 1}}).json()
    assert answer["example"] == "seven"
    assert answer["parameters"] == {"a": 7.0, "b": 1.0, "marker": 0}


def test_anyone_may_cancel(client):
    made = post(client, {"experiment": "tiny-sum"}).json()
    path = f"/api/v1/runs/{made['id']}/cancel/"
    assert client.post(path).json()["status"] == "cancelled"
    assert client.post(path).json()["status"] == "cancelled"
    again = post(client, {"experiment": "tiny-sum"})
    assert again.status_code == 202
    assert again.json()["id"] != made["id"]


@pytest.mark.parametrize("verb", ["", "cancel/"])
def test_an_unknown_run_is_not_found(client, verb):
    path = f"/api/v1/runs/{uuid.uuid4()}/{verb}"
    answer = client.post(path) if verb else client.get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "experiment"),
        ([], ""),
        ({"experiment": "tiny-sum", "example": "seven"}, "experiment"),
        ({"experiment": "nothing"}, "experiment"),
        ({"example": "nothing"}, "example"),
        ({"experiment": 5}, "experiment"),
        ({"experiment": "tiny-sum", "paramters": {}}, "paramters"),
        ({"experiment": "tiny-sum", "parameters": [1]}, "parameters"),
        ({"experiment": "tiny-sum", "parameters": {"c": 1}}, "c"),
        ({"experiment": "tiny-sum", "parameters": {"a": "1"}}, "a"),
        ({"experiment": "tiny-sum", "parameters": {"a": True}}, "a"),
        ({"experiment": "tiny-sum", "parameters": {"a": None}}, "a"),
        ({"experiment": "tiny-sum", "parameters": {"a": 1001}}, "a"),
        ({"experiment": "tiny-sum", "parameters": {"marker": 1.5}}, "marker"),
        ({"experiment": "tiny-walk", "seed": -1}, "seed"),
        ({"experiment": "tiny-walk", "seed": "1"}, "seed"),
        ({"experiment": "tiny-walk", "parameters": {"seed": 1}}, "seed"),
        ({"experiment": "tiny-walk", "parameters": {"steps": 100_000, "pause": 9}}, "steps"),
    ],
    ids=str,
)
def test_a_wrong_value_names_its_field(client, example, body, field):
    answer = post(client, body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert Run.objects.count() == 0


def test_a_range_comes_with_its_bounds_and_the_nearest_value(client):
    answer = post(client, {"experiment": "tiny-sum", "parameters": {"a": 2000}})
    (error,) = answer.json()["errors"]
    assert (error["minimum"], error["maximum"], error["nearest"]) == (-1000, 1000, 1000)


@pytest.mark.parametrize("raw", ["", "{", "NaN", '{"experiment": "x", "experiment": "y"}'])
def test_what_is_not_json_is_a_bad_request(client, raw):
    answer = client.post("/api/v1/runs/", raw, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert Run.objects.count() == 0


def test_infinity_in_the_digits_is_out_of_range(client):
    raw = '{"experiment": "tiny-sum", "parameters": {"a": 1e400}}'
    answer = client.post("/api/v1/runs/", raw, content_type="application/json")
    assert answer.status_code == 422


def test_the_limit_is_said_and_when_it_ends(client, still):
    for marker in range(60):
        post(client, {"experiment": "tiny-sum", "parameters": {"marker": marker}})
    answer = post(client, {"experiment": "tiny-sum", "parameters": {"marker": 60}})
    assert answer.status_code == 429
    assert "60 calculations a minute" in answer.json()["detail"]
    assert int(answer["Retry-After"]) >= 1
    known = post(client, {"experiment": "tiny-sum", "parameters": {"marker": 5}})
    assert known.status_code == 200


def test_a_full_queue_is_busy_and_offers_a_stored_result(client, settings):
    settings.RUN_QUEUE_BOUND = 1
    stored = post(client, {"experiment": "tiny-sum"}).json()
    services.work_off("w")
    post(client, {"experiment": "tiny-sum", "parameters": {"a": 2}})
    answer = post(client, {"experiment": "tiny-sum", "parameters": {"a": 3}})
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) >= 1
    assert stored["id"] in answer.json()["detail"]


def test_a_page_of_another_site_cannot_ask(client):
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert post(client, {"experiment": "tiny-sum"}, headers=foreign).status_code == 403
    assert Run.objects.count() == 0


def test_no_cookie_is_needed_or_set():
    answer = post(Client(enforce_csrf_checks=True), {"experiment": "tiny-sum"})
    assert answer.status_code == 202
    assert not answer.cookies


def test_experiments_carry_their_schema(client):
    listed = client.get("/api/v1/experiments/?page_size=200").json()
    assert set(listed) == {"count", "next", "previous", "results"}
    found = client.get("/api/v1/experiments/tiny-sum/")
    body = found.json()
    assert {"name", "title", "version", "summary", "parameters", "metrics"} <= set(body)
    schema = body["parameters"]["properties"]["a"]
    assert (schema["minimum"], schema["maximum"], schema["default"]) == (-1000, 1000, 1.0)
    again = client.get("/api/v1/experiments/tiny-sum/", headers={"If-None-Match": found["ETag"]})
    assert again.status_code == 304
    assert client.get("/api/v1/experiments/nothing/").status_code == 404


def test_examples_name_their_article_and_result(client, example):
    services.warm_examples()
    services.work_off("w")
    (listed,) = client.get("/api/v1/examples/").json()["results"]
    assert {"slug", "title", "experiment", "parameters", "article", "result_run"} <= set(listed)
    assert listed["result_run"] == str(Run.objects.get().pk)
    assert client.get("/api/v1/examples/seven/").json() == listed
    assert client.get("/api/v1/examples/eight/").status_code == 404


def test_listing_examples_takes_a_constant_number_of_queries(
    client, example, django_assert_num_queries
):
    for n in range(20):
        Example.objects.create(slug=f"e{n}", title="E", experiment="tiny-sum")
    with django_assert_num_queries(2):
        client.get("/api/v1/examples/")


class TestSweeps:
    def grid(self, client, **more):
        body = {"experiment": "tiny-sum", "x": "a", "x_values": [1, 2, 3]} | more
        return post(client, body, "/api/v1/sweeps/")

    def test_a_grid_is_one_run_a_cell_and_fills_in(self, client):
        made = self.grid(client, y="b", y_values=[10, 20])
        assert made.status_code == 202
        assert (made.json()["total"], Run.objects.count()) == (6, 6)
        services.execute_run(None, "w")
        part = client.get(made["Location"]).json()
        assert part["succeeded"] == 1
        services.work_off("w")
        done = client.get(made["Location"]).json()
        assert done["metrics"]["sum"] == [[11.0, 12.0, 13.0], [21.0, 22.0, 23.0]]
        assert done["succeeded"] == 6

    def test_known_cells_are_there_at_once(self, client):
        self.grid(client)
        services.work_off("w")
        again = self.grid(client)
        assert again.status_code == 200
        assert Run.objects.count() == 3

    def test_a_sweep_is_cancelled_and_resumed(self, client):
        made = self.grid(client)
        services.execute_run(None, "w")
        path = made["Location"]
        cancelled = client.post(path + "cancel/").json()
        assert (cancelled["succeeded"], cancelled["cancelled"]) == (1, 2)
        resumed = client.post(path + "resume/").json()
        assert (resumed["succeeded"], resumed["cancelled"]) == (1, 0)
        services.work_off("w")
        assert client.get(path).json()["succeeded"] == 3

    def test_a_cell_that_others_wait_for_is_not_cancelled(self, client):
        post(client, {"experiment": "tiny-sum", "parameters": {"a": 2}})
        made = self.grid(client)
        client.post(made["Location"] + "cancel/")
        assert Run.objects.filter(status="queued").count() == 1

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"x": "nothing"}, "x"),
            ({"x_values": []}, "x"),
            ({"x_values": [1, 1]}, "x"),
            ({"x_values": "1,2"}, "x_values"),
            ({"y": "a", "y_values": [1]}, "y"),
            ({"x_values": [5000]}, "a"),
            ({"x": "marker", "x_values": list(range(145))}, "x"),
        ],
        ids=str,
    )
    def test_wrong_axes_are_refused(self, client, more, field):
        answer = self.grid(client, **more)
        assert answer.status_code == 422
        assert field in [error["field"] for error in answer.json()["errors"]]
        assert Run.objects.count() == 0

    def test_a_sweep_counts_as_one_simulation(self, client):
        body = {"experiment": "tiny-walk", "x": "marker", "x_values": [1, 2, 3, 4, 5]}
        assert post(client, body, "/api/v1/sweeps/").status_code == 202
        assert post(client, {"experiment": "tiny-walk"}).status_code == 202

    def test_a_sweep_has_its_own_cap_on_cpu(self, client):
        body = {
            "experiment": "tiny-walk", "parameters": {"steps": 20_000},
            "x": "marker", "x_values": list(range(1, 11)),
        }  # fmt: skip
        answer = post(client, body, "/api/v1/sweeps/")
        assert answer.status_code == 422
        assert "120" in answer.json()["errors"][0]["detail"]


def test_the_web_process_loads_no_numerical_library():
    import subprocess
    import sys

    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "import config.wsgi, config.urls, simulator.api, simulator.tasks, simulator.admin\n"
        "from simulator import services\n"
        "for found in services.experiments(): services.current_engine(found)\n"
        "bad = {'numpy', 'scipy', 'pandas'} & set(sys.modules); print(bad); sys.exit(bool(bad))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
