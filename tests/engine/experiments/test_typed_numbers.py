"""Readers type numbers as they learnt to write them; what could be two numbers is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.errors import ParameterError
from simulator.engine.experiments.base import Integer, Number, NumberList

RETURN = Number(name="rate", label="Rate", unit="1", default=0.0)
PRICE = Number(name="price", label="Price", unit="USD", default=0.0)
PATHS = Integer(name="paths", label="Paths", unit="count", default=1)
FLOWS = NumberList(name="flows", label="Flows", default=[0.0])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0.5", 0.5),
        ("0,5", 0.5),
        (",5", 0.5),
        (".5", 0.5),
        ("0,125", 0.125),
        ("1.234", 1.234),
        ("1234,567", 1234.567),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("1.234.567,89", 1_234_567.89),
        ("1 234,5", 1234.5),
        ("1\u202f234\u202f567.8", 1_234_567.8),
        ("1’234.5", 1234.5),
        ("−1 234,5", -1234.5),
        ("-2,5", -2.5),
        ("+3", 3.0),
        ("1,5e-3", 0.0015),
        ("2E3", 2000.0),
        ("7.", 7.0),
    ],
)
def test_a_number_is_read_with_either_decimal_mark(typed: str, meant: float) -> None:
    assert PRICE.from_text(typed) == meant


@pytest.mark.parametrize("typed", ["1,234", "-12,500", "999,000"])
def test_what_could_be_two_numbers_is_refused_with_both(typed: str) -> None:
    with pytest.raises(ParameterError) as refused:
        PRICE.from_text(typed)
    whole, rest = typed.removeprefix("-").split(",")
    assert f"{whole}{rest}" in refused.value.detail
    assert f"{whole}.{rest}" in refused.value.detail


@pytest.mark.parametrize(
    "typed", ["1,23,456", "1.2.3", "1,2.3,4", "12,3456.5", "1 23", "five", "--1", "1e", ",", "0x1f"]
)
def test_marks_where_none_belongs_make_no_number(typed: str) -> None:
    with pytest.raises(ParameterError, match="is not a number"):
        PRICE.from_text(typed)


def test_a_share_may_be_typed_in_per_cent_and_an_amount_may_not() -> None:
    assert RETURN.from_text("5%") == 0.05
    assert RETURN.from_text("2,5 %") == 0.025
    with pytest.raises(ParameterError, match="is not a number"):
        PRICE.from_text("5%")


@pytest.mark.parametrize("typed", ["2000", "2,000", "2.000", "2 000", "2’000"])
def test_where_numbers_are_whole_every_mark_before_three_digits_groups_them(typed: str) -> None:
    assert PATHS.parse(PATHS.from_text(typed)) == 2000


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1 2 3", [1, 2, 3]),
        ("1, 2, 3", [1, 2, 3]),
        ("1,2,3", [1, 2, 3]),
        ("0.5,0.7 0.9", [0.5, 0.7, 0.9]),
        ("0,5; 0,7", [0.5, 0.7]),
        ("0,5;0,7;-1", [0.5, 0.7, -1]),
        ("1\n2\n3,", [1, 2, 3]),
    ],
)
def test_a_list_tells_separators_from_decimal_commas(typed: str, meant: list[float]) -> None:
    assert FLOWS.from_text(typed) == meant


def test_a_list_that_could_be_two_lists_is_refused_with_both() -> None:
    with pytest.raises(ParameterError) as refused:
        FLOWS.from_text("0,5 0,7")
    assert "“0.5”" in refused.value.detail
    assert "“0 5”" in refused.value.detail


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 6))
def test_every_way_of_writing_a_number_is_read_back_or_refused_never_changed(
    number: float, decimals: int
) -> None:
    english = f"{number:,.{decimals}f}"
    if len(english) > 50:
        return
    meant = float(english.replace(",", ""))
    for decimal, group in ((".", ","), (",", "."), (",", "\u202f"), (".", "’"), (",", "")):
        written = english.translate({ord(","): group, ord("."): decimal})
        read = read_or_words(written)
        if isinstance(read, str):
            assert "could be" in read
        else:
            # One point alone is decimal here: a text that groups by it is read as this site
            # writes numbers, and every other text as it was meant.
            alone = written.count(".") == 1 and "," not in written
            assert read == meant or (alone and group == ".")


def read_or_words(written: str) -> float | str:
    try:
        return PRICE.from_text(written)
    except ParameterError as refused:
        return refused.detail


def test_digits_without_end_are_out_of_range_and_no_error_of_the_program() -> None:
    assert math.isinf(PRICE.from_text("9" * 500))
