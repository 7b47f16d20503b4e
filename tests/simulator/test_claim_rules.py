"""When a sentence counts as true."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import claim_rules as rules


def document(**figures):
    return {"metrics": [{"name": name, "value": value} for name, value in figures.items()]}


def judged(measured, **terms):
    terms = {"metric": "cost", **terms}
    return rules.judge(rules.said(terms), document(cost=measured, other=0.5)).holds


@pytest.mark.parametrize(
    ("terms", "measured", "holds"),
    [
        ({"kind": "value", "value": 1.0, "tolerance": 0.1}, 1.1, True),
        ({"kind": "value", "value": 1.0, "tolerance": 0.1}, 1.1001, False),
        ({"kind": "value", "value": 27.3016, "tolerance": 0}, 27.3016 + 1e-12, True),
        ({"kind": "bound", "value": 2.0}, 2.0, True),
        ({"kind": "bound", "value": 2.0}, 2.1, False),
        ({"kind": "bound", "value": 2.0, "side": "at_least"}, 2.1, True),
        ({"kind": "bound", "value": 2.0, "side": "at_least"}, 1.9, False),
        ({"kind": "ordering", "value": "other"}, 0.6, True),
        ({"kind": "ordering", "value": "other"}, 0.5, False),
        ({"kind": "ordering", "value": "nowhere"}, 0.5, None),
        ({"kind": "direction", "value": "negative"}, -0.01, True),
        ({"kind": "direction", "value": -1}, 0.01, False),
        ({"kind": "direction", "value": "positive"}, 0.0, False),
        ({"kind": "value", "value": 1.0, "tolerance": 1}, None, None),
    ],
)
def test_a_run_bears_a_claim_out_or_not(terms, measured, holds):
    assert judged(measured, **terms) is holds


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 1e3))
def test_a_value_holds_exactly_when_both_bounds_do(measured, value, tolerance):
    both = [
        judged(measured, kind="bound", value=value, tolerance=tolerance, side=side)
        for side in ("at_most", "at_least")
    ]
    assert judged(measured, kind="value", value=value, tolerance=tolerance) == all(both)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"kind": "value", "example": "e", "metric": "m", "value": 1}, "tolerance"),
        (
            {"kind": "value", "example": "e", "metric": "m", "value": "1", "tolerance": 0},
            "must be a number",
        ),
        ({"kind": "ordering", "example": "e", "metric": "m", "value": 3}, "name of the metric"),
        ({"kind": "direction", "example": "e", "metric": "m", "value": 0}, "positive or negative"),
        ({"kind": "sourced"}, "source"),
        ({"kind": "not_testable"}, "because"),
    ],
)
def test_a_claim_that_says_too_little_is_refused_in_words(terms, words):
    jsonschema.validate({"a": terms}, rules.SCHEMA)
    assert any(words in complaint for complaint in rules.complaints(terms))


def test_an_unknown_key_is_refused():
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"a": {"kind": "value", "tolerence": 1}}, rules.SCHEMA)


def test_wording_decides_how_often_it_must_be_true():
    good = rules.Judgement(True, 1.0, "")
    bad = rules.Judgement(False, 2.0, "")
    rate = rules.pass_rate([good] * 7 + [bad] * 3)
    assert rate == 0.7
    assert not rules.stands(good, rate, "certain")
    assert rules.stands(good, rate, "tendency")
    assert not rules.stands(bad, rate, "tendency")
    assert rules.stands(good, None, "certain")
