"""What every answer carries, and whom we believe about where a request comes from."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]
FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)


class TrustedProxies:
    """Forwarding headers count only when they come from ``TRUSTED_PROXIES``.

    The client's address becomes the rightmost one that no trusted proxy owns, so a
    forged leftmost entry changes nothing. From anybody else the headers are dropped.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.networks = [ipaddress.ip_network(n, strict=False) for n in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        if self.trusts(meta.get("REMOTE_ADDR", "")):
            chain = [a.strip() for a in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            for address in reversed([a for a in chain if a]):
                if not self._is_address(address):
                    break
                meta["REMOTE_ADDR"] = address
                if not self.trusts(address):
                    break
            if meta.get("HTTP_X_FORWARDED_PROTO", "").strip() == "https":
                meta["wsgi.url_scheme"] = "https"
                request.environ["wsgi.url_scheme"] = "https"  # type: ignore[attr-defined]
        for header in FORWARDED:
            meta.pop(header, None)
        return self.get_response(request)

    def trusts(self, text: str) -> bool:
        """Whether this address is one of our proxies."""
        if not self.networks or not self._is_address(text):
            return False
        address = ipaddress.ip_address(text)
        return any(address in network for network in self.networks)

    @staticmethod
    def _is_address(text: str) -> bool:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            return False
        return True


class SecurityHeaders:
    """One Content-Security-Policy for all pages: nothing inline, nothing from elsewhere."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.policy = "; ".join(f"{k} {v}" for k, v in settings.CONTENT_SECURITY_POLICY.items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        return response
