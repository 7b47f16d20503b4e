"""Nothing odd passes in silence: it is repaired, left out or refused, by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.importing import ImportRefused, parse
from simulator.engine.importing.canonical import checksum

BARS = "Date,Open,High,Low,Close,Volume\n"


def plain(*rows):
    return "date,value\n" + "".join(f"{row}\n" for row in rows)


def weekdays(n, start="2020-01-06"):
    """n weekdays from a Monday on."""
    from datetime import date, timedelta

    first = date.fromisoformat(start)
    return [(first + timedelta(7 * (i // 5) + i % 5)).isoformat() for i in range(n)]


def refused(text, **given):
    with pytest.raises(ImportRefused) as caught:
        parse(text, name="x", **given)
    return caught.value


def kinds(found):
    return {(f.line, f.kind, f.action) for f in found.findings}


def test_a_missing_value_is_left_out_with_its_line():
    for missing in ("", ".", "NA", "null", "-", "nan"):
        found = parse(plain("2020-01-02,1", f"2020-01-03,{missing}", "2020-01-06,2"), name="x")
        assert kinds(found) == {(3, "missing value", "rejected")}
        assert len(found.series.dates) == 2


def test_one_unreadable_row_refuses_the_whole_file():
    error = refused(plain("2020-01-02,1", "2020-01-03,abc", "2020-01-06,2", "soon,3"))
    assert [f.line for f in error.findings] == [3, 5]
    assert "line 3" in str(error)
    assert "abc" in str(error)


@pytest.mark.parametrize(
    "row",
    ["2020-13-01,1", "2020-02-30,1", "2020-01-07,1e999", "2020-01-07,12 34", "2020-01-07,1.2.3",
     "2020-01-07,inf", "20200107x,1", "2020-01-07", "2020-01-07 25:00:00,1", "0000-01-01,1",
     "2020-01-07,١٢"],
)  # fmt: skip
def test_what_is_no_date_or_number_is_refused(row):
    assert refused(plain("2020-01-02,1", row, "2020-01-08,2")).findings[0].line == 3


def test_an_exact_duplicate_is_dropped():
    found = parse(plain("2020-01-02,1", "2020-01-02,1", "2020-01-03,2"), name="x")
    assert kinds(found) == {(3, "duplicate", "rejected")}


def test_a_contradicting_duplicate_refuses_the_file():
    error = refused(plain("2020-01-02,1", "2020-01-03,2", "2020-01-02,3"))
    assert "first on line 2" in error.findings[0].reason
    assert "3 instead of 1" in error.findings[0].reason


def test_a_file_from_new_to_old_is_turned_round():
    found = parse(plain("2020-01-06,3", "2020-01-03,2", "2020-01-02,1"), name="x")
    assert found.series.values.tolist() == [1, 2, 3]
    assert kinds(found) == {(2, "order", "repaired")}


def test_a_stray_row_is_put_in_its_place():
    found = parse(plain("2020-01-02,1", "2020-01-06,3", "2020-01-03,2", "2020-01-07,4"), name="x")
    assert found.series.values.tolist() == [1, 2, 3, 4]
    assert kinds(found) == {(4, "order", "repaired")}


def test_a_price_of_zero_is_no_price():
    found = parse(
        BARS + "2020-01-02,0,0,0,0,0\n2020-01-03,1,1,1,1,0\n2020-01-06,2,2,2,2,0\n", name="x"
    )
    assert kinds(found) == {(2, "zero row", "rejected")}


def test_a_negative_price_refuses_the_file():
    rows = "2020-01-02,1,1,1,-1,0\n2020-01-03,1,1,1,1,0\n2020-01-06,2,2,2,2,0\n"
    assert refused(BARS + rows).findings[0].kind == "negative price"


def test_a_plain_series_may_be_negative():
    found = parse(plain("2020-01-02,-0.5", "2020-01-03,0", "2020-01-06,2"), name="x")
    assert found.series.values.tolist() == [-0.5, 0, 2]


def test_weekend_days_of_an_exchange_are_noticed():
    days = [*weekdays(40), "2020-03-07"]
    found = parse(plain(*(f"{day},{i + 1}" for i, day in enumerate(days))), name="x")
    assert kinds(found) == {(42, "weekend", "noticed")}


def test_a_market_that_never_closes_gets_a_hint_instead():
    rows = [f"2020-01-{day:02},{day}" for day in range(1, 31)]
    found = parse(plain(*rows), name="eth")
    assert not found.findings
    assert "shifted by one day" in found.hints[0]


def test_a_week_shifted_by_a_day_is_told():
    from datetime import date, timedelta

    early = [(date.fromisoformat(day) - timedelta(1)).isoformat() for day in weekdays(40)]
    found = parse(plain(*(f"{day},1" for day in early)), name="x")
    assert "a day early" in found.hints[0]
    late = [(date.fromisoformat(day) + timedelta(1)).isoformat() for day in weekdays(40)]
    assert "a day late" in parse(plain(*(f"{day},1" for day in late)), name="x").hints[0]


def test_a_timestamp_on_another_day_in_utc_is_noticed():
    found = parse(
        plain("2020-01-02 20:00:00-05:00,1", "2020-01-03 12:00:00-05:00,2", "2020-01-06,3"),
        name="x",
    )
    assert kinds(found) == {(2, "time zone", "noticed")}
    assert str(found.series.dates[0]) == "2020-01-02"


def bars(rows):
    return BARS + "".join(
        f"{day},{o},{h},{low},{c},0\n"
        for day, (o, h, low, c) in zip(weekdays(len(rows)), rows, strict=True)
    )


def test_a_run_of_flat_bars_is_one_finding():
    rows = [(9, 10, 8, 9.5)] * 2 + [(7, 7, 7, 7)] * 5 + [(9, 10, 8, 9.5)]
    found = parse(bars(rows), name="x")
    assert [(f.line, f.kind) for f in found.findings] == [(4, "flat bars")]
    assert "5 rows" in found.findings[0].reason


def test_four_flat_bars_are_nothing():
    assert not parse(bars([(9, 10, 8, 9.5)] + [(7, 7, 7, 7)] * 4), name="x").findings


def test_opens_that_repeat_the_last_close_are_one_finding():
    rows = [(10 + i, 12 + i, 9 + i, 11 + i) for i in range(25)]
    found = parse(bars(rows), name="x")
    assert [(f.line, f.kind) for f in found.findings] == [(3, "old opens")]


@pytest.mark.parametrize(
    ("bar", "kind"),
    [((9, 10, 9.2, 9.5), "bar"), ((9, 9.4, 8, 9.5), "bar"), ((65.85, 76.94, 28.13, 69.95),
     "suspect range"), ((0, 10, 8, 9.5), "empty bar")],
)  # fmt: skip
def test_an_impossible_or_far_range_is_noticed_and_the_close_kept(bar, kind):
    found = parse(bars([(9, 10, 8, 9.5), bar, (9, 10, 8, 9.5)]), name="x")
    assert [(f.line, f.kind, f.action) for f in found.findings] == [(3, kind, "noticed")]
    assert found.series.values[1] == bar[3]


def test_a_change_of_unit_is_noticed():
    rows = [f"{day},{60 if i < 15 else 120_000}" for i, day in enumerate(weekdays(30))]
    found = parse(plain(*rows), name="floor")
    assert [(f.line, f.kind) for f in found.findings] == [(17, "unit change")]


def test_a_single_spike_is_no_change_of_unit():
    rows = [f"{day},{60 if i != 15 else 120_000}" for i, day in enumerate(weekdays(30))]
    assert not parse(plain(*rows), name="floor").findings


def test_amounts_in_two_currencies_refuse_the_file():
    error = refused(plain("2020-01-02,10 ETH", "2020-01-03,20000 USD", "2020-01-06,11 ETH"))
    assert {f.line for f in error.findings} == {2, 3}


def test_one_currency_throughout_is_the_unit():
    found = parse(plain("2020-01-02,10 ETH", "2020-01-03,11 ETH"), name="x")
    assert found.series.unit == "ETH"


CFE = "Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,Open Interest\n"


def future(day, settle):
    return f"{day},K (May 07),0,0,0,0,{settle},0,0,0,0\n"


def test_early_volatility_futures_come_down_from_ten_times_the_index():
    text = CFE + future("03/22/2007", 142.5) + future("03/23/2007", 140.1)
    found = parse(text + future("03/26/2007", 14.2), name="may07")
    assert found.series.values.tolist() == [14.25, 14.01, 14.2]
    assert {f.line for f in found.repaired} == {2, 3}


def test_early_futures_that_are_already_in_points_stay():
    text = CFE + future("03/22/2007", 14.25) + future("03/23/2007", 14.01)
    found = parse(text + future("03/26/2007", 14.2), name="may07")
    assert found.series.values.tolist() == [14.25, 14.01, 14.2]
    assert not found.repaired


def test_empty_first_rows_of_a_future_are_left_out():
    text = CFE + future("2007-05-01", 0) + future("2007-05-02", 14) + future("2007-05-03", 15)
    found = parse(text, name="may07")
    assert kinds(found) >= {(2, "zero row", "rejected")}
    assert found.series.values.tolist() == [14, 15]


def test_several_contracts_need_a_choice():
    text = CFE + future("2007-05-02", 14) + future("2007-05-03", 15).replace("K (May 07)", "M")
    assert "choose one futures" in str(refused(text))


def test_a_long_weekend_is_no_gap_and_a_week_is_one():
    days = ["2001-09-07", "2001-09-10", "2001-09-17", "2001-09-18", "2001-09-21", "2001-09-25"]
    found = parse(plain(*(f"{day},1" for day in days)), name="x")
    (gap,) = found.gaps
    assert (gap.after, gap.before, gap.days) == ("2001-09-10", "2001-09-17", 7)


def test_a_missing_day_of_a_market_that_never_closes_is_a_gap():
    rows = [f"2020-01-{day:02},1" for day in range(1, 31) if day != 12]
    (gap,) = parse(plain(*rows), name="eth").gaps
    assert gap.after == "2020-01-11"


def test_months_and_weeks_have_their_own_rhythm():
    rows = [f"2020-{month:02}-01,1" for month in range(1, 13) if month not in (6, 7)]
    (gap,) = parse(plain(*rows), name="cpi").gaps
    assert gap.after == "2020-05-01"


@pytest.mark.parametrize("text", ["", "\n\n", "hello", "a,b,c\n1,2,3\n", "\0\0\0", "date,value\n"])
def test_what_is_no_series_is_refused_in_words(text):
    assert str(refused(text))


def test_one_day_is_no_series():
    assert "needs 2" in str(refused(plain("2020-01-02,1")))


def test_an_unknown_format_is_refused_by_name():
    assert "known are auto" in str(refused(plain("2020-01-02,1"), format="excel"))


def test_the_wrong_format_is_refused():
    assert "not that of the cfe layout" in str(refused(plain("2020-01-02,1"), format="cfe"))


def test_an_unclosed_quote_is_refused():
    assert refused('date,value\n2020-01-02,"1\n2020-01-03,2\n')


def test_the_summary_says_everything_in_sentences():
    days = ["2020-01-02,1", "2020-01-02,1", "2020-01-03,.", "2020-01-06,2", "2020-01-07,3"]
    found = parse(plain(*days, "2020-01-20,2"), name="x")
    text = found.summary()
    assert "4 days from 2020-01-02 to 2020-01-20" in text
    assert "Line 3" in text
    assert "Line 4" in text
    assert "no rows between" in text
    assert found.counts() == {"duplicate": 1, "missing value": 1}


@given(
    st.lists(
        st.tuples(st.dates(), st.floats(-1e9, 1e9)), min_size=2, max_size=30,
        unique_by=lambda row: row[0],
    ),
    st.randoms(),
)  # fmt: skip
def test_what_was_written_is_what_is_read_in_any_order(rows, random):
    shuffled = rows.copy()
    random.shuffle(shuffled)
    text = plain(*(f"{day.isoformat()},{value!r}" for day, value in shuffled))
    found = parse(text, name="x").series
    rows.sort()
    assert found.values.tolist() == [value + 0.0 for _, value in rows]
    assert found.sha256 == checksum([day for day, _ in rows], [value + 0.0 for _, value in rows])


def outcome(content):
    """What a caller is told: the report of a series, or why there is none."""
    try:
        return parse(content, name="x").summary()
    except ImportRefused as error:
        return str(error)


HEADERS = (
    "date,value",
    "DATE,OPEN,HIGH,LOW,CLOSE",
    "observation_date,VIXCLS",
    "timestamp, id, price (in eth)",
    "day,collection,floor_eth",
    "Trade Date,Futures,Settle",
    "Price,Close\nTicker,X\nDate,",
)
cells = st.sampled_from(
    ["2020-01-02", "2020-01-03", "01/02/2020", "9999-12-31 23:59:59-12:00", "1", "0", "-1", "1e308",
     "", ".", "-", '"1,000"', '"', "ETH", "5 ETH", "$", "١٢", "²", "2020-01-02 99:99", "nan"]
)  # fmt: skip
lines = st.lists(st.lists(cells, max_size=5).map(",".join), max_size=8).map("\n".join)


@pytest.mark.parametrize("header", HEADERS)
@given(text=st.one_of(lines, st.text(max_size=100)))
def test_anything_under_a_header_is_read_or_refused_but_never_breaks(header, text):
    assert outcome(header + "\n" + text)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_but_never_break(content):
    assert outcome(content)
