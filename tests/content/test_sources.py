"""The list of sources: complete enough to cite, honest about interests."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .reading import sources

EVERY_SOURCE = pytest.mark.parametrize("source", sources().values(), ids=sources().keys())


@EVERY_SOURCE
def test_it_can_be_cited_and_found(source: dict[str, Any]) -> None:
    assert source["author"]
    assert source["title"]
    if source["evidence"] == "peer-reviewed":
        assert source["container-title"]
        assert source["issued"]["date-parts"][0][0] > 1900
    if source["type"] in ("webpage", "dataset"):
        assert source["URL"].startswith("http")
        assert source["read_at"]


@EVERY_SOURCE
def test_a_seller_is_marked_as_one(source: dict[str, Any]) -> None:
    sells = source["evidence"] in ("vendor", "exchange")
    assert bool(source["interest"]) or not sells


@EVERY_SOURCE
def test_no_archive_address_is_made_up(source: dict[str, Any]) -> None:
    archived = source["archived_url"]
    assert archived is None or re.match(r"https://web\.archive\.org/web/\d{14}/", archived)


def test_dois_are_well_formed_and_not_repeated() -> None:
    dois = [source["DOI"] for source in sources().values() if "DOI" in source]
    assert all(re.fullmatch(r"10\.\d{4,9}/\S+", doi) for doi in dois)
    assert len(dois) == len(set(dois))
