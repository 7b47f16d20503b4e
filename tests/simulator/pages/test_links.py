"""Links that carry parameters: they last, and old ones degrade with a notice."""

import json
from pathlib import Path

import pytest

from simulator import forms, services

pytestmark = pytest.mark.django_db
STORED = json.loads((Path(__file__).parent / "old_links.json").read_text(encoding="utf-8"))


def test_a_link_fills_the_form(client, example):
    page = client.get("/lab/a-condor/?v=1&vol=0.35&days=7").content.decode()
    assert 'name="vol" value="0.35"' in page
    assert 'name="days" value="7"' in page


@pytest.mark.parametrize("link", STORED, ids=lambda link: link["url"])
def test_links_once_given_out_still_open(client, link):
    answer = client.get(link["url"])
    assert answer.status_code == 200
    page = answer.content.decode()
    for name, value in link["fields"].items():
        assert f'name="{name}" value="{value}"' in page
    for words in link["notices"]:
        assert words in page


def test_a_clean_link_brings_no_notice(client):
    assert "notice warn" not in client.get("/lab/iron-condor/?v=1&vol=0.35").content.decode()


def test_a_runs_fork_link_reads_back_as_the_same_parameters(other):
    from urllib.parse import parse_qsl, urlsplit

    from simulator.exhibits import Exhibit

    experiment = services.experiment("iron-condor")
    query = dict(parse_qsl(urlsplit(Exhibit(other, {}).fork_url).query))
    assert query.pop("from") == str(other.pk)
    values, seed, notices = forms.values_from_link(experiment, query, {})
    assert notices == []
    assert seed is None
    assert experiment.parse(values) == other.parameters


def test_the_bounds_of_a_year_are_years(client):
    page = client.get("/lab/alvh-condor/").text
    assert "1970 to 2100" in page
    assert "1,970" not in page


def test_a_long_form_unfolds_the_groups_in_which_something_differs(client):
    plain = client.get("/lab/alvh-condor/").text
    assert plain.count('<details class="group">') == 5
    changed = client.get("/lab/alvh-condor/?v=1&ts_max_rolls=2").text
    assert changed.count('<details class="group">') == 4
    refused = client.post("/lab/alvh-condor/", {"gate_low": "many"}).text
    assert refused.count('<details class="group">') == 4
    assert (
        "<details"
        not in client.get("/lab/parity/")
        .text.partition('class="run-form"')[2]
        .partition("</form>")[0]
    )


def test_every_default_survives_the_form(client):
    """What a form shows for the defaults is read back as the defaults."""
    for experiment in services.experiments():
        form = forms.form_for(experiment, {})
        typed = {field.name: field.text for field in form.fields}
        values, _ = forms.read_post(experiment, typed, {})
        assert values == experiment.parse({}), experiment.slug


def test_link_to_these_values_is_a_plain_get(client, example):
    page = client.get("/lab/a-condor/").content.decode()
    assert 'formmethod="get"' in page
    assert 'name="v" value="1"' in page
