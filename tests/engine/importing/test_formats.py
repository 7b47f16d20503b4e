"""Every layout is recognised and read; the numbers are those of the file."""

import pytest

from simulator.engine.importing import FORMATS, ImportRefused, parse

FILES = {
    "cboe": (
        "DATE,OPEN,HIGH,LOW,CLOSE\n"
        "01/02/1990,17.24,17.24,17.24,17.24\n01/03/1990,18,19,17,18.19\n"
    ),
    "fred": "observation_date,VIXCLS\n1990-01-02,17.24\n1990-01-03,18.19\n",
    "stooq": (
        "Date,Open,High,Low,Close,Volume\n"
        "1990-01-02,17,18,16,17.24,1\n1990-01-03,18,19,17,18.19,2\n"
    ),
    "yahoo": (
        "Date,Open,High,Low,Close,Adj Close,Volume\n"
        "1990-01-02,17,18,16,17.24,9.1,100\n1990-01-03,18,19,17,18.19,9.2,100\n"
    ),
    "yfinance": (
        "Price,Close,High,Low,Open,Volume\nTicker,^VIX,^VIX,^VIX,^VIX,^VIX\nDate,,,,,\n"
        "1990-01-02,17.24,18,16,17,0\n1990-01-03,18.19,19,17,18,0\n"
    ),
    "plain": "date,value\n1990-01-02,17.24\n1990-01-03,18.19\n",
    "cfe": (
        "Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,Open Interest\n"
        "1990-01-02,F (Jan 90),17,18,16,17,17.24,0,1,0,1\n"
        "1990-01-03,F (Jan 90),18,19,17,18,18.19,0,1,0,1\n"
    ),
    "floors": (
        "day,collection,floor_eth,floor_usd,volume_eth,sales\n"
        "1990-01-02,punks,17.24,30000,5,1\n1990-01-03,punks,18.19,31000,5,1\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_the_layout_is_told_from_its_header(name):
    found = parse(FILES[name], name="vix")
    assert found.format == name
    assert [str(day) for day in found.series.dates] == ["1990-01-02", "1990-01-03"]
    assert found.series.values.tolist() == [17.24, 18.19]
    assert not found.findings


@pytest.mark.parametrize("name", FILES)
def test_the_layout_may_be_named(name):
    named, told = parse(FILES[name], name="vix", format=name), parse(FILES[name], name="vix")
    assert named.series.sha256 == told.series.sha256


def test_every_layout_but_sales_has_its_example_here():
    assert set(FILES) == set(FORMATS) - {"sales"}


def test_the_same_numbers_have_the_same_name_however_they_are_spelt():
    names = {parse(text, name="vix").series.sha256 for text in FILES.values()}
    assert len(names) == 1


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(",", ", "),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text + "\n\n",
        lambda text: text.replace("\n", "\n\n"),
        lambda text: text.encode(),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
    ],
    ids=[
        "crlf",
        "cr",
        "mark",
        "spaces",
        "semicolons",
        "tabs",
        "tail",
        "blank",
        "bytes",
        "bom",
        "16",
    ],
)
def test_spelling_does_not_matter(name, spelt):
    found = parse(spelt(FILES[name]), name="vix")
    assert found.series.sha256 == parse(FILES[name], name="vix").series.sha256


def test_a_preamble_before_the_header_is_skipped_and_reported():
    found = parse("Cboe index values\nnot advice\n" + FILES["cboe"], name="vix")
    assert found.findings[0].kind == "preamble"
    assert len(found.series.dates) == 2


def test_dates_and_values_need_no_header():
    found = parse("1990-01-02,17.24\n1990-01-03,18.19\n", name="vix")
    assert found.format == "plain"
    assert len(found.series.dates) == 2


@pytest.mark.parametrize(
    "day", ["2020-03-16", "2020/03/16", "20200316", "16-Mar-2020", "2020-03-16 00:00:00"]
)
def test_days_are_read_however_they_are_written(day):
    found = parse(f"date,value\n2020-03-13,1\n{day},2\n", name="x")
    assert str(found.series.dates[-1]) == "2020-03-16"


@pytest.mark.parametrize(
    ("day", "iso"), [("03/16/2020", "2020-03-16"), ("16/03/2020", "2020-03-16")]
)
def test_slashed_dates_are_read_in_the_order_that_the_file_shows(day, iso):
    found = parse(f"date,value\n{day},2\n2020-03-17,1\n", name="x")
    assert str(found.series.dates[0]) == iso


def test_slashed_dates_that_do_not_show_their_order_are_refused():
    with pytest.raises(ImportRefused, match="day or month"):
        parse("date,value\n03/04/2020,2\n05/06/2020,1\n", name="x")


def test_cboe_dates_are_american_even_where_they_do_not_show_it():
    found = parse("DATE,OPEN,HIGH,LOW,CLOSE\n03/04/2020,1,1,1,1\n03/05/2020,2,2,2,2\n", name="x")
    assert str(found.series.dates[0]) == "2020-03-04"


@pytest.mark.parametrize(
    ("cell", "value"),
    [('"1,234.5"', 1234.5), ("1 234.5", 1234.5), ("1_234.5", 1234.5), ("$1234.5", 1234.5),
     ("1234.5 USD", 1234.5), ("1.2345e3", 1234.5), ("−3.5", -3.5)],
)  # fmt: skip
def test_numbers_are_read_however_people_write_them(cell, value):
    assert (
        parse(f"date,value\n2020-01-02,{cell}\n2020-01-03,1\n", name="x").series.values[0] == value
    )


def test_digit_separators_are_reported_as_a_repair():
    found = parse('date,value\n2020-01-02,"1,234.5"\n2020-01-03,1\n', name="x")
    assert [(f.line, f.kind) for f in found.repaired] == [(2, "digit separators")]


def test_a_decimal_comma_is_read_where_cells_are_split_otherwise():
    found = parse("date;value\n2020-01-02;1.234,5\n2020-01-03;2,25\n", name="x")
    assert found.series.values.tolist() == [1234.5, 2.25]


def test_another_column_may_be_chosen():
    found = parse(FILES["yahoo"], name="x", column="Adj Close")
    assert found.series.values.tolist() == [9.1, 9.2]
    with pytest.raises(ImportRefused, match="no column"):
        parse(FILES["yahoo"], name="x", column="settle")


def test_several_value_columns_need_a_choice():
    text = "date,vix,vxo\n2020-01-02,1,2\n2020-01-03,3,4\n"
    with pytest.raises(ImportRefused, match="choose one by column"):
        parse(text, name="x")
    assert parse(text, name="x", column="vxo").series.values.tolist() == [2, 4]


def test_several_tickers_need_a_choice():
    text = (
        "Price,Close,Close,Open,Open\nTicker,SPY,^VIX,SPY,^VIX\nDate,,,,\n"
        "2020-01-02,320,14,319,13\n2020-01-03,321,15,320,14\n"
    )
    with pytest.raises(ImportRefused, match="SPY"):
        parse(text, name="x")
    assert parse(text, name="x", select="^VIX").series.values.tolist() == [14, 15]


def test_several_collections_need_a_choice():
    text = FILES["floors"] + "1990-01-02,apes,1,2000,5,1\n1990-01-03,apes,2,2000,5,1\n"
    with pytest.raises(ImportRefused, match="punks, apes"):
        parse(text, name="x")
    assert parse(text, name="x", select="apes").series.values.tolist() == [1, 2]
    with pytest.raises(ImportRefused, match="no collection"):
        parse(text, name="x", select="birds")


def test_a_floor_has_the_unit_of_its_column():
    assert parse(FILES["floors"], name="x").series.unit == "ETH"
    assert parse(FILES["floors"], name="x", column="floor_usd").series.unit == "USD"
    assert parse(FILES["cboe"], name="x").series.unit == "index points"
    assert parse(FILES["plain"], name="x", unit="USD").series.unit == "USD"


def test_origin_and_licence_travel_along():
    found = parse(FILES["plain"], name="x", origin="somewhere", licence="CC0")
    assert (found.origin, found.licence) == ("somewhere", "CC0")


def test_a_series_cannot_be_changed_afterwards():
    series = parse(FILES["plain"], name="x").series
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 1.0


SALES = "timestamp, id, price (in eth), price (in wei)\n"


def sale(stamp, price, wei="1"):
    return f"{stamp} UTC, 1, {price}, {wei}\n"


def test_sales_become_the_tenth_percentile_of_the_last_seven_days():
    rows = [sale(f"2020-01-0{day} 12:00:00", price) for day, price in enumerate([5, 1, 2, 3, 4], 1)]
    rows += [sale("2020-01-08 23:59:59", 10)]
    found = parse(SALES + "".join(rows), name="punks")
    assert found.format == "sales"
    assert [str(day) for day in found.series.dates] == [
        "2020-01-05", "2020-01-06", "2020-01-07", "2020-01-08",
    ]  # fmt: skip
    assert found.series.values[0] == pytest.approx(1.4)  # 1 + 0.4 × (2 − 1)
    assert found.series.values[-1] == pytest.approx(1.4)  # 1, 2, 3, 4, 10
    assert found.series.unit == "ETH"


def test_a_sale_belongs_to_its_day_in_utc():
    rows = [f"2020-01-01T23:30:00-05:00, {i}, 1.0, 1\n" for i in range(5)]
    rows += [f"2020-01-03T01:00:00+00:00, {i}, 2.0, 1\n" for i in range(5)]
    found = parse(SALES + "".join(rows), name="punks")
    assert str(found.series.dates[0]) == "2020-01-02"


def test_sales_without_a_price_and_at_dust_are_left_out_and_counted():
    rows = [sale("2020-01-01 10:00:00", 2.0) for _ in range(5)]
    rows += [sale("2020-01-01 10:00:00", "-", "-"), sale("2020-01-01 11:00:00", 0.000001)]
    rows += [sale("2020-01-01 11:00:00", 0), sale("2020-01-02 11:00:00", 2.0)]
    found = parse(SALES + "".join(rows), name="punks")
    assert {f.line: f.kind for f in found.rejected} == {
        7: "missing value",
        8: "dust",
        9: "zero row",
    }
    assert found.series.values.tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("header", "form", "column"),
    [
        ("DATE,VIXCLS", "fred", "vixcls"),
        ("observation_date,DGS3MO", "fred", "dgs3mo"),
        ("date,close", "plain", "close"),
        ("Date,Close/Last,Volume", "plain", "close/last"),
        ("Date,Price,Open,High,Low", "plain", "price"),
        ("Date,VIX Open,VIX High,VIX Low,VIX Close", "plain", "vix close"),
        ("<TICKER>,<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>", "stooq", "close"),
        ("unix,date,symbol,open,high,low,close,Volume USD", "stooq", "close"),
    ],
)
def test_layouts_in_the_wild(header, form, column):
    cells = {"date": ["2020-01-02", "2020-01-03"], "observation_date": ["2020-01-02", "2020-01-03"]}
    rows = [
        ",".join(cells.get(name.strip("<>").lower(), ["7", "7"])[i] for name in header.split(","))
        for i in (0, 1)
    ]
    found = parse("\n".join([header, *rows]), name="x")
    assert (found.format, found.column) == (form, column)
    assert found.series.values.tolist() == [7, 7]


@pytest.mark.parametrize("form", ["cboe", "fred", "plain"])
def test_a_named_layout_takes_what_its_header_alone_does_not_tell(form):
    text = "DATE,VVIX\n01/02/2020,80\n01/31/2020,81\n"
    found = parse(text, name="vvix", format=form)
    assert found.format == form
    assert str(found.series.dates[0]) == "2020-01-02"
