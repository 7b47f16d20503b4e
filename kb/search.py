"""Finds published answers, terms and whatever other apps add; the same on both databases."""

from __future__ import annotations

from collections.abc import Sequence


def index_articles(ids: Sequence[int]) -> None: ...
def index_terms(ids: Sequence[int]) -> None: ...
