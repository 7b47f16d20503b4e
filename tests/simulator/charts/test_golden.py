"""What is drawn, letter by letter: a change of a drawing shows up in review.

``UPDATE_GOLDEN=1`` writes the files anew; look at them before committing.
"""

import os
from pathlib import Path

import pytest

from simulator import charts
from simulator.charts import export

from .samples import SAMPLES

GOLDEN = Path(__file__).parent / "golden"


def agrees(name, written):
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8"), f"{name} is drawn differently"


@pytest.mark.parametrize("chart", SAMPLES, ids=lambda c: c["name"])
def test_the_page_draws_each_kind_as_before(chart):
    written = charts.render_svg(chart, ident=chart["name"])
    agrees(f"{chart['name']}.svg", written.replace("><", ">\n<") + "\n")


@pytest.mark.parametrize("name", ["equity", "where-it-holds"])
def test_a_narrow_screen_has_its_own_drawing(name):
    chart = next(c for c in SAMPLES if c["name"] == name)
    written = charts.render_svg(chart, ident=name, width=340)
    agrees(f"{name}-slim.svg", written.replace("><", ">\n<") + "\n")


def test_a_file_on_its_own_as_before():
    written = export.standalone_svg(SAMPLES[0], ["Hypothetical result.", "experiment · seed 1"])
    agrees("equity-file.svg", written.replace("><", ">\n<"))


def test_alternatives_in_words_as_before():
    words = "\n\n".join(f"{c['name']}: {charts.alt_text(c)}" for c in SAMPLES)
    agrees("words.txt", words + "\n")
