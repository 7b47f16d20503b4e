"""A reader brings a run in which a claim fails; a moderator sees both; accepted ones are shown."""

import pytest
from django.utils import timezone

from kb.models import Article, Category
from questions import challenges, tokens
from questions.models import Report
from simulator import claims, services
from simulator.models import Claim, Example
from tests.drills import tiny

pytestmark = pytest.mark.django_db


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


def test_there_is_nothing_to_challenge_about_an_unpublished_claim(client, claim):
    Article.objects.update(state=Article.State.DRAFT)
    assert client.get(f"/claims/{claim.public_id}/challenge").status_code == 404
