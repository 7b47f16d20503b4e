"""Public pages rendered once and answered ready-made until anything they show changes.

A page is kept under its path with the generation that the site had *before* it was rendered.
Any write to what pages show raises the number within its own transaction (triggers, see
``renewal``; ``renew`` for the rest): at the moment of the commit every kept page of an older
generation is worthless. A page that was being rendered meanwhile carries the old number and
is never served.

Kept twice: in a table that all processes share, and in this process's memory, so that the usual
answer costs one tiny query for the newest generation and nothing else.

A view that can tell cheaply whether its page would come out the same names what the page is made
of (``MadeOf``): then, after a change elsewhere, the same bytes are given on under the new number.

Kept are anonymous GETs of the listed paths without a query, without cookies. Nothing private can
get in, because a request that brings a cookie is neither answered from here nor kept.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from . import freshness
from .freshness import NEWEST
from .models import Generation, StoredPage

GetResponse = Callable[[HttpRequest], HttpResponse]
# Bounds what depends on the clock alone: scheduled publication, "review overdue".
LIFETIME = 60.0
IN_MEMORY = 300
ACCEPTS_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))")
CACHING = "public, max-age=0, must-revalidate"
VARY = "Cookie, Accept-Encoding"


@dataclass(frozen=True)
class Kept:
    """One page, plain and compressed, with the headers that every answer carries."""

    generation: int
    made_at: float
    etag: str
    headers: tuple[tuple[str, str], ...]
    plain: bytes
    packed: bytes
    ingredients: str = ""

    # Ready for ``Front``, made once for each page.

    @cached_property
    def short_headers(self) -> list[tuple[str, str]]:
        return [pair for pair in self.headers if pair[0] != "Content-Type"]

    @cached_property
    def plain_headers(self) -> list[tuple[str, str]]:
        return [*self.headers, ("Content-Length", str(len(self.plain)))]

    @cached_property
    def packed_headers(self) -> list[tuple[str, str]]:
        own = [("Content-Encoding", "gzip"), ("Content-Length", str(len(self.packed)))]
        return [*self.headers, *own]


Memory = OrderedDict[str, Kept]
_memory: Memory = OrderedDict()


def memory() -> Memory:
    """The pages that this process keeps, for the WSGI front."""
    return _memory


def renew() -> None:
    """Make every kept page worthless at the commit of the current transaction."""
    if not Generation.objects.update(number=F("number") + 1):
        Generation.objects.get_or_create(pk=1)


def generation() -> int:
    """The newest generation, as this connection sees it."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        row = cursor.fetchone()
    if row is None:
        return Generation.objects.get_or_create(pk=1)[0].number
    return int(row[0])


def newest_seen() -> int:
    """As this connection sees it; outside a transaction that is what everybody sees."""
    if not connection.in_atomic_block:
        newest = freshness.newest()
        if newest is not None:
            return newest
    return generation()


class MadeOf(HttpResponse):
    """A page that knows what it was made of, and the kept page if it is that one.

    ``ingredients`` is a digest of all that the page shows: of two pages under one path whose
    digests are equal, every byte is.
    """

    def __init__(self, content: Any, *, ingredients: str, kept: Kept | None = None) -> None:
        super().__init__(content)
        self.ingredients = ingredients
        self.kept = kept


def made_of(path: str, ingredients: str) -> MadeOf | None:
    """The page that was kept under this path if it was made of the same, however old it is."""
    if settings.DEBUG or not ingredients:
        return None
    kept = _memory.get(path)
    if kept is None or kept.ingredients != ingredients:
        row = StoredPage.objects.filter(path=path, ingredients=ingredients).first()
        if row is None:
            return None
        kept = _read(row)
        _remember(_memory, path, kept)
    response = MadeOf(kept.plain, ingredients=ingredients, kept=kept)
    for name, value in kept.headers:
        if name in OWN_HEADERS:
            response.headers[name] = value
    return response


# What views say about their page; the rest is added on the way out each time.
OWN_HEADERS = frozenset({"Content-Type", "Last-Modified", "Link"})


def _remember(memory: Memory, path: str, kept: Kept) -> None:
    memory[path] = kept
    memory.move_to_end(path)
    while len(memory) > IN_MEMORY:
        memory.popitem(last=False)


def _read(row: StoredPage) -> Kept:
    return Kept(
        row.generation,
        row.made_at,
        row.etag,
        tuple((name, value) for name, value in json.loads(row.headers)),
        bytes(row.body),
        bytes(row.packed),
        row.ingredients,
    )


class StoredPages:
    """The middleware: right behind the one that knows whom to believe about addresses."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.paths = re.compile("|".join(settings.STORED_PAGES))
        self.memory: Memory = OrderedDict()
        global _memory
        _memory = self.memory

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_public(request):
            return self.get_response(request)
        request.get_host()  # refuses a hostile Host before anything is answered
        if request.META.get("QUERY_STRING"):
            return self._labelled(self.get_response(request))
        newest = newest_seen()
        kept = self._find(request.path, newest)
        if kept is None:
            return self._make(request, newest)
        return self._answer(request, kept)

    def _is_public(self, request: HttpRequest) -> bool:
        return (
            request.method in ("GET", "HEAD")
            and not request.META.get("HTTP_COOKIE")
            and len(request.path) <= 300
            and self.paths.fullmatch(request.path) is not None
            and (not settings.SECURE_SSL_REDIRECT or request.is_secure())
        )

    def _find(self, path: str, newest: int) -> Kept | None:
        oldest = time.time() - LIFETIME
        kept = self.memory.get(path)
        if kept is not None and kept.generation == newest and kept.made_at > oldest:
            return kept
        row = StoredPage.objects.filter(path=path, generation=newest, made_at__gt=oldest).first()
        if row is None:
            return None
        kept = _read(row)
        self._remember(path, kept)
        return kept

    def _remember(self, path: str, kept: Kept) -> None:
        _remember(self.memory, path, kept)

    def _answer(self, request: HttpRequest, kept: Kept) -> HttpResponse:
        if kept.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            response: HttpResponse = HttpResponseNotModified()
        elif ACCEPTS_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            response = HttpResponse(kept.packed)
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(kept.plain)
        for name, value in kept.headers:
            response.headers[name] = value
        if response.status_code == 304:
            del response.headers["Content-Type"]
        return response

    def _make(self, request: HttpRequest, newest: int) -> HttpResponse:
        accepted = request.META.pop("HTTP_ACCEPT_ENCODING", "")  # kept plain, packed here
        response = self.get_response(request)
        if request.method != "GET" or not self._may_keep(response):
            return self._labelled(response)
        kept = self._keep(request.path, newest, response)
        request.META["HTTP_ACCEPT_ENCODING"] = accepted
        return self._answer(request, kept)

    @staticmethod
    def _may_keep(response: HttpResponse) -> bool:
        return (
            response.status_code == 200
            and not response.streaming
            and not response.cookies
            and "no-store" not in response.get("Cache-Control", "")
        )

    def _keep(self, path: str, newest: int, response: HttpResponse) -> Kept:
        earlier = response.kept if isinstance(response, MadeOf) else None
        if earlier is not None:
            kept = replace(earlier, generation=newest, made_at=time.time())
            self._remember(path, kept)
            if not self._give_on(path, kept):
                self._share(path, kept)
            return kept
        body = response.content
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._labelled(response)
        # Weak, because one tag names the plain and the compressed bytes.
        response.headers["ETag"] = f"W/{etag}"
        headers = tuple((n, v) for n, v in response.headers.items() if n != "Content-Length")
        packed = gzip.compress(body, 6, mtime=0)
        ingredients = response.ingredients if isinstance(response, MadeOf) else ""
        kept = Kept(newest, time.time(), etag, headers, body, packed, ingredients)
        self._remember(path, kept)
        self._share(path, kept)
        return kept

    @staticmethod
    def _give_on(path: str, kept: Kept) -> bool:
        """Say of the page in the table that it is still good; False where another one stands."""
        same = StoredPage.objects.filter(path=path, ingredients=kept.ingredients, etag=kept.etag)
        try:
            return bool(same.update(generation=kept.generation, made_at=kept.made_at))
        except DatabaseError:
            return True  # a full or read-only disk must not stop anybody from reading

    @staticmethod
    def _share(path: str, kept: Kept) -> None:
        row = StoredPage(
            path=path,
            generation=kept.generation,
            made_at=kept.made_at,
            etag=kept.etag,
            headers=json.dumps(kept.headers),
            body=kept.plain,
            packed=kept.packed,
            ingredients=kept.ingredients,
        )
        fields = ["generation", "made_at", "etag", "headers", "body", "packed", "ingredients"]
        try:
            with transaction.atomic():
                StoredPage.objects.bulk_create(
                    [row], update_conflicts=True, unique_fields=["path"], update_fields=fields
                )
        except DatabaseError:
            # A full or read-only disk must not stop anybody from reading.
            return

    @staticmethod
    def _labelled(response: HttpResponse) -> HttpResponse:
        """Shared caches must ask again each time; a 304 is cheap."""
        response.headers.setdefault("Cache-Control", CACHING)
        response.headers["Vary"] = VARY
        return response


def forget_old() -> int:
    """Delete pages of older generations; returns how many."""
    return StoredPage.objects.exclude(generation=generation()).delete()[0]
