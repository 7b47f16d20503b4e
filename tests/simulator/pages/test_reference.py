"""The documentation of an experiment is its declaration, so it cannot be out of date."""

from __future__ import annotations

import re
import shlex
from html import unescape

import pytest

from simulator.engine.experiments import all_experiments, get
from simulator.management.foreground import settings_from
from simulator.views import reference

pytestmark = pytest.mark.django_db
EVERY = pytest.mark.parametrize("slug", sorted(all_experiments()))


@EVERY
def test_it_holds_every_parameter_figure_preset_and_assumption(client, slug):
    page = unescape(client.get(f"/lab/{slug}/reference/").text)
    experiment = get(slug)
    for parameter in experiment.parameters:
        assert f'id="parameter-{parameter.name}"' in page
        assert parameter.label in page
    for spec in experiment.metrics:
        assert f"<code>{spec.name}</code>" in page
    for preset in experiment.presets:
        assert preset.story in page
    assert experiment.card.what_it_is in page
    for rule in experiment.rules:
        assert reference.first_line(rule) in page


@EVERY
def test_its_command_is_one_that_the_experiment_accepts(client, slug):
    page = unescape(client.get(f"/lab/{slug}/reference/").text)
    command = re.search(r"python manage\.py run_experiment ([^<]*)", page).group(1)
    name, *words = shlex.split(command)
    pairs = [words[at + 1] for at, word in enumerate(words) if word == "--set"]
    assert name == slug
    get(slug).parse(settings_from(pairs))


def test_the_lab_leads_to_it(client):
    assert "/lab/iron-condor/reference/" in client.get("/lab/iron-condor/").text
    rows = {one.name: one for _, group in reference.groups(get("alvh-condor")) for one in group}
    assert rows["wing_width"].accepts == "5 to 100, index points"
    assert rows["annual_budget_cap"].accepts.endswith("may stay empty")
    assert rows["alvh_enabled"].accepts == "true or false"
    assert "always_on: " in rows["gate_mode"].accepts


def test_every_rule_says_in_one_line_what_it_checks():
    for experiment in all_experiments().values():
        assert all(reference.first_line(rule) for rule in experiment.rules), experiment.slug
