"""Whatever a description holds, the drawing is sound XML with finite places and no style."""

import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import charts
from simulator.charts import export, scales, svg, xy

from .samples import BY_NAME, SAMPLES

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ["line", "bars", "histogram", "heatmap", "points", "payoff", "specification"]
numbers = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**9), 10**9),
)
words = st.text(max_size=30)
units = st.sampled_from([None, "1", "USD", "ETH", "index points", "years", "count", "odd"])


@st.composite
def descriptions(draw):
    length = draw(st.integers(0, 12))
    kind = draw(st.sampled_from(KINDS))
    x_type = draw(st.sampled_from(["number", "date", "category"]))
    places = {
        "number": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-99, 99),
        "date": st.dates().map(str),
        "category": words,
    }[x_type]
    row = st.lists(numbers, min_size=length, max_size=length)

    def one(index):
        found = {"name": f"s{index}", "label": draw(words), "values": draw(row)}
        if draw(st.booleans()):
            found |= {"low": draw(row), "high": draw(row)}
        role = draw(st.sampled_from([None, "base", "hedged", "cost", "reference", "choice", "x"]))
        return found | ({"role": role} if role else {})

    mark_place = st.one_of(numbers, places)
    return {
        "name": draw(st.sampled_from(["a", "drawdown"])),
        "label": draw(words),
        "kind": kind,
        "x": {
            "label": draw(words),
            "unit": draw(units),
            "type": x_type,
            "values": draw(st.lists(places, min_size=length, max_size=length)),
        },
        "y": {"label": draw(words), "unit": draw(units)},
        "series": [one(i) for i in range(draw(st.integers(0, 4)))],
        "marks": [
            {
                "axis": draw(st.sampled_from("xy")),
                "from": draw(mark_place),
                "to": draw(mark_place),
                "label": draw(words),
            }
            for _ in range(draw(st.integers(0, 2)))
        ],
        "alt": draw(words),
    }


@given(descriptions(), st.sampled_from([340, 720]))
def test_any_description_becomes_sound_svg(chart, width):
    root = ET.fromstring(charts.render_svg(chart, ident="c", width=width))
    for node in root.iter():
        assert "style" not in node.attrib
        for key in ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "d"):
            for number in re.findall(r"-?[\d.]+|nan|inf", node.attrib.get(key, "")):
                assert math.isfinite(float(number))


@given(descriptions())
def test_a_file_on_its_own_is_sound_and_brings_its_colours(chart):
    root = ET.fromstring(export.standalone_svg(chart, ["notice <&>"]))
    assert not any("class" in node.attrib or "style" in node.attrib for node in root.iter())
    assert "notice <&>" in [node.text for node in root.iter(f"{SVG}text")]


@given(descriptions())
def test_the_table_holds_exactly_what_the_chart_holds(chart):
    table = charts.chart_table(chart)
    columns = list(zip(*table["rows"], strict=True)) if table["rows"] else []
    if chart["kind"] == "heatmap":
        assert [row[1:] for row in table["rows"]] == [s["values"] for s in chart["series"]]
    elif columns:
        assert list(columns[0]) == chart["x"]["values"]
        held = [s[k] for s in chart["series"] for k in ("values", "low", "high") if k in s]
        assert [list(c) for c in columns[1:]] == held
    assert all(len(row) == len(table["columns"]) for row in table["rows"])


@given(
    st.floats(-1e300, 1e300),
    st.floats(-1e300, 1e300),
    st.integers(2, 10),
)
def test_ticks_rise_and_reach_past_both_ends(a, b, count):
    lo, hi = min(a, b), max(a, b)
    if lo == hi:
        return
    found = scales.ticks(lo, hi, count)
    assert found == sorted(found)
    slack = (hi / 2 - lo / 2) * 1e-6
    assert found[0] <= lo + slack
    assert found[-1] >= hi - slack
    assert 2 <= len(found) <= 3 * count + 3


@given(
    st.lists(st.tuples(st.floats(0, 700), st.floats(0, 300)), min_size=2, max_size=40),
    st.sampled_from([1, 25]),
)
def test_thinning_keeps_both_ends_and_the_extremes(points, times):
    points = sorted(points * times, key=lambda p: p[0])
    kept = xy.thinned(points)
    assert set(kept) <= set(points)
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    for pick in (min, max):
        assert pick(y for _, y in kept) == pytest.approx(pick(y for _, y in points), abs=0.34)


def test_a_straight_line_needs_two_points():
    assert xy.thinned([(float(i), 2.0 * i) for i in range(50)]) == [(0.0, 0.0), (49.0, 98.0)]


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900)), min_size=1, max_size=20))
def test_a_path_in_steps_ends_where_the_points_end(points):
    x = y = 0.0
    for i, pair in enumerate(re.findall(r"(-?[\d.]+) ?(-?[\d.]+)", svg.polyline(points))):
        x, y = (
            (float(pair[0]), float(pair[1])) if i == 0 else (x + float(pair[0]), y + float(pair[1]))
        )
    assert (x, y) == pytest.approx(points[-1], abs=0.051)


@pytest.mark.parametrize("chart", SAMPLES, ids=lambda c: c["name"])
def test_each_drawing_is_named_and_described(chart):
    root = ET.fromstring(charts.render_svg(chart, ident="page-1"))
    assert root.attrib["role"] == "img"
    named = root.attrib["aria-labelledby"].split()
    by_id = {node.attrib["id"]: node for node in root.iter() if "id" in node.attrib}
    assert [by_id[n].tag for n in named] == [f"{SVG}title", f"{SVG}desc"]
    assert by_id[named[1]].text == charts.alt_text(chart)


def test_two_charts_on_a_page_share_no_id():
    ids = []
    for ident in ("run-equity", "run-equity-slim"):
        drawn = charts.render_svg(SAMPLES[0], ident=ident)
        ids += re.findall(r' id="([^"]+)"', drawn)
    assert len(ids) == len(set(ids)) == 4


def test_an_identifier_cannot_break_out_of_its_attribute():
    drawn = charts.render_svg(SAMPLES[0], ident='"><script>')
    assert "<script" not in drawn


def test_a_gap_breaks_the_line_and_is_never_bridged():
    root = ET.fromstring(charts.render_svg(BY_NAME["equity"], ident="c"))
    base = [n for n in root.iter(f"{SVG}path") if n.attrib.get("class") == "line s6"]
    assert len(base) == 2


def test_series_differ_by_more_than_colour():
    root = ET.fromstring(charts.render_svg(BY_NAME["equity"], ident="c"))
    names = [n.text for n in root.iter(f"{SVG}text") if "name" in n.attrib.get("class", "")]
    assert names == ["Without hedge", "With hedge"]
    dots = {n.tag for n in root.iter() if n.attrib.get("class", "").startswith("dot")}
    assert dots == {f"{SVG}circle", f"{SVG}path"}


def test_words_name_range_extremes_and_crossings():
    told = charts.alt_text(BY_NAME["condor"])
    assert "highest 22.00 points at 3,950.00 points" in told
    assert "At expiry crosses zero at 3,928 and 4,272." in told
    assert "At expiry and Today cross" in told


def test_words_say_how_many_values_are_missing():
    assert "2 values are missing" in charts.alt_text(BY_NAME["equity"])


def test_what_the_experiment_says_comes_first():
    told = charts.alt_text(BY_NAME["condor"] | {"alt": "The wings cap the loss"})
    assert told.startswith("The wings cap the loss. Payoff diagram of profit")


def test_shared_ranges_put_several_charts_on_common_axes():
    first, second = BY_NAME["condor"], BY_NAME["condor"] | {"x": BY_NAME["condor"]["x"]}
    second = second | {"series": [{"name": "s", "label": "S", "values": [99.0] * 13}]}
    x_range, y_range = charts.shared_ranges([first, second])
    assert x_range == (3800, 4400)
    assert y_range == (-28, 99)
    drawn = [
        charts.render_svg(c, ident="c", x_range=x_range, y_range=y_range) for c in (first, second)
    ]
    ends = [re.findall(r'data-y-(?:lo|hi)="([^"]+)"', one) for one in drawn]
    assert ends[0] == ends[1]


def test_a_long_table_is_thinned_on_the_page_but_keeps_its_extremes():
    rows = [[i, float((i * 37) % 1009)] for i in range(2000)]
    table = {"columns": [{"name": "x"}, {"name": "y"}], "rows": rows}
    shown = charts.thinned(table)
    assert len(shown["rows"]) <= 70
    assert shown["left_out"] == 2000 - len(shown["rows"])
    assert max(r[1] for r in shown["rows"]) == max(r[1] for r in rows)
    assert shown["rows"][0] == rows[0]
    assert shown["rows"][-1] == rows[-1]
