"""From single sales to a daily floor proxy.

The rule, stated once: the value of a UTC day is the tenth percentile (linear) of the
prices of all sales of that day and the six days before it; a day whose seven-day
window holds fewer than five sales has no value. It looks only back. Sales below
0.001 ETH are not prices of a piece (mistakes, gifts, wash at dust) and are left out.
A percentile of sales is not a listed floor: it moves only when somebody sells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from .report import REJECTED, Finding
from .rows import Row

PERCENTILE = 10.0
WINDOW_DAYS = 7
MINIMUM_SALES = 5
DUST = 1e-3


def daily_floor(sales: Sequence[Row]) -> tuple[list[Row], list[Finding]]:
    """One row for every day with enough sales, and what was left out."""
    findings = [
        Finding(s.line, REJECTED, "dust", f"a sale at {s.value:g} on {s.day} is below {DUST:g}")
        for s in sales
        if s.value < DUST
    ]
    by_day: dict[date, list[Row]] = defaultdict(list)
    for sale in sales:
        if sale.value >= DUST:
            by_day[sale.day].append(sale)
    if not by_day:
        return [], findings
    first, last = min(by_day), max(by_day)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    return [row for day in days if (row := _floor(by_day, day))], findings


def _floor(by_day: dict[date, list[Row]], day: date) -> Row | None:
    window = [sale for n in range(WINDOW_DAYS) for sale in by_day.get(day - timedelta(n), [])]
    if len(window) < MINIMUM_SALES:
        return None
    value = float(np.percentile([sale.value for sale in window], PERCENTILE))
    return Row(max(sale.line for sale in window), day, value)
