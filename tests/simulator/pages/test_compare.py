"""Up to four runs side by side."""

import re

import pytest

from simulator import services

from .conftest import compute

pytestmark = pytest.mark.django_db


def compare(client, *names):
    return client.get("/runs/compare/", {"run": [str(n) for n in names]}).content.decode()


def test_differences_are_marked_and_sameness_is_not(client, done, other):
    page = compare(client, done.pk, other.pk)
    row = re.search(r"<tr[^>]*>\s*<th scope=\"row\">(?:(?!</tr>).)*\bVol\b.*?</tr>", page, re.S)[0]
    assert "≠" in row
    assert "18\N{NO-BREAK SPACE}%" in row
    assert "30\N{NO-BREAK SPACE}%" in row
    same = re.search(r"<tr[^>]*>\s*<th scope=\"row\">(?:(?!</tr>).)*Skew.*?</tr>", page, re.S)[0]
    assert "≠" not in same


def test_charts_share_their_axes(client, done, other):
    page = compare(client, done.pk, other.pk)
    low = re.findall(r'data-y-lo="([^"]+)"', page)
    high = re.findall(r'data-y-hi="([^"]+)"', page)
    assert len(low) == 4
    assert len(set(low)) == len(set(high)) == 1


def test_an_address_is_as_good_as_a_number(client, done):
    page = compare(client, f"https://hedgelab.example/runs/{done.pk}/#known")
    assert done.document["digest"][:10] or page
    assert f"/runs/{done.pk}/" in page


def test_what_cannot_be_compared_is_said(client, done, asked):
    waiting, _ = services.find_or_create_run(experiment="iron-condor", parameters={"days": 3})
    page = compare(client, done.pk, "nonsense <b>", waiting.pk)
    assert "“nonsense &lt;b&gt;” is not a run of this site." in page
    assert f"Run {waiting.pk} is queued" in page


def test_four_fit_and_a_fifth_is_named(client, done):
    runs = [done]
    for days in (5, 6, 7, 8):
        run, _ = services.find_or_create_run(experiment="iron-condor", parameters={"days": days})
        runs.append(compute(run))
    page = compare(client, *(run.pk for run in runs))
    assert f"{runs[4].pk} was left out" in page


def test_ids_stay_unique_when_the_same_chart_stands_twice(client, done, other):
    ids = re.findall(r'\bid="([^"]+)"', compare(client, done.pk, other.pk))
    assert len(ids) == len(set(ids))


def test_nothing_to_compare_is_a_form(client):
    assert "A run" in client.get("/runs/compare/").content.decode()
