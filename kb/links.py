"""Whether the addresses of sources still answer: asked only when an operator says so.

The site itself opens no connection. Three answers are told apart: the address works, it has moved
(the new one is named), or it did not answer as hoped after several tries. A page that refuses
robots or is busy is *uncertain*, never called dead.
"""

from __future__ import annotations

import http.client
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.utils import timezone

from .models import LinkCheck, Source

WORKS, MOVED, GONE, UNCERTAIN = "works", "moved", "gone", "uncertain"
GONE_CODES = {404, 410}
AGENT = "hedgelab-link-check (run by hand; reads no content)"


@dataclass(frozen=True)
class Answer:
    """What one address said; ``detail`` is the new address or the reason."""

    state: str
    detail: str = ""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def ask(url: str, *, timeout: float = 10.0) -> Answer:
    """Ask once, following up to five permanent or temporary moves."""
    opener = urllib.request.build_opener(_NoRedirect)
    here, is_permanent = url, True
    for _ in range(6):
        request = urllib.request.Request(here, headers={"User-Agent": AGENT})  # noqa: S310
        try:
            with opener.open(request, timeout=timeout):
                pass
        except urllib.error.HTTPError as error:
            target = error.headers.get("Location")
            if error.code in (301, 302, 303, 307, 308) and target:
                is_permanent = is_permanent and error.code in (301, 308)
                here = urljoin(here, target)
                continue
            if error.code in GONE_CODES:
                return Answer(GONE, f"answers {error.code}")
            return Answer(UNCERTAIN, f"answers {error.code}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            state = GONE if isinstance(reason, socket.gaierror) else UNCERTAIN
            return Answer(state, str(reason) or type(error).__name__)
        if here != url and is_permanent:
            return Answer(MOVED, here)
        return Answer(WORKS)
    return Answer(UNCERTAIN, "moves in a circle")


def check(
    url: str,
    *,
    tries: int = 3,
    pause: Callable[[float], None] = time.sleep,
    timeout: float = 10.0,
) -> Answer:
    """Ask until it works or has moved; what failed every time is what the last try said."""
    answer = Answer(UNCERTAIN)
    for attempt in range(tries):
        if attempt:
            pause(2.0**attempt)
        answer = ask(url, timeout=timeout)
        if answer.state in (WORKS, MOVED):
            break
    return answer


def addresses() -> Iterator[tuple[Source, str]]:
    """Every source that has a web address."""
    for source in Source.objects.order_by("key"):
        url = source.csl.get("URL")
        if url:
            yield source, str(url)


def keep(source: Source, url: str, answer: Answer) -> None:
    """Remember what was found, and when the address last worked, for the editors."""
    now = timezone.now()
    seen = {"url": url, "state": answer.state, "detail": answer.detail[:1000], "checked_at": now}
    if answer.state == WORKS:
        seen["worked_at"] = now
    LinkCheck.objects.update_or_create(source=source, defaults=seen)
