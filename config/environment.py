"""Read the environment for ``settings`` and refuse what would be unsafe.

Nothing here is imported after start-up.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

EXAMPLE_SECRET = "change-me"  # noqa: S105 - the value of .env.example, refused below
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


def secret_key(var: Path) -> str:
    """``SECRET_KEY``, or one generated once into ``var``; empty or the example refuses."""
    given = os.environ.get("SECRET_KEY")
    if given is not None:
        if not given.strip() or given.strip() == EXAMPLE_SECRET:
            raise ImproperlyConfigured(
                "SECRET_KEY is empty or still the example value. Unset it to have one "
                "generated, or set a long random string."
            )
        return given
    path = var / "secret_key"
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        try:
            # link, unlike rename, keeps the key of whichever process came first
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def allowed_hosts(site_url: str) -> list[str]:
    """``ALLOWED_HOSTS`` plus the host of ``SITE_URL``; a wildcard refuses to start."""
    given = [h.strip() for h in os.environ.get("ALLOWED_HOSTS", "").split(",") if h.strip()]
    if any("*" in host for host in given):
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS must name the site's hosts; a wildcard would let anybody choose "
            "the addresses that the site prints."
        )
    hosts = given or list(LOOPBACK)
    own = urlsplit(site_url).hostname
    if own and own not in hosts:
        hosts.append(own)
    return hosts


def site_url() -> str:
    """``SITE_URL`` without a trailing slash; must be http(s)."""
    given = os.environ.get("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ImproperlyConfigured(f"SITE_URL must look like https://example.org, not {given!r}")
    return given


def run_folder(var: Path) -> Path:
    """A folder short enough for a Unix socket (about 107 bytes), owned by this user only."""
    if len(str(var / "valkey.sock").encode()) < 100:
        return var
    mark = hashlib.sha256(str(var).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"hedgelab-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise ImproperlyConfigured(f"{folder} belongs to somebody else; remove it")
    return folder
