"""A reader's values are taken, or refused with field, range and unit."""

import math
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine import units
from simulator.engine.errors import ParameterError, ParametersRefused
from simulator.engine.experiments import base

CARD = base.ModelCard("A sum", ["everything else"], ["nothing"])
SAMPLE = base.Experiment(
    slug="sample",
    title="Sample",
    version=1,
    summary="For tests",
    package="tests.sample",
    card=CARD,
    metrics=(),
    seeded=True,
    parameters=(
        base.Number(
            name="vol", label="Volatility", unit="1", default=0.2, minimum=0, maximum=5, step=0.01
        ),
        base.Number(name="strike", label="Strike", unit="USD", default=100.0, above=0, maximum=1e9),
        base.Number(name="market_price", label="Price", unit="USD", nullable=True, minimum=0),
        base.Integer(name="days", label="Days", unit="days", default=30, minimum=0, maximum=1095),
        base.Boolean(name="costs", label="Costs", default=True),
        base.Choice(name="right", label="Right", default="call", options={"call": "C", "put": "P"}),
        base.SeriesName(name="series", label="Series", nullable=True),
        base.NumberList(name="returns", label="Returns", default=[0.1], gaps=True, max_items=4),
        base.FlowList(name="flows", label="Flows", default=[-1.0, 2.0], max_items=5),
    ),
    rules=(
        lambda p: (
            [ParameterError("strike", "must not equal 13 with costs")]
            if p["strike"] == 13 and p["costs"]
            else []
        ),
    ),
)


def refused(**raw) -> list[ParameterError]:
    with pytest.raises(ParametersRefused) as caught:
        SAMPLE.parse(raw)
    return caught.value.errors


def test_missing_keys_mean_their_defaults():
    parsed = SAMPLE.parse({})
    assert parsed["vol"] == 0.2
    assert parsed["market_price"] is None
    assert parsed["days"] == 30


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("vol", "0.2"),
        ("vol", True),
        ("vol", math.nan),
        ("vol", math.inf),
        ("vol", 10**400),
        ("vol", [0.2]),
        ("vol", None),
        ("vol", -0.01),
        ("vol", 5.01),
        ("strike", 0),
        ("days", 1.5),
        ("days", "٣٠"),
        ("costs", 1),
        ("costs", "true"),
        ("right", "CALL"),
        ("right", ["call"]),
        ("series", "../etc"),
        ("returns", []),
        ("returns", [1, "2"]),
        ("returns", [1, 2, 3, 4, 5]),
        ("flows", [{"date": "2020-13-01", "amount": 1}]),
        ("flows", [{"date": "2020-01-01", "amount": 1}, 3]),
        ("flows", [None]),
        ("unheard_of", 1),
    ],
)
def test_a_wrong_value_names_its_field(field, value):
    (error,) = refused(**{field: value})
    assert error.field.startswith(field)
    assert error.detail


def test_out_of_range_names_range_unit_and_nearest():
    (error,) = refused(vol=7)
    assert (error.minimum, error.maximum, error.unit, error.nearest) == (0, 5, "1", 5)
    assert "at most 5" in error.detail


def test_every_wrong_field_is_named_at_once():
    assert {e.field for e in refused(vol=9, days=-1, nonsense=2)} == {"vol", "days", "nonsense"}


def test_cross_field_rules_run_on_good_values_only():
    assert refused(strike=13)[0].detail == "must not equal 13 with costs"
    assert SAMPLE.parse({"strike": 13, "costs": False})["strike"] == 13


def test_dated_flows_and_gaps_are_read():
    flows = [{"date": "2020-01-31", "amount": -5}, {"date": "2020-03-01", "amount": 6.5}]
    assert SAMPLE.parse({"flows": flows})["flows"] == flows
    assert SAMPLE.parse({"returns": [0.1, None]})["returns"] == [0.1, None]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.25", 0.25), ("0,25", 0.25), ("−0", 0.0), (" 1e-1 ", 0.1), ("", 0.2)],
)
def test_a_form_reads_numbers_as_people_write_them(text, value):
    assert SAMPLE.parse_text({"vol": text})["vol"] == value


@pytest.mark.parametrize("text", ["nan", "inf", "1e400", "0x10", "1_0", "٠٫٢", "--1", "1 000.0.0"])
def test_a_form_refuses_what_is_no_number(text):
    with pytest.raises(ParametersRefused) as caught:
        SAMPLE.parse_text({"vol": text})
    assert caught.value.errors[0].field == "vol"


def test_a_form_reads_lists_and_choices():
    read = SAMPLE.parse_text(
        {"returns": "0.1 -0.2\n- 0.3", "flows": "2020-01-01 -5\n2020-02-01 6", "costs": "off"}
    )
    assert read["returns"] == [0.1, -0.2, None, 0.3]
    assert read["flows"][1] == {"date": "2020-02-01", "amount": 6.0}
    assert read["costs"] is False


def test_seed_is_bounded_and_null_where_nothing_is_random():
    assert SAMPLE.parse_seed(None) == 1
    assert SAMPLE.parse_seed(2**53 - 1) == 2**53 - 1
    assert replace(SAMPLE, seeded=False).parse_seed(7) is None
    for bad in (-1, 2**53, 1.0, True, "1"):
        with pytest.raises(ParametersRefused):
            SAMPLE.parse_seed(bad)


def test_the_schema_describes_what_parse_accepts():
    import jsonschema

    schema = SAMPLE.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    properties = schema["properties"]
    assert properties["vol"]["unit"] == units.FRACTION
    assert properties["market_price"]["type"] == ["number", "null"]
    assert properties["strike"]["exclusiveMinimum"] == 0
    jsonschema.validate(SAMPLE.parse({}), schema)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_schema_and_parse_agree_on_every_number(value):
    import jsonschema

    allowed = jsonschema.Draft202012Validator(SAMPLE.schema()).is_valid({"vol": value})
    try:
        SAMPLE.parse({"vol": value})
        taken = True
    except ParametersRefused:
        taken = False
    assert taken == allowed


def test_declarations_load_no_numerical_library():
    import subprocess

    code = (
        "import sys; from simulator.engine.experiments import all_experiments; all_experiments();"
        "import simulator.engine.documents, simulator.engine.provenance;"
        "heavy = {'numpy', 'scipy', 'pandas', 'django'} & set(sys.modules); print(sorted(heavy))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
