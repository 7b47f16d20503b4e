"""Finds published answers, terms and whatever other apps add; the same on both databases.

Words are folded and stemmed here, once, and the databases only store and intersect them
(SQLite in FTS5, PostgreSQL in a tsvector), so that both give the same set for every query.
Only published text is ever indexed.
"""

from __future__ import annotations

from .entries import index_articles, index_terms, rebuild, refresh_sources, remove
from .finding import Filters, Hit, Results, find, suggest
from .index import index
from .misses import record_miss

__all__ = [
    "Filters",
    "Hit",
    "Results",
    "find",
    "index",
    "index_articles",
    "index_terms",
    "rebuild",
    "record_miss",
    "refresh_sources",
    "remove",
    "suggest",
]
