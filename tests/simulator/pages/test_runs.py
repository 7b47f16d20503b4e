"""A run's page: from the first second to its permanent result."""

import uuid

import pytest

from simulator import services
from simulator.models import Run, leases

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


def test_a_run_has_its_page_from_the_first_second(client, asked):
    page = text(client.get(f"/runs/{asked.pk}/"))
    assert "number 1 in the queue" in page
    assert "<progress" in page
    assert "Cancel this run" in page
    assert 'aria-live="polite"' in page


def test_without_script_the_page_comes_again_by_itself(client, asked, done):
    waiting, _ = services.find_or_create_run(experiment="iron-condor", parameters={"days": 9})
    page = text(client.get(f"/runs/{waiting.pk}/"))
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "http-equiv" not in text(client.get(f"/runs/{done.pk}/"))


def test_a_running_phase_is_named(client, asked):
    assert leases.claim("test", asked.pk) is not None
    Run.objects.filter(pk=asked.pk).update(stage="pricing the legs", progress=0.4)
    part = client.get(f"/runs/{asked.pk}/fragment")
    assert "Running: pricing the legs" in text(part)
    assert 'data-progress="0.4' in text(part)
    assert "no-store" in part.headers["Cache-Control"]


def test_anyone_may_cancel_and_the_page_says_what_that_means(client, asked):
    answer = client.post(f"/runs/{asked.pk}/cancel")
    assert answer.status_code == 303
    page = text(client.get(f"/runs/{asked.pk}/"))
    assert "Cancelled." in page
    assert "Change the parameters and run again" in page


def test_cancelling_a_finished_run_changes_nothing(client, done):
    client.post(f"/runs/{done.pk}/cancel")
    done.refresh_from_db()
    assert done.status == "succeeded"


def test_cancel_is_a_post_from_our_own_pages(client, asked):
    assert client.get(f"/runs/{asked.pk}/cancel").status_code == 405
    foreign = client.post(f"/runs/{asked.pk}/cancel", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


def test_a_failure_speaks_to_people_and_gives_a_number_to_quote(client, asked):
    run = leases.claim("test", asked.pk)
    words = "The paths need more memory than a run may have."
    leases.fail(leases.Lease(run.pk, run.token), words, error_id="abc123def456")
    page = text(client.get(f"/runs/{asked.pk}/"))
    assert "The paths need more memory than a run may have." in page
    assert "abc123def456" in page


def test_technical_detail_is_folded_and_holds_nothing_of_the_servers_own(client, asked):
    run = leases.claim("test", asked.pk)
    trace = 'Traceback:\n  File "/srv/secret/run.py", line 3\npkg.OverflowError: 34 at /srv/secret'
    leases.fail(leases.Lease(run.pk, run.token), "It broke.", error_id="ab", technical=trace)
    page = text(client.get(f"/runs/{asked.pk}/"))
    assert page.index("It broke.") < page.index("Technical details") < page.index("OverflowError")
    assert "secret" not in page


def test_a_feed_tells_when_a_run_has_ended(client, asked):
    path = f"/runs/{asked.pk}.atom"
    waiting = client.get(path)
    assert waiting.headers["Content-Type"].startswith("application/atom+xml")
    assert "<entry>" not in text(waiting)
    assert path in text(client.get(f"/runs/{asked.pk}/"))
    services.execute_run(asked.pk, "test")
    told = text(client.get(path))
    assert told.count("<entry>") == 1
    assert "succeeded" in told
    assert "Hypothetical result" in told


def test_a_result_shows_everything_the_document_holds(client, done):
    page = text(client.get(f"/runs/{done.pk}/")).replace("&#x27;", "'")
    document = done.document
    assert document["headline"] in page
    for metric in document["metrics"]:
        assert metric["label"] in page
    for part in [*document["charts"], *document["tables"]]:
        assert part["label"] in page
    for note in document["notes"]:
        assert note in page
    assert document["digest"] in page
    assert "Hypothetical result" in page
    assert "Cite this run" in page
    assert "BibTeX" in page


def test_the_notice_stands_before_the_first_number(client, done):
    page = text(client.get(f"/runs/{done.pk}/"))
    assert page.index("Hypothetical result") < page.index('class="metrics"')


def test_a_result_offers_fork_comparison_code_and_files(client, done):
    page = text(client.get(f"/runs/{done.pk}/"))
    for piece in (
        f"/lab/iron-condor/?v=1&amp;vol=0.18&amp;from={done.pk}",
        "/runs/compare/",
        "/lab/iron-condor/code/",
        f"/runs/{done.pk}.json",
        f"/runs/{done.pk}.csv?table=",
        f"/runs/{done.pk}.svg?chart=",
        f"/runs/{done.pk}.png?chart=",
    ):
        assert piece in page, piece


def test_an_older_engine_is_said(client, done):
    Run.objects.filter(pk=done.pk).update(engine_version="000000000000")
    assert "The engine has changed since this run" in text(client.get(f"/runs/{done.pk}/"))


def test_an_experiment_that_is_gone_leaves_its_results_readable(client, done):
    Run.objects.filter(pk=done.pk).update(experiment="long-gone", example=None)
    answer = client.get(f"/runs/{done.pk}/")
    assert answer.status_code == 200
    assert done.document["digest"] in text(answer)


def test_runs_are_not_for_search_engines(client, done):
    assert '<meta name="robots" content="noindex">' in text(client.get(f"/runs/{done.pk}/"))


@pytest.mark.parametrize("suffix", ["/", "/fragment", ".json", ".csv", ".svg", ".png"])
def test_an_unknown_run_is_a_404(client, suffix):
    assert client.get(f"/runs/{uuid.uuid4()}{suffix}").status_code == 404


def test_ids_on_a_run_page_are_unique(client, done):
    import re

    ids = re.findall(r'\bid="([^"]+)"', text(client.get(f"/runs/{done.pk}/")))
    assert len(ids) == len(set(ids))
