"""A reader whose browser writes 1.234,5 may read and type numbers that way."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ANSWER = "/ask/what-is-an-iron-condor-on-the-sp500/"
ENGLISH = re.compile(r"\d,\d{3}|\d\.\d")


def figures(page):
    """What the tables and the charts of a page say, in the order of the page."""
    return page.evaluate(
        "[...document.querySelectorAll('main td, main svg text')].map((e) => e.textContent.trim())"
    )


def test_numbers_are_written_as_the_browser_writes_them_on_every_page_until_told_otherwise(visit):
    reader = visit(locale="de-DE")
    page = reader.page
    reader.open(ANSWER)
    english = figures(page)
    assert any(ENGLISH.search(text) for text in english)
    switch = page.get_by_role("button", name="Write numbers as 1.234.567,5")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    german = figures(page)
    swapped = str.maketrans(",.", ".,")
    numbers = [(e, g) for e, g in zip(english, german, strict=True) if e != g]
    assert len(numbers) > 20
    assert all(g == e.translate(swapped) for e, g in numbers if re.fullmatch(r"[−$%\d.,\s]+", e))
    page.locator("details.numbers summary").first.click()
    reader.open("/lab/iron-condor/")
    expect(page.get_by_role("button", name="Write numbers as")).to_have_attribute(
        "aria-pressed", "true"
    )
    again = figures(page)
    assert not any(re.search(r"\d,\d{3}(\D|$)", text) for text in again if "." not in text)
    page.get_by_role("button", name="Write numbers as").click()
    reader.open(ANSWER)
    assert figures(page) == english


def test_what_is_no_amount_stays_as_it_is(visit):
    reader = visit(locale="fr-FR")
    page = reader.page
    reader.open(ANSWER)
    kept = "main .references, main .citation-text, main code, main pre, main math, main textarea"
    said = page.evaluate(f"[...document.querySelectorAll('{kept}')].map((e) => e.textContent)")
    page.get_by_role("button", name="Write numbers as").click()
    assert page.evaluate(
        f"[...document.querySelectorAll('{kept}')].map((e) => e.textContent)"
    ) == said  # fmt: skip


def test_a_browser_that_writes_as_the_pages_do_is_asked_nothing(visit):
    reader = visit(locale="en-US")
    reader.open(ANSWER)
    expect(reader.page.locator(".site-footer")).to_be_visible()
    expect(reader.page.get_by_role("button", name="Write numbers as")).to_have_count(0)


def test_a_number_may_be_typed_with_a_decimal_comma(visit):
    reader = visit(locale="de-DE", javascript=False)
    page = reader.page
    reader.open("/lab/iron-condor/")
    page.get_by_label("Vol", exact=True).fill("0,24")
    page.locator("#p-spot").fill("4,321")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#p-spot-error")).to_contain_text("could be 4321 or 4.321")
    expect(page.get_by_label("Vol", exact=True)).to_have_value("0,24")
    reader.complaints[:] = [c for c in reader.complaints if "422" not in c]
