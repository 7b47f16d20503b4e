"""How many questions and reports one address block may send, exact under parallel posts.

A block is an IPv4 address or an IPv6 /64; only a keyed hash of it is kept, and only for
a week. The count is made under a lock in the transaction that inserts, so that no two
posts can both take the last place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
import math

from django.conf import settings
from django.db import connection, models

ACCEPTED_AN_HOUR = 10
WINDOW = dt.timedelta(hours=1)
KEEP_ADDRESS = dt.timedelta(days=7)


class LimitReached(Exception):
    """The block has used its hour; ``retry_after`` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after

    def __str__(self) -> str:
        minutes = max(1, math.ceil(self.retry_after / 60))
        plural = "" if minutes == 1 else "s"
        return (
            f"{ACCEPTED_AN_HOUR} have been accepted from your network within the hour, which is "
            f"the limit. You can send this one in {minutes} minute{plural}."
        )


def address_block(address: str) -> str:
    """IPv4 as it is, IPv6 cut to its /64; anything else (a Unix socket) is one block."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "local"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed, 64), strict=False))
    return str(parsed)


def address_hash(address: str) -> str:
    key = settings.SECRET_KEY.encode()
    block = b"questions.address:" + address_block(address).encode()
    return hmac.new(key, block, hashlib.sha256).hexdigest()


def take_place(model: type[models.Model], hashed: str, now: dt.datetime) -> None:
    """Return if one more row with ``address_hash`` and ``created_at`` is allowed, else raise
    ``LimitReached``.

    Call inside the inserting transaction: it holds a lock on the block until the commit.
    SQLite needs none, because its transactions begin IMMEDIATE.
    """
    lock(hashed)
    recent = model._default_manager.filter(address_hash=hashed, created_at__gt=now - WINDOW)
    latest = recent.order_by("-created_at").values_list("created_at", flat=True)
    times = list(latest[:ACCEPTED_AN_HOUR])
    if len(times) == ACCEPTED_AN_HOUR:
        free_at = times[-1] + WINDOW
        raise LimitReached(max(1, math.ceil((free_at - now).total_seconds())))


def lock(hashed: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            number = int.from_bytes(bytes.fromhex(hashed)[:8], signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
