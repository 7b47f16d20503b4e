"""A reader brings a run in which a claim fails; a moderator sees both; accepted ones are shown."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common import pieces
from common.models import Piece
from kb import ingredients
from kb.models import Article, Category
from questions import challenges, tokens
from questions.models import Report
from simulator import claims, services
from simulator.models import Claim, Example, Run
from tests.drills import tiny
from tests.tables import asked_tables

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def claim(monkeypatch):
    from simulator import doorbell

    monkeypatch.setattr(doorbell, "ring", lambda run_id, *, urgent=True: None)
    with tiny.registered():
        Example.objects.create(
            slug="add", title="A sum", experiment="tiny-sum", parameters={"a": 2, "b": 3}
        )
        article = Article.objects.create(
            slug="sums",
            title="Do sums add up?",
            category=Category.objects.create(slug="basics", name="Basics"),
            authors=[{"name": "Us"}],
            short_answer="Yes.",
            body="It makes [five](claim:sum).",
            state=Article.State.PUBLISHED,
            published_at=timezone.now(),
        )
        terms = {"example": "add", "metric": "sum", "kind": "value", "value": 5, "tolerance": 0}
        claims.bind(article, {"sum": terms})
        claims.verify(Claim.objects.get())
        yield Claim.objects.get()


def run_of(**parameters):
    run = services.find_or_create_run(experiment="tiny-sum", parameters=parameters)[0]
    services.execute_run(run.pk, "test")
    return run


def send(client, claim, run, text="Take three and four."):
    data = {"run": f"http://testserver/runs/{run.pk}/", "text": text, "token": tokens.issue()}
    return client.post(f"/claims/{claim.public_id}/challenge", data)


def test_a_run_in_which_the_claim_fails_waits_for_a_moderator(client, claim):
    run = run_of(a=3, b=4)
    response = send(client, claim, run)
    assert response.status_code == 303
    report = Report.objects.get()
    assert (report.kind, report.state) == ("challenge", "open")
    assert report.payload["measured"] == 7
    shown = challenges.details(report)
    assert {d.name: (d.claimed, d.challenged) for d in shown["differences"]} == {
        "a": ("2", "3"),
        "b": ("3", "4"),
    }
    assert "Take three" not in client.get(claim.get_absolute_url()).content.decode()


def test_a_run_in_which_it_holds_is_no_challenge(client, claim):
    response = send(client, claim, run_of(a=1, b=4), text="It is still five")
    assert response.status_code == 422
    page = response.content.decode()
    assert "the claim holds" in page
    assert "It is still five" in page
    assert not Report.objects.exists()


def test_a_challenge_on_a_page_open_for_too_long_loses_nothing(client, claim, monkeypatch):
    monkeypatch.setattr(tokens, "FORM_AGE", tokens.FORM_AGE * -1)
    response = send(client, claim, run_of(a=3, b=4))
    assert response.status_code == 422
    assert "Nothing was lost" in response.text
    assert "Take three and four." in response.text
    assert not Report.objects.exists()


def test_another_experiment_or_an_unknown_run_is_refused_in_words(client, claim):
    other = services.find_or_create_run(experiment="tiny-walk", seed=3)[0]
    assert "another question" in send(client, claim, other).content.decode()
    data = {"run": "nonsense", "text": "x", "token": tokens.issue()}
    page = client.post(f"/claims/{claim.public_id}/challenge", data)
    assert page.status_code == 422
    assert "no such run" in page.content.decode()


def test_accepted_challenges_stand_on_the_claim(client, claim):
    send(client, claim, run_of(a=3, b=4))
    Report.objects.update(state="accepted", decided_at=timezone.now(), reason="True above four.")
    page = client.get(claim.get_absolute_url()).content.decode()
    assert "Take three and four." in page
    assert "True above four." in page


@pytest.fixture
def challenged(client, claim):
    """The answer of the claim with its example placed, and a challenge that waits."""
    mark = '<data class="inline" value="claim:sum">five</data>'
    block = '<div data-argument="add" data-block="example"></div>'
    Article.objects.update(body_html=f"<p>It makes {mark}.</p>{block}")
    services.warm_examples()
    for run in Run.objects.unfinished():
        services.execute_run(run.pk, "test")
    send(client, claim, run_of(a=3, b=4))
    return Report.objects.get()


def page(query=""):
    return Client().get(f"/ask/sums/{query}").content.decode()


def test_an_accepted_challenge_stands_on_the_answer_at_once_and_leaves_with_its_acceptance(
    challenged,
):
    assert "Take three and four." not in page()
    challenged.state, challenged.decided_at = "accepted", timezone.now()
    challenged.save()
    assert "Take three and four." in page()
    challenged.state = "open"
    challenged.save()
    assert "Take three and four." not in page()


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (lambda: Claim.objects.update(state="drifted", measured=6), "claim-drifted"),
        (lambda: Claim.objects.update(sentence="zq"), "verified: zq"),
        (lambda: Claim.objects.update(retired_at=timezone.now()), "<p>It makes five.</p>"),
        (lambda: Example.objects.update(title="zq"), ">zq</a></h3>"),
        (lambda: Example.objects.update(fingerprint="zq"), "older than the engine"),
        (lambda: Example.objects.update(result_run=None), "not computed yet"),
        (lambda: Report.objects.update(reason="zq"), "The editors: zq"),
        (
            lambda: Example.objects.create(slug="n", title="zq", experiment="tiny-sum"),
            'href="/lab/n/"',
        ),
    ],
)
def test_every_change_of_runs_and_claims_shows_on_a_kept_answer(challenged, change, shown):
    Report.objects.update(state="accepted", decided_at=timezone.now())
    page()
    assert shown not in page("?made=1")
    change()
    assert shown in page("?made=1")


def test_every_table_that_drawing_asks_is_among_the_ingredients(challenged):
    Report.objects.update(state="accepted", decided_at=timezone.now())
    pieces.forget_memory()
    Piece.objects.all().delete()
    with CaptureQueriesContext(connection) as drawing:
        assert "Take three and four." in page("?made=1")
    with CaptureQueriesContext(connection) as asking:
        ingredients.of_answer("sums")
    kept = {"common_generation", "common_piece", "common_storedpage"}
    assert asked_tables(drawing) - kept <= asked_tables(asking)


def test_there_is_nothing_to_challenge_about_an_unpublished_claim(client, claim):
    Article.objects.update(state=Article.State.DRAFT)
    assert client.get(f"/claims/{claim.public_id}/challenge").status_code == 404
