"""Answers kept pages before Django is asked: the shortest way through for most of the readers.

It stands around the WSGI application and does what ``StoredPages`` does, for those requests that
can be decided by looking at a few strings: a plain GET or HEAD of a page that this process keeps,
of the newest generation, without cookie and query, for a host that is ours. Everything else goes
on to Django, which decides by the same rules; see ``tests/common/test_front.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.request import split_domain_port, validate_host

from . import freshness, stored_pages
from .middleware import TrustedProxies
from .stored_pages import ACCEPTS_GZIP, LIFETIME, Kept

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
MOST_HOSTS = 100


class Front:
    def __init__(self, application: Any) -> None:
        self.application = application
        self.hosts: set[str] = set()
        self.proxies = TrustedProxies(lambda request: HttpResponse())
        self.newest: Callable[[], int | None] = freshness.newest

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        kept = self._kept(environ)
        if kept is None:
            answer: Iterable[bytes] = self.application(environ, start_response)
            return answer
        if kept.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", kept.short_headers)
            return ()
        if ACCEPTS_GZIP.search(environ.get("HTTP_ACCEPT_ENCODING", "")):
            start_response("200 OK", kept.packed_headers)
            body = kept.packed
        else:
            start_response("200 OK", kept.plain_headers)
            body = kept.plain
        return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)

    def _kept(self, environ: Environ) -> Kept | None:
        """The page, if this request may have it and it is the newest."""
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or environ.get("HTTP_COOKIE")
            or environ.get("QUERY_STRING")
            or environ.get("SCRIPT_NAME")
            or (settings.SECURE_SSL_REDIRECT and not self._is_secure(environ))
        ):
            return None
        kept = stored_pages.memory().get(environ.get("PATH_INFO", ""))
        if kept is None or kept.made_at <= time.time() - LIFETIME or not self._is_ours(environ):
            return None
        return kept if kept.generation == self.newest() else None

    def _is_secure(self, environ: Environ) -> bool:
        """By the connection itself, or by the word of one of our proxies."""
        if environ.get("wsgi.url_scheme") == "https":
            return True
        said = environ.get("HTTP_X_FORWARDED_PROTO", "").strip()
        return said == "https" and self.proxies.trusts(environ.get("REMOTE_ADDR", ""))

    def _is_ours(self, environ: Environ) -> bool:
        """Whether Django would take this Host; each is decided once."""
        host = environ.get("HTTP_HOST")
        if not host:
            return False
        if host in self.hosts:
            return True
        domain, _ = split_domain_port(host)
        is_ours = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
        if is_ours and len(self.hosts) < MOST_HOSTS:
            self.hosts.add(host)
        return is_ours
