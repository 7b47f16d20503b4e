"""Market data as text in, one clean daily series and an honest report out.

The one door is ``parse``::

    imported = parse(content, name="vix", format="auto")
    imported.series      # DailySeries: dates, values, sha256, unit
    imported.findings    # every rejected or repaired row: line, kind, reason
    imported.gaps        # spans without a row that the calendar does not explain
    imported.format      # which of FORMATS was recognised
    imported.summary()   # the report in a few sentences, for a command line

It is all or nothing: a file with anything that cannot be read with certainty raises
``ImportRefused``, whose ``findings`` name every such line. What *can* be put right
(an exact duplicate, a row out of order, a price in tenths) is put right and reported;
what is merely odd (a low far under everything else, a week without rows) is reported.

No files, no clock, no network: the caller reads the bytes and stores the result.
"""

from __future__ import annotations

from .formats import FORMATS
from .parsing import parse
from .report import Finding, Gap, Imported, ImportRefused

__all__ = ["FORMATS", "Finding", "Gap", "ImportRefused", "Imported", "parse"]
