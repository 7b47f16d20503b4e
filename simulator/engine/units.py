"""Units as the result document spells them.

``FRACTION`` is 0.05 for five percent; only pages print percent.
"""

FRACTION = "1"
USD = "USD"
ETH = "ETH"
POINTS = "index points"
YEARS = "years"
DAYS = "days"
TRADING_DAYS = "trading days"
PER_YEAR = "1/year"
COUNT = "count"

DAYS_PER_YEAR = 365.0
TRADING_DAYS_PER_YEAR = 252
SPX_MULTIPLIER = 100.0
VIX_MULTIPLIER = 100.0

ALL = frozenset({FRACTION, USD, ETH, POINTS, YEARS, DAYS, TRADING_DAYS, PER_YEAR, COUNT})
