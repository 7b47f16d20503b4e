"""An editor binds figures in the admin: metrics are offered, the preview shows how they stand."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from kb.models import Article, Category, Proposal
from simulator import services
from simulator.models import Claim, Example

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_experiments", "rings")]

BODY = """\
## Sums {#sums}

Two and three make [five](claim:sum), at a cost of 7 %.

::example two-and-three
"""
FRONT = """\
claims:
  sum: {example: two-and-three, metric: sum, kind: value, value: 5, tolerance: 0}
"""


@pytest.fixture
def editor():
    call_command("migrate", verbosity=0)
    user = User.objects.create_user("ed", password="x", is_staff=True)
    user.groups.add(Group.objects.get(name="editor"))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def example():
    made = Example.objects.create(
        slug="two-and-three", title="A sum", experiment="tiny-sum", parameters={"a": 2, "b": 3}
    )
    services.refresh_example(made)
    run, _ = services.find_or_create_run(
        experiment="tiny-sum", parameters=made.parameters, seed=None, example=made, system=True
    )
    services.execute_run(run.pk, "test")
    made.refresh_from_db()
    assert made.result_run is not None
    return made


@pytest.fixture
def draft(example):
    return Article.objects.create(
        slug="sums", title="Sums", short_answer="Yes.", body="Nothing yet.",
        category=Category.objects.create(slug="basics", name="Basics"), authors=[{"name": "Us"}],
    )  # fmt: skip


def change(article):
    return f"/admin/kb/article/{article.pk}/change/"


def form(article, **values):
    data = {
        "title": article.title, "slug": article.slug, "category": article.category_id,
        "authors": '[{"name": "Us"}]', "short_answer": article.short_answer, "body": article.body,
        "front_matter": "", "note": "", "significance": "meaning",
        "edited_from": article.edit_number, "related": "", "prerequisites": "", "lang": "en",
        "corrections-TOTAL_FORMS": 0, "corrections-INITIAL_FORMS": 0,
    }  # fmt: skip
    return data | values


def preview(editor, article, **values):
    data = form(article, **values) | {"preview_of": article.pk}
    return editor.post("/admin/kb/article/preview/", data).content.decode()


def test_what_was_bound_in_the_form_is_stored_and_shown_again(editor, draft):
    response = editor.post(change(draft), form(draft, body=BODY, front_matter=FRONT))
    assert response.status_code == 302, response.content.decode()
    draft.refresh_from_db()
    assert draft.extra["claims"]["sum"]["value"] == 5
    page = editor.get(change(draft))
    assert "two-and-three" in page.context["adminform"].form["front_matter"].value()


def test_the_figures_of_an_example_in_the_text_are_offered(editor, draft):
    editor.post(change(draft), form(draft, body=BODY, front_matter=FRONT))
    page = editor.get(change(draft)).content.decode()
    assert "ready to be quoted" in page
    assert "{example: two-and-three, metric: sum, kind: value, value: 5" in page
    assert re.search(r"\[5[^\]]*\]\(claim:sum\)", page)


@pytest.mark.parametrize(("value", "seen"), [(5, "claim claim-verified"), (6, "<del>five</del>")])
def test_the_preview_shows_how_each_figure_would_stand(editor, draft, value, seen):
    page = preview(editor, draft, body=BODY, front_matter=FRONT.replace("5,", f"{value},"))
    assert seen in page
    assert "1 figure: 1" in page
    assert not Claim.objects.exists()
    draft.refresh_from_db()
    assert draft.extra == {}


def test_the_preview_lists_what_should_be_settled(editor, draft):
    page = preview(editor, draft, body=BODY, front_matter=FRONT.replace("5,", "6,"))
    assert "“five” (sum) no longer true: outside the tolerance" in page
    assert "“7 %” is neither bound to a run, nor sourced" in page
    page = preview(editor, draft, body=BODY, front_matter=FRONT.replace("two-and-three", "none"))
    assert "there is no example &#x27;none&#x27;" in page
    page = preview(editor, draft, body=BODY)
    assert "the text marks claim &#x27;sum&#x27;, which `claims:` does not define" in page


def test_an_example_without_a_result_leaves_a_figure_due(editor, draft, example):
    Example.objects.update(result_run=None)
    assert "claim claim-due" in preview(editor, draft, body=BODY, front_matter=FRONT)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("claims:\n  sum: {kind: guess}\n", "Line 2: claims.sum.kind"),
        ("claims:\n  sum: [\n", "Line 3: not readable as YAML"),
        ("title: Another\n", "Line 1: unknown key: title"),
        ("just words", "Line 1: the front matter must be keys and values"),
    ],
)
def test_front_matter_that_cannot_be_read_names_its_line(editor, draft, text, line):
    answer = editor.post(change(draft), form(draft, body=BODY, front_matter=text))
    assert answer.status_code == 200
    assert line in answer.content.decode()
    draft.refresh_from_db()
    assert draft.body == "Nothing yet."
    assert line.partition(": ")[2] in preview(editor, draft, body=BODY, front_matter=text)


def test_on_a_published_answer_a_new_claim_waits_for_a_second_person(editor, draft):
    Article.objects.update(state=Article.State.PUBLISHED)
    editor.post(change(draft), form(draft, body=BODY, front_matter=FRONT))
    proposal = Proposal.objects.get()
    assert proposal.values["extra"]["claims"]["sum"]["metric"] == "sum"
    assert not Claim.objects.exists()
    shown = editor.get(f"/admin/kb/proposal/{proposal.pk}/change/").content.decode()
    assert "metric:" in shown
