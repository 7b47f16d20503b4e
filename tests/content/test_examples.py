"""Every example can be run, belongs to an answer, and bears out what is said with it."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.engine.documents import compute
from simulator.engine.experiments import all_experiments

from .reading import File, answers, examples, terms

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
def test_it_belongs_to_an_answer_or_a_term_and_tells_a_story(example: dict[str, Any]) -> None:
    on_terms = {term.data.get("example") for term in terms().values()}
    assert example.get("article") in answers() or example["slug"] in on_terms
    assert len(example["story"]) >= 20


def test_every_experiment_has_an_example_and_an_answer_that_shows_it() -> None:
    shown = {slug for answer in answers().values() for slug in answer.examples}
    used = {examples()[slug]["experiment"] for slug in shown if slug in examples()}
    assert set(all_experiments()) - used == set()


WORKED = {term.slug: term.data["example"] for term in terms().values() if "example" in term.data}
# The number that the definition gives, as the calculator on the same page finds it.
SAID = [
    ("delta", "delta", 0.189, 5e-4),
    ("gamma", "gamma", -0.00117, 5e-6),
    ("vega", "vega", 569, 0.5),
    ("theta", "theta_per_day", 1.04, 5e-3),
    ("rho", "rho", 210, 0.5),
    ("elasticity", "elasticity", 27, 0.5),
    ("credit", "credit", 27.30, 5e-3),
    ("break-even-point", "breakeven_low", 4722.70, 5e-3),
    ("break-even-point", "breakeven_high", 5252.30, 5e-3),
    ("probability-of-profit", "probability_of_profit", 0.750, 5e-4),
    ("box-spread", "box_value", 99.63, 5e-3),
    ("vix-option", "price", 0.79, 5e-3),
    ("vix-option", "delta", 0.26, 5e-3),
    ("internal-rate-of-return", "irr", 0.0970, 5e-5),
    ("net-present-value", "npv", -0.53, 5e-3),
    ("capital-asset-pricing-model", "cost_of_equity", 0.095, 1e-9),
    ("weighted-average-cost-of-capital", "wacc", 0.0898, 5e-5),
    ("maximum-drawdown", "max_drawdown", -0.079, 5e-4),
]


def test_terms_that_a_calculator_knows_stand_beside_it() -> None:
    known = {e["slug"] for e in examples().values()}
    assert set(WORKED.values()) <= known
    assert len(WORKED) >= 40
    measured = {
        (slug, metric.term)
        for slug, experiment in all_experiments().items()
        if not experiment.seeded
        for metric in experiment.metrics
        if metric.term
    }
    unshown = {term for _, term in measured} - set(WORKED)
    assert unshown <= {"vix", "volatility", "xirr", "risk-free-rate", "risk-neutral-measure"}


@pytest.mark.parametrize(("term", "metric", "value", "tolerance"), SAID)
def test_a_definition_says_what_its_calculator_gives(
    term: str, metric: str, value: float, tolerance: float
) -> None:
    metrics = {m["name"]: m["value"] for m in document(examples()[WORKED[term]])["metrics"]}
    assert metrics[metric] == pytest.approx(value, abs=tolerance)


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
