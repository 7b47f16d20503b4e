"""How a number looks to a reader: unit, sensible digits, a true minus, full digits kept beside.

The engine's figures are plain numbers with the units of the contract; only here does a
fraction become a percentage. Nothing in this module opens the engine or the database.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

MISSING = "–"
PERCENT = "\N{NO-BREAK SPACE}%"
SUFFIX = {
    "ETH": " ETH",
    "index points": " points",
    "years": " years",
    "days": " days",
    "trading days": " trading days",
    "1/year": " a year",
}
AXIS_WORDS = {"1": "%", "USD": "$", "1/year": "a year"}

# A fraction of something is read as a percentage; these have unit 1 and are no fraction.
PLAIN = re.compile(
    r"\b(link|delta|gamma|vega|rho|elasticity|beta|sharpe|sortino|calmar|ratio|correlation|"
    r"corr|kappa|multiple|skewness|kurtosis|z|score|index|factor|psi|tau|contracts?|count|"
    r"advances|declines|line|level|rsi|macd|sigma|skew|curvature|bias|multiplier|collateral|"
    r"event variance|impact|persistence)\b",
    re.IGNORECASE,
)
# Parameters that are fractions all the same, whatever other word is in their name or label.
FRACTIONS = re.compile(
    r"^(crash_fall|min_credit_ratio|event_size_factor|index_yield|ts_edr_level)\b"
)

# A difference of two fractions is read in percentage points: "1.5 points less deep".
DIFFERENCE = re.compile(
    r"_(difference|effect)$|^((best|worst)_reading|worst_quartile|distance|without_best_month|(fall_)?against_random_days|timing_gain)$"
)
NOTHING = 1e-11  # what rounding leaves of a fraction that is nought


def is_percentage(unit: str | None, name: str = "") -> bool:
    """Whether a page prints this figure as a percentage."""
    if unit != "1":
        return False
    return bool(FRACTIONS.match(name)) or not PLAIN.search(name.replace("_", " "))


def digits(value: float, decimals: int) -> str:
    """A number with thousands separators and a true minus: −1,234.50."""
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and any(c in "123456789" for c in text)
    return ("−" if negative else "") + text


def sensible(value: float, significant: int = 4, most: int = 8) -> str:
    """About four significant digits, whole numbers from 1,000 on, exponents only when needed."""
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    if size < -most or size > 14:
        mantissa, _, exponent = f"{abs(value):.{significant - 1}e}".partition("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        power = exponent.lstrip("+").lstrip("0") if exponent[0] == "+" else "−" + exponent[1:]
        return f"{'−' if value < 0 else ''}{mantissa}e{power.replace('−0', '−')}"
    decimals = min(max(significant - 1 - size, 0), most)
    return digits(value, _needed(value, decimals))


def _needed(value: float, decimals: int) -> int:
    """Fewer decimals where the number itself has fewer: 0.5, not 0.5000."""
    return next((d for d in range(decimals) if round(value, d) == value), decimals)


def percent(value: float, sign: str = PERCENT) -> str:
    shown = value * 100
    size = abs(shown)
    if not math.isfinite(shown):
        return sensible(value)
    if abs(value) < NOTHING:
        return "0" + sign
    decimals = 0 if size >= 1000 else 1 if size >= 1 else 2
    if size < 0.05:
        return sensible(shown, 2) + sign
    return digits(shown, _needed(round(shown, 10), decimals)) + sign


def percent_sign(name: str) -> str:
    return " points" if DIFFERENCE.search(name) else PERCENT


def dollars(value: float) -> str:
    size = abs(value) if abs(value) >= 1e-9 else 0.0
    sign = "−" if value < 0 else ""
    if 0 < size < 0.01:
        return sign + "$" + sensible(size, 2)
    text = digits(size, 0 if size >= 10_000 else 2)
    return ("" if not any(c in "123456789" for c in text) else sign) + "$" + text


def figure_text(value: Any, unit: str | None = None, name: str = "") -> str:
    """A result's number in words of its unit; text passes through, null is a dash."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return str(value)
    if is_percentage(unit, name):
        return percent(value, percent_sign(name))
    if is_year(value, unit, name):
        return str(int(value))
    if unit == "USD":
        return dollars(value)
    if unit == "count":
        return digits(value, 0) if float(value).is_integer() else sensible(value)
    if unit == "index points":
        if abs(value) < 1e-9:  # what is left of a difference of equal numbers
            return "0" + SUFFIX[unit]
        return (digits(value, 2) if 0.01 <= abs(value) < 1e6 else sensible(value)) + SUFFIX[unit]
    suffix = SUFFIX.get(unit or "", "")
    if value == 1 and suffix.endswith("s"):
        suffix = suffix.removesuffix("s")
    return sensible(value) + suffix


def is_year(value: float, unit: str | None, name: str) -> bool:
    return (
        unit in (None, "", "count")
        and "year" in name.lower()
        and 1800 <= value <= 2200
        and float(value).is_integer()
    )


def short_text(value: Any, unit: str | None = None, name: str = "") -> str:
    """For the inside of a chart: percent and dollar signs stay, longer units stand at the axis."""
    suffix = SUFFIX.get(unit or "", "\0")
    text = figure_text(value, unit, name).removesuffix(suffix)
    return text.removesuffix(suffix.removesuffix("s")) if value == 1 else text


def exact(value: Any) -> str:
    """Every digit, as a program reads it."""
    return repr(value) if isinstance(value, float) else str(value)


def figure_html(value: Any, unit: str | None = None, name: str = "") -> SafeString | str:
    """The same with all digits in the element, to copy or to read on hover."""
    text = figure_text(value, unit, name)
    if value is None:
        return format_html(
            '<span title="not defined">{}<span class="visually-hidden"> not defined</span></span>',
            text,
        )
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text
    return format_html('<data value="{0}" title="{0}">{1}</data>', exact(value), text)


def interval_text(metric: Mapping[str, Any]) -> str:
    """``−3.1 % to 2.4 %``, or nothing where a metric has no interval."""
    low, high = metric.get("low"), metric.get("high")
    if low is None or high is None:
        return ""
    unit, name = metric.get("unit"), metric.get("name", "")
    if is_percentage(unit, name):
        return _percent_interval(low, high, percent_sign(name))
    return f"{figure_text(low, unit, name)} to {figure_text(high, unit, name)}"


def _percent_interval(low: float, high: float, sign: str) -> str:
    """Both ends to the same digit, of which the interval's width decides."""
    width = 100.0 * abs(high - low)
    if not 1e-6 <= width < 1e6:
        return f"{percent(low, sign)} to {percent(high, sign)}"
    decimals = min(max(1 - math.floor(math.log10(width)), 0), 6)
    ends = digits(100.0 * low, decimals), digits(100.0 * high, decimals)
    return (
        f"{ends[0]}{sign} to {ends[1]}{sign}"
        if sign == PERCENT
        else f"{ends[0]} to {ends[1]}{sign}"
    )


def column_unit(unit: str | None, name: str = "") -> str:
    """What a column heading adds in brackets, so that its cells need not repeat it."""
    if not unit or unit == "count" or (unit == "1" and not is_percentage(unit, name)):
        return ""
    return AXIS_WORDS.get(unit, unit)


def cell_text(value: Any, unit: str | None = None, name: str = "") -> str:
    """A table cell: like ``figure_text`` without the unit that its heading names."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return figure_text(value, unit, name)
    return short_text(value, unit, name).removesuffix(PERCENT).replace("$", "")
