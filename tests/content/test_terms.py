"""What every definition owes its reader."""

from __future__ import annotations

import re

import pytest

from simulator.engine.experiments import all_experiments

from .reading import File, sources, term_names, term_slugs, terms

EVERY_TERM = pytest.mark.parametrize("term", terms().values(), ids=terms().keys())
DISPUTED = (
    "edr", "alvh", "time-shift", "temporal-theta", "second-engine", "rsai", "four-four-two",
    "temporal-theta-martingale", "vix-risk-scaling",
)  # fmt: skip


@EVERY_TERM
def test_its_summary_is_one_line(term: File) -> None:
    summary = term.data["summary"]
    assert 20 <= len(summary) <= 240
    assert "\n" not in summary
    assert summary.endswith(".")


@EVERY_TERM
def test_it_is_defined_and_sourced(term: File) -> None:
    assert len(term.body.split()) >= 35
    named = {key.split()[0] for key in term.data["sources"]} | term.cited
    assert named <= set(sources())


@EVERY_TERM
def test_it_links_only_terms_that_exist(term: File) -> None:
    assert term.linked <= term_names()


def test_there_is_a_reference_work_of_terms() -> None:
    assert len(terms()) >= 90


def test_a_label_names_one_term_only() -> None:
    owners: dict[str, str] = {}
    for term in terms().values():
        data = term.data
        labels = {data["name"], data.get("abbreviation", data["name"]), *data.get("aliases", [])}
        for label in {label.lower() for label in labels}:
            assert owners.setdefault(label, term.slug) == term.slug, label


@pytest.mark.parametrize("slug", DISPUTED)
def test_a_disputed_word_shows_its_competing_meanings_each_with_a_page(slug: str) -> None:
    senses = terms()[slug].data["senses"]
    assert len(senses) >= 2
    for sense in senses:
        assert sense["disputed"]
        assert sense["sources"]
        assert all(sources()[key]["interest"] for key in sense["sources"])


def test_every_term_that_an_experiment_names_is_defined() -> None:
    wanted = {
        term: experiment.slug
        for experiment in all_experiments().values()
        for term in (
            *(parameter.term for parameter in experiment.parameters),
            *(metric.term for metric in experiment.metrics),
        )
        if term
    }
    assert {term: by for term, by in wanted.items() if term not in term_slugs()} == {}


def test_formulas_are_written_without_dollar_signs() -> None:
    for term in terms().values():
        assert not re.search(r"(?<!\\)\$", term.data.get("formula", "")), term.slug
