"""Parts of pages that are drawn once, kept under a key that names all they are made of.

Where a stored page is worthless after any change of the site, a piece stays good as long as what
went into it stays: a stored result never changes, so its chart is drawn once. Nothing is ever
renewed or deleted for being wrong: other ingredients make another key.

    html = kept(("example", row.pk, row.title, run.pk, …), lambda: render_to_string(…))

Kept twice, like pages: in a table that all processes share and in this process's memory.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from .models import Piece

MOST_BYTES = 16_000_000  # in the memory of one process
UNUSED = timedelta(days=30)

_memory: OrderedDict[str, str] = OrderedDict()
_lock = Lock()
_size = 0


def kept(ingredients: Sequence[Any], make: Callable[[], str]) -> SafeString:
    """The piece of these ingredients (JSON, or text by ``str``), drawn by ``make`` if it is new."""
    if settings.DEBUG:
        return mark_safe(make())  # noqa: S308 - drawn by our own templates
    key = _key(ingredients)
    html = _remembered(key)
    if html is None:
        html = Piece.objects.filter(key=key).values_list("html", flat=True).first()
        if html is None:
            html = str(make())
            _share(key, html)
        _remember(key, html)
    return mark_safe(html)  # noqa: S308 - drawn by our own templates


def forget_old() -> int:
    """Delete what was drawn long ago; what is still shown is drawn again once."""
    return Piece.objects.filter(made_at__lt=timezone.now() - UNUSED).delete()[0]


def forget_memory() -> None:
    """For tests: this process knows nothing any more."""
    global _size
    with _lock:
        _memory.clear()
        _size = 0


def _key(ingredients: Sequence[Any]) -> str:
    text = json.dumps([release(), *ingredients], default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def release() -> str:
    """What the code and the templates of this process are, by their files' sizes and times."""
    root = Path(settings.BASE_DIR)
    found = hashlib.sha256(f"{settings.SITE_URL} {settings.SITE_NAME}".encode())
    for app in (*settings.OWN_FOLDERS, settings.STATIC_ROOT):
        for path in sorted(Path(root / app).rglob("*")):
            if path.suffix in (".py", ".html") or path.name == "staticfiles.json":
                seen = path.stat()
                found.update(f"{path} {seen.st_size} {seen.st_mtime_ns}".encode())
    return found.hexdigest()


def _remembered(key: str) -> str | None:
    with _lock:
        html = _memory.get(key)
        if html is not None:
            _memory.move_to_end(key)
        return html


def _remember(key: str, html: str) -> None:
    global _size
    with _lock:
        if key in _memory:
            return
        _memory[key] = html
        _size += len(html)
        while _size > MOST_BYTES:
            _, gone = _memory.popitem(last=False)
            _size -= len(gone)


def _share(key: str, html: str) -> None:
    try:
        with transaction.atomic():
            Piece.objects.bulk_create([Piece(key=key, html=html)], ignore_conflicts=True)
    except DatabaseError:
        # A full or read-only disk must not stop anybody from reading.
        return
