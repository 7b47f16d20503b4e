"""Who asks, as far as quotas need to know: a keyed hash that lasts for one day."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone


def client_key(request: HttpRequest) -> str:
    """32 hex digits of the address (IPv6: its /64) and the day, keyed with the site's secret.

    Nobody can turn it back into an address, and tomorrow it is another one.
    """
    return key_of(request.META.get("REMOTE_ADDR", ""))


def key_of(address: str) -> str:
    day = timezone.now().date().isoformat()
    message = f"client {day} {_block(address)}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:32]


def _block(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found), 64), strict=False))
    return str(found)
