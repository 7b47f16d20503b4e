"""Public pages rendered once and answered from one row until anything they show changes.

A page is kept under its path with the generation that the site had *before* it was rendered.
Any write to what pages show raises the number within its own transaction (triggers, see
``renewal``; ``renew`` for the rest): at the moment of the commit every kept page of an older
generation is worthless. A page that was being rendered meanwhile carries the old number and
is never served.

Kept: anonymous GETs of the listed paths without a query, without cookies. Nothing private can
get in, because a request that brings a cookie is neither answered from here nor kept.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers

from .models import Generation, StoredPage

GetResponse = Callable[[HttpRequest], HttpResponse]
# Bounds what depends on the clock alone: scheduled publication, "review overdue".
LIFETIME = 60.0
CARRIED = {"Last-Modified": "last_modified", "Link": "link"}
FIND = (
    "SELECT p.body, p.content_type, p.etag, p.last_modified, p.link FROM common_storedpage p "
    "JOIN common_generation g ON g.number = p.generation WHERE p.path = %s AND p.made_at > %s"
)


def renew() -> None:
    """Make every kept page worthless at the commit of the current transaction."""
    if not Generation.objects.update(number=F("number") + 1):
        Generation.objects.get_or_create(pk=1)


def generation() -> int:
    found = Generation.objects.values_list("number", flat=True).first()
    if found is None:
        found = Generation.objects.get_or_create(pk=1)[0].number
    return found


class StoredPages:
    """The middleware: placed behind the security headers, in front of sessions and views."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.paths = re.compile("|".join(settings.STORED_PAGES))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_public(request):
            return self.get_response(request)
        request.get_host()  # refuses a hostile Host before anything is answered
        if request.META.get("QUERY_STRING"):
            return self._labelled(self.get_response(request))
        return self._find(request) or self._make(request)

    def _is_public(self, request: HttpRequest) -> bool:
        return (
            request.method in ("GET", "HEAD")
            and not request.META.get("HTTP_COOKIE")
            and len(request.path) <= 300
            and self.paths.fullmatch(request.path) is not None
        )

    def _find(self, request: HttpRequest) -> HttpResponse | None:
        with connection.cursor() as cursor:
            cursor.execute(FIND, [request.path, time.time() - LIFETIME])
            row = cursor.fetchone()
        if row is None:
            return None
        body, content_type, etag, last_modified, link = row
        if request.META.get("HTTP_IF_NONE_MATCH") == etag:
            response: HttpResponse = HttpResponseNotModified()
        else:
            response = HttpResponse(bytes(body), content_type=content_type)
        response["ETag"] = etag
        for name, value in (("Last-Modified", last_modified), ("Link", link)):
            if value:
                response[name] = value
        return self._labelled(response)

    def _make(self, request: HttpRequest) -> HttpResponse:
        before = generation()
        response = self.get_response(request)
        if request.method == "GET" and self._may_keep(response):
            self._keep(request.path, before, response)
            if request.META.get("HTTP_IF_NONE_MATCH") == response["ETag"]:
                fresh = HttpResponseNotModified()
                fresh["ETag"] = response["ETag"]
                return self._labelled(fresh)
        return self._labelled(response)

    @staticmethod
    def _may_keep(response: HttpResponse) -> bool:
        return (
            response.status_code == 200
            and not response.streaming
            and not response.cookies
            and "no-store" not in response.get("Cache-Control", "")
        )

    @staticmethod
    def _keep(path: str, before: int, response: HttpResponse) -> None:
        mark = hashlib.sha256(response.content).hexdigest()[:32]
        response["ETag"] = f'"{mark}"'
        values = {column: response.get(name, "") for name, column in CARRIED.items()}
        row = StoredPage(
            path=path,
            generation=before,
            made_at=time.time(),
            content_type=response["Content-Type"],
            etag=response["ETag"],
            body=response.content,
            **values,
        )
        try:
            with transaction.atomic():
                StoredPage.objects.bulk_create(
                    [row],
                    update_conflicts=True,
                    unique_fields=["path"],
                    update_fields=[
                        "generation",
                        "made_at",
                        "content_type",
                        "etag",
                        "body",
                        *values,
                    ],
                )
        except DatabaseError:
            # A full or read-only disk must not stop anybody from reading.
            return

    @staticmethod
    def _labelled(response: HttpResponse) -> HttpResponse:
        """Shared caches must ask again each time; a 304 is cheap."""
        response.headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
        patch_vary_headers(response, ["Cookie"])
        return response


def forget_old() -> int:
    """Delete pages of older generations; returns how many."""
    return StoredPage.objects.exclude(generation=generation()).delete()[0]
