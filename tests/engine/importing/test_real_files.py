"""The files as their publishers serve them; skipped where nobody has put them.

They are not part of the project. Their folder is named by ``MARKET_DATA_DIR``, or lies
beside the checkout.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.importing import parse
from simulator.engine.markets.history import aligned
from simulator.engine.metrics.uncertainty import crises

BESIDE = Path(__file__).parents[4] / "shared" / "data"
FOLDER = Path(os.environ.get("MARKET_DATA_DIR", BESIDE))


def imported(file, name):
    path = FOLDER / file
    if not path.is_file():
        pytest.skip(f"{file} is not here")
    return parse(path.read_bytes(), name=name)


@pytest.fixture(scope="module")
def vix():
    return imported("vix-daily.csv", "vix")


def test_the_vix_history(vix):
    """D-a1: datasets/finance-vix at 2026-07-24."""
    series = vix.series
    assert (str(series.dates[0]), series.values[0]) == ("1990-01-02", 17.24)
    assert len(series.dates) >= 9235
    upto = series.dates <= np.datetime64("2026-07-23")
    assert upto.sum() == 9235
    highest = int(np.argmax(series.values[upto]))
    assert (str(series.dates[highest]), series.values[highest]) == ("2020-03-16", 82.69)


def test_the_flaws_of_the_vix_history_are_told(vix):
    gaps = [(gap.after, gap.before) for gap in vix.gaps]
    assert ("2001-09-10", "2001-09-17") in gaps
    assert ("2006-12-29", "2007-01-03") in gaps
    assert ("2012-10-26", "2012-10-31") in gaps
    flat = [f.reason for f in vix.findings if f.kind == "flat bars"]
    assert "1990-01-02 to 1991-12-31" in flat[0]
    low = [f.reason for f in vix.findings if f.kind == "suspect range" and "2008-10-10" in f.reason]
    assert "28.13" in low[0]


def test_fred_leaves_holidays_blank():
    found = imported("fred-sp500.csv", "sp500")
    assert found.format == "fred"
    assert found.counts() == {"missing value": found.rows_read - len(found.series.dates)}
    first = str(found.series.dates[0]), found.series.values[0]
    assert first == ("2016-02-12", 1864.78)


def test_yahoo_gives_the_close_and_not_the_adjusted_close():
    found = imported("sp500-yahoo.csv", "spx")
    assert (found.format, found.column) == ("yahoo", "close")
    crash = found.series.dates == np.datetime64("1987-10-19")
    assert found.series.values[crash][0] == pytest.approx(224.84, abs=0.005)


def test_sales_of_punks_become_a_floor():
    found = imported("cryptopunks-sales.csv", "punks")
    assert found.format == "sales"
    assert found.series.unit == "ETH"
    counts = found.counts()
    assert counts["missing value"] == 9
    day = found.series.dates == np.datetime64("2020-03-13")
    assert found.series.values[day][0] == pytest.approx(0.50, abs=0.06)


def test_independent_crises_are_those_of_the_textbooks(vix):
    spx = imported("sp500-yahoo.csv", "spx").series
    both = aligned([spx, vix.series])
    begun = both.dates[crises(vix=both.column("vix"), index=both.column("spx"))]
    years = {str(day)[:4] for day in begun}
    assert {"1990", "1998", "2007", "2010", "2011", "2015", "2018", "2020"} <= years
    assert 10 <= begun.size <= 25
