"""One public page says of every example whether its result is today's."""

import pytest
from django.utils import timezone

from simulator import services
from simulator.models import FAILED, Example, Run, Worker

pytestmark = pytest.mark.django_db


def text(client):
    answer = client.get("/status/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_example_goes_from_not_computed_to_fresh(client, example):
    assert "0 of 1 examples are fresh" in text(client)
    assert "not computed yet" in text(client)
    run, _ = services.find_or_create_run(experiment="iron-condor", example=example)
    assert "being computed" in text(client)
    services.execute_run(run.pk, "test")
    page = text(client)
    assert "1 of 1 examples are fresh" in page
    assert f"/runs/{run.pk}/" in page


def test_what_is_stale_or_broken_comes_first_and_says_why(client, example, done):
    stale = Example.objects.create(
        slug="stale", title="A stale one", experiment="iron-condor", position=9,
        result_run=done, fingerprint="0" * 64,
    )  # fmt: skip
    page = text(client)
    assert page.index("A stale one") < page.index("A condor of thirty days")
    assert "older than its engine or data" in page
    run, _ = services.find_or_create_run(experiment="iron-condor", parameters={"days": 60})
    Run.objects.filter(pk=run.pk).update(
        status=FAILED, finished_at=timezone.now(), error="It broke."
    )
    Example.objects.filter(pk=stale.pk).update(fingerprint=run.fingerprint)
    assert "its last run failed" in text(client)


def test_it_says_whether_anybody_is_working(client, example, asked):
    assert "none is answering" in text(client)
    Worker.objects.create(name="w", slots=2)
    page = text(client)
    assert "1, which compute 2 runs at once" in page
    assert "0 running; 1 of readers waiting" in page


def test_its_queries_do_not_grow_with_the_examples(
    client, example, done, django_assert_max_num_queries
):
    client.get("/status/")
    for number in range(30):
        Example.objects.create(
            slug=f"e{number}", title=f"E {number}", experiment="iron-condor",
            result_run=done, fingerprint=done.fingerprint,
        )  # fmt: skip
    with django_assert_max_num_queries(12):
        assert "31 of 31 examples are fresh" in text(client)


def test_the_example_of_an_unpublished_answer_is_not_listed(client, example):
    from kb.models import Article, Category

    category = Category.objects.create(slug="c", name="C")
    draft = Article.objects.create(slug="d", title="D", category=category, state="draft")
    Example.objects.update(article=draft)
    assert "A condor of thirty days" not in text(client)
