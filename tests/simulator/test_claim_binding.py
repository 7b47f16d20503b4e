"""From a text to its claims: marks, sentences, and what is missing."""

import pytest

from simulator.claims import binding
from simulator.models import Example

TEXT = """\
## Does it pay? {#pay}

In the reconstruction of 2020 the hedge cut the fall by [29 points](claim:cut) [@ledger p. 3]. It
cost [3 % a year](claim:cost), and *most* years gave nothing back.

Elsewhere [29 points](claim:cut) again, and a [[floor price|floor]] of $100.
"""


def test_marks_are_found_once_in_reading_order_with_their_sentence():
    found = binding.marks(TEXT)
    assert [(m.name, m.text) for m in found] == [("cut", "29 points"), ("cost", "3 % a year")]
    assert found[0].sentence == "In the reconstruction of 2020 the hedge cut the fall by 29 points."
    assert found[1].sentence == "It cost 3 % a year, and most years gave nothing back."


def test_marks_and_definitions_must_fit():
    terms = {
        "cut": {"kind": "value", "example": "e", "metric": "m", "value": 0.29, "tolerance": 0.01},
        "extra": {"kind": "not_testable", "because": "nobody recorded it"},
    }
    del terms["cut"]
    assert binding.complaints(TEXT, terms) == [
        ("cost", "the text marks claim 'cost', which `claims:` does not define"),
        ("cut", "the text marks claim 'cut', which `claims:` does not define"),
        ("extra", "`claims:` defines 'extra', which the text does not mark"),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("tiny_experiments")
@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"example": "nowhere"}, "there is no example 'nowhere'"),
        ({"metric": "product"}, "tiny-sum reports no metric 'product'; it reports sum"),
        ({"value": "big"}, "'value' must be a number"),
        ({"kind": "sourced", "source": "nobody"}, "there is no source 'nobody'"),
    ],
)
def test_what_does_not_exist_is_named(terms, words):
    Example.objects.create(slug="add", title="A sum", experiment="tiny-sum")
    whole = {"example": "add", "metric": "sum", "kind": "value", "value": 3, "tolerance": 0}
    found = binding.complaints("It makes [three](claim:sum).", {"sum": whole | terms})
    assert found == [("sum", f"claim 'sum': {words}")]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("The hedge cost 3 % a year.", ["3 %"]),
        ("The hedge cost [3 %](claim:cost) a year.", []),
        ("The hedge cost 3 % a year [@cboe].", []),
        ("It fell 12.5 points. It rose 4 % [@cboe].", ["12.5 points"]),
        ("A contract is $100 a point.", ["$100"]),
        ("In 2022, week 30, over 12 paths.", []),
        ("Run `--set vol=20 %` or $0.2 \\%$ of it.", []),
        ("# A heading with 3 %", []),
        ("| a | 3 % |\n| b | 4 % |", ["3 %", "4 %"]),
        ("| a | 3 % |\n| source | [@x] |", []),
        ("−1.1 points", ["−1.1 points"]),
    ],
)
def test_a_figure_that_is_neither_bound_nor_sourced_is_found(text, bare):
    assert binding.bare_figures(text) == bare
