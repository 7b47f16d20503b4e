"""What is known of a work by its DOI, ISBN or web address: asked only when an operator says so.

The site itself opens no connection and no page waits for one: what was fetched is stored as an
ordinary record, to be read and mended by an editor.

DOI: content negotiation (crosscite.org/docs.html). ISBN: the Books API of Open Library. Address:
the Highwire and Open Graph tags of the page.
"""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

from .citations.incoming import Unreadable, tidy
from .citations.incoming.items import dated, doi_in

CSL = "application/vnd.citationstyles.csl+json"
AGENT = "hedgelab-fetch-source (run by hand, one work at a time)"
MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Services:
    """Where to ask; tests and mirrors name others."""

    doi: str = "https://doi.org/"
    isbn: str = "https://openlibrary.org/"
    timeout: float = 20.0


def fetch(what: str, services: Services | None = None) -> dict[str, Any]:
    """One CSL item for a DOI, an ISBN or an address; raises ``Unreadable`` with the reason."""
    services = services or Services()
    what = what.strip()
    if doi := doi_in(what):
        return _by_doi(doi, services)
    if isbn := isbn_in(what):
        return _by_isbn(isbn, services)
    if re.match(r"https?://[^\s<>\"']+$", what):
        return _by_address(what, services)
    raise Unreadable(f"{what} is neither a DOI, nor an ISBN, nor a web address.")


def isbn_in(text: str) -> str:
    """The ISBN without hyphens, if its check digit is right."""
    bare = re.sub(r"(?i)^(?:urn:)?isbn[:\s]*|[-\s]", "", text).upper()
    if re.fullmatch(r"\d{13}", bare):
        total = sum(int(digit) * (3 if n % 2 else 1) for n, digit in enumerate(bare))
        return bare if total % 10 == 0 else ""
    if re.fullmatch(r"\d{9}[\dX]", bare):
        values = [10 if digit == "X" else int(digit) for digit in bare]
        return bare if sum((10 - n) * v for n, v in enumerate(values)) % 11 == 0 else ""
    return ""


def _by_doi(doi: str, services: Services) -> dict[str, Any]:
    said = _ask(services.doi + quote(doi, safe="/():;.-_"), CSL, services)
    return tidy({**_json(said), "DOI": doi})


def _by_isbn(isbn: str, services: Services) -> dict[str, Any]:
    address = f"{services.isbn}api/books?bibkeys=ISBN:{isbn}&format=json&jscmd=data"
    found = _json(_ask(address, "application/json", services)).get(f"ISBN:{isbn}")
    if not isinstance(found, dict):
        raise Unreadable(f"No book with the ISBN {isbn} is known there.")
    title = ": ".join(filter(None, [found.get("title"), found.get("subtitle")]))
    year = re.search(r"\b(1[4-9]|20)\d\d\b", str(found.get("publish_date", "")))
    return tidy(
        {
            "type": "book",
            "title": title,
            "author": [_person(name) for name in _names(found.get("authors"))],
            "publisher": next(iter(_names(found.get("publishers"))), ""),
            "publisher-place": next(iter(_names(found.get("publish_places"))), ""),
            "issued": dated(year.group()) if year else {},
            "ISBN": isbn,
        }
    )


def _by_address(address: str, services: Services) -> dict[str, Any]:
    page = _Head()
    page.feed(_ask(address, "text/html,application/xhtml+xml", services).decode("utf-8", "replace"))
    tags = page.tags
    if doi := doi_in(_first(tags, "citation_doi")):
        tags.setdefault("DOI", [doi])
    when = _first(tags, "citation_publication_date", "citation_date", "article:published_time")
    authors = tags.get("citation_author") or tags.get("author") or []
    journal = _first(tags, "citation_journal_title")
    return tidy(
        {
            "type": "article-journal" if journal else "webpage",
            "title": _first(tags, "citation_title", "og:title") or page.title,
            "author": [_person(name) for name in authors],
            "container-title": journal or _first(tags, "og:site_name"),
            "volume": _first(tags, "citation_volume"),
            "issue": _first(tags, "citation_issue"),
            "page": "-".join(
                filter(
                    None, [_first(tags, "citation_firstpage"), _first(tags, "citation_lastpage")]
                )
            ),
            "issued": dated(*re.findall(r"\d+", when)[:3]),
            "DOI": doi,
            "URL": address,
        }
    )


def _ask(address: str, accept: str, services: Services) -> bytes:
    request = urllib.request.Request(  # noqa: S310 - an operator's command names the address
        address, headers={"Accept": accept, "User-Agent": AGENT}
    )
    try:
        with urllib.request.urlopen(request, timeout=services.timeout) as answer:  # noqa: S310
            body: bytes = answer.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise Unreadable(f"{address} answers {error.code}.") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreadable(f"{address}: {getattr(error, 'reason', error)}") from None
    if len(body) > MOST_BYTES:
        raise Unreadable(f"{address} answers with more than {MOST_BYTES} bytes.")
    return body


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("The answer is not JSON.") from None
    if not isinstance(found, dict):
        raise Unreadable("The answer is not one record.")
    return found


def _names(rows: Any) -> list[str]:
    rows = rows if isinstance(rows, list) else []
    return [str(row["name"]) for row in rows if isinstance(row, dict) and row.get("name")]


def _person(name: str) -> dict[str, str]:
    """``Hull, John`` or ``John Hull``; one word is a group."""
    if "," in name:
        family, _, given = name.partition(",")
        return {"family": family.strip(), "given": given.strip()}
    given, _, family = name.strip().rpartition(" ")
    return {"family": family, "given": given} if given else {"literal": family}


def _first(tags: dict[str, list[str]], *names: str) -> str:
    return next((tags[name][0] for name in names if tags.get(name)), "")


class _Head(HTMLParser):
    """The title and the meta tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[str, list[str]] = {}
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and not self.title
        if tag == "meta":
            found = dict(attrs)
            name = found.get("name") or found.get("property")
            if name and found.get("content"):
                self.tags.setdefault(name.lower(), []).append(str(found["content"]))

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
