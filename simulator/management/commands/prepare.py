"""``manage.py prepare``: everything between a checkout and a site that can start."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from common.stored_pages import renew
from simulator import services


class Command(BaseCommand):
    help = "Migrate, collect static files, load content and queue the examples; safe to repeat."

    def handle(self, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        renew()  # pages kept by an older release show its templates
        collect_static()
        self._load_content()
        queued = services.warm_examples()
        if queued:
            self.stdout.write(f"{len(queued)} example results will be computed.")
        services.warm_settings()

    def _load_content(self) -> None:
        """Wrong content does not keep a site from starting: it shows what it had."""
        if "sync_content" not in get_commands():
            return
        told = io.StringIO()
        try:
            call_command("sync_content", stdout=told)
        except CommandError as error:
            self.stderr.write(str(error))
            self.stderr.write("The content was not loaded; the site shows what it had before.")
            return
        self.stdout.write("Content: " + (told.getvalue().strip().splitlines() or [""])[-1])


def collect_static() -> None:
    """Collect only when a file has changed since: the manifest takes seconds to make."""
    if settings.WHITENOISE_USE_FINDERS:
        return
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    state = static_state()
    if stamp.exists() and stamp.read_text() == state:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state)


def static_state() -> str:
    """A hash of the name, size and time of every static file there is."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            try:
                found = Path(storage.path(path)).stat()
            except FileNotFoundError:
                continue
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
