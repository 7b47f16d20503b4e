"""From an answer to a result of one's own, with script, without, and by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from .conftest import EXAMPLE

pytestmark = pytest.mark.browser
ANSWER = "/ask/what-is-an-iron-condor-on-the-sp500/"
RUN = re.compile(r"/runs/[0-9a-f-]{36}/")


def change_and_run(reader, vol):
    page = reader.page
    reader.open(ANSWER)
    block = page.locator(f"#example-{EXAMPLE}")
    expect(block.locator(".headline")).to_contain_text("The seller is paid")
    expect(block.locator("svg.chart:visible")).to_have_count(1)
    block.get_by_text("Change the parameters and run it").click()
    block.get_by_label("Vol", exact=True).fill(vol)
    block.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(RUN)


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_reader_changes_a_number_and_gets_a_result(visit, javascript):
    reader = visit(javascript=javascript)
    change_and_run(reader, "0.21" if javascript else "0.22")
    expect(reader.page.locator("table.metrics")).to_be_visible(timeout=20_000)
    expect(reader.page.get_by_role("heading", level=1)).to_contain_text("The seller is paid")
    expect(reader.page.get_by_role("heading", name="Passport")).to_be_visible()


def test_with_script_the_end_is_announced_and_the_focus_stays(visit):
    reader = visit()
    change_and_run(reader, "0.23")
    expect(reader.page.locator("table.metrics")).to_be_visible(timeout=20_000)
    expect(reader.page.locator("#live")).to_contain_text("Finished")
    assert reader.page.evaluate("document.activeElement.tagName") in ("BODY", "MAIN")


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_wrong_number_comes_back_with_words_beside_it(visit, javascript):
    reader = visit(javascript=javascript)
    reader.open("/lab/iron-condor/")
    field = reader.page.get_by_label("Vol", exact=True)
    field.fill("nine")
    reader.page.get_by_label("Days to expiry").fill("45")
    reader.page.get_by_role("button", name="Run", exact=True).click()
    expect(field).to_have_value("nine")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(reader.page.locator("#p-vol-error")).to_contain_text("is not a number")
    expect(reader.page.get_by_label("Days to expiry")).to_have_value("45")
    # The browser itself reports the 422; that is no complaint of the page.
    reader.complaints[:] = [c for c in reader.complaints if "422" not in c]


def test_everything_by_keyboard(visit):
    reader = visit()
    page = reader.page
    reader.open("/lab/iron-condor/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_label("Vol", exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("0,24")
    page.keyboard.press("Enter")
    page.wait_for_url(RUN)
    expect(page.locator("table.metrics")).to_be_visible(timeout=20_000)
    reading = page.get_by_role("slider").first
    reading.focus()
    page.keyboard.press("ArrowRight")
    first = reading.inner_text()
    assert "Index" in first
    page.keyboard.press("ArrowRight")
    assert reading.inner_text() != first
    assert reading.get_attribute("aria-valuetext") == reading.inner_text()


def test_the_mouse_reads_the_same_values(visit):
    reader = visit()
    reader.open(f"/lab/{EXAMPLE}/")
    chart = reader.page.locator("svg.chart:visible").first
    box = chart.bounding_box()
    reading = reader.page.get_by_role("slider").first
    before = reading.inner_text()
    reader.page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    expect(reading).not_to_have_text(before)
    expect(chart.locator(".hair")).to_have_attribute("visibility", "visible")


def test_a_run_can_be_cancelled(visit):
    """A long simulation, stopped from its page; the address stays."""
    reader = visit()
    page = reader.page
    reader.open("/lab/nft-hedge/")
    page.get_by_label("Paths", exact=True).fill("3500")
    page.get_by_label("Seed").fill("987654")
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(RUN)
    page.get_by_role("button", name="Cancel this run").click()
    expect(page.locator(".state-words")).to_contain_text("Cancelled", timeout=20_000)
    expect(page.get_by_role("link", name="Change the parameters and run again")).to_be_visible()


def test_a_term_opens_its_card_and_escape_closes_it(visit):
    reader = visit()
    page = reader.page
    reader.open(ANSWER)
    term = page.locator(".body a.term").first
    term.hover()
    card = page.locator(".hover-card")
    expect(card).to_be_visible()
    card.hover()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    page.mouse.move(0, 0)
    term.focus()
    expect(card).to_be_visible()
    expect(term).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)


def test_search_offers_answers_while_one_types(visit):
    reader = visit()
    page = reader.page
    reader.open("/lab/")
    box = page.get_by_role("combobox")
    box.press_sequentially("iron condor")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(ask|glossary|lab)/.+"))


def test_the_question_form_counts_as_one_types(visit):
    reader = visit()
    reader.open("/questions/new/")
    area = reader.page.locator("textarea[name=text]")
    area.fill("x" * 990)
    expect(reader.page.locator("textarea[name=text] + .counter")).to_have_text("990 of 1,000")
