"""The admin's door: a second factor where the site is public, and a slower one for guessers.

Failures are counted for an account together with the address block that tries it, so a
stranger's guesses never lock out the owner, who comes from elsewhere; and for the block alone,
so that nobody tries one password on every account.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django_otp import devices_for_user
from django_otp.admin import OTPAdminAuthenticationForm

from .models import LoginFailure

WINDOW = timedelta(minutes=15)
FOR_ACCOUNT, FOR_BLOCK = 8, 40
GUESSES = {"invalid_login", "inactive", "invalid_token"}
WAIT = "Too many attempts from here. Wait a quarter of an hour, or sign in from elsewhere."


def block(address: str) -> str:
    """The address itself for IPv4, its /64 for IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def keys(account: str, address: str) -> dict[str, int]:
    """Hashed counter keys with the failures that each allows in a window."""
    here = block(address)
    return {
        _hashed(f"account {account.casefold()[:200]} {here}"): FOR_ACCOUNT,
        _hashed(f"block {here}"): FOR_BLOCK,
    }


def _hashed(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_barred(account: str, address: str) -> bool:
    allowed = keys(account, address)
    recent = LoginFailure.objects.filter(key__in=allowed, since__gt=timezone.now() - WINDOW)
    return any(row.count >= allowed[row.key] for row in recent)


def count_failure(account: str, address: str) -> None:
    now = timezone.now()
    LoginFailure.objects.filter(since__lte=now - WINDOW).delete()
    for key in keys(account, address):
        _, created = LoginFailure.objects.get_or_create(key=key, defaults={"since": now})
        if not created:
            LoginFailure.objects.filter(key=key).update(count=F("count") + 1)


def forget_failures(account: str, address: str) -> None:
    """A success clears the pair of account and block; the block's own count stays."""
    pair = next(iter(keys(account, address)))
    LoginFailure.objects.filter(key=pair).delete()


class Throttled:
    """Mixed into a login form: bars, counts and forgives."""

    request: HttpRequest | None
    cleaned_data: dict[str, Any]
    data: Any

    def clean(self) -> Any:
        account = str(self.data.get("username", ""))
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        if is_barred(account, address):
            raise ValidationError(WAIT, code="throttled")
        try:
            cleaned = super().clean()  # type: ignore[misc]
        except ValidationError as error:
            if getattr(error, "code", None) in GUESSES:
                count_failure(account, address)
            raise
        forget_failures(account, address)
        return cleaned


class PasswordForm(Throttled, AdminAuthenticationForm):
    """Name and password: for a site on the loopback."""


class SecondFactorForm(Throttled, OTPAdminAuthenticationForm):  # type: ignore[misc]
    """Name, password and a one-time code; an only device need not be chosen."""

    def _chosen_device(self, user: Any) -> Any:
        found = super()._chosen_device(user)
        if found is None:
            devices = list(devices_for_user(user, for_verify=True))
            found = devices[0] if len(devices) == 1 else None
        return found


class Site(AdminSite):
    """The admin of this site."""

    site_header = settings.SITE_NAME
    site_title = settings.SITE_NAME
    site_url = "/"

    @property
    def login_template(self) -> Any:  # type: ignore[override]
        return "otp/admin111/login.html" if settings.SECOND_FACTOR else None

    @property
    def login_form(self) -> Any:  # type: ignore[override]
        return SecondFactorForm if settings.SECOND_FACTOR else PasswordForm

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and is_trusted(request)


def is_trusted(request: HttpRequest) -> bool:
    """Whether this session has shown all the factors that the site asks for."""
    if not settings.SECOND_FACTOR:
        return True
    return bool(getattr(request.user, "is_verified", lambda: False)())
