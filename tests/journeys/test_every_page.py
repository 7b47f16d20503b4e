"""Every public page, narrow and wide, light and dark: readable, quiet, light, accessible."""

import json
import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from .conftest import EXAMPLE, fetch

pytestmark = pytest.mark.browser
NFT = "/ask/does-a-layered-vix-hedge-protect-an-nft-portfolio/"
CONDOR = "/ask/what-is-an-iron-condor-on-the-sp500/"
CLAIM = "what-is-an-iron-condor-on-the-sp500.needs-more"
DISSECTION = "/ask/do-the-published-figures-of-the-layered-hedge-fit-together/"
PATHS = [
    "/", "/ask/", NFT, CONDOR, "/glossary/", "/glossary/iron-condor/", "/search/?q=condor",
    "/categories/iron-condors/", "/questions/new/", "/lab/", f"/lab/{EXAMPLE}/",
    "/lab/nft-hedge/", "/lab/iron-condor/code/", "/lab/iron-condor/sweep/", "RUN", "COMPARE",
    "/check/", "/claims/", "/claims/of-others/", "/corrections/", "/status/", "EMBED",
    "/no-such-page/",
    "/withdrawn/", f"{CONDOR}helpful/", "/glossary/delta/",
    "/lab/alvh-condor/reference/", f"/claims/{CLAIM}/", f"/claims/{CLAIM}/?search=1", DISSECTION,
]  # fmt: skip
DARK = [
    "/",
    NFT,
    "/glossary/",
    "/questions/new/",
    f"{CONDOR}helpful/",
    f"/lab/{EXAMPLE}/",
    "RUN",
    "/claims/",
    f"/claims/{CLAIM}/",
]
LIMIT = 100_000


@pytest.fixture(scope="module")
def address(site):
    """Pages named by what they show rather than by a number."""
    example = json.loads(fetch(f"{site}/api/v1/examples/{EXAMPLE}/"))
    run = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", json.dumps(example["result_run"]))[0]
    named = {"RUN": f"/runs/{run}/", "COMPARE": f"/runs/compare/?run={run}"}
    named["EMBED"] = f"/runs/{run}/embed/"
    return lambda path: named.get(path, path)


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [(path, 320, "light") for path in PATHS] + [(path, 1280, "dark") for path in DARK],
)
def test_a_page_is_accessible_and_fits(visit, address, path, width, scheme):
    reader = visit(width, scheme=scheme)
    page = reader.page
    reader.open(address(path))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("h1").count() == 1
    reader.complaints[:] = [c for c in reader.complaints if "404" not in c or "no-such" not in path]


@pytest.mark.parametrize("path", ["/", NFT, CONDOR, f"/lab/{EXAMPLE}/", "RUN"])
def test_a_first_visit_stays_under_100_kilobytes(visit, address, path):
    reader = visit()
    session = reader.context.new_cdp_session(reader.page)
    session.send("Network.enable")
    sizes = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    reader.open(address(path))
    reader.page.wait_for_load_state("networkidle")
    assert 5_000 < sum(sizes) < LIMIT, sum(sizes)


@pytest.mark.parametrize("path", [CONDOR, "RUN"])
def test_paper_has_no_controls_and_writes_addresses_out(visit, address, path):
    reader = visit()
    page = reader.page
    reader.open(address(path))
    page.emulate_media(media="print")
    assert page.locator("form:visible, button:visible, nav:visible").count() == 0
    assert page.locator("svg.chart:visible").count() >= 1
    written = page.evaluate(
        "[...document.querySelectorAll('main a[href^=http]')].map("
        "a => getComputedStyle(a, '::after').content)"
    )
    assert all("http" in text for text in written)
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_in_forced_colours_and_at_four_times_the_size_a_chart_stays_visible(visit):
    reader = visit(320, forced_colors="active")
    reader.open(f"/lab/{EXAMPLE}/")
    line = reader.page.locator("svg.chart:visible .line").first
    stroke = line.evaluate("node => getComputedStyle(node).stroke")
    assert stroke not in ("none", "rgb(255, 255, 255)")


def test_targets_are_large_enough_for_a_finger(visit, address):
    """WCAG 2.5.8: 24 pixels, links inside sentences excepted."""
    small = """
      [...document.querySelectorAll('button, input, select, summary, nav a, .button, .tag')]
        .filter(node => node.offsetParent && !node.closest('.visually-hidden, .skip'))
        .filter(node => !['hidden', 'checkbox', 'radio'].includes(node.type))
        .map(node => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
        .filter(([, box]) => box.height < 24 || box.width < 24)
        .map(([html]) => html)
    """
    for path in ("/", CONDOR, f"/lab/{EXAMPLE}/", "RUN"):
        reader = visit(320)
        reader.open(address(path))
        assert reader.page.evaluate(small) == [], path


@pytest.mark.skipif(not os.environ.get("README_SCREENSHOT"), reason="writes docs/first-answer.png")
def test_the_readme_shows_the_site_as_it_is(visit):
    reader = visit(1200)
    reader.page.set_viewport_size({"width": 1200, "height": 1960})
    reader.open(CONDOR)
    assert reader.page.locator(f"#example-{EXAMPLE} svg.chart:visible").count() == 1
    target = Path(__file__).parents[2] / "docs" / "first-answer.png"
    reader.page.screenshot(path=str(target))
    assert target.stat().st_size > 10_000
