"""Numbers as a reader meets them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import presentation as p


@pytest.mark.parametrize(
    ("value", "unit", "name", "text"),
    [
        (0.1234, "1", "max_drawdown", "12.3\N{NO-BREAK SPACE}%"),
        (-0.01, "1", "annual_cost", "−1\N{NO-BREAK SPACE}%"),
        (0.00312, "1", "annual_cost", "0.31\N{NO-BREAK SPACE}%"),
        (0.0, "1", "annual_cost", "0\N{NO-BREAK SPACE}%"),
        (1.4e-16, "1", "residual_share", "0\N{NO-BREAK SPACE}%"),
        (-0.0148, "1", "max_drawdown_difference", "−1.5 points"),
        (0.012, "1", "without_best_month", "1.2 points"),
        (-0.188, "1", "worst_reading", "−18.8 points"),
        (0.52, "1", "delta", "0.52"),
        (1.3, "1", "Link to ether", "1.3"),
        (0.8123456, "1", "sharpe", "0.8123"),
        (-1234.5, "USD", "", "−$1,234.50"),
        (1234567.8, "USD", "", "$1,234,568"),
        (-0.001, "USD", "", "−$0.001"),
        (12.5, "index points", "", "12.50 points"),
        (3.14159, "ETH", "", "3.142 ETH"),
        (0.25, "years", "", "0.25 years"),
        (1, "trading days", "ic_dte", "1 trading day"),
        (1.0, "years", "", "1 year"),
        (2, "days", "", "2 days"),
        (-0.2, "1", "crash_fall Fall of the index on that day", "−20\N{NO-BREAK SPACE}%"),
        (
            0.06,
            "1",
            "min_credit_ratio No sale below this credit, of the wing",
            "6\N{NO-BREAK SPACE}%",
        ),
        (0.0094, "1", "ts_edr_level Expected range above", "0.94\N{NO-BREAK SPACE}%"),
        (1.5, "1", "short_sigma Standard deviations", "1.5"),
        (1.025, "1", "edr_bias Expected range over VIX / √252", "1.025"),
        (10.0, "1", "collateral Bills per point of the largest loss", "10"),
        (12345, "count", "paths", "12,345"),
        (2020, None, "Year", "2020"),
        (None, "1", "", "–"),
        (True, None, "", "yes"),
        ("bear-2022", None, "", "bear-2022"),
        (1.5e-12, None, "", "1.5e−12"),
        (-2.0e20, None, "", "−2e20"),
    ],
)
def test_a_figure_in_words(value, unit, name, text):
    assert p.figure_text(value, unit, name) == text


def test_all_digits_stay_in_the_element():
    assert 'value="0.12345678901"' in p.figure_html(0.12345678901, "1", "cost")


def test_text_in_a_cell_is_escaped():
    assert p.figure_html("<b>", None) == "<b>"
    from django.utils.html import conditional_escape

    assert conditional_escape(p.figure_html("<b>", None)) == "&lt;b&gt;"


def test_a_missing_figure_says_so_to_a_screen_reader():
    assert "not defined" in p.figure_html(None, "1")


def test_an_interval_needs_both_ends():
    metric = {"name": "cost", "unit": "1", "low": -0.01, "high": 0.03}
    assert p.interval_text(metric) == "−1.0\N{NO-BREAK SPACE}% to 3.0\N{NO-BREAK SPACE}%"
    assert p.interval_text(metric | {"low": None}) == ""


@pytest.mark.parametrize(
    ("name", "low", "high", "text"),
    [
        ("cost", -0.00112, 0.00012, "−0.11\N{NO-BREAK SPACE}% to 0.01\N{NO-BREAK SPACE}%"),
        ("cost", -0.0805, -0.0638, "−8.1\N{NO-BREAK SPACE}% to −6.4\N{NO-BREAK SPACE}%"),
        ("return_difference", -0.017, -0.0131, "−1.70 to −1.31 points"),
        ("cost", 0.25, 0.25, "25\N{NO-BREAK SPACE}% to 25\N{NO-BREAK SPACE}%"),
    ],
)
def test_both_ends_of_an_interval_have_the_same_digits(name, low, high, text):
    assert p.interval_text({"name": name, "unit": "1", "low": low, "high": high}) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["1", "USD", None]))
def test_every_number_has_words_and_a_sign_only_when_it_is_not_zero(value, unit):
    text = p.figure_text(value, unit, "value")
    assert any(c.isdigit() for c in text)
    if "−" in text.split("e")[0]:
        assert value < 0
        assert any(c in "123456789" for c in text)
