"""Copies of cited pages in a public archive: looked for only when an operator says so.

The site itself opens no connection. The defaults are the Internet Archive's: its Availability API
(archive.org/help/wayback_api.php) tells of the copy nearest to a day, and *Save Page Now* makes
one. No address is ever made up: what is kept is what the archive named, for this very page.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, unquote, urlencode, urljoin

AGENT = "hedgelab-archive-sources (run by hand, one page at a time)"
MOST_BYTES = 5_000_000
COPY = re.compile(r"(https?://[^/\s]+)/web/(\d{14})(?:[a-z]{2}_)?/(\S+)$")
_LINKED = re.compile(r'<([^<>]+)>[^,]*\brel="[^"]*memento')
BUSY_CODES = {408, 425, 429, 500, 502, 503, 504}


class Refused(Exception):
    """The archive answered and said no, in words."""


class Busy(Exception):
    """The archive could not be asked just now, in words."""


@dataclass(frozen=True)
class Services:
    """Where to ask; tests and mirrors name others."""

    lookup: str = "https://archive.org/wayback/available"
    save: str = "https://web.archive.org/save/"
    timeout: float = 30.0


@dataclass(frozen=True)
class Answer:
    """How the archive answers: the last address, the places that it names, the text."""

    url: str
    places: list[str]
    body: bytes


def find(url: str, near: date | None, services: Services) -> str:
    """The address of the copy nearest to a day, or "" where the archive holds none."""
    asked = {"url": url} | ({"timestamp": f"{near:%Y%m%d}"} if near else {})
    said = _ask(f"{services.lookup}?{urlencode(asked)}", services.timeout).body
    try:
        closest: Any = json.loads(said)["archived_snapshots"].get("closest") or {}
        is_good = closest.get("available") is True and str(closest.get("status")) == "200"
        found = str(closest.get("url", ""))
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        raise Busy("its answer is not readable") from None
    return _copy_of(url, found) if is_good else ""


def save(url: str, services: Services) -> str:
    """Ask for a new copy and return its address."""
    answer = _ask(services.save + quote(url, safe=":/?#[]@!$&'()*+,;=%~-._"), services.timeout)
    named = [answer.url, *(urljoin(answer.url, place) for place in answer.places)]
    copies = [copy for copy in (_copy_of(url, place) for place in named) if copy]
    # Where it only says that it has begun, the lookup tells what became of it.
    copy = copies[0] if copies else find(url, None, services)
    if not copy:
        raise Refused("it did not say where the copy is")
    return copy


def tried(ask: Callable[[], str], *, tries: int) -> str:
    """What ``ask`` says, asked again after 5, 10, 20 … seconds while the archive is busy."""
    for attempt in range(max(1, tries) - 1):
        try:
            return ask()
        except Busy:
            time.sleep(5.0 * 2**attempt)
    return ask()


def _copy_of(url: str, address: str) -> str:
    """The address, if it is a copy of this page and of no other; "" otherwise."""
    match = COPY.match(address)
    if match is None or _page(match.group(3)) != _page(url):
        return ""
    return re.sub(r"^http://(?=[^/]*archive\.org/)", "https://", address)


def _page(url: str) -> str:
    """What two addresses of one page have in common."""
    bare = re.sub(r"^https?:/+(?:www\.)?", "", unquote(url).partition("#")[0])
    return re.sub(r"^([^/?]*?)(?::80|:443)?(?=[/?]|$)", lambda m: m[1].lower(), bare).rstrip("/")


def _ask(address: str, timeout: float) -> Answer:
    request = urllib.request.Request(address, headers={"User-Agent": AGENT})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
            body: bytes = answer.read(MOST_BYTES)
            links = _LINKED.findall(answer.headers.get("Link") or "")
            place = answer.headers.get("Content-Location")
            return Answer(answer.geturl(), [place, *links] if place else links, body)
    except urllib.error.HTTPError as error:
        kind = Busy if error.code in BUSY_CODES else Refused
        raise kind(f"it answers {error.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Busy(str(getattr(error, "reason", error)) or type(error).__name__) from None
