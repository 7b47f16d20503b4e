"""An example inside an answer: the stored result at once, the form beneath."""

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from kb import extend
from simulator.blocks import draw_example

pytestmark = pytest.mark.django_db


def request():
    """A new one each time: what a page finds out is kept for the whole of its request."""
    return RequestFactory().get("/ask/x/")


def test_the_block_is_registered_with_the_knowledge_base():
    assert extend.blocks["example"] is draw_example


def test_the_stored_result_is_there_at_once(example, done):
    page = draw_example("a-condor", None, request())
    assert done.document["headline"] in page.replace("&#x27;", "'")
    assert "<svg" in page
    assert "Hypothetical result" in page
    assert f'action="/lab/{example.slug}/"' in page
    assert done.document["digest"] in page


def test_before_the_first_result_it_says_so_and_can_be_run(example, asked):
    page = draw_example("a-condor", None, request())
    assert "being computed" in page
    assert f"/runs/{asked.pk}/" in page
    assert "<button" in page


def test_an_unknown_example_says_so(db):
    assert "“nowhere” is not here yet" in draw_example("nowhere", None, request())


def test_two_examples_on_a_page_share_no_id(example, done):
    import re

    from simulator import services
    from simulator.models import Example

    twin = Example.objects.create(
        slug="twin", title="Twin", experiment="iron-condor", parameters=example.parameters
    )
    services.refresh_example(twin)
    page = draw_example("a-condor", None, request()) + draw_example("twin", None, request())
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_tags_work_in_any_template(example, done):
    chart = done.document["charts"][0]
    table = done.document["tables"][0]
    page = Template(
        "{% load simulator %}{% example 'a-condor' %}{% chart chart ident='t' %}"
        "{% result_table table %}{{ 0.125|figure:'1' }}"
    ).render(Context({"request": request(), "chart": chart, "table": table}))
    assert "12.5\N{NO-BREAK SPACE}%" in page
    assert table["label"] in page.replace("&#x27;", "'")


def test_the_start_page_features_an_example_with_its_result(client, example, done):
    from kb.models import Article, Category
    from simulator.models import Example

    category = Category.objects.create(slug="c", name="C")
    answer = Article.objects.create(
        slug="answer", title="An answer", category=category, state="published",
        short_answer="Yes.", body="Text.",
    )  # fmt: skip
    Example.objects.update(article=answer)
    page = client.get("/?fresh").content.decode()
    assert done.document["headline"] in page.replace("&#x27;", "'")
    assert "/lab/a-condor/" in page
    assert "Hypothetical result" in page


def test_presets_tell_their_story(client, example, done):
    from simulator.models import Example

    Example.objects.create(
        slug="calm", title="A calm year", experiment="iron-condor", story="Vol at eleven."
    )
    page = draw_example("a-condor", None, request())
    assert "A calm year" in page
    assert "Vol at eleven." in page
