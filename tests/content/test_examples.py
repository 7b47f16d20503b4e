"""Every example can be run, belongs to an answer, and bears out what is said with it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.engine.documents import compute
from simulator.engine.experiments import all_experiments

from .reading import File, answers, examples

EVERY_EXAMPLE = pytest.mark.parametrize("example", examples().values(), ids=examples().keys())
EVERY_ANSWER = pytest.mark.parametrize("answer", answers().values(), ids=answers().keys())


def document(example: dict[str, Any]) -> dict[str, Any]:
    experiment = all_experiments()[example["experiment"]]
    parameters = experiment.parse(example.get("parameters", {}))
    return compute(experiment, parameters, seed=experiment.parse_seed(example.get("seed")))


@EVERY_EXAMPLE
def test_its_parameters_are_accepted(example: dict[str, Any]) -> None:
    experiment = all_experiments()[example["experiment"]]
    experiment.parse(example.get("parameters", {}))
    experiment.parse_seed(example.get("seed"))


@EVERY_EXAMPLE
def test_it_belongs_to_an_answer_and_tells_a_story(example: dict[str, Any]) -> None:
    assert example["article"] in answers()
    assert len(example["story"]) >= 20


def test_every_experiment_has_an_example_and_an_answer_that_shows_it() -> None:
    shown = {slug for answer in answers().values() for slug in answer.examples}
    used = {examples()[slug]["experiment"] for slug in shown if slug in examples()}
    assert set(all_experiments()) - used == set()


@EVERY_ANSWER
def test_every_marked_figure_is_defined_and_every_defined_one_marked(answer: File) -> None:
    assert answer.marked == set(answer.data.get("claims") or {})


@EVERY_ANSWER
def test_every_claim_names_a_metric_of_its_example(answer: File) -> None:
    for name, claim in (answer.data.get("claims") or {}).items():
        experiment = all_experiments()[examples()[claim["example"]]["experiment"]]
        assert claim["metric"] in {metric.name for metric in experiment.metrics}, name


CALCULATED = [
    (answer.slug, name, claim)
    for answer in answers().values()
    for name, claim in (answer.data.get("claims") or {}).items()
    if claim["kind"] == "value"
    and claim["example"] in examples()
    and examples()[claim["example"]]["experiment"] in all_experiments()
    and not all_experiments()[examples()[claim["example"]]["experiment"]].seeded
]


@pytest.mark.parametrize(
    ("slug", "name", "claim"), CALCULATED, ids=[f"{c[0]}.{c[1]}" for c in CALCULATED]
)
def test_a_calculated_figure_is_what_the_calculator_gives(
    slug: str, name: str, claim: dict[str, Any]
) -> None:
    """Figures of simulations are checked over many seeds by ``verify_claims``."""
    metrics = {m["name"]: m["value"] for m in document(examples()[claim["example"]])["metrics"]}
    assert metrics[claim["metric"]] == pytest.approx(claim["value"], abs=claim["tolerance"] + 1e-9)


def test_the_answers_bind_many_figures_to_runs() -> None:
    assert sum(len(answer.data.get("claims") or {}) for answer in answers().values()) >= 60
